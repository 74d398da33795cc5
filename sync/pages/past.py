"""What was found before, and how it moved: new, worse, eased, closed. Pure; `gather` reads it from the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from rules.base import Finding

_RANK = {"warn": 0, "breach": 1}


class Move(NamedTuple):
    """One change of one finding. `what`: new, escalated, eased or closed."""

    key: str
    rule: str
    what: str
    at: datetime


class Before(NamedTuple):
    """A finding that held when it was last looked for; `sources`: whose facts it rests on."""

    rule: str
    level: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """The store's memory of findings: moves, oldest first; what held at the last look, by key; when that was.

    `began`: when the first run looked; `snapshots`: sources whose vendor keeps no history, and when they were first
    looked at, so that ours begins then.
    `unseen`: items that were there once and are no longer seen.
    """

    moves: Sequence[Move] = ()
    open: Mapping[str, Before] = field(default_factory=dict)
    noted: datetime | None = None
    began: datetime | None = None
    snapshots: Mapping[str, datetime] = field(default_factory=dict)

    def with_now(self, findings: Iterable[Finding], now: datetime, unheard: Iterable[str]) -> list[Move]:
        """The moves up to now, with those that this look adds: the same before and after they are noted."""
        told = [move for move in self.moves if move.at <= now]
        if self.noted is not None and now < self.noted:  # a look at the past adds nothing to it
            return told
        return [*told, *self._added({one.key: one for one in findings}, now, frozenset(unheard))]

    def _added(self, there: Mapping[str, Finding], now: datetime, unheard: frozenset[str]) -> Iterator[Move]:
        for key, one in there.items():
            if key not in self.open:
                yield Move(key, one.rule, "new", now)
            elif (step := _RANK[one.level] - _RANK[self.open[key].level]) != 0:
                yield Move(key, one.rule, "escalated" if step > 0 else "eased", now)
        for key, before in self.open.items():
            if key not in there and not unheard & {*before.sources}:
                yield Move(key, before.rule, "closed", now)
