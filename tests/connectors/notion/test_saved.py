"""Saved, and answered 503 all the same: each kind of write that we do has exactly one effect, and is sent once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from connectors.document import Document, Paragraph, Table, line
from connectors.errors import Transient
from connectors.model import Change, EnsureFields, OwnField, PutAway, PutPage, PutRow, Ref, SetFields
from connectors.notion.connector import NotionConnector
from connectors.notion.policy import saved
from connectors.notion.region import BEGIN
from connectors.sandbox.faults import Fault
from tests.connectors.contract import Notes
from tests.connectors.notion.world import OWN, NotionRig, ensure_table, notion_rig, put_page

SHORT = Document((Paragraph(line("Short.")),))
LONG = Document((Table((line("n"),), tuple((line(str(n)),) for n in range(1200))), Paragraph(line("End"))))


@dataclass(frozen=True)
class Write:
    """Changes that come first, the change whose write is struck, and what a plain client then counts to one."""

    struck: str
    before: Callable[[NotionRig, NotionConnector], Change]
    writes: int = 1
    skip: int = 0


def _row(remote: str | None = None, before: Any = None, **values: Any) -> PutRow:
    return PutRow("row/k1", "notion", "findings", "k1", "Brief", values, before or {}, remote)


def _region(rig: NotionRig, document: Document, digest: str = "d1") -> PutPage:
    return PutPage("region", "notion", rig.parent, "Summary", document, digest, region=True)


def _new_table(rig: NotionRig, _: NotionConnector) -> Change:
    return ensure_table(rig.parent)


def _more_columns(rig: NotionRig, connector: NotionConnector) -> Change:
    connector.apply(ensure_table(rig.parent))
    wanted = ensure_table(rig.parent)
    return replace(wanted, fields=(*wanted.fields, OwnField("Level", "option", ("warn", "breach"))))


def _new_row(rig: NotionRig, connector: NotionConnector) -> Change:
    connector.apply(ensure_table(rig.parent))
    return _row(Cost=3)


def _changed_row(rig: NotionRig, connector: NotionConnector) -> Change:
    connector.apply(ensure_table(rig.parent))
    return _row(connector.apply(_row(Cost=3)).remote, {"Cost": 3}, Cost=4)


def _row_put_away(rig: NotionRig, connector: NotionConnector) -> Change:
    table = connector.apply(ensure_table(rig.parent)).remote
    made = connector.apply(_row(Cost=3)).remote
    return PutAway("away", "notion", "row", made, table=table, title="Brief", values={"Cost": 3})


def _table_put_away(rig: NotionRig, connector: NotionConnector) -> Change:
    return PutAway("findings", "notion", "table", connector.apply(ensure_table(rig.parent)).remote)


def _fields(rig: NotionRig, _: NotionConnector) -> Change:
    return EnsureFields("f", Ref("notion", rig.work), OWN)


def _set(rig: NotionRig, connector: NotionConnector) -> Change:
    connector.apply(_fields(rig, connector))
    row = rig.api("POST", f"data_sources/{rig.work}/query", {})["results"][0]["id"]
    return SetFields("set", Ref("notion", row), {"Flow status": "stalled"}, {"Flow status": None})


def _new_page(rig: NotionRig, _: NotionConnector) -> Change:
    return put_page(rig.parent)


def _long_page(rig: NotionRig, _: NotionConnector) -> Change:
    return put_page(rig.parent, LONG)


def _changed_page(rig: NotionRig, connector: NotionConnector) -> Change:
    connector.apply(put_page(rig.parent))
    return put_page(rig.parent, SHORT, digest="d2")


def _page_replaced(rig: NotionRig, connector: NotionConnector) -> Change:
    """So long that it is replaced as a whole, and goes on in a second part."""
    connector.apply(put_page(rig.parent, Document(tuple(Paragraph(line("x" * 1900)) for _ in range(190)))))
    return put_page(rig.parent, Document(tuple(Paragraph(line("y" * 1900)) for _ in range(190))), digest="d2")


def _new_region(rig: NotionRig, _: NotionConnector) -> Change:
    return _region(rig, SHORT)


def _changed_region(rig: NotionRig, connector: NotionConnector) -> Change:
    connector.apply(_region(rig, SHORT))
    return _region(rig, Document((Paragraph(line("Shorter.")),)), "d2")


def _region_taken_out(rig: NotionRig, connector: NotionConnector) -> Change:
    connector.apply(_region(rig, SHORT))
    return _region(rig, Document(()), "")


WRITES = {
    "database created": Write("POST /notion/v1/databases", _new_table),
    "data source updated": Write("PATCH /notion/v1/data_sources/*", _more_columns),
    "row created": Write("POST /notion/v1/pages", _new_row),
    "row patched": Write("PATCH /notion/v1/pages/*", _changed_row),
    "row put away": Write("PATCH /notion/v1/pages/*", _row_put_away),
    "table put away": Write("PATCH /notion/v1/databases/*", _table_put_away),
    "properties made": Write("PATCH /notion/v1/data_sources/*", _fields),
    "properties set": Write("PATCH /notion/v1/pages/*", _set),
    "page created": Write("POST /notion/v1/pages", _new_page),
    "page appended to": Write("PATCH /notion/v1/pages/*/markdown", _long_page),
    "page updated": Write("PATCH /notion/v1/pages/*/markdown", _changed_page),
    "page replaced": Write("PATCH /notion/v1/pages/*/markdown", _page_replaced),
    "region put": Write("PATCH /notion/v1/pages/*/markdown", _new_region),
    "region updated": Write("PATCH /notion/v1/pages/*/markdown", _changed_region),
    "region taken out": Write("PATCH /notion/v1/pages/*/markdown", _region_taken_out),
}


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=3) as rig:
        yield rig


def _world(rig: NotionRig) -> Any:
    """All that a plain client sees, without the ids and times that differ between two worlds."""
    drop = {"id", "url", "public_url", "request_id", "created_time", "last_edited_time", "parent", "plain_text"}

    def bare(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: bare(value) for key, value in one.items() if key not in drop}
        return [bare(each) for each in one] if isinstance(one, list) else one

    return [bare(one) for one in rig.state() if not isinstance(one, str) or not one.startswith("2026")]


@pytest.mark.parametrize("write", WRITES.values(), ids=[name.replace(" ", "-") for name in WRITES])
def test_it_is_written_once_read_and_never_sent_again(rig: NotionRig, write: Write) -> None:
    connector = rig.connector(Notes())
    change = write.before(rig, connector)
    method, path = write.struck.split(" ")
    rig.requests()
    fault = Fault(method, path, "saved_503", count=1)
    rig.app.faults.replace([fault])
    assert connector.apply(change).outcome in {"written", "found"}
    assert fault.struck == 1
    sent = {call: n for call, n in rig.asked().items() if call.startswith(method) and not call.endswith("query")}
    assert sum(sent.values()) == write.writes, sent
    rig.app.faults.replace([])
    struck = _world(rig)
    assert connector.apply(change).outcome == "found"  # with what was noted …
    assert rig.connector(Notes()).apply(change).outcome == "found"  # … and with nothing
    with notion_rig(count=3) as calm:  # the same without the fault leaves the same world
        other = calm.connector(Notes())
        other.apply(write.before(calm, other))
        assert _world(calm) == struck


def test_a_503_that_does_not_say_it_was_saved_is_looked_for_before_it_is_repeated(rig: NotionRig) -> None:
    notes = Notes()
    rig.connector(notes).apply(ensure_table(rig.parent))
    rig.app.faults.replace([Fault("POST", "/notion/v1/pages", "drop_saved", count=1)])
    with pytest.raises(Transient) as transient:
        rig.connector(notes).apply(_row(Cost=3))
    assert transient.value.uncertain
    rig.app.faults.replace([])
    assert rig.connector(notes).apply(_row(Cost=3)).outcome == "found"


@pytest.mark.parametrize(("told", "id_"), [
    ({"committed_resource_id": "p1"}, "p1"),
    ({"committed_child_ids": ["b1", "b2"]}, None),
    ({"retry_guidance": ["Read the object again to confirm the saved change.", "Do not repeat the write."]}, None),
])  # fmt: skip
def test_each_of_notion_s_three_signs_says_that_it_was_saved(told: Any, id_: str | None) -> None:
    found = saved(Transient("503", status=503, answer={"additional_data": told}))
    assert found is not None
    assert found.id == id_


@pytest.mark.parametrize("answer", [
    None, "<html>", {}, {"additional_data": {"retry_guidance": ["Reduce page_size", "Narrow query filters/sorts"]}},
    {"additional_data": {"retry_guidance": []}},
])  # fmt: skip
def test_another_503_does_not(answer: Any) -> None:
    assert saved(Transient("503", status=503, answer=answer)) is None


def test_the_region_stands_once(rig: NotionRig) -> None:
    rig.side.settings.saved_but_503 = 1
    rig.connector(Notes()).apply(_region(rig, SHORT))
    assert str(rig.api("GET", f"pages/{rig.parent}/markdown")["markdown"]).count(BEGIN) == 1
