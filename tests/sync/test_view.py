"""The board: hand-made facts, and what rules get to see of them as of an instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import polars as pl
import pytest

from connectors.base import History, Page, Scope
from connectors.model import Column, Container, Event, Field, Person, Placement, Ref
from rules.base import COLUMNS, EVENTS, ITEMS, PEOPLE, Board, Flow, Hours, Stage, Terms, Week
from sync.store import Store
from sync.view import SourceTerms, board, unmapped
from tests.sync.store.facts import SCOPE, T, at, event, item

HOURS = Hours("UTC", Week({day: ((time(9), time(17)),) for day in range(5)}))
LAUNCH = Flow("launch", "asana", (
    Stage("Intake", "backlog", (r"New \*", "Requests")), Stage("Review", "waiting", ("Review*",), "requester"),
), projects=("q", "p"))  # fmt: skip
OTHER = Flow("other", "asana", (Stage("Any", "active", ("*",)),))
IDEAS = Flow("ideas", "notion.ideas", (Stage("Open", "backlog", ("Open",)),))
TERMS = Terms(
    HOURS, {"launch": LAUNCH, "other": OTHER, "ideas": IDEAS}, {"Design": ("ana@example.org",), "Web": ("8",)}
)
SOURCES = (
    SourceTerms("asana", "Team", "Priority", reviewed_fields=("Reviewed",), parked_fields=("Park",), bots=("Robo",)),
    SourceTerms("notion"),
)
COLUMNS_OF_P = (Column("c1", "New *"), Column("c2", "Review 2"), Column("c3", "new *"), Column("c4", "New x"))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url) as opened:
        opened.keep(Page(
            SCOPE, "1",
            people=(Person(Ref("asana", "9"), "Ana", "ana@example.org"), Person(Ref("asana", "7"), "Robo")),
            containers=(
                Container(Ref("asana", "p"), "P", columns=COLUMNS_OF_P), Container(Ref("asana", "q"), "Q"),
                Container(Ref("asana", "z"), "Z", columns=(Column("z1", "Doing"),)),
            ),
        ))  # fmt: skip
        yield opened


def keep(store: Store, one: Any, *events: Event) -> None:
    store.keep(Page(SCOPE, "1", (one,), (History(one.ref, events),)))


def seen(store: Store, hours: float = 1000) -> Board:
    return board(store, TERMS, SOURCES, at(hours))


def only(frame: pl.DataFrame) -> dict[str, Any]:
    assert frame.height == 1
    return frame.row(0, named=True)


def schema(shape: Any) -> dict[str, Any]:
    return {name: dtype() if isinstance(dtype, type) else dtype for name, dtype in shape.items()}


@pytest.mark.parametrize("filled", [False, True])
def test_the_frames_have_the_agreed_shapes(store: Store, filled: bool) -> None:
    if filled:
        keep(store, item(owner="9", tags=("a",)), event("a", 0, "created", actor="9"))
    got = seen(store)
    for frame, shape in ((got.items, ITEMS), (got.events, EVENTS), (got.people, PEOPLE), (got.columns, COLUMNS)):
        assert dict(frame.schema) == schema(shape)
        assert list(frame.columns) == list(shape)


def test_an_item_with_its_fields(store: Store) -> None:
    fields = (
        Field("1", "Priority", "enum", "o", "High"), Field("2", "Reviewed", "date", "2026-03-01"),
        Field("3", "Park", "date", "2026-06-01"),
    )  # fmt: skip
    keep(store, item(created_by="9", due="2026-04-01T10:00:00Z", tags=("x", "y"), fields=fields))
    row = only(seen(store).items)
    assert (row["ref"], row["container"], row["flow"], row["priority"]) == ("asana:1", "asana:p", "launch", "High")
    assert (row["due"], row["parked_until"]) == (date(2026, 4, 1), date(2026, 6, 1))
    assert row["reviewed_at"].isoformat() == "2026-03-01T00:00:00+00:00"
    assert (row["tags"], row["created_at"]) == (["x", "y"], T)
    assert seen(store).people["key"][row["created_by"]] == "asana:9"


def test_fields_are_called_as_the_config_lists_them_and_the_own_text_is_apart(store: Store) -> None:
    fields = (Field("55", "Campaign", "enum", "o", "Spring"), Field("56", "Size", "enum", "l", "Large"),
              Field("notes", "notes", "notes", text="So that people start."))  # fmt: skip
    keep(store, item(fields=fields))
    by_id = (SourceTerms("asana", fields=("55", "Size", "notes")),)
    row = only(board(store, TERMS, by_id, at(1000)).items)
    assert (row["fields"], row["text"]) == (["55=Spring", "Size=Large"], "So that people start.")
    keep(store, item(version="2", fields=fields[:2]))
    assert only(seen(store).items)["text"] is None


def test_events_speak_of_people_teams_and_columns(store: Store) -> None:
    keep(
        store, item(),
        event("a", 1, "transition", container="p", old="c1", new="c2", actor="9", actor_kind="person"),
        event("b", 2, "owner", old="8", new="9", actor="7", actor_kind="person"),
        event("c", 3, "field", field="77", field_name="Team", old="o1", old_text="Design", new="o2", new_text="Web"),
        event("d", 3, "field", seq=1, field="78", field_name="Size", old="s", old_text="Small", new="l"),
    )  # fmt: skip
    got = seen(store)
    rows = got.events.select("kind", "container", "old", "new", "actor_kind", "field").rows()
    assert rows == [
        ("transition", "asana:p", "c1", "c2", "person", None), ("owner", None, "asana:8", "asana:9", "bot", None),
        ("team", None, "Design", "Web", "unknown", "77"), ("field", None, "s", "l", "unknown", "78"),
    ]  # fmt: skip
    names = [None if one is None else got.people["name"][one] for one in got.events["actor"]]
    assert names == ["Ana", "Robo", None, None]
    assert dict(got.people.select("key", "team").iter_rows()) == {
        "asana:7": None,
        "asana:8": "Web",
        "asana:9": "Design",
    }


def test_nothing_later_than_the_instant_is_seen(store: Store) -> None:
    keep(store, item("2", created_at=at(5)))
    keep(store, item(), event("a", 1), event("b", 4), event("c", 4.0001))
    got = seen(store, 4)
    assert got.items["ref"].to_list() == ["asana:1"]
    assert got.events["at"].to_list() == [at(1), at(4)]
    assert seen(store, -1).items.height == 0


def test_state_with_a_history_is_wound_back(store: Store) -> None:
    keep(
        store,
        item(title="New", due="2026-05-05", completed=True, completed_at=at(30),
             placements=(Placement("q", None),), fields=(Field("5", "Priority", "enum", "l", "Low"),)),
        event("a", 10, "completed"), event("b", 20, "reopened"), event("c", 30, "completed"),
        event("d", 25, "due", old="2026-04-04", new="2026-05-05"), event("e", 25, "renamed", old_text="Old", seq=1),
        event("f", 25, "removed", container="p", seq=2), event("g", 25, "added", container="q", seq=3),
        event("h", 25, "field", seq=4, field="5", field_name="Priority", old="h", old_text="High", new="l"),
    )  # fmt: skip

    def state(hours: float) -> tuple[Any, ...]:
        row = only(seen(store, hours).items)
        return tuple(row[name] for name in ("completed_at", "title", "container", "priority", "due"))

    before, after = ("Old", "asana:p", "High", date(2026, 4, 4)), ("New", "asana:q", "Low", date(2026, 5, 5))
    assert state(5) == (None, *before)
    assert state(15) == (at(10), *before)
    assert state(24) == (None, *before)
    assert state(26) == (None, *after)
    assert state(31) == (at(30), *after)


@pytest.mark.parametrize(
    ("homes", "expected"),
    [
        ("p", ("asana:p", "launch")), ("pq", ("asana:q", "launch")), ("zp", ("asana:p", "launch")),
        ("z", ("asana:z", "other")), ("", (None, None)),
    ],
)  # fmt: skip
def test_an_item_with_several_homes_follows_the_first_flow_of_the_config(
    store: Store, homes: str, expected: tuple[Any, Any]
) -> None:
    keep(store, item(placements=tuple(Placement(one) for one in homes)))
    row = only(seen(store).items)
    assert (row["container"], row["flow"]) == expected


def test_an_item_that_left_every_home_follows_its_last(store: Store) -> None:
    keep(
        store,
        item(placements=()),
        event("a", 1, "transition", container="p", new="c1"),
        event("b", 2, "removed", container="p"),
    )
    row = only(seen(store).items)
    assert (row["container"], row["flow"]) == ("asana:p", "launch")


def test_columns_mean_stages_by_pattern_and_unmapped_ones_are_named(store: Store) -> None:
    keep(store, item(), event("a", 1, "transition", container="p", old="gone", old_text="Requests", new="c1"))
    got = seen(store)
    stages = {row["column"]: (row["stage"], row["stage_kind"], row["stage_owner"]) for row in got.columns.to_dicts()}
    assert stages == {
        "c1": ("Intake", "backlog", None), "c2": ("Review", "waiting", "requester"), "c3": (None, None, None),
        "c4": (None, None, None), "gone": ("Intake", "backlog", None), "z1": ("Any", "active", None),
    }  # fmt: skip
    assert unmapped(got) == [("launch", "asana:p", "New x"), ("launch", "asana:p", "new *")]


def test_a_source_without_history_gets_one_from_looks(store: Store) -> None:
    ideas = Container(Ref("notion", "d"), "Ideas", role="ideas", columns=(Column("o", "Open"), Column("x", "Done")))
    scope = Scope("notion", "d", "Ideas")
    idea = item("n", source="notion", kind="idea", placements=(Placement("d", "o"),))
    store.keep(Page(scope, "1", (idea,), containers=(ideas,), observed_at=at(1), last=True))
    done = item("n", "v2", source="notion", kind="idea", placements=(Placement("d", "x"),), modified_at=at(2))
    store.keep(Page(scope, "2", (done,), observed_at=at(3), last=True))
    got = seen(store)
    assert only(got.items)["flow"] == "ideas"
    rows = got.events.select("kind", "old", "new", "approximate", "not_before").rows()
    assert rows == [
        ("created", None, None, False, None), ("transition", None, "o", True, T),
        ("transition", "o", "x", True, at(1)),
    ]  # fmt: skip
    assert [one.new_text for one in store.events(Ref("notion", "n"))] == [None, "Open", "Done"]


def test_items_and_events_are_in_order_whatever_the_order_of_keeping(store: Store) -> None:
    for id_ in ("3", "1", "2"):
        ref = Ref("asana", id_)
        later = event("a", 2, "described", seq=1, ref=ref)
        keep(store, item(id_), later, event("b", 2, "renamed", ref=ref), event("c", 1, "comment", ref=ref))
    got = seen(store)
    assert got.items.select("item", "ref").rows() == [(0, "asana:1"), (1, "asana:2"), (2, "asana:3")]
    assert got.events["item"].to_list() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert got.events["kind"].cast(pl.String).to_list() == ["comment", "renamed", "described"] * 3
