"""How many requests a minute a vendor really gives, seen from when it begins to turn us away."""

from __future__ import annotations

import threading
from collections import deque

_MINUTE = 60.0
_CALM = 90.0
"""Seconds without a refusal before the next one tells anything: right after a pause the window is only half full."""


class ObservedRate:
    """Counts answers. `least`: fewer within a minute tell nothing, since others may use the token as well."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._answered: deque[float] = deque()
        self._refused = -_CALM
        self._lock = threading.Lock()

    def answered(self, now: float) -> None:
        """A request was let in. `now` in seconds of a clock that never goes back."""
        if self._least:
            with self._lock:
                self._answered.append(now)
                self._drop_old(now)

    def refused(self, now: float) -> int | None:
        """A request was turned away: the limit that this shows, in requests a minute; None where it shows none."""
        with self._lock:
            calm, self._refused = now - self._refused >= _CALM, now
            self._drop_old(now)
            found = len(self._answered)
            return found if self._least and calm and found >= self._least else None

    def _drop_old(self, now: float) -> None:
        while self._answered and self._answered[0] <= now - _MINUTE:
            self._answered.popleft()
