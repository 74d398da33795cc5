"""Serves one pretend world over HTTP on 127.0.0.1: both vendors, the control endpoints, the pages for a person."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from connectors.sandbox.carrier import LoopbackCarrier
from connectors.sandbox.control import control_routes
from connectors.sandbox.core import World
from connectors.sandbox.door import Receive, Scope, Send, VendorDoor
from connectors.sandbox.faults import Faults
from connectors.sandbox.loaded import Loaded
from connectors.sandbox.requests import RequestLog
from connectors.sandbox.web import page_routes

HOST = "127.0.0.1"


class PortTaken(Exception):
    """Another program listens on the port."""


class SandboxApp:
    """The whole sandbox as one ASGI app. `log`: requests served; `faults`: trouble in force."""

    def __init__(self, world: World, faults: Faults | None = None, loaded: Loaded | None = None) -> None:
        self.world = world
        self.loaded: Loaded = loaded or world.loaded or Loaded("empty")
        self.log = RequestLog()
        self.faults = faults or Faults()
        self.carrier = LoopbackCarrier(world, self.faults)
        world.carrier = self.carrier
        self._workers = ThreadPoolExecutor(max_workers=32, thread_name_prefix="sandbox")
        self._door = VendorDoor(world, self.log, self.faults, self._workers)
        control = control_routes(world, self.log, self.faults, self.carrier.settle)
        self._rest = Starlette(routes=[*control, *page_routes(world, self.loaded, self.log)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._door.serves(scope["path"]):
            await self._door(scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    def close(self) -> None:
        """Finish deliveries on their way and stop the worker threads."""
        self.carrier.close()
        self._workers.shutdown(wait=True, cancel_futures=True)


@contextmanager
def serving(world: World, port: int = 0, faults: Faults | None = None, loaded: Loaded | None = None) -> Iterator[str]:
    """Serve the world in a thread while the block runs. Yields the base URL; port 0: any free one."""
    with serving_app(SandboxApp(world, faults, loaded), port) as url:
        yield url


@contextmanager
def serving_app(app: SandboxApp, port: int = 0) -> Iterator[str]:
    """Like `serving`, for an app made by the caller. PortTaken when something else listens there."""
    listening = listen(port)
    server = uvicorn.Server(_config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="sandbox", daemon=True)
    stop = threading.Event()
    ticker = threading.Thread(target=_keep_time, args=(app.world, stop), name="sandbox-clock", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the sandbox's server did not start")
            time.sleep(0.005)
        ticker.start()
        yield f"http://{HOST}:{listening.getsockname()[1]}"
    finally:
        stop.set()
        server.should_exit = True
        thread.join()
        app.close()
        listening.close()


def serve_forever(app: SandboxApp, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, in the calling (main) thread."""
    server = uvicorn.Server(_config(app))
    stop = threading.Event()

    def end(*_: object) -> None:  # ours stay below uvicorn's, which raises the signal once more when it is through
        server.should_exit = True

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    threading.Thread(target=_keep_time, args=(app.world, stop), name="sandbox-clock", daemon=True).start()
    try:
        server.run(sockets=[listening])
    finally:
        stop.set()
        app.close()
        for each, handler in before.items():
            signal.signal(each, handler)


def link_here(world: World, base_url: str) -> None:
    """Let the vendors' own addresses of tasks and pages (`permalink_url`, `url`) lead to this server's pages.

    For people who try the sandbox; without it they name the vendors' hosts, as the real ones do.
    """
    with world.lock:
        world.asana.state.workspace.site = base_url
        world.notion.settings.site = f"{base_url}/p/"


def listen(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1; PortTaken when another program has the port."""
    # the protocol named: only then does asyncio turn Nagle off, which would cost 40 ms an answer
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise PortTaken(f"port {port} on {HOST} cannot be used: {error.strerror}") from None
    return listening


def _config(app: SandboxApp) -> uvicorn.Config:
    return uvicorn.Config(
        app, lifespan="off", log_level="critical", access_log=False, proxy_headers=False, server_header=False,
        date_header=True, ws="none", timeout_keep_alive=60, timeout_graceful_shutdown=2,
    )  # fmt: skip


def _keep_time(world: World, stop: threading.Event) -> None:
    """While the clock runs on its own, let what is due happen."""
    while not stop.wait(0.25):
        if not world.clock.stands_still:
            world.happen()
