"""Databases, data sources and their schemas."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.notion import NotionSide
from tests.sandbox.notion.asking import COLUMNS, Asker, said


def create(ask: Asker, properties: Any) -> Any:
    body = {
        "parent": {"type": "page_id", "page_id": ask.side.shared_page_id.replace("-", "")},
        "title": said("Findings"), "initial_data_source": {"properties": properties},
    }  # fmt: skip
    return ask("POST", "/databases", body)


def test_a_database_holds_a_data_source_that_holds_the_schema(ask: Asker) -> None:
    made = create(
        ask, {"Key": {"rich_text": {}}, "State": {"select": {"options": [{"name": "open", "color": "red"}]}}}
    )
    assert made["created_time"] == "2026-11-02T10:15:30.000+00:00"
    assert made["data_sources"][0]["name"] == "Findings"
    assert ask("GET", f"/databases/{made['id']}") | {"request_id": ""} == made | {"request_id": ""}
    source = ask("GET", f"/data_sources/{made['data_sources'][0]['id']}")
    assert source["created_time"] == "2026-11-02T10:15:00.000Z"
    assert source["parent"] == {"type": "database_id", "database_id": made["id"]}
    assert source["database_parent"] == {"type": "page_id", "page_id": ask.side.shared_page_id}
    assert source["properties"]["Name"] == {
        "id": "title", "name": "Name", "description": None, "type": "title", "title": {},
    }  # fmt: skip
    option = source["properties"]["State"]["select"]["options"][0]
    assert (option["name"], option["color"], option["description"]) == ("open", "red", None)


def test_the_two_kinds_of_id_are_not_interchangeable(ask: Asker, side: NotionSide, source: str) -> None:
    assert ask.refused("GET", f"/databases/{source}")["code"] == "object_not_found"
    assert ask.refused("GET", f"/data_sources/{side.nodes[source].parent}")["code"] == "object_not_found"
    refused = ask.refused("POST", f"/databases/{side.nodes[source].parent}/query", {})
    assert refused["code"] == "invalid_request_url"


def test_properties_are_added_renamed_and_removed(ask: Asker, source: str) -> None:
    changes = {
        "Stage": {"select": {}},
        "Note": {"name": "Notes"},
        "Link": None,
        "Size": {"number": {"format": "euro"}},
    }
    before = ask("GET", f"/data_sources/{source}")["properties"]
    after = ask("PATCH", f"/data_sources/{source}", {"properties": changes})["properties"]
    assert after["Notes"]["id"] == before["Note"]["id"]
    assert "Link" not in after
    assert after["Stage"]["select"] == {"options": []}
    assert after["Size"]["number"] == {"format": "euro"}
    by_id = {before["Mail"]["id"]: {"name": "E-mail"}}
    assert ask("PATCH", f"/data_sources/{source}", {"properties": by_id})["properties"]["E-mail"]["type"] == "email"


def test_schema_changes_that_are_refused(ask: Asker, source: str) -> None:
    path = f"/data_sources/{source}"
    for changes, words in (
        ({"Nope": None}, "Nope is not a property that exists."),
        ({"Name": None}, "Cannot delete title property."),
        ({"Other": {"title": {}}}, "exactly one"),
        ({"Note": {"name": "Size"}}, "already exists"),
        ({"Odd": {"strange": {}}}, "body.properties.Odd"),
        ({"Status": {"status": {"options": [{"name": "X", "group": "Complete"}]}}}, "group"),
    ):
        assert words in ask.refused("PATCH", path, {"properties": changes})["message"]


def test_options_keep_their_ids_and_new_status_options_are_to_do(ask: Asker, side: NotionSide, source: str) -> None:
    row = side.create_row("Ann", source, {"Name": "x", "Status": "Doing"})
    shown = ask("GET", f"/data_sources/{source}")["properties"]["Status"]["status"]
    options = [{"id": o["id"], "name": "Working" if o["name"] == "Doing" else o["name"]} for o in shown["options"]]
    body = {"properties": {"Status": {"status": {"options": [*options, {"name": "Blocked"}]}}}}
    after = ask("PATCH", f"/data_sources/{source}", body)["properties"]["Status"]["status"]
    assert [o["name"] for o in after["options"]] == ["New", "Working", "Done", "Blocked"]
    groups = {group["name"]: group["option_ids"] for group in after["groups"]}
    ids = {o["name"]: o["id"] for o in after["options"]}
    assert groups["To-do"] == [ids["New"], ids["Blocked"]]
    assert groups["Complete"] == [ids["Done"]]
    assert ask("GET", f"/pages/{row.id}")["properties"]["Status"]["status"]["name"] == "Working"


def test_a_left_out_option_goes_with_its_values(ask: Asker, side: NotionSide, source: str) -> None:
    row = side.create_row("Ann", source, {"Name": "x", "Team": "MOps"})
    body = {"properties": {"Team": {"select": {"options": [{"name": "Design"}]}}}}
    ask("PATCH", f"/data_sources/{source}", body)
    assert ask("GET", f"/pages/{row.id}")["properties"]["Team"]["select"] is None


def test_every_type_of_property_is_shown(ask: Asker, source: str) -> None:
    shown = ask("GET", f"/data_sources/{source}")["properties"]
    assert {prop["type"] for prop in shown.values()} == {next(iter(body)) for body in COLUMNS.values()} | {"relation"}
    assert len({prop["id"] for prop in shown.values()}) == len(shown)
    assert shown["Needs"]["relation"]["data_source_id"] == source


def test_two_way_relations_are_kept_on_both_sides(ask: Asker, side: NotionSide, source: str) -> None:
    made = create(ask, {"Brief": {"relation": {"data_source_id": source, "dual_property": {}}}})
    other = made["data_sources"][0]["id"]
    brief = side.create_row("Ann", source, {"Name": "brief"})
    row = side.create_row("Ann", other, {"Name": "finding", "Brief": [brief.id]})
    back = "Related to Findings (Brief)"
    assert ask("GET", f"/pages/{brief.id}")["properties"][back]["relation"] == [{"id": row.id}]
    side.set_properties("Ann", row.id, {"Brief": []})
    assert ask("GET", f"/pages/{brief.id}")["properties"][back]["relation"] == []


def test_databases_are_updated_and_put_away(ask: Asker, side: NotionSide, source: str) -> None:
    path = f"/databases/{side.nodes[source].parent}"
    row = side.create_row("Ann", source, {"Name": "x"})
    changed = ask("PATCH", path, {"title": said("New name"), "icon": {"emoji": "🔥"}})
    assert (changed["title"][0]["plain_text"], changed["icon"]) == ("New name", {"type": "emoji", "emoji": "🔥"})
    assert changed["data_sources"][0]["name"] == "New name"
    assert ask("PATCH", path, {"in_trash": True})["in_trash"] is True
    assert ask("GET", f"/pages/{row.id}")["in_trash"] is True
    words = "Can't edit block that is archived."
    assert words in ask.refused("PATCH", f"/pages/{row.id}", {"properties": {}, "is_locked": True})["message"]
    new = {"parent": {"data_source_id": source}, "properties": {}}
    assert words in ask.refused("POST", "/pages", new)["message"]
    assert ask("PATCH", path, {"in_trash": False})["in_trash"] is False


def test_more_data_sources_in_one_database(ask: Asker, side: NotionSide, source: str) -> None:
    database = side.nodes[source].parent
    body = {"parent": {"type": "database_id", "database_id": database}, "title": said("Second"),
            "properties": {"Title": {"title": {}}}}  # fmt: skip
    second = ask("POST", "/data_sources", body)
    assert [s["id"] for s in ask("GET", f"/databases/{database}")["data_sources"]] == [source, second["id"]]
    refused = ask.refused("POST", "/pages", {"parent": {"database_id": database}, "properties": {}})
    assert "data_source_id" in refused["message"]
    assert ask("GET", f"/data_sources/{source}/templates") == {
        "templates": [],
        "has_more": False,
        "next_cursor": None,
    }
