"""Work that goes back: bounces, returns to an earlier stage, reopenings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rules.base import Board, Flow, Stage, Terms
from rules.bounces import bounces, returns
from rules.finish import reopens
from tests.rules.boards import OFFICE, board

START = datetime(2026, 2, 2, 9, tzinfo=UTC)
NOW = START + timedelta(days=20)
FLOW = Flow("f", "s", (
    Stage("Build", "active", ("Build",)), Stage("Check", "waiting", ("Check",)), Stage("Live", "done", ("Live",)),
))  # fmt: skip
COLUMNS = [
    {"column": "b", "name": "Build", "stage": "Build", "stage_kind": "active"},
    {"column": "b2", "name": "Building", "stage": "Build", "stage_kind": "active"},
    {"column": "c", "name": "Check", "stage": "Check", "stage_kind": "waiting"},
    {"column": "l", "name": "Live", "stage": "Live", "stage_kind": "done"},
    {"column": "x", "name": "Odd"},
]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def told(*rows: tuple[Any, ...]) -> Board:
    events = [
        {"ref": "s:1", "at": at(m), "seq": seq, "kind": kind, "old": old, "new": new, "actor": "Ada"}
        for seq, (m, kind, old, new) in enumerate(rows)
    ]
    terms = Terms(hours=OFFICE, flows={"f": FLOW})
    return board([{"ref": "s:1", "created_at": START}], events, columns=COLUMNS, now=NOW, terms=terms)


def test_a_bounce_is_the_whole_loop_and_a_slip_is_none() -> None:
    of = told((0, "owner", "Ada", "Ben"), (120, "owner", "Ben", "Ada"), (130, "owner", "Ada", "Cy"),
              (150, "owner", "Cy", "Ada"))  # fmt: skip
    rows = bounces(of).select("from", "to", "given_at", "back_at", "working").rows()
    assert rows == [("Ada", "Ben", at(0), at(120), timedelta(minutes=120))]


def test_returns_follow_the_order_of_the_config() -> None:
    of = told((0, "transition", None, "b"), (1, "transition", "b", "b2"), (2, "transition", "b2", "c"),
              (3, "transition", "c", "x"), (4, "transition", "x", "c"), (5, "transition", "c", "b"),
              (6, "transition", "b", "l"), (7, "transition", "l", "b2"))  # fmt: skip
    assert returns(of).select("at", "stage_from", "stage_to", "steps", "from_done").rows() == [
        (at(5), "Check", "Build", 1, False), (at(7), "Live", "Build", 2, True),
    ]  # fmt: skip


def test_reopenings_keep_both_ends() -> None:
    of = told((0, "transition", None, "b"), (60, "completed", None, None), (90, "reopened", None, None),
              (100, "transition", "b", "l"), (110, "transition", "l", "b"))  # fmt: skip
    rows = reopens(of)
    assert rows.select("finished_at", "reopened_at", "again_at", "closed").rows() == [
        (at(60), at(90), at(100), timedelta(minutes=30)), (at(100), at(110), None, timedelta(minutes=10)),
    ]  # fmt: skip
    assert of.people["name"].gather(rows["actor"]).to_list() == ["Ada", "Ada"]
