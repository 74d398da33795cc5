"""An ASGI app behind a port, in a thread of its own."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import uvicorn

from sync.receiver.protocol import Protocol

GRACE_SECONDS = 5
"""How long requests under way may take to end when the server does."""

_CONNECTIONS = 512  # more at once are answered with 503; a process may usually hold 1,024 files
_BACKLOG = 512
_HEADER_BYTES = 32 * 1024
_IDLE_SECONDS = 30


class CannotListen(Exception):
    """The address cannot be had; the message says why, and the way out."""


class Web:
    """Serves an app from `start` to `close`. `port` 0: any free one."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._server = uvicorn.Server(
            uvicorn.Config(
                app, lifespan="off", log_config=None, log_level="critical", access_log=False, proxy_headers=False,
                server_header=False, ws="none", http=Protocol, loop="asyncio", limit_concurrency=_CONNECTIONS,
                timeout_keep_alive=_IDLE_SECONDS, timeout_graceful_shutdown=GRACE_SECONDS,
                h11_max_incomplete_event_size=_HEADER_BYTES,
            )
        )  # fmt: skip
        self._thread: threading.Thread | None = None
        self._listening: socket.socket | None = None

    def start(self) -> int:
        """Listen, and serve in a thread. Gives the port. CannotListen when the address is taken or not ours."""
        listening = _listen(self._host, self._port)
        # not by `run`: only the main thread may handle signals, and they are not this thread's business
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name="web", daemon=True
        )
        self._listening = listening
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                listening.close()
                raise CannotListen(f"the web server on {self._host} did not start")
            time.sleep(0.005)
        port: int = listening.getsockname()[1]
        return port

    def close(self) -> None:
        """Answer what is under way, for some seconds at most, and end."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(GRACE_SECONDS + 2)
        if self._listening is not None:
            self._listening.close()


def _listen(host: str, port: int) -> socket.socket:
    place = f"port {port} on {host or 'all addresses'}"
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, OverflowError, UnicodeError) as error:
        raise CannotListen(f"{place}: this is no address of this machine ({error}); try 127.0.0.1") from None
    family, kind, _, _, address = found[0]
    # the protocol named: only then does asyncio turn Nagle off, which would cost 40 ms an answer
    listening = socket.socket(family, kind, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotListen(
            f"{place} cannot be used: {error.strerror}; end the program that has it, or choose another port"
        ) from None
    return listening
