"""Pages: values written and read, whole property items, marks, trash, moves."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.core import World
from connectors.sandbox.notion import NotionSide
from tests.sandbox.notion.asking import Asker, said


def new(ask: Asker, source: str, properties: Any, **more: Any) -> Any:
    return ask("POST", "/pages", {"parent": {"data_source_id": source}, "properties": properties, **more})


def test_values_come_back_as_they_were_set(ask: Asker, world: World, source: str) -> None:
    ann = world.people.find("Ann")
    assert ann is not None
    page = new(ask, source, {
        "Name": {"title": said("A brief")}, "Status": {"status": {"name": "Doing"}},
        "Team": {"select": {"name": "Sales"}}, "Tags": {"multi_select": [{"name": "a"}, {"name": "new"}]},
        "Note": {"rich_text": said("n")}, "Size": {"number": 3}, "Owner": {"people": [{"id": ann.uuid}]},
        "Due": {"date": {"start": "2026-11-05T09:00:00Z", "end": "2026-11-06"}}, "Ready": {"checkbox": True},
        "Link": {"url": "https://example.com"}, "Mail": {"email": "x@example.com"}, "Phone": {"phone_number": "1"},
        "Files": {"files": [{"name": "f", "external": {"url": "https://example.com/f"}}]},
        "Checked": {"verification": {"state": "verified"}}, "Where": {"place": {"lat": 1.0, "lon": 2.0}},
    })  # fmt: skip
    shown = {name: prop[prop["type"]] for name, prop in page["properties"].items()}
    assert shown["Name"][0]["plain_text"] == "A brief"
    assert shown["Status"]["name"] == "Doing"
    assert (shown["Team"]["name"], [tag["name"] for tag in shown["Tags"]]) == ("Sales", ["a", "new"])
    assert shown["Owner"][0] == {
        "object": "user", "id": ann.uuid, "name": "Ann", "avatar_url": None, "type": "person",
        "person": {"email": "ann@example.com"},
    }  # fmt: skip
    assert shown["Due"] == {"start": "2026-11-05T09:00:00.000+00:00", "end": "2026-11-06", "time_zone": None}
    assert (shown["Size"], shown["Ready"], shown["Link"], shown["Mail"]) == (
        3,
        True,
        "https://example.com",
        "x@example.com",
    )
    assert shown["No"] == {"prefix": "BR", "number": 1}
    assert shown["Maker"]["name"] == shown["Editor"]["name"] == "Handrail"
    assert shown["Made"] == page["created_time"] == "2026-11-02T10:15:00.000Z"
    assert shown["Sum"] == {"type": "string", "string": None}
    assert page["parent"] == {
        "type": "data_source_id", "data_source_id": source, "database_id": ask.side.nodes[source].parent,
    }  # fmt: skip
    assert page["url"] == f"https://app.notion.com/p/A-brief-{page['id'].replace('-', '')}"
    names = [o["name"] for o in ask("GET", f"/data_sources/{source}")["properties"]["Team"]["select"]["options"]]
    assert names == ["Design", "MOps", "Sales"]


def test_an_empty_row_has_the_empty_values(ask: Asker, source: str) -> None:
    shown = {name: prop[prop["type"]] for name, prop in new(ask, source, {})["properties"].items()}
    assert shown["Status"]["name"] == "New"
    empty = ("Name", "Note", "Tags", "Owner", "Files", "Needs")
    assert {name: shown[name] for name in empty} == {name: [] for name in empty}
    nothing = ("Team", "Size", "Due", "Link", "Mail", "Phone", "Checked", "Where")
    assert {name: shown[name] for name in nothing} == dict.fromkeys(nothing)
    assert shown["Ready"] is False


def test_an_update_touches_only_what_it_names_and_null_empties(ask: Asker, source: str) -> None:
    page = new(
        ask, source, {"Name": {"title": said("x")}, "Size": {"number": 1}, "Due": {"date": {"start": "2026-11-05"}}}
    )
    by_id = page["properties"]["Size"]["id"]
    after = ask("PATCH", f"/pages/{page['id']}", {"properties": {by_id: {"number": 2}, "Due": {"date": None}}})
    assert after["properties"]["Size"]["number"] == 2
    assert after["properties"]["Due"]["date"] is None
    assert after["properties"]["Name"] == page["properties"]["Name"]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"Nope": {"number": 1}}, "Nope is not a property that exists."),
        ({"Size": {"rich_text": []}}, "Size is expected to be number."),
        ({"Size": {"number": "1"}}, "body.properties.Size.number should be a number"),
        ({"Ready": {"checkbox": "yes"}}, "should be a boolean"),
        ({"Status": {"status": {"name": "Nope"}}}, 'Status option "Nope" does not exist.'),
        ({"Sum": {"formula": {"string": "x"}}}, "cannot be updated"),
        ({"Made": {"created_time": "2026-01-01"}}, "cannot be updated"),
        ({"Owner": {"people": [{"id": "Ann"}]}}, "body.properties.Owner.people[0].id"),
        ({"Note": {"rich_text": said("x" * 2001)}},
         "body failed validation: body.properties.Note.rich_text[0].text.content.length should be ≤ `2000`, "
         "instead was `2001`."),
        ({"Note": {"rich_text": said("x") * 101}}, "body.properties.Note.rich_text.length should be ≤ `100`"),
        ({"Note": "plain"}, "body.properties.Note.rich_text should be an array"),
        ({"Link": {"url": "x" * 2001}}, "body.properties.Link.url.length should be ≤ `2000`"),
        ({"Mail": {"email": "x" * 201}}, "should be ≤ `200`"),
        ({"Tags": {"multi_select": [{"name": str(n)} for n in range(101)]}}, "should be ≤ `100`"),
        ({"Team": {"select": {"name": "a, b"}}}, "commas"),
        ({"Due": {"date": {"start": "tomorrow"}}}, "valid ISO 8601"),
        ({"Needs": {"relation": [{"id": "00000000-0000-0000-0000-000000000000"}]}}, "Could not find page"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_and_nothing_is_written(
    ask: Asker, source: str, properties: Any, words: str
) -> None:
    page = new(ask, source, {"Name": {"title": said("x")}})
    sent = {"properties": {"Name": {"title": said("changed")}, **properties}}
    assert words in ask.refused("PATCH", f"/pages/{page['id']}", sent)["message"]
    assert words in ask.refused("POST", "/pages", {"parent": {"data_source_id": source}, **sent})["message"]
    assert ask("GET", f"/pages/{page['id']}")["properties"]["Name"] == page["properties"]["Name"]
    assert len(ask("POST", f"/data_sources/{source}/query", {})["results"]) == 1


def test_references_stop_at_25_and_items_come_whole(ask: Asker, side: NotionSide, source: str) -> None:
    others = [side.create_row("Ann", source, {"Name": str(number)}).id for number in range(30)]
    for number in range(30):
        side.world.people.add(f"P{number}")
    people = [f"P{number}" for number in range(30)]
    row = side.create_row("Ann", source, {"Name": "x", "Needs": others, "Owner": people}).id
    shown = ask("GET", f"/pages/{row}")["properties"]
    assert (len(shown["Needs"]["relation"]), shown["Needs"]["has_more"]) == (25, True)
    assert len(shown["Owner"]["people"]) == 25
    path = f"/pages/{row}/properties/{shown['Needs']['id']}"
    first = ask("GET", path, page_size=20)
    rest = ask("GET", path, start_cursor=first["next_cursor"])
    assert [one["relation"]["id"] for one in first["results"] + rest["results"]] == others
    assert first["property_item"]["next_url"].endswith(f"start_cursor={first['next_cursor']}")
    assert len(ask("GET", f"/pages/{row}/properties/{shown['Owner']['id']}")["results"]) == 30


def test_property_items_as_recorded(ask: Asker, source: str) -> None:
    page = new(ask, source, {"Name": {"title": said("x")}, "Size": {"number": 3}})
    title = ask("GET", f"/pages/{page['id']}/properties/title")
    assert title["results"][0]["title"]["plain_text"] == "x"
    assert title["property_item"] == {"id": "title", "next_url": None, "type": "title", "title": {}}
    number = ask("GET", f"/pages/{page['id']}/properties/{page['properties']['Size']['id']}")
    assert (number["object"], number["type"], number["number"]) == ("property_item", "number", 3)
    assert "nope" in ask.refused("GET", f"/pages/{page['id']}/properties/nope")["message"]


def test_plain_pages_have_a_title_and_the_recorded_shorthand_works(ask: Asker, side: NotionSide) -> None:
    parent = {"page_id": side.shared_page_id.replace("-", "")}
    page = ask("POST", "/pages", {"parent": parent, "properties": {"title": said("Summary")}, "children": []})
    assert page["properties"]["title"]["title"][0]["plain_text"] == "Summary"
    listed = ask("GET", f"/blocks/{side.shared_page_id}/children")["results"]
    assert [(b["type"], b["child_page"]["title"]) for b in listed] == [("child_page", "Summary")]
    assert "Due is not" in ask.refused("POST", "/pages", {"parent": parent, "properties": {"Due": {}}})["message"]


def test_marks_and_trash(ask: Asker, side: NotionSide, source: str) -> None:
    page = new(ask, source, {}, icon={"emoji": "🔥"}, cover={"external": {"url": "https://example.com/c.png"}})
    assert (page["icon"]["emoji"], page["cover"]["external"]["url"]) == ("🔥", "https://example.com/c.png")
    path = f"/pages/{page['id']}"
    assert ask("PATCH", path, {"is_locked": True, "icon": None})["is_locked"] is True
    assert ask("PATCH", path, {"properties": {"Size": {"number": 1}}})["icon"] is None
    assert ask("PATCH", path, {"in_trash": True})["in_trash"] is True
    assert "archived" in ask.refused("PATCH", path, {"properties": {"Size": {"number": 2}}})["message"]
    restored = ask("PATCH", path, {"in_trash": False, "properties": {"Size": {"number": 2}}})
    assert (restored["in_trash"], restored["properties"]["Size"]["number"]) == (False, 2)
    assert "boolean" in ask.refused("PATCH", path, {"in_trash": "yes"})["message"]


def test_who_edited_last_is_told(ask: Asker, ann: Asker, side: NotionSide, source: str) -> None:
    page = new(ask, source, {})
    after = ann("PATCH", f"/pages/{page['id']}", {"properties": {"Size": {"number": 1}}})
    assert after["last_edited_by"]["id"] == ann("GET", "/users/me")["id"]
    assert after["created_by"]["id"] == ask("GET", "/users/me")["id"]


def test_moves(ask: Asker, side: NotionSide) -> None:
    one = side.create_page("Ann", "one", side.shared_page_id)
    two = side.create_page("Ann", "two", one.id)
    moved = ask("POST", f"/pages/{two.id}/move", {"parent": {"page_id": side.shared_page_id}})
    assert moved["parent"] == {"type": "page_id", "page_id": side.shared_page_id}
    assert one.children == []
    refused = ask.refused("POST", f"/pages/{side.shared_page_id}/move", {"parent": {"page_id": one.id}})
    assert "below itself" in refused["message"]
