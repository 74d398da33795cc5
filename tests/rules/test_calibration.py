"""Learned limits: what most past cases stayed within, with those that still go on; what holds until then, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import Board, Terms
from rules.calibration import Calibration, Clamp, Learner, drawn, in_force, learn
from rules.checks.handoff_stall import HandoffStall
from rules.checks.quiet import Quiet
from rules.checks.stage_age import StageAge
from rules.durations import Duration
from rules.engine import judge
from tests.rules.boards import ROUND_THE_CLOCK, board

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLAMP = Clamp(Duration.parse("3d"))


class Past(Learner):
    """A rule with the past it is given."""

    kind = "test"
    rows: pl.DataFrame

    def past(self, board: Board) -> pl.DataFrame:
        return self.rows


def of_hours(cases: list[tuple[int, bool]], percent: int) -> Calibration:
    """What a percentile of these cases (hours, ended) comes to, in hours."""
    lengths = pl.Series([timedelta(hours=hours) for hours, _ in cases], dtype=pl.Duration("us"))
    rule = Past("r", "Look.", clamp=Clamp(Duration.parse("1h"), min_samples=1), percents={"breach": percent})
    ended = pl.Series([done for _, done in cases], dtype=pl.Boolean)
    object.__setattr__(rule, "rows", pl.DataFrame({"working": lengths, "elapsed": lengths, "ended": ended}))
    return learn(empty(), rule)[0]


def empty() -> Board:
    return board([], [], now=NOW)


def slow(cases: list[tuple[int, bool]], percent: int) -> int | None:
    """Kaplan and Meier's estimate as the textbook has it, with fractions."""
    going = Fraction(1)
    for hours in sorted({hours for hours, ended in cases if ended}):
        at_risk = sum(other >= hours for other, _ in cases)
        going *= 1 - Fraction(sum(other == hours and ended for other, ended in cases), at_risk)
        if going <= 1 - Fraction(percent, 100):
            return hours
    return None


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), max_size=30), st.integers(1, 99))
def test_a_percentile_is_the_textbooks(cases: list[tuple[int, bool]], percent: int) -> None:
    wanted = slow(cases, percent)
    found = of_hours(cases, percent)
    assert found.value == (None if wanted is None else Duration.parse(f"{wanted}h"))
    assert found.sample == sum(ended for _, ended in cases)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=40), st.integers(1, 99))
def test_where_everything_has_ended_it_is_the_nearest_rank(hours: list[int], percent: int) -> None:
    rank = -(-len(hours) * percent // 100)
    assert of_hours([(one, True) for one in hours], percent).value == Duration.parse(f"{sorted(hours)[rank - 1]}h")


def test_a_length_between_two_tenths_is_rounded_up() -> None:
    lengths = pl.Series([timedelta(hours=25)], dtype=pl.Duration("us"))
    rule = Past("r", "Look.", clamp=CLAMP, percents={"breach": 50})
    object.__setattr__(rule, "rows", pl.DataFrame({"working": lengths, "elapsed": lengths, "ended": [True]}))
    assert learn(empty(), rule)[0].value == Duration.parse("1.1d")


# ---- what holds --------------------------------------------------------------------------------------------------


def stall(**more: Any) -> HandoffStall:
    """A rule as the config builds it: the fallback in its place, and what was asked for."""
    return HandoffStall("look", "Ask {waiting_on}.", **{
        "warn": None, "breach": Duration.parse("3wd"), "percents": {"warn": 70, "breach": 85},
        "clamp": Clamp(Duration.parse("3wd"), max=Duration.parse("5wd"), min=Duration.parse("1wd")), **more,
    })  # fmt: skip


def frozen(rule: Learner, level: Any, value: str | None, sample: int = 143, days: float = 10) -> Calibration:
    length = Duration.parse(value) if value else None
    return Calibration("look", level, rule.percents[level], length, sample, drawn(rule), NOW - timedelta(days=days))


def held(rule: Learner, *calibrations: Calibration, at: datetime = NOW) -> tuple[str, str, str]:
    """The limits in force, and where the second came from."""
    found: Any = in_force([rule], calibrations, at)[0]
    return str(found.warn), str(found.breach), found.limits_from.get("breach", "")


def test_never_calibrated_the_fallback_holds_and_says_so() -> None:
    assert held(stall()) == ("None", "3wd", "fallback: never calibrated")
    two = Clamp(Duration.parse("3wd"), fallback_warn=Duration.parse("2wd"))
    assert held(stall(clamp=two))[:2] == ("2wd", "3wd")


def test_frozen_limits_hold_and_name_sample_and_day() -> None:
    rule = stall()
    both = (frozen(rule, "warn", "2.4wd"), frozen(rule, "breach", "4.1wd"))
    assert held(rule, *both) == ("2.4wd", "4.1wd", "p85 of 143 waits, frozen 2026-02-20")
    assert held(rule, *both, at=NOW - timedelta(days=11))[2] == "fallback: never calibrated"
    newer = frozen(rule, "breach", "4.5wd", days=1)
    assert held(rule, newer, *both)[1] == "4.5wd"


def test_a_clamp_holds_it_and_says_what_was_learned() -> None:
    rule = stall()
    both = (frozen(rule, "warn", "0.2wd"), frozen(rule, "breach", "7wd"))
    assert held(rule, *both) == ("1wd", "5wd", "p85 of 143 waits is 7wd, held to 5wd, frozen 2026-02-20")
    never = frozen(rule, "breach", None)
    assert held(rule, never)[2] == "p85 of 143 waits is not reached yet, held to 5wd, frozen 2026-02-20"


def test_too_few_cases_or_another_question_and_the_fallback_holds() -> None:
    rule = stall()
    few = frozen(rule, "breach", "4wd", sample=12)
    assert held(rule, few)[1:] == ("3wd", "fallback: only 12 waits, frozen 2026-02-20")
    changed = stall(by=("team",))
    old = frozen(rule, "breach", "4wd")
    assert held(changed, old)[2] == "fallback: the rule has changed since it was calibrated"
    assert held(stall(limit=3), old)[1] == "4wd", "what is said changes no past"


def test_two_levels_that_come_to_the_same_are_one() -> None:
    rule = stall()
    both = (frozen(rule, "warn", "4wd"), frozen(rule, "breach", "4wd"))
    assert held(rule, *both)[:2] == ("None", "4wd")


# ---- the pasts of the kinds ----------------------------------------------------------------------------------------


def a_past() -> Board:
    """Twenty briefs given to Ben, each looked at a day later than the one before; one still waits."""
    items = [{"ref": f"s:{n:02}", "created_at": NOW - timedelta(days=60)} for n in range(21)]
    given = [
        {
            "ref": one["ref"],
            "at": NOW - timedelta(days=50),
            "kind": "owner",
            "old": "Ada",
            "new": "Ben",
            "actor": "Ada",
        }
        for one in items
    ]
    moved = [
        {
            "ref": one["ref"],
            "at": NOW - timedelta(days=50),
            "seq": 1,
            "kind": "transition",
            "new": "a",
            "actor": "Ada",
        }
        for one in items
    ]
    looks = [
        {"ref": f"s:{n:02}", "at": NOW - timedelta(days=50 - n - 1), "kind": "transition", "old": "a", "new": "b",
         "actor": "Ben"}
        for n in range(20)
    ]  # fmt: skip
    columns = [
        {"column": "a", "name": "A", "stage": "A", "stage_kind": "active"},
        {"column": "b", "name": "B", "stage": "B", "stage_kind": "done"},
    ]
    return board(items, [*given, *moved, *looks], columns=columns, now=NOW, terms=Terms(hours=ROUND_THE_CLOCK))


def test_each_kind_learns_from_its_own_past() -> None:
    rules: list[Learner] = [
        HandoffStall("look", "Ask.", breach=Duration.parse("3d"), clamp=CLAMP, percents={"breach": 85}),
        StageAge("stage", "Ask.", breach=Duration.parse("3d"), clamp=CLAMP, percents={"breach": 50}),
        Quiet("quiet", "Ask.", breach=Duration.parse("3d"), clamp=CLAMP, percents={"breach": 50}),
    ]
    learned = [learn(a_past(), rule)[0] for rule in rules]
    assert [one.sample for one in learned] == [20, 20, 20]
    assert [str(one.value) for one in learned] == ["18d", "11d", "11d"], "of 21 with the one that still waits"
    settled = in_force(rules, learned, NOW)
    found = judge(a_past(), settled).findings
    assert {one.rule: one.limit_from for one in found} == {
        "look": "p85 of 20 waits, frozen 2026-03-02",
        "stage": "p50 of 20 stays in these stages, frozen 2026-03-02",
        "quiet": "p50 of 20 longest silences, frozen 2026-03-02",
    }
    assert {one.subject.id for one in found} == {"s:20"}
