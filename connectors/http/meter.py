"""What the door counts, for a run's summary and for Prometheus. Thread-safe."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Call(NamedTuple):
    """What requests are counted by. `route` is the path with ids replaced; `status` 0: no answer came."""

    source: str
    method: str
    route: str
    status: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts at one moment. Seconds are sums over all threads.

    `requests` and `seconds` by call (every attempt counts); the rest by source: `paced` seconds waited for the
    pace, `backed_off` seconds slept before repeating, `retries` how often an attempt was repeated.
    """

    requests: Counter[Call] = field(default_factory=Counter)
    seconds: dict[Call, float] = field(default_factory=dict)
    paced: dict[str, float] = field(default_factory=dict)
    backed_off: dict[str, float] = field(default_factory=dict)
    retries: Counter[str] = field(default_factory=Counter)

    def total(self, source: str | None = None) -> int:
        """How many requests were sent, repeated ones included; of one source or of all."""
        return sum(n for call, n in self.requests.items() if source is None or call.source == source)


class Meter:
    """Counts requests as they happen; one meter may serve many doors."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._lock = threading.Lock()

    def sent(self, call: Call, seconds: float) -> None:
        """One attempt was sent, and this came of it after so many seconds."""
        with self._lock:
            self._tally.requests[call] += 1
            self._tally.seconds[call] = self._tally.seconds.get(call, 0.0) + seconds

    def waited(self, source: str, seconds: float) -> None:
        """So long was waited for the pace."""
        with self._lock:
            self._tally.paced[source] = self._tally.paced.get(source, 0.0) + seconds

    def repeats(self, source: str, seconds: float) -> None:
        """An attempt failed and will be repeated after so many seconds."""
        with self._lock:
            self._tally.retries[source] += 1
            self._tally.backed_off[source] = self._tally.backed_off.get(source, 0.0) + seconds

    def read(self) -> Tally:
        """A copy of the counts so far."""
        with self._lock:
            now = self._tally
            return Tally(
                Counter(now.requests), dict(now.seconds), dict(now.paced), dict(now.backed_off), Counter(now.retries)
            )
