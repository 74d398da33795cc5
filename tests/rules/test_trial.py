"""Counting what rules said on a row of days: spells, noise, use, weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from rules.base import Finding, Level, Subject
from rules.trial import Day, Trial, trials

FIRST = date(2026, 3, 2)  # a Monday


def finding(key: str, level: Level) -> Finding:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Finding(key, "r", "k", level, Subject("item", key, key), at, "Said.", "Look.", "1d")


def tried(**spells: str) -> Trial:
    """One rule; each finding as its levels day by day: `w` warn, `b` breach, `.` not there."""
    levels: dict[str, Level] = {"w": "warn", "b": "breach"}
    days = [
        Day(
            FIRST + timedelta(days=number),
            tuple(finding(key, levels[row[number]]) for key, row in spells.items() if row[number] != "."),
        )
        for number in range(max(map(len, spells.values())))
    ]
    return trials(days, ["r"])[0]


def test_noise_is_what_ends_by_itself_within_three_days() -> None:
    one = tried(short=".www....", long=".wwww...", young="......ww", before="ww......", blink=".w......")
    assert (one.before, one.found, one.decided, one.ended_soon) == (1, 4, 3, 2)


def test_use_is_a_warning_that_became_a_breach_while_it_lasted() -> None:
    one = tried(worse=".wwb....", better=".bww....", calm=".wwwwwww", again=".w.b....")
    assert (one.warned, one.breached) == (3, 1), "a breach after a gap is another spell"
    assert one.found == 5


def test_days_and_weeks() -> None:
    one = tried(a="wwwwwwwww", b="......bbb")
    assert one.warns == (1,) * 9
    assert one.breaches == (0,) * 6 + (1,) * 3
    assert one.weeks() == [(FIRST, 8 / 7), (FIRST + timedelta(days=7), 2.0)]


def test_a_rule_that_said_nothing() -> None:
    one = trials([Day(FIRST, ())], ["silent"])[0]
    assert (one.found, one.before, one.weeks()) == (0, 0, [(FIRST, 0.0)])
