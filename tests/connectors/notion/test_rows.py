"""Rows of our own table, over real HTTP to the pretend Notion; what people did meanwhile is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.errors import Missing, NotGranted, Rejected, Transient
from connectors.model import OwnField, PutRow
from connectors.notion.connector import NotionConnector
from connectors.sandbox.faults import Fault
from tests.connectors.contract import Notes
from tests.connectors.notion.world import NotionRig, ensure_table, notion_rig, put_page


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=3) as rig:
        yield rig


@pytest.fixture
def connector(rig: NotionRig) -> NotionConnector:
    return rig.connector(Notes())


def _row(
    key: str = "k1", before: dict[str, object] | None = None, remote: str | None = None, **values: object
) -> PutRow:
    return PutRow(f"row/{key}", "notion", "findings", key, "Brief", values, before or {}, remote)  # type: ignore[arg-type]


def _titles(rig: NotionRig) -> list[str]:
    blocks = rig.api("GET", f"blocks/{rig.parent}/children")["results"]
    return [block[block["type"]]["title"] for block in blocks]


# ---- the table and its rows ----------------------------------------------------------------------------------


def test_the_table_is_made_once_with_our_columns_and_peoples(rig: NotionRig, connector: NotionConnector) -> None:
    first = connector.apply(ensure_table(rig.parent))
    properties = rig.api("GET", f"data_sources/{first.remote}")["properties"]
    assert {name: body["type"] for name, body in properties.items()} == {
        "Finding": "title", "Key": "rich_text", "Rule": "select", "Sentence": "rich_text", "Since": "date",
        "Cost": "number", "Item": "url", "Decision": "select", "Until": "date", "Because": "rich_text",
        "Edited by": "last_edited_by",
    }  # fmt: skip
    assert [one["name"] for one in properties["Decision"]["select"]["options"]] == ["snooze", "not a leak", "fixed"]
    rig.requests()
    assert connector.apply(ensure_table(rig.parent)) == replace(first, outcome="found")
    assert rig.requests() == 0
    assert _titles(rig).count("Findings") == 1


def test_a_table_of_that_title_which_is_not_ours_is_left_alone(rig: NotionRig, connector: NotionConnector) -> None:
    with rig.app.world.lock:
        rig.side.create_database("Ada", "Findings", rig.parent, {"Name": {"title": {}}, "Key": {"rich_text": {}}})
    assert connector.survey([ensure_table(rig.parent)]).tables == {}
    assert connector.apply(ensure_table(rig.parent)).outcome == "written"


def test_columns_that_a_newer_version_wants_are_added(rig: NotionRig, connector: NotionConnector) -> None:
    first = connector.apply(ensure_table(rig.parent))
    wanted = ensure_table(rig.parent)
    more = replace(wanted, fields=(*wanted.fields, OwnField("Level", "option", ("warn", "breach"))))
    assert connector.apply(more).outcome == "found"
    assert rig.api("GET", f"data_sources/{first.remote}")["properties"]["Level"]["type"] == "select"
    assert connector.apply(_row(Level="warn")).values["Level"] == "warn"


def test_a_new_row_in_a_new_table_costs_one_request_and_later_two(rig: NotionRig, connector: NotionConnector) -> None:
    connector.apply(ensure_table(rig.parent))
    rig.requests()
    connector.apply(_row("k1", Cost=1))
    assert rig.asked() == {"POST pages": 1}
    other = rig.connector(connector._notes._memory)  # type: ignore[arg-type]
    other.apply(_row("k2", Cost=1))
    assert rig.asked() == {"POST data_sources/{id}/query": 1, "POST pages": 1}


def test_only_what_differs_is_written(rig: NotionRig, connector: NotionConnector) -> None:
    connector.apply(ensure_table(rig.parent))
    made = connector.apply(_row(Rule="overload", Cost=3, Sentence="Two wait.", Since="2026-03-01"))
    rig.edit(made.remote, {"Because": "We know"}, who="Chao")
    before = {"Cost": 3, "Sentence": "Two wait.", "Rule": "overload"}
    receipt = connector.apply(_row(remote=made.remote, before=before, Cost=4, Sentence="Two wait.", Rule="overload"))
    assert (receipt.outcome, receipt.values["Cost"], receipt.values["Because"]) == ("written", 4, "We know")
    assert receipt.values["Since"] == "2026-03-01"
    assert rig.asked()["PATCH pages/{id}"] == 1


def test_option_names_with_commas_and_long_texts_come_back_as_they_were_sent(
    rig: NotionRig, connector: NotionConnector
) -> None:
    connector.apply(ensure_table(rig.parent))
    values = {"Rule": "overload, heavy", "Sentence": "🚀 a\nb, " * 900, "Item": "https://x.test/?a=(b)", "Cost": 2.5}
    receipt = connector.apply(_row(**values))
    assert {name: receipt.values[name] for name in values} == values
    assert connector.apply(_row(**values)).outcome == "found"


def test_a_value_that_a_person_changed_since_is_left_alone(rig: NotionRig, connector: NotionConnector) -> None:
    connector.apply(ensure_table(rig.parent))
    made = connector.apply(_row(Cost=3, Sentence="Two wait."))
    rig.edit(made.remote, {"Sentence": "Ask Ben"})
    receipt = connector.apply(_row(remote=made.remote, before={"Sentence": "Two wait."}, Sentence="Three wait."))
    assert (receipt.outcome, receipt.values["Sentence"]) == ("moved_on", "Ask Ben")
    assert "Sentence" in receipt.note


def test_a_row_that_a_person_put_away_stays_away(rig: NotionRig, connector: NotionConnector) -> None:
    connector.apply(ensure_table(rig.parent))
    made = connector.apply(_row(Cost=3))
    with rig.app.world.lock:
        rig.side.put_away("Ada", made.remote)
    receipt = connector.apply(_row(remote=made.remote, before={"Cost": 3}, Cost=4))
    assert (receipt.outcome, receipt.remote) == ("moved_on", made.remote)
    gone = connector.apply(_row("k9", remote="12345678123441238123123412341234", Cost=4))
    assert gone.outcome == "moved_on"


def test_a_row_made_although_no_answer_came_is_found_by_its_key(rig: NotionRig, connector: NotionConnector) -> None:
    connector.apply(ensure_table(rig.parent))
    rig.app.faults.replace([Fault("POST", "/notion/v1/pages", "drop_saved", count=1)])
    with pytest.raises(Transient) as transient:
        connector.apply(_row(Cost=3))
    assert transient.value.uncertain
    rig.app.faults.replace([])
    receipt = connector.apply(_row(Cost=3))
    assert receipt.outcome == "found"
    assert len(_rows(rig, connector)) == 1


def test_what_was_saved_though_503_was_answered_is_read_and_not_repeated(
    rig: NotionRig, connector: NotionConnector
) -> None:
    for change in (ensure_table(rig.parent), _row(Cost=3), put_page(rig.parent)):
        rig.side.settings.saved_but_503 = 1
        assert connector.apply(change).outcome == "written"
    made = connector.apply(_row(Cost=3))
    rig.side.settings.saved_but_503 = 1
    assert connector.apply(_row(remote=made.remote, before={"Cost": 3}, Cost=4)).values["Cost"] == 4
    assert len(_rows(rig, connector)) == 1
    assert _titles(rig).count("Findings") == 1
    assert _titles(rig).count("Handrail: where work waits") == 1


def test_a_lost_column_is_named_and_a_renamed_one_is_used(rig: NotionRig, connector: NotionConnector) -> None:
    table = connector.apply(ensure_table(rig.parent)).remote
    made = connector.apply(_row(Cost=3))
    rig.api("PATCH", f"data_sources/{table}", {"properties": {"Cost": {"name": "Kosten"}}})
    assert connector.apply(_row(remote=made.remote, before={"Cost": 3}, Cost=4)).values["Cost"] == 4
    rig.api("PATCH", f"data_sources/{table}", {"properties": {"Kosten": None}})
    with pytest.raises(Rejected, match="lost the column 'Cost'"):
        connector.apply(_row("k2", Cost=4))


def test_a_table_in_the_trash_is_said_and_looked_for_again(rig: NotionRig, connector: NotionConnector) -> None:
    table = connector.apply(ensure_table(rig.parent)).remote
    with rig.app.world.lock:
        rig.side.put_away("Ada", rig.side.nodes[table].parent)
    with pytest.raises(Missing, match="trash"):
        connector.apply(_row("k2", Cost=4))
    assert [scope.name for scope in connector.scopes()] == ["work", "ideas"]


def _rows(rig: NotionRig, connector: NotionConnector) -> list[Any]:
    table = connector.scopes()[2].id
    found: list[Any] = rig.api("POST", f"data_sources/{table}/query", {})["results"]
    return found


def test_a_write_that_lost_against_another_is_decided_again(rig: NotionRig, connector: NotionConnector) -> None:
    connector.apply(ensure_table(rig.parent))
    made = connector.apply(_row(Cost=3))
    rig.app.faults.replace([Fault("PATCH", "/notion/v1/pages/*", "409", count=1)])
    rig.requests()
    assert connector.apply(_row(remote=made.remote, before={"Cost": 3}, Cost=4)).outcome == "written"
    assert rig.asked() == {"GET pages/{id}": 2, "PATCH pages/{id}": 2}


def test_a_refusal_for_want_of_rights_is_told_so(rig: NotionRig, connector: NotionConnector) -> None:
    rig.app.faults.replace([Fault("POST", "/notion/v1/databases", "403")])
    with pytest.raises(NotGranted, match="Insufficient permissions"):
        connector.apply(ensure_table(rig.parent))
