"""Which addresses are ours, without asking the database for every delivery."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from sync.receiver.refusal import Refused
from sync.store import Hook

KEEP_SECONDS = 30.0
"""How long what was read is believed: a hook that another process forgot may be heard that much longer."""

LEAST_SECONDS = 1.0
"""How old what was read must be before doubt alone has it read again."""


class Known:
    """The hooks as last read, all of them at once: however many ask, there is one read at a time."""

    def __init__(self, read: Callable[[], Sequence[Hook]]) -> None:
        self._read = read
        self._hooks: Mapping[str, Hook] = {}
        self._at = -KEEP_SECONDS
        self._turn: asyncio.Lock | None = None

    async def find(self, path: str) -> Hook | None:
        """The hook of this path. One that is not known is looked for: it may have been made a moment ago."""
        asked = time.monotonic()
        if asked - self._at < KEEP_SECONDS and path in self._hooks:
            return self._hooks[path]
        await self._refresh(asked)
        return self._hooks.get(path)

    async def doubted(self, path: str) -> Hook | None:
        """The hook again, after something did not fit: read anew, but not more than once a second."""
        await self._refresh(time.monotonic() - LEAST_SECONDS)
        return self._hooks.get(path)

    def forget(self) -> None:
        """Something has changed: read before the next answer."""
        self._at = -KEEP_SECONDS

    async def _refresh(self, since: float) -> None:
        """Read, unless a read that began at `since` or later has ended. Refused (503) when the store fails."""
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:
            if self._at >= since:
                return
            begun = time.monotonic()
            try:
                hooks = await asyncio.to_thread(self._read)
            except Exception:
                raise Refused(503, "store", unread=True) from None
            self._hooks, self._at = {hook.path: hook for hook in hooks}, begun
