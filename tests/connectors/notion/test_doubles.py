"""What was made twice is found by our marks at the next sweep: the oldest stays, the other goes into the trash."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.base import Page
from connectors.errors import ConnectorError
from connectors.model import PutRow
from connectors.notion.connector import NotionConnector
from connectors.sandbox.faults import Fault
from tests.connectors.contract import Kept, Notes
from tests.connectors.notion.world import NotionRig, ensure_table, notion_rig, put_page

VALUES = {"Rule": "handoff_stall", "Cost": 3}


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=3) as rig:
        yield rig


@dataclasses.dataclass
class Twice:
    """Our table, pulled once, and a connector to go on with."""

    rig: NotionRig
    notes: Notes
    kept: Kept

    def connector(self) -> NotionConnector:
        return self.rig.connector(self.notes, stored=lambda scope: [])

    def sweep(self) -> list[Page]:
        self.rig.later(days=2)
        return self.kept.pull(self.connector())

    def rows(self) -> list[Any]:
        table = self.connector().scopes()[2].id
        return list(self.rig.api("POST", f"data_sources/{table}/query", {})["results"])


@pytest.fixture
def twice(rig: NotionRig) -> Twice:
    made = Twice(rig, Notes(), Kept())
    connector = made.connector()
    connector.apply(ensure_table(rig.parent))
    connector.apply(PutRow("row/k", "notion", "findings", "k", "Brief", VALUES, {}))
    made.kept.pull(connector)
    return made


def _again(twice: Twice, **values: Any) -> str:
    """The row once more, as if Notion had not shown the first one yet."""
    hidden = twice.rows()[0]["id"]
    side = twice.rig.side
    twice.rig.later(minutes=3)
    with twice.rig.app.world.lock:
        side.nodes[hidden].in_trash = True
    made = twice.connector().apply(PutRow("row/k", "notion", "findings", "k", "Brief", VALUES | values, {}))
    with twice.rig.app.world.lock:
        side.nodes[hidden].in_trash = False
    assert made.outcome == "written"
    return made.remote


def test_of_two_rows_the_younger_goes_into_the_trash(twice: Twice) -> None:
    first = twice.rows()[0]["id"]
    second = _again(twice)
    page = twice.sweep()[-1]
    assert {row.remote: row.trashed for row in page.rows} == {first: False, second: True}
    assert page.stale == ()
    (away,) = twice.connector().doubles()
    assert away.remote == second
    connector = twice.connector()
    assert connector.apply(away).outcome == "written"
    assert [row["id"] for row in twice.rows()] == [first]
    assert list(connector.doubles()) == []
    assert twice.sweep()[-1].stale == ()


def test_a_row_that_is_behind_its_double_is_to_be_written_anew(twice: Twice) -> None:
    _again(twice, Cost=9)
    assert twice.sweep()[-1].stale == ("row/k",)


def test_a_double_that_a_person_has_touched_stays(twice: Twice) -> None:
    second = _again(twice)
    twice.rig.edit(second, {"Decision": "fixed"}, who="Chao")
    twice.sweep()
    assert list(twice.connector().doubles()) == []


def test_a_double_that_a_person_touches_after_the_sweep_stays(twice: Twice) -> None:
    second = _again(twice)
    twice.sweep()
    (away,) = twice.connector().doubles()
    twice.rig.edit(second, {"Decision": "fixed"}, who="Chao")
    assert twice.connector().apply(away).outcome == "moved_on"
    assert len(twice.rows()) == 2


def test_of_two_pages_the_older_stays_and_is_used_from_then_on(twice: Twice) -> None:
    rig = twice.rig
    first = twice.connector().apply(put_page(rig.parent))
    rig.later(minutes=3)
    with rig.app.world.lock:
        rig.side.nodes[first.remote].in_trash = True
    second = rig.connector(Notes(), stored=lambda scope: []).apply(put_page(rig.parent))
    with rig.app.world.lock:
        rig.side.nodes[first.remote].in_trash = False
    assert second.remote != first.remote
    twice.connector().apply(put_page(rig.parent, remote=second.remote))  # the younger is the one in use
    page = twice.sweep()[-1]
    assert page.stale == ("summary",)
    (away,) = twice.connector().doubles()
    assert away.remote == second.remote
    assert twice.connector().apply(away).outcome == "written"
    again = twice.connector().apply(put_page(rig.parent, remote=second.remote, digest="d2"))
    assert (again.remote, again.outcome) == (first.remote, "found")
    titles = [b for b in rig.api("GET", f"blocks/{rig.parent}/children")["results"] if b["type"] == "child_page"]
    assert [block["id"] for block in titles] == [first.remote]


def test_a_page_of_the_same_title_that_a_person_made_is_theirs(twice: Twice) -> None:
    rig = twice.rig
    made = twice.connector().apply(put_page(rig.parent))
    rig.later(minutes=3)
    with rig.app.world.lock:
        rig.side.create_page("Ada", put_page(rig.parent).title, rig.parent)
    assert twice.sweep()[-1].stale == ()
    assert list(twice.connector().doubles()) == []
    assert twice.connector().apply(put_page(rig.parent, digest="d3")).remote == made.remote


def test_an_empty_table_made_twice_goes_and_one_with_rows_never(twice: Twice) -> None:
    rig = twice.rig
    used = twice.connector().scopes()[2].id
    with rig.app.world.lock:
        database = rig.side.nodes[used].parent
        rig.side.nodes[database].in_trash = True
    other = rig.connector(Notes()).apply(ensure_table(rig.parent))
    with rig.app.world.lock:
        rig.side.nodes[database].in_trash = False
    twice.sweep()
    (away,) = twice.connector().doubles()
    assert (away.what, away.remote) == ("table", other.remote)
    assert twice.connector().apply(away).outcome == "written"
    assert [scope.id for scope in twice.connector().scopes()][2] == used
    assert len(twice.rows()) == 1


def test_a_create_without_an_answer_leaves_no_double_after_the_next_sweep(twice: Twice) -> None:
    rig, change = twice.rig, PutRow("row/new", "notion", "findings", "new", "Brief", VALUES, {})
    rig.app.faults.replace([Fault("POST", "/notion/v1/pages", "drop_saved", count=1)])
    connector = twice.connector()
    with pytest.raises(ConnectorError):
        connector.apply(change)
    rig.app.faults.replace([])
    assert twice.connector().apply(change).outcome == "found"
    twice.sweep()
    assert list(twice.connector().doubles()) == []
    assert len(twice.rows()) == 2


def test_a_page_of_ours_is_read_at_each_sweep_and_written_anew_where_it_was_changed(twice: Twice) -> None:
    rig = twice.rig
    made = twice.connector().apply(put_page(rig.parent))
    with rig.app.world.lock:
        rig.side.create_page("Ada", "Notes below", made.remote)
    assert twice.sweep()[-1].stale == ()
    said = rig.api("GET", f"pages/{made.remote}/markdown")["markdown"].replace("This week", "Some week")
    with rig.app.world.lock:
        rig.side.replace_markdown("Ada", made.remote, said)
    rig.requests()
    assert twice.sweep()[-1].stale == ("summary",)
    assert rig.asked()["GET pages/{id}/markdown"] == 1
    assert twice.connector().apply(put_page(rig.parent, remote=made.remote)).outcome == "written"
    assert twice.sweep()[-1].stale == ()
