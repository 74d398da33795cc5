"""How long to leave alone what has just failed: longer each time, and not at all once it works again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

_FIRST, _LONGEST = timedelta(seconds=2), timedelta(minutes=5)


class Patience:
    """By name: a source, a piece of work."""

    def __init__(self) -> None:
        self._failed: dict[str, tuple[datetime, timedelta]] = {}

    def lost(self, names: Iterable[str], now: datetime) -> None:
        """These failed: twice the wait of the last time."""
        for name in names:
            before = self._failed.get(name)
            wait = min(before[1] * 2, _LONGEST) if before else _FIRST
            self._failed[name] = (now + wait, wait)

    def won(self, names: Iterable[str]) -> None:
        """These worked."""
        for name in names:
            self._failed.pop(name, None)

    def waiting(self, now: datetime) -> frozenset[str]:
        """What is left alone for now."""
        return frozenset(name for name, (until, _) in self._failed.items() if now < until)
