"""Pages that we own, over real HTTP to the pretend Notion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.document import Document, Heading, Paragraph, Table, line
from connectors.errors import Missing
from connectors.model import Receipt
from connectors.notion.connector import NotionConnector
from tests.connectors.contract import Notes
from tests.connectors.notion.world import NotionRig, ensure_table, notion_rig, put_page


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=3) as rig:
        yield rig


@pytest.fixture
def connector(rig: NotionRig) -> NotionConnector:
    return rig.connector(Notes())


def _titles(rig: NotionRig) -> list[str]:
    blocks = rig.api("GET", f"blocks/{rig.parent}/children")["results"]
    return [block[block["type"]]["title"] for block in blocks]


# ---- pages ---------------------------------------------------------------------------------------------------


def _said(rig: NotionRig, receipt: Receipt) -> str:
    return str(rig.api("GET", f"pages/{receipt.remote}/markdown")["markdown"])


def test_a_page_is_made_then_rewritten_by_one_look_and_one_write_and_keeps_alike_blocks(
    rig: NotionRig, connector: NotionConnector
) -> None:
    first = connector.apply(put_page(rig.parent))
    assert "18 of 26 briefs **waited** \\*more\\* than 2 days \\[x\\]." in _said(rig, first)
    ids = [block["id"] for block in rig.api("GET", f"blocks/{first.remote}/children")["results"]]
    rig.requests()
    page = put_page(rig.parent)
    changed = Document((Heading(line("Next week"), 1), *page.document.blocks[1:]))
    second = connector.apply(put_page(rig.parent, changed, digest="d2"))
    assert rig.asked() == {"GET pages/{id}/markdown": 1, "PATCH pages/{id}/markdown": 1}
    assert (second.outcome, second.remote) == ("written", first.remote)
    assert _said(rig, second).startswith("# Next week")
    assert [block["id"] for block in rig.api("GET", f"blocks/{first.remote}/children")["results"]] == ids


def test_pages_that_people_put_below_ours_survive_a_rewrite(rig: NotionRig, connector: NotionConnector) -> None:
    made = connector.apply(put_page(rig.parent))
    with rig.app.world.lock:
        child = rig.side.create_page("Ada", "My notes", made.remote).id
    again = connector.apply(put_page(rig.parent, Document((Paragraph(line("Short.")),)), digest="d2"))
    assert again.outcome == "written"
    assert "Short." in _said(rig, again)
    assert rig.api("GET", f"pages/{child}")["in_trash"] is False


def test_a_page_in_the_trash_stays_there(rig: NotionRig, connector: NotionConnector) -> None:
    made = connector.apply(put_page(rig.parent))
    with rig.app.world.lock:
        rig.side.put_away("Ada", made.remote)
    for remote in (None, made.remote):
        receipt = connector.apply(put_page(rig.parent, Document(()), remote, digest="d2"))
        assert (receipt.outcome, receipt.remote) == ("moved_on", made.remote)


def test_a_page_that_is_gone_is_made_again(rig: NotionRig, connector: NotionConnector) -> None:
    receipt = connector.apply(put_page(rig.parent, remote="12345678123441238123123412341234"))
    assert (receipt.outcome, _titles(rig).count("Handrail: where work waits")) == ("written", 1)


def test_a_long_page_is_written_in_parts(rig: NotionRig, connector: NotionConnector) -> None:
    rows = tuple((line(str(number)),) for number in range(1200))
    long = Document((Paragraph(line("All")), Table((line("n"),), rows)))
    made = connector.apply(put_page(rig.parent, long))
    assert _said(rig, made).count("<tr>") == 1202  # each part has its header
    again = connector.apply(put_page(rig.parent, Document((*long.blocks, Paragraph(line("End")))), digest="d2"))
    said = _said(rig, again)
    assert (said.count("<tr>"), said.count("End")) == (1202, 1)


def test_a_missing_parent_is_missing(rig: NotionRig, connector: NotionConnector) -> None:
    for change in (put_page("12345678123441238123123412341234"), ensure_table("12345678123441238123123412341234")):
        with pytest.raises(Missing):
            connector.apply(change)
