"""The ledger equals the slow one, whatever the events, and knows the cases that matter by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import Board, Terms
from rules.handoffs import handoff_table, handoffs
from tests.rules.boards import OFFICE, board
from tests.rules.slow_handoffs import slow_handoffs

START = datetime(2026, 2, 2, 9, tzinfo=UTC)
NOW = START + timedelta(days=20)
NAMES = ["Ada", "Ben", "Cy", None]
TEAMS = ["Design", "Sales", None]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["owner", "owner", "comment", "team", "completed", "reopened", "field"]),
        st.sampled_from(NAMES), st.sampled_from(TEAMS), st.sampled_from(NAMES),
        st.sampled_from(["person", "person", "person", "rule", "own", "bot"]), st.sampled_from([0, 1, 20, 61, 3000]),
    ),
    max_size=14,
)  # fmt: skip
PEOPLE = [{"name": "Ada", "team": "Design"}, {"name": "Ben", "team": "Design"}, {"name": "Cy"}]


def story(ref: str, steps: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Events of one item from drawn steps, owners and teams carried forward."""
    held: dict[str, Any] = {"owner": None, "team": None}
    at, told = START, []
    for seq, (kind, owner, team, actor, actor_kind, minutes) in enumerate(steps):
        at += timedelta(minutes=minutes)
        event = {"ref": ref, "at": at, "seq": seq, "kind": kind, "actor": actor, "old": None, "new": None,
                 "actor_kind": actor_kind if actor else "unknown"}  # fmt: skip
        if kind in held:
            event["old"], event["new"] = held[kind], {"owner": owner, "team": team}[kind]
            held[kind] = event["new"]
        told.append(event)
    return told


def expected(events: list[dict[str, Any]], by: str) -> list[tuple[Any, ...]]:
    """The slow ledger of one story."""
    owners, owner, done, dones = [], None, None, []
    for event in events:
        before, owner = owner, event["new"] if event["kind"] == "owner" else owner
        owners.append({before, owner})
        done = event["at"] if event["kind"] == "completed" and done is None else done
        done = None if event["kind"] == "reopened" else done
        dones.append(done)

    def touches(party: str, row: int) -> bool:
        actor = events[row]["actor"] if events[row]["actor_kind"] == "person" else None
        if actor is None:
            return False
        if by == "owner":
            return bool(actor == party)
        return actor in ("Ada", "Ben") if party == "Design" else actor in owners[row]

    return slow_handoffs(events, by, touches, dones.__getitem__, 60)


def ledger(of: Board, ref: str, by: str) -> list[tuple[Any, ...]]:
    rows = handoffs(of).with_columns(ref=of.items["ref"].gather(handoffs(of)["item"]))
    rows = rows.filter((pl.col("ref") == ref) & (pl.col("by").cast(pl.String) == by))
    return list(rows.select("from", "to", "given_at", "touched_at", "ended", "ended_at").iter_rows())


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_equals_the_slow_ledger(drawn: list[list[tuple[Any, ...]]], shuffle: Any) -> None:
    stories = {f"s:{number}": story(f"s:{number}", steps) for number, steps in enumerate(drawn)}
    events = [event for told in stories.values() for event in told]
    shuffle.shuffle(events)
    of = board([{"ref": ref, "created_at": START} for ref in stories], events, people=PEOPLE, now=NOW)
    for ref, told in stories.items():
        for by in ("owner", "team"):
            assert ledger(of, ref, by) == expected(told, by)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def one(*told: tuple[Any, ...], columns: Any = (), **item: Any) -> pl.DataFrame:
    """The ledger of one item; events as (minutes, kind, old, new, actor)."""
    events = [
        {"ref": "s:1", "at": at(m), "seq": seq, "kind": kind, "old": old, "new": new, "actor": actor}
        for seq, (m, kind, old, new, actor) in enumerate(told)
    ]
    terms = Terms(hours=OFFICE)
    items = [{"ref": "s:1", "created_at": START, **item}]
    return handoffs(board(items, events, people=PEOPLE, columns=columns, now=NOW, terms=terms))


def test_through_nobody_is_no_handoff() -> None:
    rows = one((0, "owner", None, "Ada", "Cy"), (5, "owner", "Ada", None, "Cy"), (9, "owner", None, "Ben", "Cy"))
    assert rows.height == 0


def test_chasing_is_counted_and_does_not_touch() -> None:
    rows = one((0, "owner", "Ada", "Ben", "Ada"), (5, "comment", None, None, "Ada"), (9, "field", None, None, "Ada"),
               (900, "comment", None, None, "Cy"))  # fmt: skip
    assert rows.select("ended", "touched_at", "chasers").row(0) == ("waiting", None, 2)
    assert rows["elapsed"][0] == NOW - START


def test_a_slip_is_marked_both_ways() -> None:
    rows = one((0, "owner", "Ada", "Ben", "Ada"), (30, "owner", "Ben", "Ada", "Ada"))
    assert rows["ended"].to_list() == ["slip", "waiting"]
    assert rows["return_of_slip"].to_list() == [False, True]


def test_giving_it_back_oneself_is_a_touch() -> None:
    rows = one((0, "owner", "Ada", "Ben", "Ada"), (90, "owner", "Ben", "Ada", "Ben"))
    assert rows.select("ended", "touched_at").row(0) == ("bounced", at(90))


def test_finished_without_a_touch_is_closed() -> None:
    rows = one((0, "owner", "Ada", "Ben", "Ada"), (60, "completed", None, None, "Ada"))
    assert rows.select("ended", "ended_at", "elapsed").row(0) == ("closed", at(60), timedelta(hours=1))


COLUMNS = [
    {"column": "1", "name": "Build", "stage": "Build", "stage_kind": "active", "stage_owner": "Design"},
    {"column": "2", "name": "Check", "stage": "Check", "stage_kind": "active", "stage_owner": "Design"},
    {"column": "3", "name": "Review", "stage": "Review", "stage_kind": "waiting", "stage_owner": "requester"},
]


def test_a_move_to_another_owners_stage_hands_over() -> None:
    rows = one((0, "transition", None, "1", "Ada"), (10, "transition", "1", "2", "Ada"),
               (20, "transition", "2", "3", "Ada"), (50, "comment", None, None, "Cy"),
               columns=COLUMNS, created_by="Cy")  # fmt: skip
    assert rows.select("by", "from", "to", "given_at", "touched_at", "ended").rows() == [
        ("stage", "Design", "requester", at(20), at(50), "picked_up")
    ]


def test_an_approval_is_given_to_the_owner_and_comes_back_refused() -> None:
    rows = one((0, "owner", None, "Ben", "Ada"), (1, "approval", None, "pending", "Ada"),
               (90, "approval", "pending", "rejected", "Ben"))  # fmt: skip
    assert rows.select("by", "from", "to", "ended", "touched_at").rows() == [
        ("approval", "Ada", "Ben", "bounced", at(90))
    ]


def test_the_export_has_the_columns_that_others_rely_on() -> None:
    table = handoff_table(board([{"ref": "s:1", "created_at": START}], [], now=NOW))
    assert table.columns == ["ref", "flow", "by", "from", "to", "given_at", "touched_at", "ended", "elapsed_seconds",
                             "working_seconds", "cause"]  # fmt: skip
