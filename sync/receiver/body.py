"""Reading a delivery's body within limits of size, of time, and of memory for all that are read at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from sync.receiver.refusal import Refused

MOST_BYTES = 2 * 1024 * 1024
"""The longest body taken. Deliveries of both vendors are some hundred bytes an event."""

SECONDS = 5.0
"""How long a sender may take over a body. Asana gives up on us after ten seconds in all."""


@dataclass
class Budget:
    """Bytes of bodies that may be held at once."""

    limit: int
    used: int = 0

    @contextmanager
    def share(self) -> Iterator[Share]:
        """A share that is given back at the end."""
        share = Share(self)
        try:
            yield share
        finally:
            self.used -= share.held


@dataclass
class Share:
    """What one delivery holds of the budget."""

    budget: Budget
    held: int = 0

    def take(self, size: int) -> None:
        """Hold so many bytes more; Refused when there is no room."""
        if self.budget.used + size > self.budget.limit:
            raise Refused(503, "memory", unread=True)
        self.held += size
        self.budget.used += size


async def read_body(request: Request, share: Share, seconds: float = SECONDS) -> bytes:
    """The whole body. Refused when it is too long, too slow, cut off, or there is no memory for it."""
    _check_length(request.headers.get("content-length"))
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                share.take(len(part))
                if share.held > MOST_BYTES:
                    raise Refused(413, "too long", unread=True)
                parts.append(part)
    except TimeoutError:
        raise Refused(408, "too slow", unread=True) from None
    except ClientDisconnect:
        raise Refused(400, "cut off", unread=True) from None
    return b"".join(parts)


def _check_length(declared: str | None) -> None:
    if declared is not None and declared.isdecimal() and int(declared[:20]) > MOST_BYTES:
        raise Refused(413, "too long", unread=True)
