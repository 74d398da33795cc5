"""Boards and rules in, findings out: judge everything, explain one item's findings, explain their absence."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

import rules.checks
from rules.base import Board, Condition, Finding, Level, Rule
from rules.calendars import calendar_of
from rules.durations import US
from rules.language import moment, span, working_time
from rules.noted import noted
from rules.once import let_go


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, type[Rule]]:
    """Every kind of rule by its word in the config: a kind is a file in `rules/checks`."""
    found: dict[str, type[Rule]] = {}
    for module in pkgutil.iter_modules(rules.checks.__path__, "rules.checks."):
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and issubclass(one, Rule) and one.__module__ == module.name:
                found[one.kind] = one
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Judgement:
    """All findings on a board, costliest first (ties by key), and those that are said: not the exempt ones, and of a
    rule's others as many as its `limit` allows."""

    board: Board
    findings: tuple[Finding, ...]
    said: tuple[Finding, ...]


def judge(
    board: Board, asked: Iterable[Rule], seen: Mapping[str, datetime] | None = None,
    quiet: Mapping[str, str] | None = None,
) -> Judgement:  # fmt: skip
    """Ask every rule. Equal boards and rules give equal judgements, whatever the order of the rules.

    `seen`: by key of findings that held before, when a run first found them. `quiet`: by key of findings that a
    person keeps from being said, that person's decision in words.
    """
    limits = {rule.id: rule for rule in asked}
    found = [noted(finding, rule, board, seen, quiet or {}) for finding, rule in _checked(board, limits.values())]
    ordered = tuple(sorted(found, key=_costliest_first))
    told: Counter[str] = Counter()
    said = []
    for finding in ordered:
        limit = limits[finding.rule].limit
        if not finding.exempt and (limit is None or told[finding.rule] < limit):
            told[finding.rule] += 1
            said.append(finding)
    return Judgement(board, ordered, tuple(said))


def _checked(board: Board, asked: Iterable[Rule]) -> Iterator[tuple[Finding, Rule]]:
    """What each rule finds, kind by kind."""
    for _, alike in groupby(sorted(asked, key=lambda rule: rule.kind), key=lambda rule: rule.kind):
        for rule in alike:
            yield from ((finding, rule) for finding in rule.check(board))
        let_go(board)


def _costliest_first(finding: Finding) -> tuple[float, float, float, str]:
    money, hours = finding.cost_money or 0.0, finding.cost_hours or 0.0
    return -money, -hours, -(finding.waited_elapsed or 0.0), finding.key


@dataclass(frozen=True)
class Why:
    """The findings on one item, or on whatever else is found on, with their facts."""

    board: Board
    ref: str
    findings: tuple[Finding, ...]

    def lines(self) -> list[str]:
        """The explanation as plain lines."""
        if not self.findings:
            return [f"Nothing is found on {self.ref}. `why-not {self.ref} RULE` says which condition a rule misses."]
        return [line for finding in self.findings for line in (*_told(self.board, finding), "")][:-1]

    def to_json(self) -> dict[str, Any]:
        """The same as plain values; instants in ISO 8601."""
        return {"ref": self.ref, "findings": [_plain(asdict(finding)) for finding in self.findings]}


def why(board: Board, asked: Sequence[Rule], ref: str, seen: Mapping[str, datetime] | None = None) -> Why:
    """The findings that this item is in, as itself or as one of those counted. `seen`: as for `judge`.

    `ref` may as well be a person, or what else a finding is about, or a finding's key.
    """
    found = judge(board, asked, seen).findings
    return Why(board, ref, tuple(one for one in found if ref in (one.subject.id, one.key, *one.refs)))


def _when(not_before: datetime | None, at: datetime, zone: str) -> str:
    return span(not_before, at, zone) if not_before else moment(at, zone)


def _told(board: Board, finding: Finding) -> Iterable[str]:
    zone, day = board.terms.hours.timezone, calendar_of(board, finding.flow or None).day
    yield f"[{finding.level}] {finding.sentence}"
    yield f"  rule      {finding.rule} ({finding.kind}), limit {finding.limit}, from {finding.limit_from}"
    yield f"  since     {_when(finding.not_before, finding.since, zone)}"
    if finding.first_seen is not None:
        yield f"  seen      first on {moment(finding.first_seen, zone)}"
    if finding.exempt:
        yield f"  not said  {finding.exempt}"
    if finding.waited_working is not None:
        yield f"  waited    {working_time(finding.waited_working * US, day)}"
    if finding.cost_formula:
        yield f"  cost      {finding.cost_formula}"
    for charge in finding.charges:
        yield f"  {charge.what:<9} {charge.formula}"
    for fact in finding.evidence:
        where = f"  {fact.ref}" + "".join(f" event {id_}" for id_ in fact.events) if fact.ref else ""
        yield f"  {_when(fact.not_before, fact.at, zone)}  {fact.text}{where}"
    yield f"  next step {finding.next_step}"
    yield f"  key       {finding.key}"


@dataclass(frozen=True)
class WhyNot:
    """The conditions of a rule on one item, up to the first that does not hold; all of them when the rule speaks.

    `origins`: where learned limits came from, by level.
    """

    ref: str
    title: str
    rule: str
    conditions: tuple[Condition, ...]
    origins: Mapping[Level, str] = field(default_factory=dict)

    @property
    def failed(self) -> Condition | None:
        """The condition that does not hold; None when the rule does speak of the item."""
        return next((one for one in self.conditions if not one.holds), None)

    def lines(self) -> list[str]:
        """The answer first, then what held before."""
        says = "says nothing about" if self.failed else "does speak of"
        told = sorted(self.conditions, key=lambda one: one.holds)  # the one that fails comes first
        return [
            f"{self.rule} {says} “{self.title}” ({self.ref}).",
            *(
                f"  {'holds' if one.holds else 'fails'}: {one.text} ({one.value}; asked for: {one.limit})"
                for one in told
            ),
            *(f"  {level} was learned: {origin}" for level, origin in self.origins.items()),
        ]

    def to_json(self) -> dict[str, Any]:
        """The same as plain values."""
        missed = self.failed
        return {
            "ref": self.ref, "title": self.title, "rule": self.rule, "speaks": missed is None,
            "failed": asdict(missed) if missed else None, "conditions": [asdict(one) for one in self.conditions],
            "limits_from": dict(self.origins),
        }  # fmt: skip


def why_not(board: Board, rule: Rule, ref: str) -> WhyNot:
    """The first condition of the rule that this item misses. ValueError for an item that is not on the board."""
    row = board.items["ref"].index_of(ref)
    if row is None:
        raise ValueError(f"{ref} is not on the board; refs look like asana:1201")
    asked: list[Condition] = []
    for condition in rule.conditions(board, row):
        asked.append(condition)
        if not condition.holds:
            break
    return WhyNot(ref, board.items["title"][row], rule.id, tuple(asked), rule.limits_from)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
