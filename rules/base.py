"""What rules may look at, and what they say: the board, the finding, the rule.

A board is the facts as of one instant, in columnar frames, with the meaning the config gives them. Rows of
different frames are joined by small integers (`item`, `person`), so that ten million events stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import ClassVar, Literal

import polars as pl

from rules.shapes import ACTOR_KINDS, COLUMNS, EVENT_KINDS, EVENTS, INSTANT, ITEMS, PEOPLE

__all__ = [
    "ACTOR_KINDS", "COLUMNS", "EVENTS", "EVENT_KINDS", "INSTANT", "ITEMS", "NO_OPTION", "PEOPLE", "Board",
    "Charge", "Condition", "Evidence", "Exempt", "Finding", "Flow", "Hours", "Level", "Money", "OwnTime", "Rule",
    "Stage", "StageKind", "Subject", "Terms", "Week",
]  # fmt: skip

StageKind = Literal["backlog", "active", "waiting", "done"]
Level = Literal["warn", "breach"]
NO_OPTION: Mapping[str, bool] = {"option": False}
"""Marks a rule's field that is no key of the config."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A named step of a flow. `match`: patterns of column names; `owner`: a team, or "requester"."""

    name: str
    kind: StageKind
    match: tuple[str, ...]
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Stages in order. `source`: a source id, or `source.role`; `projects`: container ids, all when empty."""

    id: str
    source: str
    stages: tuple[Stage, ...]
    projects: tuple[str, ...] = ()
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """Working hours by weekday (0 is Monday), local time; several spans a day; an end before its start is the
    next morning."""

    spans: Mapping[int, tuple[tuple[time, time], ...]]


@dataclass(frozen=True, slots=True)
class Hours:
    """A working calendar: zone, week and the days off. A working day (`wd`) is the length of the usual day."""

    timezone: str
    week: Week
    days_off: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Money:
    """Rates per working hour. `rates` by team; `friction_minutes` by what happened: chaser, bounce, reopen."""

    currency: str
    default_rate: float | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    friction_minutes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnTime:
    """A person's own working time: other hours than the flow's, days off, or both.

    `same`: other names, addresses or keys of the same person.
    """

    hours: Hours | None = None
    days_off: frozenset[date] = frozenset()
    same: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """The part of the config that gives facts their meaning.

    `people`: own working time by name, email or id; `blocked_tags`: tags that say an item cannot go on.
    """

    hours: Hours
    flows: Mapping[str, Flow] = field(default_factory=dict)
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    money: Money | None = None
    slip_minutes: float = 60.0
    calendars: Mapping[str, Hours] = field(default_factory=dict)
    people: Mapping[str, OwnTime] = field(default_factory=dict)
    blocked_tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """Everything rules may look at, as of `now`: frames in the shapes above, and the terms."""

    now: datetime
    items: pl.DataFrame
    events: pl.DataFrame
    people: pl.DataFrame
    columns: pl.DataFrame
    terms: Terms


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact behind a finding: when, what it says in words, and the item it belongs to.

    `events`: the vendor's ids of that item's events at that instant, where they were asked for. `not_before`: `at` is
    the latest that it can have been, this the earliest; None: the time is exact, or was not asked for.
    """

    at: datetime
    text: str
    ref: str = ""
    events: tuple[str, ...] = ()
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about. `id`: a ref, a person key, a team name, `flow/stage`, `from → to`, or the
    words that alike requests share."""

    kind: Literal["item", "person", "team", "stage", "pair", "request"]
    id: str
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A cost of another sort than waiting, stated beside it and never added to it: `friction` (so many minutes of
    work each time somebody asked again, work was sent back or reopened) or `delay` (days late at a value a day).

    `hours`: of work, None where there are none; `money`: None without a rate; `formula`: how it was worked out.
    """

    what: Literal["friction", "delay"]
    hours: float | None
    money: float | None
    currency: str
    formula: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's verdict. `key` stays the same while the trouble lasts.

    `since`: when the trouble began, `not_before` as in Evidence. `limit`: in words, `limit_from`: where it is from.
    `waited_…` in seconds. `cost_hours`: working hours of waiting, None where the rule counts none; `cost_money` only
    where a rate is given; `cost_formula`: how it was worked out. `charges`: what it costs beside waiting. `refs`: the
    items it counts, worst first. `first_seen`: when a run first found it; `exempt`: who keeps it from being said.
    """

    key: str
    rule: str
    kind: str
    level: Level
    subject: Subject
    since: datetime
    sentence: str
    next_step: str
    limit: str
    limit_from: str = "config"
    flow: str = ""
    stage: str = ""
    waiting_on: str = ""
    team: str = ""
    waited_working: float | None = None
    waited_elapsed: float | None = None
    cost_hours: float | None = None
    cost_money: float | None = None
    currency: str = ""
    cost_formula: str = ""
    charges: tuple[Charge, ...] = ()
    cause: str = ""
    refs: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    first_seen: datetime | None = None
    exempt: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exempt:
    """Somebody's word that a finding need not be said, up to and with a day. Its end is no option: it has one.

    `ref`: the id of the finding's subject (a task's ref, `flow/stage`, a team, …), or `*` for the whole rule.
    """

    ref: str
    until: date
    by: str
    because: str = ""

    def __post_init__(self) -> None:
        for name in ("ref", "by"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name} is blank; say {'what' if name == 'ref' else 'who'} it is")


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold before a rule speaks of an item: what it is, the item's value, and the limit."""

    text: str
    holds: bool
    value: str
    limit: str


@dataclass(frozen=True)
class Rule:
    """A named question to the board. The options of a kind are the fields of its dataclass.

    A kind is one file in `rules/checks` with one subclass; its `kind` is the word in the config. `words`: what an
    item's status field says at each level; empty when the kind is not about single items. `exempt`: what this rule
    keeps to itself for a while; `limits_from`: where a learned limit came from, set by the engine.
    """

    kind: ClassVar[str]
    words: ClassVar[Mapping[Level, str]] = {}
    id: str
    next_step: str
    limit: int | None = None
    exempt: tuple[Exempt, ...] = field(default=(), kw_only=True)
    limits_from: Mapping[Level, str] = field(default_factory=dict, kw_only=True, metadata=NO_OPTION)

    def check(self, board: Board) -> Iterator[Finding]:
        """The findings on this board, in any order."""
        raise NotImplementedError

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """What must hold for this item to be in a finding, in the order in which it is asked."""
        raise NotImplementedError
