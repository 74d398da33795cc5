"""Limits learned from the past: what most waits of this kind stayed within, frozen until somebody calibrates again.

A rule asks with `warn = "p70"`, `breach = "p85"` and a clamp. Before a rule is asked, its percentiles become plain
lengths of time (`in_force`), so that rules know nothing of them. Waits that still go on count as longer than they
are by now (the Kaplan-Meier estimate, nearest rank): leaving them out would make slow places look quick.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any, ClassVar

import polars as pl

from rules.base import NO_OPTION, Board, Level, Rule
from rules.calendars import calendar_of
from rules.durations import Duration

LEVELS: tuple[Level, ...] = ("warn", "breach")
_STEP = Decimal("0.1")
_SETTINGS = ("id", "next_step", "limit", "exempt", "limits_from", "warn", "breach", "clamp", "percents")
"""Fields of a rule that do not change which past it learns from."""


@dataclass(frozen=True, slots=True)
class Clamp:
    """What a learned limit may be. `fallback`: the limit while fewer than `min_samples` have ended (`fallback_warn`
    for the first level where both are learned); its calendar is the one that is learned in. `min`, `max`: bounds."""

    fallback: Duration
    fallback_warn: Duration | None = None
    min: Duration | None = None
    max: Duration | None = None
    min_samples: int = 20

    def __post_init__(self) -> None:
        if self.min_samples < 1:
            raise ValueError("min_samples must be at least 1; 20 is a good floor")
        others = {"min": self.min, "max": self.max, "fallback_warn": self.fallback_warn}
        for name, one in others.items():
            if one is not None and one.working != self.fallback.working:
                raise ValueError(f"{name} ({one}) and fallback ({self.fallback}) count different time; use one kind")
        if self.min and self.max and not _longer(self.max, self.min):
            raise ValueError(f"max ({self.max}) is not beyond min ({self.min}); min comes first")
        if self.fallback_warn and not _longer(self.fallback, self.fallback_warn):
            raise ValueError(f"fallback_warn ({self.fallback_warn}) is not below fallback ({self.fallback})")


@dataclass(frozen=True)
class Learner(Rule):
    """A rule whose `warn` and `breach` can be percentiles of its own past. `percents`: the ones it asked for."""

    learns: ClassVar[tuple[str, str]] = ("wait", "waits")
    """What it learns from, one and many."""
    clamp: Clamp | None = field(default=None, kw_only=True)
    percents: Mapping[Level, int] = field(default_factory=dict, kw_only=True, metadata=NO_OPTION)

    def past(self, board: Board) -> pl.DataFrame:
        """One row per past case: `working`, `elapsed` (how long), `ended` (false: it goes on, or was cut off)."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Calibration:
    """One level of a rule, as learned at an instant from `sample` ended cases. `value` None: no such limit could be
    learned. `drawn`: which rule, in all that decides its sample."""

    rule: str
    level: Level
    percent: int
    value: Duration | None
    sample: int
    drawn: str
    frozen_at: datetime


def learn(board: Board, rule: Rule) -> list[Calibration]:
    """What each percentile of a rule comes to on this board; nothing for a rule without any."""
    if not isinstance(rule, Learner) or not rule.percents or rule.clamp is None:
        return []
    past, like = rule.past(board), rule.clamp.fallback
    lengths = past["working" if like.working else "elapsed"].dt.total_microseconds()
    sample = int(past["ended"].sum())
    day = calendar_of(board, getattr(rule, "flow", None)).day
    return [
        Calibration(rule.id, level, percent, _said_in(_percentile(lengths, past["ended"], percent), like, day),
                    sample, drawn(rule), board.now)
        for level in LEVELS
        if (percent := rule.percents.get(level)) is not None
    ]  # fmt: skip


def drawn(rule: Rule) -> str:
    """Stays the same as long as a rule learns from the same sort of past."""
    said = {name: value for name, value in _chosen(rule).items() if name not in _SETTINGS}
    return hashlib.sha256(f"{rule.kind} {said!r}".encode()).hexdigest()[:12]


def _chosen(one: Any) -> dict[str, Any]:
    """What differs from the defaults, so that an option that is new in the program changes nothing."""
    found = {}
    for each in fields(one):
        value = getattr(one, each.name)
        default = each.default_factory() if each.default_factory is not MISSING else each.default
        if value != default:
            found[each.name] = _chosen(value) if is_dataclass(value) else value
    return found


def in_force(rules: Iterable[Rule], frozen: Sequence[Calibration], at: datetime) -> tuple[Rule, ...]:
    """The rules with plain limits: learned ones as they were frozen at that instant, else their fallbacks."""
    newest: dict[tuple[str, Level], Calibration] = {}
    for one in sorted((one for one in frozen if one.frozen_at <= at), key=lambda one: one.frozen_at):
        newest[one.rule, one.level] = one
    return tuple(_settled(rule, newest) if isinstance(rule, Learner) else rule for rule in rules)


def _settled(rule: Learner, newest: Mapping[tuple[str, Level], Calibration]) -> Learner:
    if not rule.percents or rule.clamp is None:
        return rule
    limits: dict[str, Duration | None] = {level: getattr(rule, level) for level in LEVELS}
    origin: dict[Level, str] = {}
    for level in rule.percents:
        limits[level], origin[level] = _limit(rule, rule.clamp, level, newest.get((rule.id, level)))
    warn, breach = limits["warn"], limits["breach"]
    if warn and breach and warn.working == breach.working and not _longer(breach, warn):
        limits["warn"] = None  # both came to the same: the second level speaks
    return replace(rule, **limits, limits_from=origin)  # type: ignore[arg-type]


def _limit(rule: Learner, clamp: Clamp, level: Level, found: Calibration | None) -> tuple[Duration, str]:
    """The limit of one level, and where it came from."""
    reason = _unusable(rule, clamp, level, found)
    if found is None or reason:
        both = len(rule.percents) == 2
        fallback = clamp.fallback_warn if level == "warn" and both and clamp.fallback_warn else clamp.fallback
        return fallback, f"fallback: {reason}"
    said = f"p{found.percent} of {found.sample:,} {rule.learns[1]}"
    day = f"frozen {found.frozen_at:%Y-%m-%d}"
    if found.value is None or (clamp.max and _longer(found.value, clamp.max)):
        held = clamp.max or clamp.fallback
        was = f"is {found.value}" if found.value else "is not reached yet"
        return held, f"{said} {was}, held to {held}, {day}"
    if clamp.min and _longer(clamp.min, found.value):
        return clamp.min, f"{said} is {found.value}, held to {clamp.min}, {day}"
    return found.value, f"{said}, {day}"


def _unusable(rule: Learner, clamp: Clamp, level: Level, found: Calibration | None) -> str:
    """Why a calibration says nothing about this rule as it is now; empty when it does."""
    if found is None:
        return "never calibrated"
    if found.percent != rule.percents[level] or found.drawn != drawn(rule):
        return "the rule has changed since it was calibrated"
    if found.value is not None and found.value.working != clamp.fallback.working:
        return "it was calibrated in another calendar"
    if found.sample < clamp.min_samples:
        return f"only {found.sample} {rule.learns[found.sample != 1]}, frozen {found.frozen_at:%Y-%m-%d}"
    return ""


def _longer(one: Duration, other: Duration) -> bool:
    """Of two lengths in the same calendar; any usual day will do."""
    day = 8 * 3600 * 1_000_000
    return one.microseconds(day) > other.microseconds(day)


def _percentile(lengths: pl.Series, ended: pl.Series, percent: int) -> int | None:
    """The shortest length within which that share of cases ends; None while so many have not ended."""
    steps = (
        pl.DataFrame({"length": lengths, "ended": ended})
        .group_by("length").agg(ended=pl.col("ended").sum(), left=pl.len()).sort("length")
        .with_columns(at_risk=pl.col("left").reverse().cum_sum().reverse())
    )  # fmt: skip
    going = steps.with_columns(going=(1 - pl.col("ended") / pl.col("at_risk")).cum_prod())
    reached = going.filter((pl.col("going") <= 1 - percent / 100 + 1e-9) & (pl.col("ended") > 0))
    return int(reached["length"][0]) if reached.height else None


def _said_in(us: int | None, like: Duration, day: int) -> Duration | None:
    """A length in the unit of another, rounded up to a tenth so that nobody is asked sooner than the past says."""
    if us is None:
        return None
    unit = Duration(Decimal(1), like.unit).microseconds(day)
    amount = (Decimal(us) / unit).quantize(_STEP, rounding=ROUND_CEILING)
    return Duration(max(amount, _STEP), like.unit)


def calibrated(rules: Iterable[Rule]) -> Iterator[Learner]:
    """The rules that have something to learn."""
    return (rule for rule in rules if isinstance(rule, Learner) and rule.percents)
