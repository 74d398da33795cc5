"""Blocked spells: dependencies, tags and fields, told and untold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rules.base import Board, Terms
from rules.blocked import blocked, blocked_now, covers
from tests.rules.boards import OFFICE, board

START = datetime(2026, 2, 2, 9, tzinfo=UTC)
NOW = START + timedelta(days=20)


def day(days: float) -> datetime:
    return START + timedelta(days=days)


def told(*rows: tuple[Any, ...], tags: tuple[str, ...] = (), **item: Any) -> Board:
    """Items 1 and 2; events as (days, ref, kind, field, old, new)."""
    events = [
        {"ref": f"s:{ref}", "at": day(d), "seq": seq, "kind": kind, "field": field, "old": old, "new": new}
        for seq, (d, ref, kind, field, old, new) in enumerate(rows)
    ]
    items = [{"ref": "s:1", "created_at": START, **item}, {"ref": "s:2", "created_at": START}]
    return board(items, events, now=NOW, terms=Terms(hours=OFFICE, blocked_tags=tags))


def spells(of: Board) -> list[tuple[Any, ...]]:
    return blocked(of).select("item", "reason", "what", "since", "until", "known").rows()


def test_a_dependency_blocks_until_the_other_is_finished_and_again_when_it_is_reopened() -> None:
    of = told((1, 1, "dependency", "dependency_added", None, "s:2"), (3, 2, "completed", None, None, None),
              (5, 2, "reopened", None, None, None), (6, 1, "dependency", "dependency_removed", None, "s:2"),
              (7, 1, "dependency", "dependent_added", None, "s:2"))  # fmt: skip
    assert spells(of) == [
        (0, "dependency", "s:2", day(1), day(3), True), (0, "dependency", "s:2", day(5), day(6), True),
    ]  # fmt: skip
    assert blocked_now(of).height == 0


def test_on_what_is_out_of_sight_the_vendors_word_counts() -> None:
    of = told((1, 1, "dependency", "dependency_added", None, "s:9"),
              (4, 1, "dependency", "dependency_marked_complete", None, "s:9"))  # fmt: skip
    assert spells(of) == [(0, "dependency", "s:9", day(1), day(4), True)]
    assert spells(told(waits_for=["s:9"])) == []  # neither seen nor told: not known, so not said


def test_what_no_event_tells_is_marked() -> None:
    of = told(waits_for=["s:2"], blocked="Legal")
    assert spells(of) == [
        (0, "dependency", "s:2", START, None, False), (0, "field", "Legal", START, None, False),
    ]  # fmt: skip
    assert blocked_now(of).select("reasons", "known").rows() == [(["dependency", "field"], False)]


def test_observed_differences_without_a_subtype_count() -> None:
    of = told((1, 1, "dependency", None, None, "s:2"), (2, 1, "dependency", None, "s:2", None))
    assert spells(of) == [(0, "dependency", "s:2", day(1), day(2), True)]


def test_tags_and_fields_that_mean_it() -> None:
    of = told((1, 1, "tag", None, None, "Blocked"), (2, 1, "blocked", "77", None, "Waiting for Legal"),
              (3, 1, "tag", None, "Blocked", None), (4, 1, "blocked", "77", "Waiting for Legal", "No"),
              (5, 1, "tag", None, None, "Nice"), tags=("blocked",))  # fmt: skip
    assert spells(of) == [
        (0, "tag", "Blocked", day(1), day(3), True), (0, "field", "Waiting for Legal", day(2), day(4), True),
    ]  # fmt: skip
    assert covers(of).rows() == [(0, day(1), day(4))]
