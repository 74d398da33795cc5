"""Keeping pages: what is kept, and the laws of keeping."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.base import History, OwnRow, Page, Scope
from connectors.model import Column, Container, Field, FieldDef, Person, Placement, Ref
from sync.store import Store
from sync.store import keeping as keeping_module
from sync.store.schema import METADATA
from tests.sync.store.facts import REF, SCOPE, T, at, event, item, page

LAW = settings(derandomize=True, max_examples=25, deadline=None)


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the counter of changes."""
    with store.engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in METADATA.tables.items()
            if name != "counter"
        }


@pytest.fixture
def full() -> Page:
    people = (Person(Ref("asana", "9"), "Ana Ruiz", "ana@example.org"),)
    fields = (FieldDef("77", "Team", "enum", (("o1", "Design"),)),)
    containers = (Container(Ref("asana", "p"), "Launches", columns=(Column("c1", "To do"),), fields=fields),)
    rows = (OwnRow("key-1", "r1", "https://example.org/r1", {"State": "open", "Hours": 2.5}, T),)
    events = (
        event("a", 0, "created", actor="9"),
        event("b", 1, "transition", container="p", old="gone", old_text="Old column", new="c1", new_text="To do"),
        event("c", 2, "owner", old="8", old_text="Bo", new="9", new_text="Ana"),
    )
    one = item(owner="9", tags=("x", "y"), fields=(Field("77", "Team", "enum", "o1", "Design"),))
    return page(one, events=events, people=people, containers=containers, rows=rows, last=True)


def test_everything_comes_back_as_it_was(store: Store, full: Page) -> None:
    kept = store.keep(full)
    assert (kept.items, kept.events, kept.withdrawn, kept.changed) == (1, 3, 0, (REF,))
    assert store.items() == list(full.items)
    assert tuple(store.events(REF)) == full.histories[0].events
    assert store.containers() == list(full.containers)
    assert store.own_rows("asana") == {"key-1": full.rows[0]}
    assert store.cursor(SCOPE) == "1"
    assert store.known(REF) == "v1"
    by_id = {person.ref.id: person for person in store.people()}
    assert by_id["9"] == full.people[0]
    assert (by_id["8"].name, by_id["8"].active) == ("Bo", False), "met in an event only, with its name there"


def test_keeping_a_page_again_changes_nothing(store: Store, full: Page) -> None:
    store.keep(full)
    before = dump(store)
    again = store.keep(full)
    assert dump(store) == before
    assert (again.events, again.changed) == (0, ())


def test_text_that_a_database_refuses_is_kept_readable(store: Store) -> None:
    store.keep(page(item(title="a\0b\ud800c 日本 🎉", tags=("x\0",)), events=(event("a", 0, new_text="\0"),)))
    assert store.items()[0].title == "a�b�c 日本 🎉"
    assert store.items()[0].tags == ("x�",)
    assert store.events(REF)[0].new_text == "�"


def test_a_whole_history_replaces_and_a_partial_one_replaces_its_span(store: Store) -> None:
    store.keep(page(item(), events=(event("a", 0), event("b", 1), event("c", 2))))
    kept = store.keep(page(item(version="v2"), events=(event("c", 3), event("d", 4)), since=at(2)))
    assert [one.source_id for one in store.events(REF)] == ["a", "b", "c", "d"]
    assert (kept.events, kept.withdrawn) == (1, 0), "c moved, d is new"
    kept = store.keep(page(item(version="v3"), events=(event("a", 0), event("d", 4))))
    assert [one.source_id for one in store.events(REF)] == ["a", "d"]
    assert (kept.withdrawn, kept.changed) == (2, (REF,))
    assert "2 events were withdrawn" in kept.notes[0]


def test_a_version_is_known_only_with_its_history(store: Store) -> None:
    store.keep(page(item()))
    assert store.known(REF) is None
    store.set_version(REF, "v9")
    assert store.known(REF) is None, "our own write says nothing about a history that was never read"
    store.keep(page(item(), events=()))
    assert store.known(REF) == "v1"
    store.keep(page(item(version="v2")))
    assert store.known(REF) == "v1", "changed since, and its history is not read yet"
    store.set_version(REF, "v3")
    assert store.known(REF) == "v3"
    assert store.items([REF])[0].version == "v3"


def test_the_history_of_an_unknown_item_is_left_out_and_said(store: Store) -> None:
    kept = store.keep(page(events=(event("a", 0),)))
    assert kept.events == 0
    assert "asana:1" in kept.notes[0]


def test_cursors_and_memory(store: Store) -> None:
    other = Scope("asana", "q", "Other")
    store.keep(page(cursor="one"))
    store.keep(page(cursor="two", scope=other))
    assert (store.cursor(SCOPE), store.cursor(other)) == ("one", "two")
    store.forget_cursor(SCOPE)
    assert (store.cursor(SCOPE), store.cursor(other)) == (None, "two")
    store.memory("asana").set("me", "9")
    store.memory("asana").set("me", "10")
    assert (store.memory("asana").get("me"), store.memory("notion").get("me")) == ("10", None)


def test_of_double_rows_the_one_not_in_the_bin_counts(store: Store) -> None:
    rows = [OwnRow("k", id_, "", {"n": n}, T, trashed=id_ == "a") for n, id_ in enumerate("abc")]
    store.keep(page(rows=tuple(rows)))
    assert store.own_rows("asana")["k"].remote == "b"
    assert len(store.every_own_row("asana")) == 3
    store.put_own_row("asana", replace(rows[1], trashed=True))
    assert store.own_rows("asana")["k"].remote == "c"


def test_marked_items_are_those_with_something_in_our_fields(store: Store) -> None:
    ours = Field("1", "Flow status", "enum", "o", "Stuck")
    store.keep(page(item("1", fields=(ours,)), item("2", fields=(replace(ours, value=None, text=""),)), item("3")))
    assert store.marked("asana", ["Flow status"]) == {"asana:1"}
    assert store.marked("asana", ["Other"]) == set()


def test_a_crash_in_the_middle_keeps_nothing_of_the_page(store: Store, full: Page, monkeypatch: Any) -> None:
    store.keep(page(item(), events=(event("a", 0),), cursor="before"))
    before = dump(store)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(keeping_module, "_cursor", crash)
    with pytest.raises(KeyboardInterrupt):
        store.keep(full)
    assert dump(store) == before
    monkeypatch.undo()
    store.keep(full)
    assert (store.cursor(SCOPE), len(store.events(REF))) == ("1", 3)


def test_many_rows_go_the_quick_way(store: Store) -> None:
    """More events than one statement takes, so that COPY and chunks are used."""
    items = tuple(item(str(n)) for n in range(600))
    histories = tuple(History(one.ref, (event("a", 0, ref=one.ref), event("b", 1, ref=one.ref))) for one in items)
    assert store.keep(page(*items, histories=histories)).events == 1200
    assert store.keep(page(*items, histories=histories)).events == 0
    assert len(store.items({one.ref for one in items})) == 600


events_of_an_item = st.lists(
    st.builds(
        event, st.sampled_from("abcdefgh"), st.integers(0, 6), st.sampled_from(["comment", "transition", "owner"]),
        seq=st.integers(0, 2), new=st.sampled_from(["1", "2", None]),
    ),
    max_size=8, unique_by=lambda one: one.source_id,
)  # fmt: skip


@pytest.fixture(scope="module")
def law_store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, Store.open(str(Path(folder) / "law.db")) as opened:
        yield opened


@LAW
@given(events_of_an_item, st.integers(0, 6), events_of_an_item)
def test_splitting_a_history_into_two_pulls_changes_nothing(
    law_store: Store, events: list[Any], cut: int, earlier: list[Any]
) -> None:
    old = tuple(one for one in events if one.at < at(cut))
    new = tuple(one for one in events if one.at >= at(cut))
    law_store.keep(page(item(), events=tuple(earlier)))
    law_store.keep(page(item(), events=tuple(events)))
    whole = law_store.events(REF)
    assert len(whole) == len(events)
    law_store.keep(page(item(), events=tuple(earlier)))
    law_store.keep(page(item(), events=old))
    law_store.keep(page(item(), events=new, since=at(cut)))
    assert law_store.events(REF) == whole


@LAW
@given(events_of_an_item, events_of_an_item)
def test_keeping_twice_is_keeping_once(law_store: Store, earlier: list[Any], events: list[Any]) -> None:
    law_store.keep(page(item(version="v0"), events=tuple(earlier)))
    law_store.keep(page(item(), events=tuple(events)))
    once = dump(law_store)
    law_store.keep(page(item(), events=tuple(events)))
    assert dump(law_store) == once


@LAW
@given(st.lists(st.tuples(st.sampled_from(["c1", "c2", None]), st.sampled_from(["8", "9", None])), max_size=5))
def test_looking_twice_is_looking_once(law_store: Store, looks: list[tuple[str | None, str | None]]) -> None:
    scope = Scope("notion", "d", "Ideas")
    for n, (column, owner) in enumerate(looks):
        shown = item(
            "n1", f"v{n}", source="notion", placements=(Placement("d", column),), owner=owner,
            modified_at=at(n),
        )  # fmt: skip
        look = page(shown, scope=scope, observed_at=at(n + 0.5), last=True)
        law_store.keep(look)
        once = dump(law_store)
        law_store.keep(look)
        assert {**dump(law_store), "cursor": []} == {**once, "cursor": []}


# ---- pages of single items -----------------------------------------------------------------------------------

ALONE = Scope("asana", "", "")


def test_a_page_without_a_scope_moves_no_cursor_and_no_item(store: Store, full: Page) -> None:
    store.keep(full)
    before = store.cursor(SCOPE)
    newer = replace(full.items[0], version="v2", title="Renamed", modified_at=at(5))
    store.keep(replace(full, scope=ALONE, cursor="", items=(newer,)))
    assert (store.cursor(SCOPE), store.cursor(ALONE)) == (before, None)
    assert store.items() == [newer]
    with store.engine.connect() as connection:
        assert connection.execute(select(METADATA.tables["item"].c.scope)).scalars().all() == ["p"]


def test_what_is_read_alone_lies_after_the_last_pull_of_its_scope(store: Store) -> None:
    first = item(owner="8")
    store.keep(page(first, observed_at=at(1), last=True))
    store.keep(page(observed_at=at(6), cursor="2", last=True))  # nothing had changed by then
    later = replace(first, version="v2", owner="9", modified_at=at(7))
    store.keep(page(later, scope=ALONE, cursor="", observed_at=at(8)))
    told = store.events(REF)[-1]
    assert (told.kind, told.old, told.new) == ("owner", "8", "9")
    assert told.not_before is not None
    assert at(5.9) < told.not_before < at(6)
    assert at(7) <= told.at <= at(8)


def test_who_reads_slower_does_not_take_anything_back(store: Store) -> None:
    first = item(owner="8")
    store.keep(page(first, observed_at=at(1), last=True))
    store.keep(page(replace(first, version="v2", owner="9"), scope=ALONE, cursor="", observed_at=at(3)))
    events = store.events(REF)
    store.keep(page(first, observed_at=at(2), cursor="2", last=True))  # listed before, kept after
    assert [one.owner for one in store.items()] == ["9"]
    assert store.events(REF) == events
