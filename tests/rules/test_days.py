"""The flow by day, pace, friction, delay and the report on the data, on one small board."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from rules.base import Board, Flow, Hours, Money, OwnTime, Stage, Terms, Week
from rules.bounces import bounces
from rules.daily import daily
from rules.friction import delay, figures, friction, frictions
from rules.handoffs import handoffs
from rules.pace import pace
from rules.quality import quality
from tests.rules.boards import OFFICE, ROUND_THE_CLOCK, board

START = datetime(2026, 2, 2, tzinfo=UTC)
NOW = START + timedelta(days=4, hours=12)
STAGES = (Stage("Build", "active", ("Build",)), Stage("Live", "done", ("Live",)))
COLUMNS = [
    {"column": "b", "name": "Build", "stage": "Build", "stage_kind": "active"},
    {"column": "l", "name": "Live", "stage": "Live", "stage_kind": "done"},
]
MONEY = Money("EUR", 60, friction_minutes={"chaser": 10, "bounce": 30, "reopen": 45})


def day(days: float) -> datetime:
    return START + timedelta(days=days)


def told(*rows: tuple[Any, ...], items: int = 2, people: Any = (), terms: Terms | None = None, **one: Any) -> Board:
    events = [
        {"ref": f"s:{ref}", "at": day(d), "seq": seq, "kind": kind, "old": old, "new": new, "actor": actor}
        for seq, (d, ref, kind, old, new, actor) in enumerate(rows)
    ]
    of = [{"ref": f"s:{n}", "created_at": START, **(one if n == 1 else {})} for n in range(1, items + 1)]
    usual = Terms(hours=OFFICE, flows={"f": Flow("f", "s", STAGES)}, money=MONEY)
    return board(of, events, people=people, columns=COLUMNS, now=NOW, terms=terms or usual)


def test_days_count_what_came_went_and_stayed() -> None:
    of = told((0.5, 1, "transition", None, "b", "Ada"), (1.5, 2, "transition", None, "b", "Ada"),
              (2.5, 1, "completed", None, None, "Ada"), (3.5, 1, "reopened", None, None, "Ada"))  # fmt: skip
    rows = daily(of)
    assert rows["day"].to_list() == [date(2026, 2, d) for d in range(2, 7)]
    assert rows.select("arrivals", "started", "finished", "wip").rows() == [
        (2, 1, 0, 1), (0, 1, 0, 2), (0, 0, 1, 1), (0, 0, 0, 2), (0, 0, 0, 2),
    ]  # fmt: skip
    ages = [timedelta(days=one) for one in (0.5, 2, 1.5, 6, 7)]
    assert rows["total_age"].to_list() == ages


def test_what_is_finished_and_reopened_in_one_instant_stays_in_hand() -> None:
    of = told((0.5, 1, "transition", None, "b", "Ada"), (0.6, 1, "completed", None, None, "Ada"),
              (0.6, 1, "reopened", None, None, "Ada"), (2.5, 1, "completed", None, None, "Ada"))  # fmt: skip
    rows = daily(of)
    assert rows["wip"].to_list() == [1, 1, 0, 0, 0]
    assert rows["finished"].to_list() == [1, 0, 1, 0, 0]


def test_what_is_started_after_it_was_finished_is_in_hand_from_its_reopening() -> None:
    of = told((0.5, 1, "completed", None, None, "Ada"), (1.5, 1, "transition", None, "b", "Ada"),
              (0.5, 2, "completed", None, None, "Ada"), (1.5, 2, "transition", None, "b", "Ada"),
              (2.5, 2, "reopened", None, None, "Ada"))  # fmt: skip
    rows = daily(of)
    assert rows["started"].to_list() == [0, 2, 0, 0, 0]
    assert rows["wip"].to_list() == [0, 0, 1, 1, 1]
    assert rows["total_age"].to_list()[2] == timedelta(days=1.5)


def test_pace_needs_twenty_and_compares_with_the_age_on_leaving() -> None:
    rows: list[tuple[Any, ...]] = [(0, n, "transition", None, "b", "Ada") for n in range(1, 23)]
    rows += [(n / 10, n, "transition", "b", "l", "Ada") for n in range(2, 23)]
    assert pace(told(*rows, items=22)).select("item", "past", "older_than").rows() == [(0, 21, 1.0)]
    assert pace(told(*rows[:-2], items=20)).select("past", "older_than").row(0) == (19, None)


def test_frictions_are_apart_with_their_formula_and_rows() -> None:
    of = told((0.4, 1, "owner", None, "Ada", "Ada"), (0.5, 1, "owner", "Ada", "Ben", "Ada"),
              (0.6, 1, "comment", None, None, "Ada"), (0.7, 1, "owner", "Ben", "Ada", "Ben"),
              (1, 2, "completed", None, None, "Ada"), (2, 2, "reopened", None, None, "Ada"))  # fmt: skip
    found = {one.what: one for one in friction(of)}
    assert {what: (one.hours, one.money, one.rows) for what, one in found.items()} == {
        "chaser": (10 / 60, 10.0, ("s:1",)), "bounce": (0.5, 30.0, ("s:1",)), "reopen": (0.75, 45.0, ("s:2",)),
    }  # fmt: skip
    assert found["bounce"].formula == (
        "1 time work was sent back × 30 minutes = 0.5 hours of work × 60 EUR an hour (the default rate) = 30 EUR"
    )
    assert [one.what for one in figures(of)] == ["waiting", "chaser", "bounce", "reopen"]


def test_asking_again_is_a_comment_of_the_giver_s_and_with_sending_back_counts_once() -> None:
    """What is handed over by owner and by team at once is chased once and comes back once; moving is no asking."""
    people = [{"name": "Ada", "team": "Ops"}, {"name": "Ben", "team": "Web"}, {"name": "Eve", "team": "Web"}]
    of = told((0.4, 1, "owner", None, "Ada", "Ada"), (0.4, 1, "team", None, "Ops", "Ada"),
              (0.5, 1, "owner", "Ada", "Ben", "Ada"), (0.5, 1, "team", "Ops", "Web", "Ada"),
              (0.55, 1, "field", None, None, "Ada"), (0.6, 1, "comment", None, None, "Ada"),
              (0.7, 1, "comment", None, None, "Ben"),
              (0.8, 1, "comment", None, None, "Ada"), (0.9, 1, "owner", "Ben", "Ada", "Ben"),
              (0.901, 1, "team", "Web", "Ops", "Ben"), people=people)  # fmt: skip
    assert handoffs(of)["chasers"].sum() > 1
    assert bounces(of).height == 2
    assert frictions(of).rows() == [(0, "chaser", 1), (0, "bounce", 1)]


def test_delay_counts_days_only_where_a_value_is_given() -> None:
    of = told(due=date(2026, 2, 4), value_a_day=100.0)
    late = delay(of)
    assert late is not None
    assert (late.money, late.rows) == (200.0, ("s:1",))
    assert delay(told(due=date(2026, 2, 4))) is None


def test_the_report_counts_what_is_not_sure() -> None:
    of = told((1, 1, "transition", "b", "x", "Ada"), (2, 1, "owner", None, "Ben", None))
    found = {part.key: (part.count, part.of) for part in quality(of)}
    assert found["open"] == (2, 2)
    assert found["before_history"] == (1, 2)
    assert found["unstaged"] == (1, 2)
    assert found["unowned"] == (1, 2)
    assert found["nameless"] == (1, 2)
    assert found["two_ways"] == (0, 0)


def test_each_flow_and_each_person_has_a_calendar() -> None:
    flow = Flow("f", "s", STAGES, calendar="always")
    given = [(0.5, 1, "owner", "Ada", "Ben", "Ada"), (0.5, 2, "owner", "Ada", "Cy", "Ada")]
    half = Hours("UTC", Week({1: OFFICE.week.spans[1], 2: OFFICE.week.spans[2]}))
    own = {"Ben": OwnTime(half, frozenset({date(2026, 2, 4)})), "Cy": OwnTime(days_off=frozenset({date(2026, 2, 3)}))}
    terms = Terms(OFFICE, {"f": flow}, calendars={"always": ROUND_THE_CLOCK}, people=own)
    people = [{"name": "Ben", "calendar": "Ben"}, {"name": "Cy", "calendar": "Cy"}]
    rows = handoffs(told(*given, people=people, terms=terms))
    assert rows["working"].to_list() == [timedelta(hours=8), timedelta(days=3)]
    plain = handoffs(told(*given, terms=terms))
    assert plain["working"].to_list() == [timedelta(days=4)] * 2
