"""Odd things that people have in Notion: nothing is lost, and what cannot work is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.document import Document, Table, line
from connectors.model import PutRow, Ref
from connectors.notion.values import reading
from tests.connectors.contract import Kept, Notes
from tests.connectors.notion.world import NotionRig, ensure_table, notion_rig, put_page

HARD = [
    "a | b `c` [d](e) <b>x</b> *y* _z_ ~w~ $1 ^2 {3} \\ end", "שלום עולם", "مرحبا", "🚀👩‍👩‍👧", "| | |", "```", "[x]",
    "<table>", "</td>", "a<br>b", "- list", "1. one", "# head",
]  # fmt: skip


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=1) as rig:
        yield rig


@pytest.mark.parametrize("name", HARD)
def test_hard_names_in_a_table_of_the_page_come_back_as_they_are(rig: NotionRig, name: str) -> None:
    document = Document((Table((line("Item"), line("Days")), ((line(name), line("7")),)),))
    made = rig.connector(Notes()).apply(put_page(rig.parent, document))
    table = rig.api("GET", f"blocks/{made.remote}/children")["results"][0]
    rows = rig.api("GET", f"blocks/{table['id']}/children")["results"]
    assert len(rows) == 2
    cells = rows[1]["table_row"]["cells"]
    assert ["".join(part["plain_text"] for part in cell) for cell in cells] == [name, "7"]


@pytest.mark.parametrize("title", ["", " ", *HARD, "x" * 5000])
def test_titles_are_read_as_they_are(rig: NotionRig, title: str) -> None:
    row, kept = rig.add_row({"Name": title}), Kept()
    kept.pull(rig.connector(Notes()))
    assert kept.items[Ref("notion", row)].title == title


def test_a_hundred_kilobytes_in_a_cell_are_read_and_written_whole(rig: NotionRig) -> None:
    text = "Ein langer Satz mit Umlauten äöü und 🚀. " * 2500
    rig.api("PATCH", f"data_sources/{rig.work}", {"properties": {"Notes": {"rich_text": {}}}})
    row, kept = rig.add_row({"Notes": text}), Kept()
    kept.pull(rig.connector(Notes(), work=[{"data_source": rig.work, "fields": ["Notes"]}]))
    (field,) = kept.items[Ref("notion", row)].fields
    assert field.value == text
    connector = rig.connector(Notes())
    connector.apply(ensure_table(rig.parent))
    made = connector.apply(PutRow("row/k", "notion", "findings", "k", "Brief", {"Sentence": text}, {}))
    assert made.values["Sentence"] == text


@pytest.mark.parametrize(("formula", "value"), [
    ({"type": "string", "string": "x"}, "x"), ({"type": "number", "number": 2.5}, 2.5),
    ({"type": "boolean", "boolean": False}, False), ({"type": "date", "date": {"start": "2026-03-02"}}, "2026-03-02"),
    ({"type": "unsupported", "unsupported": {}}, None), ({"type": "string", "string": None}, None),
    ({"type": "invented"}, None),
])  # fmt: skip
def test_a_formula_of_every_type_is_read(formula: dict[str, Any], value: Any) -> None:
    assert reading({"type": "formula", "formula": formula})[0] == value


def test_an_option_that_is_deleted_leaves_the_row_and_its_name_in_the_history(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    kept.pull(rig.connector(notes))
    row = next(ref for ref, item in kept.items.items() if item.kind == "page")
    held = kept.items[row].placements[0].column
    schema = rig.api("GET", f"data_sources/{rig.work}")["properties"]["Status"]["status"]["options"]
    left = [{"id": one["id"], "name": one["name"]} for one in schema if one["id"] != held]
    rig.api("PATCH", f"data_sources/{rig.work}", {"properties": {"Status": {"status": {"options": left}}}})
    rig.later(hours=1)
    rig.edit(row.id, {"Points": 77})
    kept.pull(rig.connector(notes))
    assert kept.items[row].placements[0].column != held


def test_a_body_with_blocks_that_markdown_cannot_say_is_kept_and_names_them(rig: NotionRig) -> None:
    row, kept = rig.add_row({"Name": "Odd"}), Kept()
    rig.api(
        "PATCH", f"blocks/{row}/children",
        {"children": [{"type": "bookmark", "bookmark": {"url": "https://x.test"}},
                      {"type": "paragraph", "paragraph": {"rich_text": [{"text": {"content": "after"}}]}}]},
    )  # fmt: skip
    kept.pull(rig.connector(Notes(), work=[{"data_source": rig.work, "body": True}]))
    (field,) = kept.items[Ref("notion", row)].fields
    assert "<unknown" in field.text
    assert field.text.endswith("after")
