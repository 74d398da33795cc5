"""What two looks at an item without a history tell: both bounds, never more than is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connectors.model import Field, Placement
from sync.observe import observe
from tests.sync.store.facts import T, at, item

STATUS = Field("f1", "Effort", "select", "big", "Big")
FIRST = item("1", created_by="9", owner="9", placements=(Placement("d", "todo"),), fields=(STATUS,), due="2026-05-01")
NAMES = {("d", "todo"): "To do", ("d", "doing"): "Doing"}


def test_a_first_look_dates_values_to_the_creation_and_says_that_this_is_not_exact() -> None:
    events = observe(None, FIRST, None, at(50), NAMES)
    assert [(one.kind, one.at, one.approximate) for one in events] == [
        ("created", T, False), ("transition", T, True), ("owner", T, True), ("field", T, True), ("due", T, True),
    ]  # fmt: skip
    assert events[0].actor == "9"
    assert (events[1].new, events[1].new_text, events[1].not_before) == ("todo", "To do", T)
    assert (events[3].field_name, events[3].new, events[3].new_text) == ("Effort", "big", "Big")
    assert len({one.source_id for one in events}) == len(events)


def test_a_first_look_at_finished_work_bounds_the_finish() -> None:
    known = observe(None, replace(FIRST, completed=True, completed_at=at(3)), None, at(50))[-1]
    assert (known.kind, known.at, known.approximate) == ("completed", at(3), False)
    bounded = observe(None, replace(FIRST, completed=True, modified_at=at(4)), None, at(50))[-1]
    assert (bounded.at, bounded.not_before, bounded.approximate) == (at(4) + timedelta(minutes=1), T, True)


def test_equal_looks_tell_nothing() -> None:
    assert observe(FIRST, replace(FIRST, version="v2", modified_at=at(2)), at(1), at(3)) == ()


def test_a_difference_lies_between_the_last_look_and_the_minute_after_the_edit() -> None:
    after = replace(
        FIRST, modified_at=at(5), placements=(Placement("d", "doing"),), owner=None, title="New", completed=True,
        fields=(replace(STATUS, value=None, text=""),), tags=("x",), due=None,
    )  # fmt: skip
    events = observe(FIRST, after, at(2), at(9), NAMES)
    assert [one.kind for one in events] == ["transition", "owner", "field", "renamed", "due", "tag", "completed"]
    assert {(one.not_before, one.at, one.approximate) for one in events} == {
        (at(2), at(5) + timedelta(minutes=1), True)
    }
    assert (events[0].old_text, events[0].new_text) == ("To do", "Doing")
    assert (events[1].old, events[1].new) == ("9", None)
    assert (events[2].old, events[2].old_text, events[2].new) == ("big", "Big", None)
    assert (events[3].old_text, events[3].new_text) == ("Brief", "New")
    assert [one.seq for one in events] == sorted({one.seq for one in events})


def test_no_event_is_later_than_the_look_or_earlier_than_its_lower_bound() -> None:
    after = replace(FIRST, owner="8", modified_at=at(5))
    assert observe(FIRST, after, at(2), at(5))[0].at == at(5)
    late = observe(FIRST, replace(after, modified_at=at(1)), at(4), at(6))[0]
    assert late.at == late.not_before == at(4)


def test_a_field_that_is_read_for_the_first_time_did_not_change_now() -> None:
    more = replace(FIRST, fields=(STATUS, Field("f2", "Team", "select", "t", "Design")), modified_at=at(8))
    (event,) = observe(FIRST, more, at(2), at(9))
    assert (event.field_name, event.at, event.not_before) == ("Team", T, T)


def test_a_move_to_another_container_is_told_as_leaving_and_coming() -> None:
    moved = replace(FIRST, placements=(Placement("e", "x"),), modified_at=at(5))
    events = observe(FIRST, moved, at(2), at(9))
    assert [(one.kind, one.container) for one in events] == [("removed", "d"), ("added", "e"), ("transition", "e")]
