"""Stopping early and cleanly: on SIGTERM, or when a run's time is up."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

_GLANCE = 0.2
"""Seconds between two looks at whether to stop, while something is waited for."""


class Parked(Exception):
    """The work ends here because it was asked to. What is kept stays, and the next run goes on from there.

    `summary`: what the run had done by then, where it was a whole run that ended.
    """

    def __init__(self, why: str, summary: Mapping[str, object] | None = None) -> None:
        super().__init__(why)
        self.summary = summary or {}


class Stop:
    """Whether the work should end, and why. Looked at between pages and between changes, and in every wait.

    `minutes`: the time there is; None: as long as it takes.
    """

    def __init__(self, minutes: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = None if minutes is None else clock() + minutes * 60
        self._time = f"the time is up ({minutes:g} minutes)" if minutes is not None else ""
        self._asked = ""

    def ask(self, why: str) -> None:
        """End soon. Safe in a signal handler: it takes no lock."""
        self._asked = self._asked or why

    @property
    def why(self) -> str:
        """Why to stop; empty as long as the work may go on."""
        if not self._asked and self._end is not None and self._clock() >= self._end:
            self._asked = self._time
        return self._asked

    def sleep(self, seconds: float) -> None:
        """Sleep, unless it is time to stop before that is over: then Parked."""
        until = self._clock() + seconds
        while not self.why:
            left = until - self._clock()
            if left <= 0:
                return
            time.sleep(min(left, _GLANCE))  # not an Event: setting one in a signal handler may deadlock
        raise Parked(self.why)


@contextmanager
def on_sigterm(stop: Stop) -> Iterator[None]:
    """Let SIGTERM ask for a stop while the block lasts. Only in a process's main thread."""
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: stop.ask("SIGTERM"))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
