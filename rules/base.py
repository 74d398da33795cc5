"""What rules may look at, and what they say: the board, the finding, the rule.

A board is the facts as of one instant, in columnar frames, with the meaning the config gives them. Rows of
different frames are joined by small integers (`item`, `person`), so that ten million events stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import ClassVar, Literal, get_args

import polars as pl

from connectors.model import ActorKind, EventKind

StageKind = Literal["backlog", "active", "waiting", "done"]
Level = Literal["warn", "breach"]

INSTANT = pl.Datetime("us", "UTC")
EVENT_KINDS = pl.Enum([*get_args(EventKind), "team"])
ACTOR_KINDS = pl.Enum(get_args(ActorKind))

ITEMS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "item": pl.UInt32,  # row number, 0 to n-1; items are sorted by ref
    "ref": pl.String,
    "source": pl.Categorical,
    "container": pl.Categorical,  # "source:id" of the home whose flow the item follows
    "flow": pl.Categorical,  # null: in no flow of the config
    "kind": pl.Categorical,
    "title": pl.String,
    "url": pl.String,
    "created_at": INSTANT,
    "created_by": pl.UInt32,  # person
    "completed_at": INSTANT,  # the vendor's own word, as of the board's instant; null while open
    "due": pl.Date,
    "presence": pl.Categorical,
    "priority": pl.Categorical,
    "reviewed_at": INSTANT,  # from a mapped "last reviewed" field, else null
    "parked_until": pl.Date,
    "tags": pl.List(pl.String),
}

EVENTS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "item": pl.UInt32,
    "at": INSTANT,  # sorted by item, then at, then seq
    "seq": pl.Int64,
    "kind": EVENT_KINDS,  # "team" is the change of the source's team field
    "field": pl.Categorical,
    "container": pl.Categorical,
    "old": pl.Categorical,  # transition: column id; owner: person key "source:id"; team: team name
    "new": pl.Categorical,
    "actor": pl.UInt32,  # person; null: the vendor names nobody
    "actor_kind": ACTOR_KINDS,
    "approximate": pl.Boolean,
    "not_before": INSTANT,
}

PEOPLE: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "person": pl.UInt32,  # row number, 0 to n-1
    "key": pl.String,  # "source:id"
    "name": pl.String,
    "kind": pl.Categorical,  # person, bot, group, own
    "team": pl.Categorical,  # from the config; null when in none
    "active": pl.Boolean,
}

COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "container": pl.Categorical,  # "source:id"
    "column": pl.Categorical,  # column id
    "name": pl.String,
    "flow": pl.Categorical,
    "stage": pl.Categorical,  # null: no stage of the flow matches
    "stage_kind": pl.Categorical,
    "stage_owner": pl.Categorical,  # team (or "requester") of the config; null when none
}


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
    """Rates per working hour. `rates` by team."""

    currency: str
    default_rate: float | None = None
    rates: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """The part of the config that gives facts their meaning."""

    hours: Hours
    flows: Mapping[str, Flow] = field(default_factory=dict)
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    money: Money | None = None
    slip_minutes: float = 60.0
    calendars: Mapping[str, Hours] = field(default_factory=dict)


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
    """One fact behind a finding: when, what it says in words, and the item it belongs to."""

    at: datetime
    text: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about. `id`: a ref, a person key, a team name, `flow/stage`, or `from → to`."""

    kind: Literal["item", "person", "team", "stage", "pair"]
    id: str
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's verdict. `key` stays the same while the trouble lasts.

    `since`: when the trouble began. `limit`: the limit in words, with where it came from in `limit_from`.
    `waited_working` and `waited_elapsed` in seconds. `cost_hours`: working hours of waiting, None where the rule
    counts none; `cost_money` only where a rate is given; `cost_formula`: how it was worked out, in words.
    `refs`: the items it counts, worst first.
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
    cause: str = ""
    refs: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


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
    item's status field says at each level; empty when the kind is not about single items.
    """

    kind: ClassVar[str]
    words: ClassVar[Mapping[Level, str]] = {}
    id: str
    next_step: str
    limit: int | None = None

    def check(self, board: Board) -> Iterator[Finding]:
        """The findings on this board, in any order."""
        raise NotImplementedError

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """What must hold for this item to be in a finding, in the order in which it is asked."""
        raise NotImplementedError
