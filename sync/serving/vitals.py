"""What the running service knows of itself: when it last turned, what it ran, what comes next. Plain data."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from sync.run import Outcome

Kind = Literal["live", "scheduled", "caught_up"]
Result = Literal["done", "troubled", "parked", "failed"]

BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
"""Upper bounds, in seconds, of the histogram of run durations; what is longer counts to no bound."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One run that has ended. `run`: its number, "" when it failed before it had one. `trouble`: what went wrong, in
    words, "" for nothing. `written`: changes written."""

    kind: Kind
    at: datetime
    seconds: float
    result: Result
    run: str = ""
    written: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """Durations: runs per upper bound of BUCKETS (each counted once), how many in all, and the seconds together."""

    buckets: tuple[int, ...] = (0,) * len(BUCKETS)
    count: int = 0
    seconds: float = 0.0

    def plus(self, seconds: float) -> Spent:
        first = next((n for n, bound in enumerate(BUCKETS) if seconds <= bound), None)
        buckets = tuple(count + (n == first) for n, count in enumerate(self.buckets))
        return Spent(buckets, self.count + 1, self.seconds + seconds)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The vitals at one moment. `working`: the run in hand and since when. `last`: the last run that ended, by kind.

    `runs` counts by kind and result, `writes` by the receipt's outcome. `findings` by rule and level as the last
    judgement gave them; None: nothing was judged since the start.
    """

    started_at: datetime
    turned_at: datetime | None = None
    next_run: datetime | None = None
    working: tuple[Kind, datetime] | None = None
    last: Mapping[Kind, Ended] = field(default_factory=dict)
    runs: Mapping[tuple[Kind, Result], int] = field(default_factory=Counter)
    spent: Mapping[Kind, Spent] = field(default_factory=dict)
    writes: Mapping[str, int] = field(default_factory=Counter)
    findings: Mapping[tuple[str, str], int] | None = None


class Vitals:
    """Kept by the worker, read by the pages and the metrics. Thread-safe; every instant is in UTC."""

    def __init__(self, started_at: datetime | None = None) -> None:
        self._now = Snapshot(started_at or datetime.now(UTC))
        self._lock = threading.Lock()

    @property
    def started_at(self) -> datetime:
        return self._now.started_at

    def snapshot(self) -> Snapshot:
        """All of it at one moment; it does not change any more."""
        with self._lock:
            return self._now

    def loop_turn(self, at: datetime) -> None:
        """The worker is alive."""
        with self._lock:
            self._now = replace(self._now, turned_at=at)

    def next_run(self, at: datetime | None) -> None:
        """When the next scheduled run is due; None: none is."""
        with self._lock:
            self._now = replace(self._now, next_run=at)

    def began(self, kind: Kind, at: datetime) -> None:
        """A run has begun."""
        with self._lock:
            self._now = replace(self._now, working=(kind, at), turned_at=at)

    def ended(self, kind: Kind, at: datetime, seconds: float, outcome: Outcome | None, trouble: str = "") -> None:
        """It has ended after so many seconds. `outcome` None: it failed before it had one, and `trouble` says why."""
        with self._lock:
            now = self._now
            one = _ended(kind, at, seconds, outcome, trouble)
            self._now = replace(
                now, working=None, turned_at=at,
                last={**now.last, kind: one},
                runs=Counter(now.runs) + Counter([(kind, one.result)]),
                spent={**now.spent, kind: now.spent.get(kind, Spent()).plus(seconds)},
                writes=Counter(now.writes) + (outcome.applied.outcomes if outcome else Counter()),
                findings=_found(outcome) if outcome and outcome.judged else now.findings,
            )  # fmt: skip


def _ended(kind: Kind, at: datetime, seconds: float, outcome: Outcome | None, trouble: str) -> Ended:
    if outcome is None:
        return Ended(kind, at, seconds, "failed", trouble=trouble)
    said = trouble or "; ".join(f"{one.source}: {one.where}: {one.text}" for one in outcome.troubles[:3])
    result: Result = "parked" if outcome.parked else "troubled" if said else "done"
    return Ended(kind, at, seconds, result, outcome.run, outcome.applied.written, outcome.parked or said)


def _found(outcome: Outcome) -> Counter[tuple[str, str]]:
    return Counter((one.rule, one.level) for one in outcome.judgement.findings)
