"""Our own table as it is read back: people's decisions come, our own writes do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.base import OwnRow, Page
from connectors.model import PutRow
from connectors.notion.connector import NotionConnector
from tests.connectors.contract import Kept, Notes
from tests.connectors.notion.world import COLUMNS, NotionRig, ensure_table, notion_rig


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig() as rig:
        yield rig


def _pull(connector: NotionConnector, number: int, cursor: str | None = None, kept: Kept | None = None) -> list[Page]:
    versions = (kept or Kept()).versions
    return list(connector.pull(connector.scopes()[number], cursor, versions.get))


# ---- our own table -------------------------------------------------------------------------------------------


def _with_rows(rig: NotionRig, notes: Notes, count: int = 3) -> NotionConnector:
    connector = rig.connector(notes)
    connector.apply(ensure_table(rig.parent))
    for number in range(count):
        values = {"Rule": "handoff_stall", "Cost": number}
        connector.apply(PutRow(f"row/{number}", "notion", "findings", f"k{number}", "Brief", values, {}))
    return connector


def _own(kept: Kept, key: str) -> OwnRow:
    return next(row for page in kept.pages for row in page.rows if row.key == key)


def test_our_own_table_is_a_scope_once_it_is_known_and_is_read_whole_at_first(rig: NotionRig) -> None:
    notes = Notes()
    connector = _with_rows(rig, notes)
    assert [scope.name for scope in connector.scopes()] == ["work", "ideas", "findings"]
    (page,) = _pull(connector, 2)
    told = sorted(page.rows, key=lambda row: row.key)  # made within one minute, they come in any order
    assert [(row.key, row.values["Rule"], row.values["Cost"], row.trashed) for row in told] == [
        ("k0", "handoff_stall", 0, False),
        ("k1", "handoff_stall", 1, False),
        ("k2", "handoff_stall", 2, False),
    ]
    assert set(page.rows[0].values) == {own.name for own in COLUMNS} | {"Finding", "Key"}
    assert page.items == ()


def test_our_own_writes_never_come_back_and_peoples_decisions_do(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    kept.pull(_with_rows(rig, notes))
    rig.later(minutes=30)
    rig.requests()
    assert kept.pull(rig.connector(notes))[2].rows == ()
    assert rig.asked() == {"POST data_sources/{id}/query": 3}
    row = _own(kept, "k1")
    rig.edit(row.remote, {"Decision": "snooze", "Until": "2026-04-01", "Because": "Agency is away"}, who="Chao")
    (told,) = kept.pull(rig.connector(notes))[2].rows
    assert (told.key, told.values["Decision"], told.values["Until"]) == ("k1", "snooze", "2026-04-01")
    assert told.values["Because"] == "Agency is away"
    assert told.edited_by == rig.app.world.people.find("Chao").uuid  # type: ignore[union-attr]


def _puts(remote: str, before: float, cost: float, key: str = "k0") -> PutRow:
    return PutRow(f"row/{key}", "notion", "findings", key, "Brief", {"Cost": cost}, {"Cost": before}, remote)


def test_a_decision_that_our_own_write_would_hide_is_told_for_no_request_more(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    connector = _with_rows(rig, notes)
    kept.pull(connector)
    remote = _own(kept, "k0").remote
    rig.later(minutes=30)
    rig.edit(remote, {"Decision": "fixed"}, who="Chao")
    connector.apply(_puts(remote, 0, 99))  # now the row was last edited by us
    rig.requests()
    (told,) = kept.pull(connector)[2].rows
    assert rig.asked() == {"POST data_sources/{id}/query": 3}
    assert (told.values["Decision"], told.values["Cost"]) == ("fixed", 99)
    assert kept.pull(connector)[2].rows == ()


def test_what_was_written_by_a_process_that_died_is_told_by_the_next(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    connector = _with_rows(rig, notes)
    kept.pull(connector)
    remote = _own(kept, "k0").remote
    rig.later(minutes=30)
    connector.apply(_puts(remote, 0, 99))
    connector.apply(_puts("", 0, 1, key="k9"))
    told = kept.pull(rig.connector(notes))[2].rows
    assert {(row.key, row.values["Cost"]) for row in told} >= {("k0", 99), ("k9", 1)}
    assert kept.pull(rig.connector(notes))[2].rows == ()


def test_a_row_that_was_found_in_the_trash_is_told(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    connector = _with_rows(rig, notes)
    kept.pull(connector)
    remote = _own(kept, "k0").remote
    with rig.app.world.lock:
        rig.side.put_away("Chao", remote)
    assert connector.apply(_puts(remote, 0, 99)).outcome == "moved_on"
    (told,) = kept.pull(connector)[2].rows
    assert (told.remote, told.trashed) == (remote, True)


def test_rows_that_people_add_without_a_key_are_not_ours(rig: NotionRig) -> None:
    notes = Notes()
    connector = _with_rows(rig, notes, count=1)
    table = connector.scopes()[2].id
    rig.add_row({"Finding": "Mine"}, source=table)
    (page,) = _pull(connector, 2)
    assert [row.key for row in page.rows] == ["k0"]


def test_a_renamed_column_is_still_ours(rig: NotionRig) -> None:
    notes, kept = Notes(), Kept()
    connector = _with_rows(rig, notes)
    kept.pull(connector)
    table = connector.scopes()[2].id
    changes = {"Decision": {"name": "Entscheidung"}, "Edited by": {"name": "Wer"}}
    rig.api("PATCH", f"data_sources/{table}", {"properties": changes})
    rig.later(minutes=30)
    rig.edit(_own(kept, "k1").remote, {"Entscheidung": "fixed"})
    (told,) = kept.pull(rig.connector(notes))[2].rows
    assert told.values["Decision"] == "fixed"
