"""Blocks: appended, listed, changed, put away, within the documented limits."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.notion import NotionSide
from tests.sandbox.notion.asking import Asker, said


def paragraph(text: str, *children: Any) -> Any:
    return {"paragraph": {"rich_text": said(text), **({"children": list(children)} if children else {})}}


def words(ask: Asker, id_: str) -> list[str]:
    blocks = ask("GET", f"/blocks/{id_}/children")["results"]
    return ["".join(t["plain_text"] for t in block[block["type"]]["rich_text"]) for block in blocks]


def append(ask: Asker, id_: str, *blocks: Any, **more: Any) -> Any:
    return ask("PATCH", f"/blocks/{id_}/children", {"children": list(blocks), **more})


def test_a_block_as_recorded(ask: Asker, side: NotionSide) -> None:
    made = append(ask, side.shared_page_id, paragraph("I'm a paragraph."))
    bot = {"object": "user", "id": ask("GET", "/users/me")["id"]}
    assert made["results"][0] == {
        "object": "block", "id": made["results"][0]["id"],
        "parent": {"type": "page_id", "page_id": side.shared_page_id},
        "created_time": "2026-11-02T10:15:00.000Z", "last_edited_time": "2026-11-02T10:15:00.000Z",
        "created_by": bot, "last_edited_by": bot, "has_children": False, "in_trash": False, "type": "paragraph",
        "paragraph": {
            "rich_text": [{
                "type": "text", "text": {"content": "I'm a paragraph.", "link": None},
                "annotations": {"bold": False, "italic": False, "strikethrough": False, "underline": False,
                                "code": False, "color": "default"},
                "plain_text": "I'm a paragraph.", "href": None,
            }],
            "icon": None, "color": "default",
        },
    }  # fmt: skip
    assert (made["type"], made["block"], made["has_more"]) == ("block", {}, False)


def test_positions_in_the_new_and_the_old_version(ask: Asker, old: Asker, side: NotionSide) -> None:
    page = side.shared_page_id
    first = append(ask, page, paragraph("a"), paragraph("d"))["results"][0]["id"]
    after = {"position": {"type": "after_block", "after_block": {"id": first}}}
    append(ask, page, paragraph("b"), paragraph("c"), **after)
    append(ask, page, paragraph("0"), position={"type": "start"})
    append(ask, page, paragraph("e"), position={"type": "end"})
    append(old, page, paragraph("a+"), after=first)
    assert words(ask, page) == ["0", "a", "a+", "b", "c", "d", "e"]
    body = {"children": [paragraph("x")], "after": first}
    assert "position" in ask.refused("PATCH", f"/blocks/{page}/children", body)["message"]
    stray = {"children": [paragraph("x")], "position": {"type": "after_block", "after_block": {"id": page}}}
    assert "not a child" in ask.refused("PATCH", f"/blocks/{page}/children", stray)["message"]


def test_children_nest_and_a_cursor_is_a_block_id(ask: Asker, side: NotionSide) -> None:
    page = side.shared_page_id
    made = append(ask, page, paragraph("top", paragraph("below", paragraph("deep"))))["results"]
    assert (len(made), made[0]["has_children"]) == (1, True)
    below = ask("GET", f"/blocks/{made[0]['id']}/children")["results"][0]
    assert below["parent"] == {"type": "block_id", "block_id": made[0]["id"]}
    assert words(ask, below["id"]) == ["deep"]
    append(ask, page, *[paragraph(str(n)) for n in range(4)])
    first = ask("GET", f"/blocks/{page}/children", page_size=3)
    rest = ask("GET", f"/blocks/{page}/children", start_cursor=first["next_cursor"])
    assert rest["results"][0]["id"] == first["next_cursor"]
    assert len(first["results"] + rest["results"]) == 5
    ask("DELETE", f"/blocks/{first['next_cursor']}")
    gone = ask.refused("GET", f"/blocks/{page}/children", start_cursor=first["next_cursor"])
    assert "start_cursor" in gone["message"]


CELLS = {"cells": [said("a"), said("b")]}


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([paragraph("x" * 2001)], "body.children[0].paragraph.rich_text[0].text.content.length should be ≤ `2000`"),
        ([paragraph("x")] * 101, "body.children.length should be ≤ `100`, instead was `101`."),
        ([paragraph("1", paragraph("2", paragraph("3", paragraph("4"))))],
         "body.children[0].paragraph.children[0].paragraph.children[0].paragraph.children should be not present"),
        ([{"paragraph": {}}], "body.children[0].paragraph.rich_text should be defined"),
        ([{"strange": {}}], "body.children[0] should have a block type"),
        ([paragraph("x") | {"archived": False}], "body.children[0].archived should be not present"),
        ([{"table": {"table_width": 2}}], "body.children[0].table.children should be defined"),
        ([{"table": {"table_width": 3, "children": [{"table_row": CELLS}]}}], "table_row.cells.length should be `3`"),
        ([{"table_row": CELLS}], "body.children[0]"),
        ([{"divider": {"children": [paragraph("x")]}}], "body.children[0].divider.children should be not present"),
        ([{"bookmark": {"url": "x" * 2001}}], "body.children[0].bookmark.url.length should be ≤ `2000`"),
        ([{"equation": {"expression": "x" * 1001}}], "expression.length should be ≤ `1000`"),
        ([paragraph("t", *[paragraph("c", *[paragraph("d")] * 20)] * 50)], "at most `1000` blocks"),
    ],
)  # fmt: skip
def test_limits(ask: Asker, side: NotionSide, blocks: Any, complaint: str) -> None:
    refused = ask.refused("PATCH", f"/blocks/{side.shared_page_id}/children", {"children": blocks})
    assert refused["code"] == "validation_error"
    assert complaint in refused["message"]
    assert ask("GET", f"/blocks/{side.shared_page_id}/children")["results"] == []


def test_every_kind_of_block_is_read_back(ask: Asker, side: NotionSide) -> None:
    url = {"url": "https://example.com/x"}
    text = {"rich_text": said("t")}
    made: list[Any] = [
        {kind: text} for kind in ("heading_1", "heading_2", "heading_3", "heading_4", "bulleted_list_item",
                                  "numbered_list_item", "quote", "to_do", "toggle", "callout", "template")
    ]  # fmt: skip
    made += [
        {"code": {**text, "language": "python"}}, {"equation": {"expression": "x"}}, {"divider": {}},
        {"breadcrumb": {}}, {"table_of_contents": {}}, {"bookmark": url}, {"embed": url},
        {"link_to_page": {"page_id": side.shared_page_id}}, {"synced_block": {"synced_from": None}},
        {"column_list": {"children": [{"column": {"children": [paragraph("in")]}}]}},
        {"table": {"table_width": 2, "has_column_header": True, "children": [{"table_row": CELLS}]}},
    ]  # fmt: skip
    made += [{kind: {"external": url}} for kind in ("image", "video", "pdf", "file", "audio")]
    shown = append(ask, side.shared_page_id, *made)["results"]
    assert [block["type"] for block in shown] == [next(iter(block)) for block in made]
    table = next(block for block in shown if block["type"] == "table")
    assert table["table"] == {"table_width": 2, "has_column_header": True, "has_row_header": False}
    rows = ask("GET", f"/blocks/{table['id']}/children")["results"]
    assert [cell[0]["plain_text"] for cell in rows[0]["table_row"]["cells"]] == ["a", "b"]


def test_a_block_is_changed_in_place_and_put_away(ask: Asker, old: Asker, side: NotionSide) -> None:
    block = append(ask, side.shared_page_id, {"to_do": {"rich_text": said("do")}})["results"][0]
    path = f"/blocks/{block['id']}"
    assert ask("PATCH", path, {"to_do": {"checked": True}})["to_do"]["rich_text"][0]["plain_text"] == "do"
    assert ask("PATCH", path, {"to_do": {"rich_text": said("done")}})["to_do"]["checked"] is True
    assert "type" in ask.refused("PATCH", path, {"paragraph": {"rich_text": []}})["message"]
    assert old("DELETE", path)["archived"] is True
    assert ask("GET", path)["in_trash"] is True
    assert words(ask, side.shared_page_id) == []
    assert "archived" in ask.refused("PATCH", path, {"to_do": {"checked": False}})["message"]
    assert old("PATCH", path, {"archived": False})["archived"] is False
    assert words(ask, side.shared_page_id) == ["done"]


def test_pages_and_databases_are_blocks_but_data_sources_are_not(ask: Asker, side: NotionSide, source: str) -> None:
    database = side.nodes[source].parent
    shown = ask("GET", f"/blocks/{database}")
    assert (shown["type"], shown["child_database"], shown["has_children"]) == (
        "child_database",
        {"title": "Briefs"},
        False,
    )
    assert ask.refused("GET", f"/blocks/{source}")["code"] == "object_not_found"
    refused = ask.refused("PATCH", f"/blocks/{database}/children", {"children": [paragraph("x")]})
    assert "children" in refused["message"]
    assert ask("DELETE", f"/blocks/{database}")["in_trash"] is True
    assert ask("GET", f"/databases/{database}")["in_trash"] is True


def test_mentions_links_and_looks(ask: Asker, side: NotionSide) -> None:
    person = ask("GET", "/users")["results"][1]
    rich: list[Any] = [
        {"text": {"content": "see", "link": {"url": "https://example.com"}}, "annotations": {"bold": True}},
        {"mention": {"user": {"id": person["id"]}}}, {"mention": {"page": {"id": side.shared_page_id}}},
        {"mention": {"date": {"start": "2026-11-02"}}}, {"equation": {"expression": "x"}},
    ]  # fmt: skip
    made = append(ask, side.shared_page_id, {"paragraph": {"rich_text": rich}})["results"][0]["paragraph"][
        "rich_text"
    ]
    assert [item["plain_text"] for item in made] == ["see", "@Ann", "Handrail", "2026-11-02", "x"]
    assert (made[0]["href"], made[0]["annotations"]["bold"]) == ("https://example.com", True)
    stray = {"children": [{"paragraph": {"rich_text": [{"mention": {"page": {"id": person["id"]}}}]}}]}
    assert "mention.page.id" in ask.refused("PATCH", f"/blocks/{side.shared_page_id}/children", stray)["message"]
