"""Laws: order does not matter, strangers do not matter, stays tile a life, once is enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import Board, Finding
from rules.checks.handoff_stall import HandoffStall
from rules.checks.overload import Overload
from rules.durations import Duration
from rules.engine import judge
from rules.flow import interval_table, stays
from rules.now import standing
from tests.rules.boards import board
from tests.rules.test_handoffs import STEPS, story

START = datetime(2026, 2, 2, 9, tzinfo=UTC)
NOW = START + timedelta(days=20)
STALL = HandoffStall("stall", "Ask {waiting_on}.", 3, warn=Duration.parse("1wh"), breach=Duration.parse("3wd"))
LOAD = Overload("load", "Finish {excess}.", warn=1)
COLUMNS = [
    {"column": "a", "name": "A", "stage": "A", "stage_kind": "active"},
    {"column": "b", "name": "B", "stage": "B", "stage_kind": "done"},
    {"column": "c", "name": "C", "stage_kind": None},
]
MOVES = st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(0, 3000)), max_size=12)


def _uncaused(found: Iterable[Finding]) -> list[Finding]:
    """Findings without their causes, which are declared to look across items."""
    return [replace(one, cause="") for one in found]


def of(stories: dict[str, list[dict[str, Any]]], events: list[dict[str, Any]]) -> Board:
    return board([{"ref": ref, "created_at": START} for ref in stories], events, columns=COLUMNS, now=NOW)


@settings(derandomize=True, max_examples=12, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_order_and_strangers_change_nothing(drawn: list[Any], shuffle: Any) -> None:
    stories = {f"s:{number}": story(f"s:{number}", steps) for number, steps in enumerate(drawn)}
    events = [event for told in stories.values() for event in told]
    whole = judge(of(stories, events), [STALL, LOAD])
    shuffle.shuffle(events)
    assert judge(of(stories, events), [LOAD, STALL]).findings == whole.findings
    for ref in stories:
        alone = judge(of({ref: stories[ref]}, stories[ref]), [STALL]).findings
        mine = (one for one in whole.findings if one.rule == "stall" and one.subject.id == ref)
        assert _uncaused(alone) == _uncaused(mine)
    assert [one for one in whole.findings if one.rule == "stall"][:3] == [
        one for one in whole.said if one.rule == "stall"
    ]


@settings(derandomize=True, max_examples=25, deadline=None)
@given(MOVES)
def test_stays_tile_a_life(moves: list[tuple[str | None, int]]) -> None:
    at, events, before = START, [], "a"
    for seq, (column, minutes) in enumerate(moves):
        at += timedelta(minutes=minutes)
        events.append({"ref": "s:1", "at": at, "seq": seq, "kind": "transition", "old": before, "new": column})
        before = column
    made = of({"s:1": events}, events)
    rows = stays(made)
    assert interval_table(made).height == rows.height
    if not moves:
        assert rows.height == 0
        return
    outside = sum((b - a for a, b in gaps(rows)), timedelta())
    assert sum(rows["elapsed"], timedelta()) + outside == NOW - START
    assert all(left <= entered for left, entered in gaps(rows))
    if before in ("a", "b", "c"):
        assert rows["left_at"][-1] is None
    state = standing(made)["state"][0]
    assert state == ("done" if before == "b" else "open")


def gaps(rows: pl.DataFrame) -> list[tuple[datetime, datetime]]:
    """What lies between the stays, and after the last: time in no column."""
    ends = [START, *(left or NOW for left in rows["left_at"])]
    return list(zip(ends, [*rows["entered_at"], NOW], strict=True))


def test_frames_are_worked_out_once() -> None:
    made = of({}, [])
    assert stays(made) is stays(made)
    assert judge(made, [STALL, LOAD]).findings == ()
