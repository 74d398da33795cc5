"""What one `wd` is: a usual day of the item's own flow, and of the receiver where that person has own hours.

Twelve hours of half-day calendars have passed: three days of four hours, and no more than one and a half of eight.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import polars as pl
import pytest

from rules.base import PEOPLE, Board, Hours, OwnTime, Week
from rules.engine import judge, why_not
from tests.rules.test_cases import board_of, rule_of

HALF = Hours("UTC", Week({day: ((time(9), time(13)),) for day in range(5)}))
WEDNESDAY = "2026-02-25T12:00:00+00:00"
GIVEN = {"ref": "s:1", "at": WEDNESDAY, "kind": "owner", "old": "Ada", "new": "Ben", "actor": "Ada"}
INTO = {"ref": "s:1", "at": WEDNESDAY, "kind": "transition", "new": "build", "actor": "Ada"}
OVER_TWO_DAYS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "handoff_stall": ({"warn": "2wd"}, [GIVEN]),
    "stage_age": ({"warn": "2wd"}, [INTO]),
    "unowned": ({"warn": "2wd"}, [INTO]),
    "quiet": ({"warn": "2wd"}, [INTO]),
    "hygiene": ({"warn": "2wd", "look_for": ["due"]}, [INTO]),
    "match": ({"warn": "2wd", "where": {"flow": ["f"]}}, [INTO]),
    "overload": ({"warn": {"age_sum": "2wd"}}, [INTO, GIVEN]),
    "unreviewed": ({"breach": "2wd"}, [{**INTO, "new": "ideas"}]),
}


def made(kind: str, half: bool) -> tuple[Board, Any]:
    options, events = OVER_TWO_DAYS[kind]
    case = {"options": options, "events": events, "items": [{"ref": "s:1", "flow": "f", "created_at": WEDNESDAY}]}
    board = board_of({**case, "items": [{"ref": "s:1", "flow": "f", "created_at": -5}]})
    if half:
        flows = {**board.terms.flows, "f": replace(board.terms.flows["f"], calendar="half")}
        board = replace(board, terms=replace(board.terms, flows=flows, calendars={"half": HALF}))
    return board, rule_of(kind, case)


@pytest.mark.parametrize("kind", OVER_TWO_DAYS)
def test_a_working_day_is_one_of_the_flow(kind: str) -> None:
    board, rule = made(kind, half=True)
    assert [one.refs for one in judge(board, [rule]).findings] == [("s:1",)]
    assert why_not(board, rule, "s:1").failed is None
    said = {"hygiene": "has no due date", "overload": "more than 2 working days"}.get(kind, "3 working days")
    assert said in judge(board, [rule]).findings[0].sentence


def test_a_working_day_of_somebody_with_own_hours_is_theirs() -> None:
    board, rule = made("handoff_stall", half=False)
    own = board.people.with_columns(
        pl.when(pl.col("name") == "Ben").then(pl.lit("Ben")).otherwise("calendar").alias("calendar")
    )
    terms = replace(board.terms, people={"Ben": OwnTime(HALF)})
    assert "3 working days" in judge(board, [rule]).findings[0].sentence, "24 hours of eight a day"
    theirs = judge(replace(board, people=own.cast(dict(PEOPLE)), terms=terms), [rule]).findings[0]
    assert theirs.waited_working == 12 * 3600
    assert "3 working days" in theirs.sentence
