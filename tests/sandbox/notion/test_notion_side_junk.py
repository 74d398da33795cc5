"""Whatever is sent, the answer is JSON with a status, never a crash, and a refused write changes nothing."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from connectors.sandbox.core import World
from connectors.sandbox.notion import NotionSide
from tests.sandbox.notion.asking import COLUMNS, Asker

JUNK: list[Any] = [None, True, 0, -1, 1.5, "", "x", [], ["x"], [None], {}, {"x": 1}, [[]], [{}], {"type": "x"}]


def bodies(side: NotionSide, source: str, page: str, block: str) -> list[tuple[str, str, Any]]:
    rich = [{"text": {"content": "a", "link": {"url": "https://example.com"}}, "annotations": {"bold": True}},
            {"mention": {"page": {"id": page}}}, {"equation": {"expression": "x"}}]  # fmt: skip
    values = {
        "Name": {"title": rich}, "Status": {"status": {"name": "Doing"}}, "Tags": {"multi_select": [{"name": "a"}]},
        "Size": {"number": 1}, "Due": {"date": {"start": "2026-11-02", "end": None}}, "Ready": {"checkbox": True},
        "Owner": {"people": [{"id": side.world.people.bot.uuid}]}, "Needs": {"relation": [{"id": page}]},
        "Files": {"files": [{"name": "f", "external": {"url": "https://example.com"}}]}, "Mail": {"email": "a@b.c"},
        "Checked": {"verification": {"state": "verified"}}, "Where": {"place": {"lat": 1, "lon": 2}},
    }  # fmt: skip
    children = [
        {"callout": {"rich_text": rich, "icon": {"emoji": "x"}, "color": "red", "children": [{"divider": {}}]}},
        {"table": {"table_width": 1, "children": [{"table_row": {"cells": [rich]}}]}},
        {"image": {"external": {"url": "https://example.com"}, "caption": rich}}, {"to_do": {"rich_text": rich}},
        {"link_to_page": {"page_id": page}}, {"code": {"rich_text": rich, "language": "python", "caption": rich}},
        {"column_list": {"children": [{"column": {"width_ratio": 1, "children": [{"divider": {}}]}}]}},
    ]  # fmt: skip
    wanted = {"or": [
        {"property": "Status", "status": {"equals": ["Doing"]}}, {"property": "Due", "date": {"this_week": {}}},
        {"and": [{"timestamp": "created_time", "created_time": {"after": "today"}},
                 {"property": "Rolled", "rollup": {"any": {"number": {"equals": 1}}}},
                 {"property": "Sum", "formula": {"string": {"contains": "x"}}}]},
    ]}  # fmt: skip
    sorts = [{"property": "Due", "direction": "ascending"}, {"timestamp": "created_time", "direction": "descending"}]
    under = {"type": "page_id", "page_id": side.shared_page_id}
    columns = {k: v for k, v in COLUMNS.items() if k != "Status"} | {
        "State": {"status": {"options": [{"name": "x"}]}}
    }
    update = {"content_updates": [{"old_str": "a", "new_str": "b", "replace_all_matches": True}]}
    return [
        ("POST", "/databases", {"parent": under, "title": rich, "icon": {"emoji": "x"},
                                "initial_data_source": {"properties": columns}}),
        ("PATCH", f"/databases/{side.nodes[source].parent}", {"title": rich, "is_inline": True, "in_trash": False}),
        ("PATCH", f"/data_sources/{source}", {"title": rich, "properties": {
            "New": {"relation": {"data_source_id": source, "dual_property": {}}}, "Team": {"name": "Squad"},
            "Tags": {"multi_select": {"options": [{"name": "z", "color": "red"}]}}}}),
        ("POST", f"/data_sources/{source}/query", {"filter": wanted, "sorts": sorts, "page_size": 5}),
        ("POST", "/pages", {"parent": {"data_source_id": source}, "properties": values, "children": children}),
        ("PATCH", f"/pages/{page}", {"properties": values, "icon": {"emoji": "x"}, "is_archived": False}),
        ("PATCH", f"/blocks/{page}/children",
         {"children": children, "position": {"type": "after_block", "after_block": {"id": block}}}),
        ("PATCH", f"/blocks/{block}", {"paragraph": {"rich_text": rich, "color": "blue"}}),
        ("PATCH", f"/pages/{page}/markdown", {"type": "update_content", "update_content": update}),
        ("POST", "/comments", {"parent": {"page_id": page}, "rich_text": rich,
                               "display_name": {"type": "integration"}}),
        ("POST", "/search", {"query": "x", "filter": {"property": "object", "value": "page"},
                             "sort": {"direction": "ascending"}}),
        ("POST", "/views", {"data_source_id": source, "name": "v", "type": "table", "filter": wanted,
                            "create_database": {"parent": under}}),
        ("POST", "/file_uploads", {"mode": "multi_part", "filename": "x", "number_of_parts": 2}),
        ("POST", f"/pages/{page}/move", {"parent": {"page_id": side.shared_page_id}}),
    ]  # fmt: skip


def places(body: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, itself included."""
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [path] + [place for key, value in inner for place in places(value, (*path, key))]


def spoiled(body: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    copied = copy.deepcopy(body)
    inner = copied
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = junk
    return copied


@pytest.mark.parametrize("number", range(14))
def test_junk_anywhere_is_answered(number: int) -> None:
    side = NotionSide(World())
    ask = Asker(side)
    source = side.create_database("Handrail", "Briefs", side.shared_page_id, COLUMNS).sources[0]
    side.change_schema("Handrail", source, {"Needs": {"relation": {"data_source_id": source}}})
    page = side.create_row("Handrail", source, {"Name": "x"}, markdown="a").id
    method, path, body = bodies(side, source, page, side.nodes[page].children[0])[number]
    chance = random.Random(number)
    everywhere = places(body)
    assert ask.raw(method, path, copy.deepcopy(body)).status == 200
    for place in everywhere:
        for junk in chance.sample(JUNK, 2):
            before = side.changes, len(side.nodes)
            sent = spoiled(body, place, junk)
            answer = ask.raw(method, path, sent)
            assert answer.status in (200, 400, 404), (sent, answer.body)
            if answer.status != 200:
                assert (side.changes, len(side.nodes)) == before, (place, junk)
                assert answer.body["message"]
