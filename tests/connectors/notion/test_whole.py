"""What Notion cuts out of a listing is read only where the config asks for it, and only for rows that changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.errors import Rejected
from connectors.model import Field, Ref
from tests.connectors.contract import Kept, Notes
from tests.connectors.notion.world import NotionRig, notion_rig

PEOPLE = [f"Person {number}" for number in range(32)]


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=3) as rig:
        rig.api(
            "PATCH", f"data_sources/{rig.work}",
            {"properties": {"Ideas": {"relation": {"data_source_id": rig.ideas, "single_property": {}}}}},
        )  # fmt: skip
        yield rig


def _crowded(rig: NotionRig) -> str:
    """A row with 32 people and 130 linked ideas."""
    for name in PEOPLE:
        rig.app.world.people.add(name, f"{name[7:]}@people.example.com")
    ideas = [rig.add_row({"Idea": f"Idea {number}"}, source=rig.ideas) for number in range(130)]
    row = rig.add_row({"Name": "Crowded", "Owner": PEOPLE})
    with rig.app.world.lock:
        rig.side.nodes[row].values[rig.side.nodes[rig.work].property("Ideas").id] = ideas
    return row


def _options(rig: NotionRig, **more: Any) -> dict[str, Any]:
    return {"work": [{"data_source": rig.work, "owner": "Owner", "fields": ["Ideas"], **more}]}


def _field(kept: Kept, row: str, name: str) -> Field:
    return next(one for one in kept.items[Ref("notion", row)].fields if one.name == name)


def test_cut_lists_say_so_and_cost_nothing_more(rig: NotionRig) -> None:
    row, kept = _crowded(rig), Kept()
    rig.requests()
    kept.pull(rig.connector(Notes(), **_options(rig)))
    assert "GET pages/{id}/properties/{id}" not in " ".join(rig.asked())
    assert len(_field(kept, row, "Ideas").value) == 25  # type: ignore[arg-type]
    assert "more" in _field(kept, row, "Ideas").text
    assert len(kept.items[Ref("notion", row)].helpers) == 24


def test_what_is_to_be_complete_is_read_whole_for_that_row_alone(rig: NotionRig) -> None:
    row, kept, notes = _crowded(rig), Kept(), Notes()
    options = _options(rig, complete=["Ideas", "Owner"])
    rig.requests()
    kept.pull(rig.connector(notes, **options))
    asked = {call: number for call, number in rig.asked().items() if "/properties/" in call}
    assert sum(asked.values()) == 2 + 1  # 130 ideas in two requests, 32 people in one
    assert len(_field(kept, row, "Ideas").value) == 130  # type: ignore[arg-type]
    assert _field(kept, row, "Ideas").text == "130 linked"
    assert len(kept.items[Ref("notion", row)].helpers) == 31
    rig.later(minutes=30)
    kept.pull(rig.connector(notes, **options))
    assert not [call for call in rig.asked() if "/properties/" in call]


def test_bodies_are_read_only_where_asked_for_and_only_when_changed(rig: NotionRig) -> None:
    kept, notes, options = Kept(), Notes(), _options(rig, body=True)
    row = rig.add_row({"Name": "With text"})
    with rig.app.world.lock:
        rig.side.replace_markdown("Ada", row, "# Why\n\nBecause *of this*.")
    rig.requests()
    kept.pull(rig.connector(notes, **options))
    assert rig.asked()["GET pages/{id}/markdown"] == 4
    assert _field(kept, row, "Body").text == "# Why\nBecause *of this*."
    rig.later(minutes=30)
    with rig.app.world.lock:
        rig.side.replace_markdown("Ada", row, "Another reason.")
    kept.pull(rig.connector(notes, **options))
    assert rig.asked()["GET pages/{id}/markdown"] == 1
    assert _field(kept, row, "Body").text == "Another reason."
    assert kept.items[Ref("notion", row)] == rig.connector(notes, **options).get([row]).items[0]


def test_what_cannot_be_cut_cannot_be_completed(rig: NotionRig) -> None:
    connector = rig.connector(Notes(), **_options(rig, complete=["Due", "Nowhere"]))
    with pytest.raises(Rejected, match=r"complete = 'Due'.*date.*complete = 'Nowhere'"):
        list(connector.pull(connector.scopes()[0], None, lambda ref: None))
