"""What rules said on a row of past days, counted: how much, how much of it was noise, how much got worse.

A finding's spell is a run of days on which its key was found. It is early noise when it ended by itself within three
days; it was useful when a warning later became a breach. Spells that were there on the first day began at some time
before it, and spells too young to have shown how they end are counted apart: neither is guessed at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rules.base import Finding, Level

SOON = 3
"""Days within which a finding that ends was hardly worth saying."""


@dataclass(frozen=True, slots=True)
class Day:
    """What was found as of the end of one day."""

    day: date
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Spell:
    """A finding while it lasted: its level on each day from `first` on. `over`: it was gone on the day after."""

    key: str
    first: date
    levels: tuple[Level, ...]
    over: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule over the days. `before`: spells there on the first day; `found`: those that began later; `decided`: of
    these, the ones that ended or lasted past three days; `ended_soon`: of those, ended within three days; `warned`:
    found as a warning; `breached`: of these, breached later. `warns`, `breaches`: findings on each day."""

    rule: str
    days: tuple[date, ...]
    warns: tuple[int, ...]
    breaches: tuple[int, ...]
    before: int
    found: int
    decided: int
    ended_soon: int
    warned: int
    breached: int

    def weeks(self) -> list[tuple[date, float]]:
        """By week, named by its Monday: findings a day, on average over the days there are."""
        totals: dict[date, list[int]] = {}
        for day, warns, breaches in zip(self.days, self.warns, self.breaches, strict=True):
            totals.setdefault(day - timedelta(days=day.weekday()), []).append(warns + breaches)
        return [(monday, sum(counts) / len(counts)) for monday, counts in sorted(totals.items())]


def trials(days: Sequence[Day], rules: Iterable[str]) -> list[Trial]:
    """What each rule said on these days, which follow each other without gaps."""
    return [_trial(rule, days) for rule in rules]


def _trial(rule: str, days: Sequence[Day]) -> Trial:
    levels: list[Mapping[str, Level]] = [
        {one.key: one.level for one in day.findings if one.rule == rule} for day in days
    ]
    spells = list(_spells([day.day for day in days], levels))
    new = [one for one in spells if one.first > days[0].day]
    decided = [one for one in new if one.over or len(one.levels) > SOON]
    warned = [one for one in new if one.levels[0] == "warn"]
    return Trial(
        rule, tuple(day.day for day in days),
        tuple(sum(level == "warn" for level in one.values()) for one in levels),
        tuple(sum(level == "breach" for level in one.values()) for one in levels),
        before=len(spells) - len(new), found=len(new), decided=len(decided),
        ended_soon=sum(one.over and len(one.levels) <= SOON for one in decided),
        warned=len(warned), breached=sum("breach" in one.levels for one in warned),
    )  # fmt: skip


def _spells(days: Sequence[date], levels: Sequence[Mapping[str, Level]]) -> Iterable[Spell]:
    going: dict[str, tuple[date, list[Level]]] = {}
    for day, found in zip(days, levels, strict=True):
        for key in going.keys() - found.keys():
            first, held = going.pop(key)
            yield Spell(key, first, tuple(held), over=True)
        for key, level in found.items():
            going.setdefault(key, (day, []))[1].append(level)
    for key, (first, held) in going.items():
        yield Spell(key, first, tuple(held), over=False)
