"""Our own properties on people's tables: theirs are never touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connectors.errors import Rejected
from connectors.model import EnsureFields, OwnField, Ref, SetFields
from connectors.notion.connector import NotionConnector
from tests.connectors.contract import Kept, Notes
from tests.connectors.notion.world import OWN, NotionRig, notion_rig


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=3) as rig:
        yield rig


@pytest.fixture
def connector(rig: NotionRig) -> NotionConnector:
    return rig.connector(Notes())


# ---- our fields on people's tables ---------------------------------------------------------------------------


def _set(row: str, before: Mapping[str, Any] | None = None, **values: Any) -> SetFields:
    return SetFields("set", Ref("notion", row), values, before or dict.fromkeys(values))


def test_our_fields_are_added_and_set_and_cost_no_second_read(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    connector = rig.connector(notes)
    connector.apply(EnsureFields("f", Ref("notion", rig.work), OWN))
    kept.pull(connector)
    ref = next(ref for ref, item in kept.items.items() if item.kind == "page")
    rig.later(minutes=30)
    receipt = connector.apply(_set(ref.id, **{"Flow status": "stalled", "Waiting since": "2026-03-01"}))
    assert receipt.outcome == "written"
    assert receipt.values == {"Flow status": "stalled", "Waiting since": "2026-03-01"}
    assert receipt.seen_version == kept.items[ref].version
    kept.versions[ref] = receipt.version
    assert kept.pull(rig.connector(notes))[0].items == ()
    shown = {field.name: field.text for field in connector.get([ref.id]).items[0].fields}
    assert (shown["Flow status"], shown["Waiting since"]) == ("stalled", "2026-03-01")


def test_a_persons_property_is_never_written_or_changed(rig: NotionRig, connector: NotionConnector) -> None:
    row = rig.api("POST", f"data_sources/{rig.work}/query", {})["results"][0]["id"]
    before = rig.state()
    with pytest.raises(Rejected, match="no property of ours named 'Status'"):
        connector.apply(_set(row, Status="Done"))
    with pytest.raises(Rejected, match="'Team' that Handrail did not make"):
        connector.apply(EnsureFields("f", Ref("notion", rig.work), (OwnField("Team", "text"),)))
    assert rig.state() == before


def test_new_options_join_the_old_ones(rig: NotionRig, connector: NotionConnector) -> None:
    home = Ref("notion", rig.work)
    connector.apply(EnsureFields("f", home, OWN))
    more = (OwnField("Flow status", "option", ("on track", "stalled", "at risk")),)
    assert connector.apply(EnsureFields("f", home, more)).outcome == "written"
    options = rig.api("GET", f"data_sources/{rig.work}")["properties"]["Flow status"]["select"]["options"]
    assert [one["name"] for one in options] == ["on track", "stalled", "at risk"]
    assert connector.apply(EnsureFields("f", home, more)).outcome == "found"


def test_a_field_that_a_person_changed_since_is_left_alone(rig: NotionRig, connector: NotionConnector) -> None:
    connector.apply(EnsureFields("f", Ref("notion", rig.work), OWN))
    row = rig.api("POST", f"data_sources/{rig.work}/query", {})["results"][0]["id"]
    connector.apply(_set(row, **{"Waiting on": "Ben"}))
    rig.edit(row, {"Waiting on": "nobody"})
    receipt = connector.apply(_set(row, {"Waiting on": "Ben"}, **{"Waiting on": "Chao"}))
    assert (receipt.outcome, receipt.values) == ("moved_on", {"Waiting on": "nobody"})
    emptied = connector.apply(_set(row, {"Waiting on": "nobody"}, **{"Waiting on": None}))
    assert (emptied.outcome, emptied.values) == ("written", {"Waiting on": None})
