"""The service's own pages over real HTTP: uvicorn in a thread, on a free port of loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp


@contextlib.contextmanager
def served(routes: Sequence[BaseRoute], *around: Callable[[ASGIApp], ASGIApp]) -> Iterator[httpx.Client]:
    """A client of a server with these routes; both end with the block. `around`: middleware, the outermost last."""
    app: ASGIApp = Starlette(routes=list(routes))
    for one in around:
        app = one(app)
    sock = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()
        sock.close()
