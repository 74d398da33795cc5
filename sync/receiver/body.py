"""Reading a delivery's body within limits of size, of time, and of memory for all that are read at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from sync.receiver.limits import Limits
from sync.receiver.refusal import Refused


class Bodies:
    """Reads bodies. `held`: bytes of those that are in memory now."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.held = 0

    @contextmanager
    def share(self) -> Iterator[Share]:
        """A share of the memory, given back at the end."""
        share = Share()
        try:
            yield share
        finally:
            self.held -= share.size

    async def read(self, request: Request, share: Share) -> bytes:
        """The whole body. Refused when it is too long, too slow, cut off, or there is no memory for it."""
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self._limits.body_bytes:
            raise Refused(413, "too long", unread=True)
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                async for part in request.stream():
                    self._take(share, len(part))
                    parts.append(part)
        except TimeoutError:
            raise Refused(408, "too slow", unread=True) from None
        except ClientDisconnect:
            raise Refused(400, "cut off", unread=True) from None
        return b"".join(parts)

    def _take(self, share: Share, size: int) -> None:
        share.size += size
        self.held += size
        if share.size > self._limits.body_bytes:
            raise Refused(413, "too long", unread=True)
        if self.held > self._limits.memory:
            raise Refused(503, "memory", unread=True)


@dataclass
class Share:
    """Bytes that one delivery holds."""

    size: int = 0
