"""The past read once is, as of any instant, what a fresh look at the store as of then shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from connectors.base import History, Page
from connectors.model import Column, Container, Event, Field, Person, Placement, Ref
from rules.base import Flow, Hours, Stage, Terms, Week
from sync.replay import read_past
from sync.store import Store
from sync.view import SourceTerms, board
from tests.sync.store.facts import SCOPE, T, at, event, item

BUILD = Stage("Build", "active", ("*",))
TERMS = Terms(
    Hours("UTC", Week({})), {"p": Flow("p", "asana", (BUILD,), ("p",)), "q": Flow("q", "asana", (BUILD,), ("q",))}
)
SOURCES = (SourceTerms("asana", "Team", "Priority", parked_fields=("Park",)),)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url) as opened:
        homes = tuple(Container(Ref("asana", one), one, columns=(Column(f"{one}1", "A"),)) for one in "pq")
        opened.keep(Page(SCOPE, "1", people=(Person(Ref("asana", "9"), "Ana"),), containers=homes))
        yield opened


def keep(store: Store, one: Any, *events: Event) -> None:
    store.keep(Page(SCOPE, "1", (one,), (History(one.ref, events),)))


def told(number: str, *rows: tuple[Any, ...]) -> tuple[Event, ...]:
    """Events as id, hours, kind and more."""
    ref = Ref("asana", number)
    return tuple(event(id_, hours, kind, ref=ref, **more[0] if more else {}) for id_, hours, kind, *more in rows)


def lives(store: Store) -> None:
    """Items that were renamed, dated, finished and reopened, moved between homes, filled in, made late."""
    fields = (Field("1", "Priority", "enum", "o", "High"), Field("3", "Park", "date", "2026-06-01"))
    keep(store, item("1", title="New name", due="2026-04-09", fields=fields), *told(
        "1", ("a", 1, "renamed", {"old_text": "Old name"}), ("b", 2, "due", {"old": "2026-04-01"}),
        ("c", 2, "due", {"old": "2026-04-05", "seq": 1}), ("d", 3, "field", {"field": "1", "old_text": "Low"}),
        ("e", 5, "field", {"field": "1", "old_text": None}), ("f", 6, "renamed", {"old_text": "Middle name"}),
    ))  # fmt: skip
    keep(store, item("2", completed=True, completed_at=at(9), created_by="9"), *told(
        "2", ("a", 1, "completed"), ("b", 4, "reopened"), ("c", 4, "comment", {"actor": "9"}), ("d", 9, "completed"),
    ))  # fmt: skip
    keep(store, item("3", placements=(Placement("q", "q1"),)), *told(
        "3", ("a", 2, "added", {"container": "q"}), ("b", 3, "removed", {"container": "p"}),
        ("c", 3, "transition", {"container": "q", "new": "q1", "seq": 1}),
    ))  # fmt: skip
    keep(store, item("4", placements=()), *told("4", ("a", 7, "removed", {"container": "p"})))
    keep(store, item("5", created_at=at(5)), *told("5", ("a", 5, "created"), ("b", 6, "completed")))
    keep(store, item("10", completed=True, completed_at=at(2)))


@pytest.mark.parametrize("hours", [-1, 0, 1, 1.5, 2, 3, 4, 5, 6, 6.5, 7, 9, 100])
def test_it_is_what_a_fresh_look_shows(store: Store, hours: float) -> None:
    lives(store)
    past = read_past(store, TERMS, SOURCES, at(50)).as_of(at(min(hours, 50)))
    fresh = board(store, TERMS, SOURCES, at(min(hours, 50)))
    for name in ("items", "events", "people", "columns"):
        assert_frame_equal(getattr(past, name), getattr(fresh, name), categorical_as_str=True)
    assert past.now == fresh.now


def test_items_made_after_the_end_are_not_there(store: Store) -> None:
    keep(store, item("1"))
    keep(store, item("2", created_at=at(8)))
    past = read_past(store, TERMS, SOURCES, at(4))
    assert past.as_of(at(4)).items["ref"].to_list() == ["asana:1"]
    assert past.as_of(T - timedelta(days=1)).items.height == 0
