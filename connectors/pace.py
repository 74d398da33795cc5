"""Keeping to a vendor's pace: who may send the next request, and when."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Protocol


class Pace(Protocol):
    """One token's request budget, shared by everyone who uses the token."""

    def wait_for_turn(self) -> float:
        """Block until the next request may be sent; the seconds waited."""

    def pause(self, seconds: float) -> None:
        """Nobody on this token sends anything for so long (the vendor said `Retry-After`)."""

    def learn(self, per_minute: int | None) -> None:
        """The vendor's real limit; it counts where it is stricter than the one that was set. None forgets it."""


class LocalPace:
    """A budget for one process, evenly spaced (GCRA) with a burst. `per_minute` 0: no limit but pauses."""

    def __init__(
        self, per_minute: int = 0, burst: int = 10,
        clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._set = 60.0 / per_minute if per_minute else 0.0
        self._interval, self._burst = self._set, burst
        self._clock, self._sleep = clock, sleep
        self._next = -math.inf
        self._closed_until = -math.inf
        self._lock = threading.Lock()

    def wait_for_turn(self) -> float:
        waited = 0.0
        while True:
            with self._lock:
                now = self._clock()
                start = max(self._next, now - self._interval * max(self._burst - 1, 0))
                delay = max(start - now, self._closed_until - now)
                if delay <= 0:
                    self._next = start + self._interval
                    return waited
            self._sleep(delay)
            waited += delay

    def pause(self, seconds: float) -> None:
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock() + seconds)

    def learn(self, per_minute: int | None) -> None:
        with self._lock:
            self._interval = max(self._set, 60.0 / per_minute) if per_minute and self._set else self._set
