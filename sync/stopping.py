"""Ending early and cleanly: because somebody asked for it, or because the time is up.

Whoever works looks here between two pages, two changes and two requests, and sleeps here instead of by itself. What
was kept until then stays; the next run goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from connectors.pace import Pace

_GLANCE = 0.1
"""Seconds of a sleep until it looks again. A flag and no lock: a signal may come while this thread holds any lock."""


class Parked(Exception):
    """The work ends here, before it is through; the text says why."""


class Stop:
    """Whether to go on. Thread-safe, and safe to use in a signal's handler. `minutes`: the time there is, or None."""

    def __init__(self, minutes: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._reasons: list[str] = []
        self._end = None if minutes is None else clock() + minutes * 60

    def within(self, minutes: float) -> Stop:
        """One that also ends when so much time has gone by, for a part of the work."""
        part = Stop(minutes, self._clock)
        part._reasons = self._reasons
        if self._end is not None and part._end is not None:
            part._end = min(self._end, part._end)
        return part

    def ask(self, why: str) -> None:
        """End as soon as possible. Asking again changes nothing."""
        self._reasons.append(why)

    @property
    def why(self) -> str:
        """Why to end; empty: go on."""
        if self._reasons:
            return self._reasons[0]
        return "the time is up" if self._end is not None and self._clock() >= self._end else ""

    def check(self) -> None:
        """Raises Parked when it is time to end."""
        if why := self.why:
            raise Parked(why)

    def sleep(self, seconds: float) -> None:
        """Sleep so long; Parked within a moment when it is time to end."""
        until = self._clock() + seconds
        self.check()
        while (left := until - self._clock()) > 0:
            time.sleep(min(left, _GLANCE))
            self.check()


class StoppingPace:
    """A pace at which nothing more is sent once it is time to end."""

    def __init__(self, pace: Pace, stop: Stop) -> None:
        self._pace, self._stop = pace, stop
        self.pause, self.learn = pace.pause, pace.learn

    def wait_for_turn(self) -> float:
        self._stop.check()
        return self._pace.wait_for_turn()
