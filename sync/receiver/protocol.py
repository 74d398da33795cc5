"""uvicorn's HTTP/1.1, and what it leaves open: a head that never ends, garbage after an answer has begun, and when
to come again for whom there is no room."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.receiver.refusal import Refused

HEAD_SECONDS = 10.0
"""How long a sender may take over the request line and the headers, from its first byte or its connecting."""

_CROWDED = Refused(503, "crowded", unread=True).answer()


class Protocol(H11Protocol):
    """A connection that is not left open to somebody who says nothing, or never stops."""

    _deadline: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # uvicorn's own answer to one too many would not say when to come again
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._whole, self.app = self.app, self._admitted

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> None:
        crowded = self._most is not None and max(len(self.connections), len(self.tasks)) > self._most
        await (_CROWDED if crowded else self._whole)(scope, receive, send)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lift_deadline()
        self.app = self._whole  # or this object would keep itself alive
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing() or self._busy():
            self._lift_deadline()
        elif self._deadline is None:
            self._set_deadline()

    def send_400_response(self, msg: str) -> None:
        """As it is, where an answer can still be given; else the connection just ends."""
        busy = self._busy()
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.transport.close()
        if busy:
            self.cycle.disconnected = True  # nobody hears what the app would say now
            self.cycle.message_event.set()

    def _busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _set_deadline(self) -> None:
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._end)

    def _lift_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end(self) -> None:
        self._deadline = None
        if not self._busy():
            self.transport.close()
