"""What is pulled, and for how many requests, over real HTTP to the pretend Notion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.base import Page
from connectors.errors import Missing, Rejected
from connectors.model import Ref
from connectors.notion.connector import NotionConnector
from connectors.sandbox.faults import Fault
from tests.connectors.contract import Kept, Notes
from tests.connectors.notion.world import NotionRig, notion_rig


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig() as rig:
        yield rig


def _pull(connector: NotionConnector, number: int, cursor: str | None = None, kept: Kept | None = None) -> list[Page]:
    versions = (kept or Kept()).versions
    return list(connector.pull(connector.scopes()[number], cursor, versions.get))


# ---- requests ------------------------------------------------------------------------------------------------


def test_a_full_pull_costs_two_requests_and_one_per_hundred_rows_and_the_people_once(rig: NotionRig) -> None:
    connector = rig.connector(Notes())
    rig.requests()
    Kept().pull(connector)
    assert rig.asked() == {
        "GET users": 1,
        "GET users/me": 1,
        "GET data_sources/{id}": 2,  # two tables: the schema of each,
        "POST data_sources/{id}/query": 2 + 2 + 1,  # the latest edit of each, and ⌈130/100⌉ + ⌈3/100⌉ pages
    }


def test_an_idle_pull_costs_one_request_a_table_and_says_nothing(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    before = [page.containers for page in kept.pull(rig.connector(notes)) if page.containers]
    rig.requests()
    again = kept.pull(rig.connector(notes))
    assert rig.asked() == {"POST data_sources/{id}/query": 2}
    assert [(page.items, page.people, page.last) for page in again] == [((), (), True)] * 2
    assert [page.containers for page in again] == before  # as they are known: the config may mean them otherwise now


def test_a_database_id_costs_two_requests_once_and_is_remembered(rig: NotionRig) -> None:
    database = rig.api("GET", f"data_sources/{rig.ideas}")["parent"]["database_id"]
    address = f"https://app.notion.com/p/Ideas-{database.replace('-', '')}?v=1"
    notes = Notes()
    rig.requests()
    _pull(rig.connector(notes, work=[], ideas={"data_source": address}), 0)
    asked = rig.asked()
    assert (asked["GET data_sources/{id}"], asked["GET databases/{id}"]) == (2, 1)
    pages = _pull(rig.connector(notes, work=[], ideas={"data_source": address}), 0)
    assert "GET databases/{id}" not in rig.asked()
    assert [item.placements[0].container for item in pages[0].items] == [rig.ideas] * 3


def test_a_database_of_several_data_sources_is_refused_naming_them(rig: NotionRig) -> None:
    database = rig.api("GET", f"data_sources/{rig.ideas}")["parent"]["database_id"]
    second = rig.api(
        "POST",
        "data_sources",
        {
            "parent": {"type": "database_id", "database_id": database},
            "title": [{"text": {"content": "Old ideas"}}],
            "properties": {"Idea": {"title": {}}},
        },
    )
    with pytest.raises(Rejected, match="2 data sources") as rejected:
        _pull(rig.connector(Notes(), work=[], ideas={"data_source": database}), 0)
    assert rig.ideas in str(rejected.value)
    assert f"'Old ideas' ({second['id']})" in str(rejected.value)


def test_what_is_not_shared_is_missing_with_the_way_out(rig: NotionRig) -> None:
    never = "12345678123441238123123412341234"
    with pytest.raises(Missing, match="Connections"):
        _pull(rig.connector(Notes(), work=[], ideas={"data_source": never}), 0)


def test_without_the_right_to_list_people_names_come_with_the_rows(rig: NotionRig) -> None:
    rig.app.faults.replace([Fault("GET", "/notion/v1/users", "403", count=1)])
    kept = Kept()
    kept.pull(rig.connector(Notes()))
    assert {person.name for person in kept.people.values()} == {"Ada", "Ben\u00a0Ö"}
    assert sum(item.kind == "page" for item in kept.items.values()) == 130


def test_a_table_that_is_no_longer_there_is_told_with_the_way_out(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    kept.pull(rig.connector(notes))
    rig.app.faults.replace([Fault("POST", "/notion/v1/data_sources/*/query", "404", count=1)])
    with pytest.raises(Missing, match="is not in Notion, or not shared"):
        kept.pull(rig.connector(notes))
    assert [page.last for page in kept.pull(rig.connector(notes))][-1]


def test_ids_that_are_none_or_named_twice_are_refused_at_once(rig: NotionRig) -> None:
    with pytest.raises(Rejected) as rejected:
        rig.connector(Notes(), work=[{"data_source": "Campaigns"}, {"data_source": rig.ideas}])
    assert "'Campaigns' is no Notion id" in str(rejected.value)
    assert "configured twice, as work already" in str(rejected.value)


# ---- facts ---------------------------------------------------------------------------------------------------


def test_rows_and_their_table_are_told_in_the_models_words(rig: NotionRig) -> None:
    kept = Kept()
    kept.pull(rig.connector(Notes()))
    container = kept.pages[0].containers[0]
    assert (container.name, container.role) == ("Campaign work", "work")
    assert [column.name for column in container.columns] == ["Backlog", "Doing", "Review", "Done"]
    by_title = {item.title: item for item in kept.items.values()}
    item = by_title["Brief 2"]
    people = {ref.id: person for ref, person in kept.people.items()}
    assert people[item.owner or ""].name == "Ada"
    assert [people[id_].name for id_ in item.helpers] == ["Ben\u00a0Ö"]
    assert {column.id: column.name for column in container.columns}[item.placements[0].column or ""] == "Done"
    assert [(field.name, field.value, field.text) for field in item.fields] == [
        ("Team", None, ""),
        ("Due", None, ""),
        ("Points", 2, "2"),
    ]
    assert (by_title["Idea 1"].kind, by_title["Brief 0"].kind) == ("idea", "page")
    assert {person.name: person.kind for person in people.values()}["Handrail"] == "own"


def test_every_page_carries_the_instant_at_which_it_was_seen(rig: NotionRig) -> None:
    pages = _pull(rig.connector(Notes()), 0)
    assert {page.observed_at for page in pages} == {rig.app.world.clock.now()}
    assert [len(page.items) for page in pages] == [100, 30]


def test_two_edits_within_one_minute_are_both_seen(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    kept.pull(rig.connector(notes))
    row = next(iter(kept.items)).id
    rig.later(minutes=30)
    seen = []
    for status in ("Doing", "Review", "Done"):
        rig.edit(row, {"Status": status})
        rig.later(seconds=5)
        kept.pull(rig.connector(notes))
        seen.append(kept.items[Ref("notion", row)])
    assert len({item.modified_at for item in seen}) == 1
    assert len({item.placements[0].column for item in seen}) == 3


def test_an_edit_just_before_the_pull_is_not_told_twice(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    kept.pull(rig.connector(notes))
    row = next(iter(kept.items)).id
    rig.later(minutes=30)
    rig.edit(row, {"Status": "Review"})
    assert [len(page.items) for page in kept.pull(rig.connector(notes))] == [1, 0]
    assert [len(page.items) for page in kept.pull(rig.connector(notes))] == [0, 0]


def test_an_edit_during_a_full_pull_is_seen_by_the_next(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    connector = rig.connector(notes)
    work = connector.scopes()[0]
    pages = connector.pull(work, None, kept.versions.get)
    first = next(pages)
    kept.keep(first)
    row = first.items[0].ref
    rig.later(minutes=10)
    rig.edit(row.id, {"Status": "Review"})
    rig.later(minutes=10)
    rig.edit(next(iter(rig.side.nodes[rig.work].rows[::-1])), {"Status": "Review"})
    for page in pages:
        kept.keep(page)
    before = kept.items[row]
    kept.pull(rig.connector(notes))
    assert kept.items[row].placements != before.placements


def test_a_new_status_option_or_a_new_property_is_noticed_for_one_request_more(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    kept.pull(rig.connector(notes))
    row = next(iter(kept.items)).id
    rig.later(minutes=30)
    options = rig.api("GET", f"data_sources/{rig.work}")["properties"]["Status"]["status"]["options"]
    new = [*({"id": one["id"], "name": one["name"]} for one in options), {"name": "Parked"}]
    rig.api("PATCH", f"data_sources/{rig.work}", {"properties": {"Status": {"status": {"options": new}}}})
    rig.edit(row, {"Status": "Parked"})
    rig.requests()
    page = kept.pull(rig.connector(notes))[0]
    assert rig.asked() == {"POST data_sources/{id}/query": 2, "GET data_sources/{id}": 1}
    (container,) = page.containers
    assert container.columns[-1].name == "Parked"
    assert kept.items[Ref("notion", row)].placements[0].column == container.columns[-1].id


def test_a_renamed_property_is_refused_with_the_nearest_name(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    kept.pull(rig.connector(notes))
    rig.later(minutes=30)
    rig.api("PATCH", f"data_sources/{rig.work}", {"properties": {"Status": {"name": "Status now"}}})
    rig.edit(next(iter(kept.items)).id, {"Points": 77})
    with pytest.raises(Rejected, match="did you mean 'Status now'"):
        kept.pull(rig.connector(notes))


def test_rows_put_away_or_moved_are_told_when_asked_for(rig: NotionRig) -> None:
    connector, kept = rig.connector(Notes()), Kept()
    kept.pull(connector)
    away, gone, moved = (ref.id for ref in list(kept.items)[:3])
    with rig.app.world.lock:
        rig.side.put_away("Ada", away)
        rig.side.set_marks("Ada", rig.side.nodes[gone], is_archived=True)
    rig.api("POST", f"pages/{moved}/move", {"parent": {"type": "data_source_id", "data_source_id": rig.ideas}})
    page = connector.get([away, gone, moved])
    assert [item.presence for item in page.items] == ["trashed", "archived", "present"]
    outside = rig.connector(Notes(), ideas=None).get([moved, "0" * 32])
    assert [item.presence for item in outside.items] == ["outside"]
    assert list(outside.absent.values()) == ["unseen"]
    assert page.items[2].placements[0].container == rig.ideas
    assert page.items[2].kind == "idea"


def test_listed_bots_are_bots_and_guests_come_with_their_rows(rig: NotionRig) -> None:
    kept = Kept()
    kept.pull(rig.connector(Notes(), bots=["Chao", "b@example.com"]))
    kinds = {person.name: person.kind for person in kept.people.values()}
    assert kinds == {"Ada": "person", "Ben\u00a0Ö": "bot", "Chao": "bot", "Handrail": "own"}
