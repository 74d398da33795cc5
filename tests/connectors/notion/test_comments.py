"""Conversations that hang on words of a page of ours: told by webhooks, spared by every rewrite while they last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.document import Bullets, Callout, Document, Heading, Paragraph, Table, line
from connectors.notion.connector import NotionConnector
from connectors.sandbox.faults import Fault
from tests.connectors.contract import Notes
from tests.connectors.notion.world import NotionRig, notion_rig, put_page


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=1) as rig:
        yield rig


@pytest.fixture
def connector(rig: NotionRig) -> NotionConnector:
    return rig.connector(Notes())


def _week(number: int) -> Document:
    table = Table((line("Stage"), line("Items")), ((line("Design"), line(str(number))), (line("Web"), line("2"))))
    return Document((
        Paragraph(line(f"As of week {number}.")), Callout(line(f"Big {number}.")), Heading(line("Card"), 3),
        Bullets((line("Always so."), line(f"{number} items."))), table,
    ))  # fmt: skip


def _write(connector: NotionConnector, rig: NotionRig, week: int) -> str:
    return connector.apply(put_page(rig.parent, _week(week), digest=f"d{week}")).remote


def _text(rig: NotionRig, page: str) -> str:
    return str(rig.api("GET", f"pages/{page}/markdown")["markdown"])


def _block(rig: NotionRig, page: str, words: str) -> str:
    """The block in which these words stand, however deep."""
    found = [
        block["id"]
        for parent in [page, *(one["id"] for one in _children(rig, page) if one["has_children"])]
        for block in _children(rig, parent)
        if words in str(block[block["type"]])
    ]
    assert len(found) == 1
    return str(found[0])


def _children(rig: NotionRig, id_: str) -> list[dict[str, Any]]:
    return list(rig.api("GET", f"blocks/{id_}/children")["results"])


def _comment(rig: NotionRig, block: str, page: str, connector: NotionConnector) -> Any:
    """Ada says something there, and a webhook tells us."""
    with rig.app.world.lock:
        made = rig.side.comment("Ada", block, [{"type": "text", "text": {"content": "Is that so?"}}])
    told = connector.get([f"{page}#{block}"])
    assert told.items == ()
    assert told.absent == {}
    return made


def test_words_that_somebody_talks_about_stay_and_ours_come_beside_them(
    rig: NotionRig, connector: NotionConnector
) -> None:
    page = _write(connector, rig, 1)
    block = _block(rig, page, "Big 1.")
    _comment(rig, block, page, connector)
    for week in (2, 3, 4):
        assert _write(connector, rig, week) == page
        text = _text(rig, page)
        assert _block(rig, page, "Big 1.") == block
        assert len(rig.api("GET", f"comments?block_id={block}")["results"]) == 1
        assert (text.count("Big "), text.count(f"Big {week}."), text.count(f"week {week}.")) == (2, 1, 1)
    assert text.count("Always so.") == text.count("### Card") == 1


def test_when_the_conversation_is_over_the_old_words_go(rig: NotionRig, connector: NotionConnector) -> None:
    page = _write(connector, rig, 1)
    said = _comment(rig, _block(rig, page, "Big 1."), page, connector)
    _write(connector, rig, 2)
    with rig.app.world.lock:
        rig.side.drop_comment("Ada", said)
    _write(connector, rig, 3)
    assert (_text(rig, page).count("Big "), _text(rig, page).count("Big 3.")) == (1, 1)
    rig.asked()
    _write(connector, rig, 4)
    assert rig.asked() == {"GET pages/{id}/markdown": 1, "PATCH pages/{id}/markdown": 1}


def test_words_that_stay_the_same_are_not_said_twice(rig: NotionRig, connector: NotionConnector) -> None:
    page = _write(connector, rig, 1)
    block = _block(rig, page, "Always so.")
    _comment(rig, block, page, connector)
    for week in (2, 3):
        _write(connector, rig, week)
        assert _text(rig, page).count("Always so.") == 1
        assert _block(rig, page, "Always so.") == block


def test_a_comment_in_a_cell_holds_its_table(rig: NotionRig, connector: NotionConnector) -> None:
    page = _write(connector, rig, 1)
    row = _block(rig, page, "Design")
    _comment(rig, row, page, connector)
    _write(connector, rig, 2)
    assert len(rig.api("GET", f"comments?block_id={row}")["results"]) == 1
    tables = [one["id"] for one in _children(rig, page) if one["type"] == "table"]
    assert len(tables) == 2
    assert sum(row in {one["id"] for one in _children(rig, table)} for table in tables) == 1
    _write(connector, rig, 3)
    assert len([one for one in _children(rig, page) if one["type"] == "table"]) == 2


def test_who_may_not_read_comments_spares_what_was_told(rig: NotionRig, connector: NotionConnector) -> None:
    page = _write(connector, rig, 1)
    block = _block(rig, page, "Big 1.")
    _comment(rig, block, page, connector)
    rig.app.faults.replace([Fault("GET", "/notion/v1/comments", "403", count=9)])
    _write(connector, rig, 2)
    assert _block(rig, page, "Big 1.") == block


def test_a_comment_on_a_page_of_somebody_is_a_hint_like_any(rig: NotionRig, connector: NotionConnector) -> None:
    row = rig.api("POST", f"data_sources/{rig.work}/query", {})["results"][0]["id"]
    assert [item.ref.id for item in connector.get([f"{row}#{rig.parent}"]).items] == [row]
