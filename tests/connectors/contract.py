"""What every connector promises, over real HTTP. A new one supplies a `rig` and inherits the tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import pytest

from connectors.base import Connector, Page, Scope
from connectors.errors import Denied
from connectors.model import Change, Event, Person, Ref, WorkItem

TOKEN = "contract-token-5f0c"


class Notes:
    """A connector's memory in a dict."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def set(self, key: str, value: str) -> None:
        self.kept[key] = value


class Rig(Protocol):
    """A connector's vendor, pretended, with some work in it (more than one page of each kind)."""

    def connector(self, notes: Notes, token: str = TOKEN) -> Connector:
        """A new connector, as a new process would make it."""

    def requests(self) -> int:
        """Vendor requests since the last call."""

    def somebody_edits(self) -> Ref:
        """A person changes one item, where the vendor's clock moves on; the item."""

    def state(self) -> Any:
        """Everything at the vendor, as JSON, without clocks."""

    def changes(self, item: WorkItem) -> Sequence[Change]:
        """Changes of every kind that the connector carries out, in the order in which they can be applied."""


@dataclass
class Kept:
    """What a keeper would hold after pulling: items and histories by ref, cursors, people."""

    items: dict[Ref, WorkItem] = field(default_factory=dict)
    events: dict[Ref, tuple[Event, ...]] = field(default_factory=dict)
    people: dict[Ref, Person] = field(default_factory=dict)
    cursors: dict[Scope, str] = field(default_factory=dict)
    versions: dict[Ref, str] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    def keep(self, page: Page) -> None:
        """In one transaction, as it were. A version counts only with its history, where the vendor has one."""
        self.pages.append(page)
        self.items |= {item.ref: item for item in page.items}
        self.events |= {one.ref: one.events for one in page.histories}
        self.people |= {one.ref: one for one in page.people}
        fresh = {one.ref for one in page.histories} if page.observed_at is None else {i.ref for i in page.items}
        self.versions |= {item.ref: item.version for item in page.items if item.ref in fresh}
        self.cursors[page.scope] = page.cursor

    def pull(self, connector: Connector, pages: int | None = None) -> list[Page]:
        """Pull every scope from where it was; only the first so many pages of each, when told so."""
        got: list[Page] = []
        for scope in connector.scopes():
            for number, page in enumerate(connector.pull(scope, self.cursors.get(scope), self.versions.get)):
                self.keep(page)
                got.append(page)
                if number + 1 == pages:
                    break
        return got


class ConnectorContract:
    """Subclasses define a fixture `rig`."""

    @pytest.fixture
    def notes(self) -> Notes:
        return Notes()

    @pytest.fixture
    def connector(self, rig: Rig, notes: Notes) -> Connector:
        return rig.connector(notes)

    def test_scopes_are_unique_and_cost_nothing(self, rig: Rig, connector: Connector) -> None:
        rig.requests()
        scopes = connector.scopes()
        assert scopes
        assert len({scope.id for scope in scopes}) == len(scopes)
        assert {scope.source for scope in scopes} == {connector.id}
        assert rig.requests() == 0

    def test_a_pull_ends_once_with_last(self, rig: Rig, connector: Connector) -> None:
        for scope in connector.scopes():
            pages = list(connector.pull(scope, None, lambda ref: None))
            assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
            assert {page.scope for page in pages} == {scope}
            assert all(page.cursor for page in pages)

    def test_facts_are_well_formed(self, rig: Rig, connector: Connector) -> None:
        kept = Kept()
        kept.pull(connector)
        assert kept.items
        for ref, item in kept.items.items():
            assert ref.source == connector.id
            assert item.version
            assert item.created_at.utcoffset() == timedelta(0)
            assert item.created_at <= item.modified_at
        for ref, events in kept.events.items():
            assert ref in kept.items
            assert [(e.at, e.seq) for e in events] == sorted((e.at, e.seq) for e in events)
            assert len({e.source_id for e in events}) == len(events)
            assert all(e.ref == ref and e.at.utcoffset() == timedelta(0) for e in events)
            assert all(e.approximate and e.not_before <= e.at for e in events if e.not_before)

    def test_everyone_who_acts_is_introduced(self, rig: Rig, connector: Connector) -> None:
        kept = Kept()
        kept.pull(connector)
        known = {ref.id for ref in kept.people}
        assert {item.owner for item in kept.items.values()} - {None} <= known
        assert {e.actor for events in kept.events.values() for e in events} - {None} <= known

    def test_the_second_pull_is_quiet(self, rig: Rig, connector: Connector, notes: Notes) -> None:
        kept = Kept()
        kept.pull(connector)
        before, cursors = dict(kept.items), dict(kept.cursors)
        rig.requests()
        again = kept.pull(rig.connector(notes))
        assert rig.requests() == len(connector.scopes())
        assert [page.histories for page in again if page.histories] == []
        assert kept.items == before
        kept.pull(rig.connector(notes))
        assert kept.cursors == cursors or rig.requests() == len(connector.scopes())

    def test_an_edit_is_seen_by_the_next_pull(self, rig: Rig, connector: Connector, notes: Notes) -> None:
        kept = Kept()
        kept.pull(connector)
        before = dict(kept.items)
        ref = rig.somebody_edits()
        kept.pull(rig.connector(notes))
        assert {one for one in kept.items if kept.items[one] != before[one]} == {ref}
        assert kept.items[ref].version != before[ref].version

    def test_a_pull_cut_off_is_taken_up_again(self, rig: Rig, connector: Connector, notes: Notes) -> None:
        whole, parts = Kept(), Kept()
        whole.pull(connector)
        parts.pull(rig.connector(notes), pages=1)
        parts.pull(rig.connector(notes))
        assert parts.items == whole.items
        assert parts.events == whole.events
        assert parts.cursors.keys() == whole.cursors.keys()

    def test_get_reads_the_same_as_pull(self, rig: Rig, connector: Connector, notes: Notes) -> None:
        kept = Kept()
        kept.pull(connector)
        refs = sorted(kept.items)[:3]
        page = connector.get([refs[0].id, *[ref.id for ref in refs], _never_was(refs[0].id)])
        assert sorted(item.ref for item in page.items) == refs
        assert all(kept.items[item.ref] == item for item in page.items)
        assert all(kept.events[one.ref] == one.events for one in page.histories)

    def test_applying_twice_is_applying_once(self, rig: Rig, connector: Connector, notes: Notes) -> None:
        kept = Kept()
        kept.pull(connector)
        for change in rig.changes(kept.items[min(kept.items)]):
            first = connector.apply(change)
            after = json.dumps(rig.state(), sort_keys=True)
            second = rig.connector(notes).apply(change)
            assert (first.outcome, second.outcome) == ("written", "found"), change
            assert second.remote == first.remote
            assert second.key == change.key
            assert json.dumps(rig.state(), sort_keys=True) == after

    def test_survey_finds_what_was_made_with_no_memory(self, rig: Rig, connector: Connector, notes: Notes) -> None:
        kept = Kept()
        kept.pull(connector)
        changes = rig.changes(kept.items[min(kept.items)])
        nothing = connector.survey(changes)
        for change in changes:
            connector.apply(change)
        found = rig.connector(notes).survey(changes)
        assert found != nothing
        assert rig.connector(Notes()).survey(changes) == found

    def test_what_a_lost_memory_costs_is_no_second_copy(self, rig: Rig, connector: Connector) -> None:
        kept = Kept()
        kept.pull(connector)
        changes = rig.changes(kept.items[min(kept.items)])
        for change in changes:
            connector.apply(change)
        before = json.dumps(rig.state(), sort_keys=True)
        outcomes = [rig.connector(Notes()).apply(change).outcome for change in changes]
        assert set(outcomes) == {"found"}
        assert json.dumps(rig.state(), sort_keys=True) == before

    def test_a_wrong_token_is_denied_and_not_told(self, rig: Rig, notes: Notes) -> None:
        stranger = rig.connector(notes, token="as:Nobody Of That Name 77")
        with pytest.raises(Denied) as denied:
            list(stranger.pull(stranger.scopes()[0], None, lambda ref: None))
        assert "Nobody" not in str(denied.value)


def _never_was(like: str) -> str:
    """An id of the same shape that nothing has."""
    return "".join("9" if letter.isalnum() else letter for letter in like)
