"""Another program's webhook address: it answers every handshake and every delivery as Asana wants it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Doorman(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        if secret := self.headers["x-hook-secret"]:
            self.send_header("X-Hook-Secret", secret)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


@contextmanager
def doorman() -> Iterator[str]:
    """Its address, while the block runs."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Doorman) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hooks"
        finally:
            server.shutdown()
            thread.join()
