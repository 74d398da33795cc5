"""Each cause of a wait by a case in which its test holds, and the order in which they are asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rules.base import Board, Terms
from rules.batches import batches
from rules.handoffs import handoffs
from tests.rules.boards import OFFICE, board

MONDAY = datetime(2026, 2, 2, 9, tzinfo=UTC)
NOW = MONDAY + timedelta(days=4, hours=3)


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def told(*rows: tuple[Any, ...], now: datetime = NOW, people: Any = (), **item: Any) -> Board:
    """Events as (hours, ref, kind, old, new, actor); `item`: of s:1."""
    events = [
        {"ref": f"s:{ref}", "at": at(h), "seq": seq, "kind": kind, "old": old, "new": new, "actor": actor}
        for seq, (h, ref, kind, old, new, actor) in enumerate(rows)
    ]
    refs = sorted({f"s:{row[1]}" for row in rows})
    items = [{"ref": ref, "created_at": MONDAY, **(item if ref == "s:1" else {})} for ref in refs]
    terms = Terms(hours=OFFICE, blocked_tags=("stuck",))
    return board(items, events, people=people, now=now, terms=terms)


def causes(of: Board) -> list[tuple[str, str]]:
    rows = handoffs(of)
    return list(zip(of.items["ref"].gather(rows["item"]), rows["cause"].cast(str), strict=True))


def give(hours: float, ref: int) -> tuple[Any, ...]:
    return (hours, ref, "owner", "Ada", "Ben", "Ada")


def look(hours: float, ref: int, who: str = "Ben") -> tuple[Any, ...]:
    return (hours, ref, "comment", None, None, who)


def test_away_when_the_receiver_did_nothing_anywhere() -> None:
    assert causes(told(give(0, 1))) == [("s:1", "away")]
    assert causes(told(give(0, 1), look(0.5, 2), look(5, 1))) == [("s:1", "away")]  # the same hour tells nothing
    assert causes(told(give(0, 1), look(3, 1))) == [("s:1", "not known")]  # less than half a day


def test_away_outside_the_calendar() -> None:
    assert causes(told(give(8, 1), look(20, 1))) == [("s:1", "away")]


def test_busy_when_working_elsewhere_each_day() -> None:
    assert causes(told(give(0, 1), look(4, 2), look(28, 2), look(30, 1))) == [("s:1", "busy")]
    assert causes(told(give(0, 1), look(4, 2), look(80, 1))) == [("s:1", "not known")]  # once in three days


def test_passed_over_when_something_newer_was_looked_at_first() -> None:
    assert causes(told(give(0, 1), give(2, 2), look(3, 2), look(30, 1))) == [
        ("s:1", "passed over"),
        ("s:2", "not known"),
    ]


def test_batched_when_taken_up_in_a_bunch() -> None:
    rows = [give(0, 1), give(1, 2), give(2, 3), look(30, 1), look(30.1, 2), look(30.2, 3)]
    of = told(*rows)
    assert causes(of) == [("s:1", "batched"), ("s:2", "batched"), ("s:3", "batched")]
    mine = batches(of).filter(batches(of)["begun_at"] == at(30))
    assert mine.select("begun_at", "ended_at", "items").rows() == [(at(30), at(30.2), [0, 1, 2])]
    two = [row for row in rows if row[1] != 3]
    assert [cause for _, cause in causes(told(*two))] == ["away", "away"]


def test_blocked_for_half_of_the_wait() -> None:
    tag = (1, 1, "tag", None, "stuck", "Ada")
    assert causes(told(give(0, 1), tag)) == [("s:1", "blocked")]
    assert causes(told(give(0, 1), tag, (2, 1, "tag", "stuck", None, "Ada"))) == [("s:1", "away")]


def test_nobodys_when_there_is_nobody_to_look() -> None:
    given = (0, 1, "team", "Design", "Legal", "Ada")
    assert causes(told(given)) == [("s:1", "nobody's")]
    gone = {"name": "Ben", "active": False}
    assert causes(told(give(0, 1), people=[gone])) == [("s:1", "nobody's")]
    owned = ((-1, 1, "owner", None, "Ben", "Ada"), given)
    assert causes(told(*owned)) == [("s:1", "away")]


def test_a_slip_has_no_cause() -> None:
    rows = told(give(0, 1), (0.5, 1, "owner", "Ben", "Ada", "Ada"))
    assert causes(rows) == [("s:1", ""), ("s:1", "")]
