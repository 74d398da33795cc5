"""How far a backfill is: bars on a terminal, a line now and then elsewhere, or one JSON object an event."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bars

from connectors.base import Scope
from sync.backfill import Chosen, title
from sync.cli import show
from sync.house import House, Progress

_EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


@dataclass
class Gauge:
    """What is known of the scope that is being read. `of` None: the vendor does not tell how many there are."""

    house: House
    total: int
    number: int = 0
    scope: Scope = field(default_factory=lambda: Scope("", "", ""))
    items: int = 0
    events: int = 0
    of: int | None = None
    began: float = 0.0
    asked: int = 0
    told: float = 0.0

    def begin(self, scope: Scope) -> None:
        """The next scope, or the same one tried again."""
        if scope != self.scope:
            self.number += 1
        self.scope, self.items, self.events, self.of = scope, 0, 0, None
        self.began, self.asked = time.monotonic(), self.house.meter.read().total(scope.source)

    def add(self, items: int, events: int, ahead: int | None) -> None:
        """A page more."""
        self.items += items
        self.events += events
        self.of = None if ahead is None else self.items + ahead

    def seconds_left(self) -> float | None:
        """For the rest of this scope: as its items took so far, and no quicker than the limiter lets them."""
        if self.of is None or not self.items:
            return None
        ahead = self.of - self.items
        asked = self.house.meter.read().total(self.scope.source) - self.asked
        pace = int(getattr(self.house.settings.sources[self.scope.source], "requests_per_minute", 0))
        limited = ahead * asked / self.items * 60 / pace if pace else 0.0
        return max(ahead * (time.monotonic() - self.began) / self.items, limited)

    def to_json(self) -> dict[str, Any]:
        """One event of `--json`."""
        tally, left = self.house.meter.read(), self.seconds_left()
        return {
            "source": self.scope.source, "scope": self.scope.id, "name": title(self.house, self.scope),
            "number": self.number, "scopes": self.total, "items": self.items, "of": self.of, "events": self.events,
            "requests": tally.total(), "limiter_seconds": round(sum(tally.paced.values()), 1),
            "seconds_left": None if left is None else round(left, 1),
        }  # fmt: skip

    def words(self) -> str:
        """The same for a person, but for what the bar shows."""
        now = self.to_json()
        waited = f", waited {_time(now['limiter_seconds'])} for the limiter" if now["limiter_seconds"] >= 1 else ""
        left = "" if not now["seconds_left"] else f", about {_time(now['seconds_left'])} left here"
        return f"{now['requests']} requests{waited}{left}"

    def name(self) -> str:
        """Which of how many scopes this is, and what it is called."""
        which = f" ({self.number} of {self.total})" if self.total > 1 else ""
        return f"{title(self.house, self.scope)}{which}"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@contextmanager
def of(house: House, picked: Sequence[Chosen], json: bool) -> Iterator[House]:
    """The house, with a progress that shows where the backfill is."""
    gauge, console = Gauge(house, len(picked)), Console(stderr=True, highlight=False, soft_wrap=True)
    if json:
        yield replace(house, progress=_events(gauge))
    elif console.is_terminal:
        with Bars(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=12), MofNCompleteColumn(),
            TextColumn("{task.fields[words]}"), console=console,
        ) as bars:  # fmt: skip
            yield replace(house, progress=_bars(gauge, bars))
    else:
        yield replace(house, progress=_lines(gauge, lambda text: console.print(text, markup=False)))
    sys.stderr.flush()


def _events(gauge: Gauge) -> Progress:
    def pulling(scope: Scope) -> None:
        gauge.begin(scope)
        show.data({"event": "scope", **gauge.to_json()})

    def kept(scope: Scope, items: int, events: int, ahead: int | None) -> None:
        gauge.add(items, events, ahead)
        show.data({"event": "page", **gauge.to_json()})

    def waiting(scope: Scope, why: str) -> None:
        show.data({"event": "waiting", **gauge.to_json(), "why": why})

    return Progress(pulling, kept, waiting)


def _bars(gauge: Gauge, bars: Bars) -> Progress:
    shown: dict[Scope, Any] = {}

    def pulling(scope: Scope) -> None:
        gauge.begin(scope)
        if scope not in shown:
            shown[scope] = bars.add_task(gauge.name(), total=None, words="listing")

    def kept(scope: Scope, items: int, events: int, ahead: int | None) -> None:
        gauge.add(items, events, ahead)
        bars.update(
            shown[scope], completed=gauge.items, total=gauge.of, words=gauge.words(), description=gauge.name()
        )

    def waiting(scope: Scope, why: str) -> None:
        bars.update(shown[scope], words=f"waiting: {why}")

    return Progress(pulling, kept, waiting)


def _lines(gauge: Gauge, say: Callable[[str], None]) -> Progress:
    waits: set[Scope] = set()

    def pulling(scope: Scope) -> None:
        gauge.begin(scope)
        gauge.told = time.monotonic()
        if scope not in waits:
            say(f"reading {gauge.name()}")

    def kept(scope: Scope, items: int, events: int, ahead: int | None) -> None:
        gauge.add(items, events, ahead)
        if ahead == 0 or time.monotonic() - gauge.told >= _EVERY:
            gauge.told = time.monotonic()
            many = f"{gauge.items} items" if gauge.of is None else f"{gauge.items} of {gauge.of} items"
            say(f"{gauge.name()}: {many}, {gauge.words()}")

    def waiting(scope: Scope, why: str) -> None:
        if scope not in waits:
            waits.add(scope)
            say(f"waiting for {why}")

    return Progress(pulling, kept, waiting)
