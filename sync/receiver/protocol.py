"""uvicorn's HTTP/1.1, and what it leaves open: a head that never ends, and garbage after an answer has begun."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""How long a sender may take over the request line and the headers, from its first byte or its connecting."""


class Protocol(H11Protocol):
    """A connection that is not left open to somebody who says nothing, or never stops."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lift_deadline()
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
