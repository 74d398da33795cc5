"""The config, read, typed and checked: what every other part of the engine asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from rules import engine as rules_engine
from rules.base import Flow, Money, OwnTime, Rule, Stage, Terms
from rules.durations import US
from sync.config import cross, rule_tables, sources
from sync.config.calendars import hours_of
from sync.config.problems import ConfigProblems, Problem
from sync.config.read import Read, read
from sync.config.shape import FlowTable, MoneyTable, PersonTable, Shape, WriteTable
from sync.config.sources import SourceKind
from sync.config.times import Times, length, longest_gap
from sync.config.words import problems_of
from sync.intent import FieldNames

_NO_MEANING = ("base_url", "token_env", "token_file", "requests_per_minute", "incremental", "sweep_every")
"""Keys of a source that say how it is reached: they change no finding."""


@dataclass(frozen=True)
class Settings:
    """A config without problems. `sources`: each source's typed options; `warnings`: what works and may surprise."""

    path: Path
    shape: Shape
    sources: Mapping[str, BaseModel]
    kinds: Mapping[str, SourceKind]
    checked_rules: tuple[Rule, ...]
    warnings: tuple[Problem, ...]
    environment: Mapping[str, str]

    @property
    def mode(self) -> Literal["observe", "plan", "apply"]:
        return self.shape.mode

    @property
    def write(self) -> WriteTable:
        return self.shape.write

    @property
    def field_names(self) -> FieldNames:
        """The names of our fields on items; None for one left out."""
        fields = self.write.fields
        names = (fields.status, fields.since, fields.on, fields.next_step, fields.waited, fields.cost)
        return FieldNames(*(name or None for name in names))

    @property
    def database_url(self) -> str:
        """As SQLAlchemy takes it; a relative SQLite path is relative to the config's folder."""
        url = make_url(self.shape.database_url or "sqlite:///handrail.db")
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
            url = url.set(database=str(self.path.parent.resolve() / Path(str(url.database)).expanduser()))
        return url.render_as_string(hide_password=False)

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Where the sources are reached, in the order of the file."""
        return tuple(str(getattr(options, "base_url", "")) for options in self.sources.values())

    def kind_of(self, source: str) -> SourceKind:
        """What the kind of this source can do."""
        return self.kinds[self.sources[source].kind]  # type: ignore[attr-defined]

    def token_of(self, source: str) -> str:
        """The source's token; MissingToken when there is none (a loopback address needs none)."""
        return sources.token(source, self.sources[source], self.path.parent, self.environment)

    def rules(self) -> tuple[Rule, ...]:
        """The rules, in the order of the file."""
        return self.checked_rules

    def terms(self) -> Terms:
        """The part of the config that gives facts their meaning."""
        return self._terms

    @cached_property
    def _terms(self) -> Terms:
        shape, money = self.shape, self.shape.money
        return Terms(
            hours=hours_of(shape.calendar),
            flows={id_: _flow(id_, table) for id_, table in shape.flows.items()},
            teams={name: team.members for name, team in shape.teams.items()},
            money=_money(money) if money else None,
            slip_minutes=shape.handoffs.slip.microseconds(0) / (60 * US),
            calendars={id_: hours_of(table) for id_, table in shape.calendars.items()},
            people={name: _own_time(shape, one) for name, one in shape.people.items()},
            blocked_tags=shape.blocked.tags,
        )

    @cached_property
    def hash(self) -> str:
        """Changes with anything that can change a finding, and with nothing else."""
        parts = {
            key: value
            for key, value in self.shape.model_dump(mode="json", exclude={"rules", "sources"}).items()
            if key in ("calendar", "calendars", "money", "teams", "flows", "handoffs", "people", "blocked")
        }
        parts["rules"] = {rule.id: [rule.kind, repr(rule)] for rule in self.checked_rules}
        parts["sources"] = {
            id_: one.model_dump(mode="json", exclude={*_NO_MEANING}) for id_, one in self.sources.items()
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def load(path: Path, env: Mapping[str, str], kinds: Mapping[str, SourceKind] | None = None) -> Settings:
    """Read and check a config; raises ConfigProblems with everything that is wrong. `env`: the environment.

    `kinds`: the kinds of source there are, by default those that are wired. No token is asked for here, so that a
    config can be checked by somebody who has none.
    """
    if kinds is None:
        from sync import wiring  # here, because the wiring stands on this module

        kinds = wiring.KINDS
    text = read(path, env)
    typed, rules = sources.built(text, kinds), rule_tables.built(text, rules_engine.kinds())
    shape, wrong = _shape(text)
    wrong = [
        *wrong,
        *typed[1],
        *rules[1],
        *cross.problems(shape, typed[0], rules[0], text, kinds),
        *_other(shape, text),
    ]
    if wrong:
        raise ConfigProblems(wrong)
    return Settings(path, shape, typed[0], kinds, tuple(rules[0]), tuple(_warnings(shape, text)), dict(env))


def _shape(text: Read) -> tuple[Shape, list[Problem]]:
    """The typed file. Tables with problems are left out, so that the others can still be held against each other."""
    values: dict[str, Any] = dict(text.values)
    wrong: list[Problem] = []
    while True:
        try:
            return Shape(**values), wrong
        except ValidationError as error:
            if not wrong:
                wrong.extend(problems_of(error, text, Shape))
            for details in error.errors(include_url=False, include_input=False):
                values = _without(values, details["loc"])


def _without(values: Mapping[str, Any], loc: tuple[str | int, ...]) -> dict[str, Any]:
    """The values without the table that this error is in: `flows.x` whole, else the top-level key."""
    top = str(loc[0])
    rest = dict(values)
    below = rest.get(top)
    tables = ("calendars", "people", "teams", "sources", "flows", "rules")
    if len(loc) > 1 and top in tables and isinstance(below, dict):
        rest[top] = {key: value for key, value in below.items() if key != loc[1]}
    else:
        rest.pop(top, None)
    return rest


def _money(table: MoneyTable) -> Money:
    friction: dict[str, float] = dict(table.friction_minutes.items())
    return Money(table.currency, table.default_rate, dict(table.rates), friction)


def _own_time(shape: Shape, table: PersonTable) -> OwnTime:
    calendar = hours_of(shape.calendars[table.calendar]) if table.calendar else None
    return OwnTime(calendar, frozenset(table.days_off), table.same)


def _flow(id_: str, table: FlowTable) -> Flow:
    stages = tuple(Stage(one.name, one.kind, cross.patterns(one), one.owner) for one in table.stages)
    return Flow(id_, table.source, stages, table.projects, table.calendar)


def _other(shape: Shape, text: Read) -> Iterator[Problem]:
    """A config that could never do anything, an address nobody can open, a slip that is no time."""
    if not text.values.get("sources"):
        yield text.problem(("sources",), "the config names no source", "add [sources.<name>] with a kind")
    try:
        url = make_url(shape.database_url or "sqlite://")
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            yield text.problem(
                ("database_url",), "is neither SQLite nor PostgreSQL", "sqlite:///file.db or postgresql://…"
            )
    except ArgumentError:
        yield text.problem(("database_url",), "is no database address", "sqlite:///file.db or postgresql://…")
    if shape.handoffs.slip.working:
        yield text.problem(("handoffs", "slip"), "counts time on the wall clock", 'like "60m" or "2h"')


def _warnings(shape: Shape, text: Read) -> Iterator[Problem]:
    write = shape.write
    if shape.mode == "apply" and write.max_writes is None and write.max_percent is None:
        hint = "set max_writes or max_percent under [write]"
        yield text.problem(("mode",), "applies without a cap on how much one run may write", hint)
    yield from _too_late(shape, text)
    if not shape.flows:
        yield text.problem(
            ("flows",), "no flow says what the columns mean: there are no stages, waits or handoffs by stage"
        )
    if not text.values.get("rules"):
        yield text.problem(("rules",), "no rule is switched on: nothing will be found")
    if shape.money and shape.money.default_rate is None and not shape.money.rates:
        yield text.problem(("money",), "has no rate: reports show hours only", "set default_rate or rates")


def _too_late(shape: Shape, text: Read) -> Iterator[Problem]:
    """A source would be called stale between two runs that are on time."""
    lines, limit = (*shape.write.when.fields, *shape.write.when.page), shape.serve.stale_after
    gap = longest_gap([Times.parse(line) for line in lines], ZoneInfo("UTC"))
    if gap > length(limit):
        hours = f"{gap / timedelta(hours=1):.3g}h"
        yield text.problem(
            ("serve", "stale_after"),
            f"{limit} is less than the {hours} between two runs of [write] when: /readyz would fail",
            f'run more often, or make it longer than "{hours}"',
        )  # fmt: skip
