"""A webhook target on this machine: hears, remembers, answers as told."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Ear:
    """What was heard, in order, handshakes left out; `status` is what it answers, `open` cleared makes it wait."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.bodies: list[bytes] = []
        self.open = threading.Event()
        self.open.set()

    def wait_for(self, count: int) -> None:
        """Until so many were heard; five seconds at most."""
        until = time.monotonic() + 5
        while len(self.bodies) < count:
            assert time.monotonic() < until, f"{len(self.bodies)} of {count} came"
            time.sleep(0.01)


@contextmanager
def hearing() -> Iterator[Ear]:
    """An ear at a free port while the block runs."""
    ear = Ear()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            secret = self.headers["x-hook-secret"]
            if not secret:
                ear.bodies.append(body)
            ear.open.wait(20)
            self.send_response(ear.status)
            if secret:
                self.send_header("X-Hook-Secret", secret)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        ear.url = f"http://127.0.0.1:{server.server_port}/hooks"
        try:
            yield ear
        finally:
            ear.open.set()
            server.shutdown()
            thread.join()
