"""Exempt findings are kept and not said; nothing else changes, and the limit counts only what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from rules.base import Exempt
from rules.checks.match import Match
from rules.engine import judge, why
from rules.where import Where
from tests.rules.boards import NOW, board

BOARD = board([{"ref": f"s:{n}", "created_at": NOW - timedelta(days=9 - n)} for n in range(4)], [])
RULE = Match("m", "Look.", 2, where=Where(type=("task",)))


def said(*exempt: Exempt) -> list[str]:
    return [one.subject.id for one in judge(BOARD, [replace(RULE, exempt=exempt)]).said]


def until(day: date, ref: str = "s:0") -> Exempt:
    return Exempt(ref, day, "Ana", "the law is coming")


def test_the_next_one_moves_up() -> None:
    assert said() == ["s:0", "s:1"]
    assert said(until(date(2026, 3, 2))) == ["s:1", "s:2"]
    assert said(until(date(2026, 3, 1))) == ["s:0", "s:1"], "the day before was its last"
    assert said(until(date(2026, 3, 9), "*")) == []
    assert said(until(date(2026, 3, 9), "other")) == ["s:0", "s:1"]


def test_all_are_kept_and_why_tells_who() -> None:
    rule = replace(RULE, exempt=(until(date(2026, 3, 2)), until(date(2026, 3, 9))))
    kept = judge(BOARD, [rule])
    assert [one.subject.id for one in kept.findings] == ["s:0", "s:1", "s:2", "s:3"]
    assert [bool(one.exempt) for one in kept.findings] == [True, False, False, False]
    assert "  not said  kept quiet until 9 Mar 2026 by Ana: the law is coming" in why(BOARD, [rule], "s:0").lines()


def test_nobody_can_exempt_without_a_name() -> None:
    with pytest.raises(ValueError, match="by is blank"):
        Exempt("s:1", date(2026, 3, 2), " ")


def test_first_seen_is_told_by_the_store_and_now_at_the_latest() -> None:
    key = judge(BOARD, [RULE]).findings[0].key
    earlier = NOW - timedelta(days=3)
    seen: dict[str, datetime] = {key: earlier}
    found = judge(BOARD, [RULE], seen).findings
    assert [one.first_seen for one in found] == [earlier, NOW, NOW, NOW]
    assert judge(BOARD, [RULE], {key: NOW + timedelta(days=1)}).findings[0].first_seen == NOW
    assert any("first on Fri 27 Feb 2026" in line for line in why(BOARD, [RULE], "s:0", seen).lines())
