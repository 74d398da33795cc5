"""A sweep settles what queries no longer show, and concludes nothing from a listing that failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.base import Page, Scope
from connectors.errors import ConnectorError, Missing
from connectors.model import Ref
from connectors.notion.connector import NotionConnector
from connectors.notion.options import NotionOptions
from connectors.sandbox.faults import Fault
from tests.connectors.contract import Kept, Notes
from tests.connectors.notion.world import NotionRig, notion_rig

QUERY = "POST data_sources/{id}/query"
PAGE = "GET pages/{id}"


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig() as rig:
        yield rig


class Sweeper:
    """A keeper that knows which rows are present, and connectors that ask it."""

    def __init__(self, rig: NotionRig, **options: Any) -> None:
        self.rig, self.kept, self.notes, self.options = rig, Kept(), Notes(), options
        self.gone: dict[Ref, str] = {}

    def stored(self, scope: Scope) -> list[Ref]:
        present = {ref for ref, item in self.kept.items.items() if item.presence == "present"} - set(self.gone)
        return [ref for ref in present if self.kept.items[ref].placements[0].container == scope.id]

    def connector(self) -> NotionConnector:
        return self.rig.connector(self.notes, stored=self.stored, **self.options)

    def pull(self) -> list[Page]:
        pages = self.kept.pull(self.connector())
        for page in pages:
            self.gone = {ref: how for ref, how in self.gone.items() if ref not in {one.ref for one in page.items}}
            self.gone |= {ref: how for ref, how in page.absent.items() if ref in self.kept.items}
        return pages

    def presence(self, id_: str) -> str:
        ref = Ref("notion", id_)
        return self.gone.get(ref) or self.kept.items[ref].presence

    def some(self, count: int) -> list[str]:
        return [ref.id for ref in sorted(self.kept.items) if self.kept.items[ref].kind == "page"][:count]


@pytest.fixture
def sweeper(rig: NotionRig) -> Sweeper:
    made = Sweeper(rig)
    made.pull()
    rig.later(days=2)
    rig.requests()
    return made


def _change(sweeper: Sweeper, *marks: str) -> list[str]:
    """The first rows, put away in these ways."""
    rig, ids = sweeper.rig, sweeper.some(len(marks))
    with rig.app.world.lock:
        for id_, mark in zip(ids, marks, strict=True):
            node = rig.side.nodes[id_]
            if mark == "trashed":
                rig.side.put_away("Ada", id_)
            elif mark == "archived":
                rig.side.set_marks("Ada", node, is_archived=True)
            elif mark == "outside":
                rig.side.move("Ada", id_, rig.parent)
            elif mark == "ideas":
                rig.side.move("Ada", id_, rig.ideas)
    return ids


def test_a_sweep_with_nothing_vanished_costs_a_request_per_hundred_rows(sweeper: Sweeper) -> None:
    pages = sweeper.pull()
    assert sweeper.rig.asked() == {QUERY: (1 + 2) + (1 + 1)}  # the increment and ⌈130/100⌉; the same for three ideas
    assert [page.last for page in pages] == [False, True, False, True]
    assert sweeper.gone == {}
    sweeper.pull()
    assert sweeper.rig.asked() == {QUERY: 2}  # swept a moment ago


def test_trashed_archived_and_moved_rows_are_told_apart(sweeper: Sweeper) -> None:
    marks = ("trashed", "archived", "archived", "outside", "ideas")
    ids = _change(sweeper, *marks)
    sweeper.pull()
    assert [sweeper.presence(id_) for id_ in ids[:4]] == list(marks[:4])
    moved = sweeper.kept.items[Ref("notion", ids[4])]
    assert (moved.presence, moved.placements[0].container) == ("present", sweeper.rig.ideas)
    asked = sweeper.rig.asked()
    assert asked[PAGE] == 3  # two were among the archived


def test_one_vanished_row_costs_one_request(sweeper: Sweeper) -> None:
    (id_,) = _change(sweeper, "archived")
    sweeper.pull()
    assert sweeper.presence(id_) == "archived"
    assert sweeper.rig.asked() == {QUERY: 5, PAGE: 1}
    sweeper.rig.later(days=2)
    sweeper.pull()
    assert sweeper.rig.asked() == {QUERY: 5}  # it is known to be away, and asked for no more


def test_what_is_no_longer_shared_is_unseen(sweeper: Sweeper) -> None:
    (id_,) = sweeper.some(1)
    with sweeper.rig.app.world.lock:
        side = sweeper.rig.side
        side.nodes[sweeper.rig.work].rows.remove(id_)
        del side.nodes[id_]
    sweeper.pull()
    assert sweeper.presence(id_) == "unseen"


def test_a_row_taken_back_is_present_again(sweeper: Sweeper) -> None:
    (id_,) = _change(sweeper, "trashed")
    sweeper.pull()
    with sweeper.rig.app.world.lock:
        node = sweeper.rig.side.nodes[id_]
        edited = node.edited
        sweeper.rig.side.put_away("Ada", id_, False)
        node.edited = edited  # as if Notion's restoring moved no edit time
    sweeper.rig.later(days=2)
    sweeper.pull()
    assert sweeper.presence(id_) == "present"


def test_nothing_is_concluded_from_a_sweep_that_failed(sweeper: Sweeper) -> None:
    ids = _change(sweeper, "trashed", "archived")
    cursors = dict(sweeper.kept.cursors)
    sweeper.rig.app.faults.replace([Fault("POST", "*/query", "403", skip=2)])
    with pytest.raises(ConnectorError):
        sweeper.pull()
    sweeper.rig.app.faults.replace([])
    assert [sweeper.presence(id_) for id_ in ids] == ["present", "present"]
    work = next(scope for scope in cursors if scope.name == "work")
    assert json.loads(sweeper.kept.cursors[work])["swept"] == json.loads(cursors[work])["swept"]
    sweeper.pull()  # and the next one makes up for it
    assert [sweeper.presence(id_) for id_ in ids] == ["trashed", "archived"]


def test_a_vanished_row_that_cannot_be_read_stops_the_sweep(sweeper: Sweeper) -> None:
    ids = _change(sweeper, "trashed")
    sweeper.rig.app.faults.replace([Fault("GET", "/notion/v1/pages/*", "403")])
    with pytest.raises(ConnectorError):
        sweeper.pull()
    assert [sweeper.presence(id_) for id_ in ids] == ["present"]


def test_a_table_that_is_gone_takes_no_row_with_it(sweeper: Sweeper) -> None:
    with sweeper.rig.app.world.lock:
        side = sweeper.rig.side
        side.shared.remove(side.shared_page_id)
    with pytest.raises(Missing):
        sweeper.pull()
    assert sweeper.gone == {}


def test_a_full_pull_settles_what_vanished_for_no_listing_more(sweeper: Sweeper) -> None:
    (id_,) = _change(sweeper, "trashed")
    sweeper.kept.cursors.clear()
    sweeper.pull()
    assert sweeper.presence(id_) == "trashed"
    assert sweeper.rig.asked()[PAGE] == 1


def test_a_full_pull_that_was_cut_off_concludes_nothing_and_is_followed_by_a_sweep(sweeper: Sweeper) -> None:
    (id_,) = _change(sweeper, "trashed")
    sweeper.kept.cursors.clear()
    sweeper.kept.pull(sweeper.connector(), pages=1)
    sweeper.pull()
    assert sweeper.presence(id_) == "present"
    sweeper.pull()
    assert sweeper.presence(id_) == "trashed"


def test_rows_with_derived_properties_are_read_whole(rig: NotionRig) -> None:
    rig.api("PATCH", f"data_sources/{rig.work}", {"properties": {"Mirror": {"formula": {"expression": "1"}}}})
    work = [{"data_source": rig.work, "status": "Status", "fields": ["Mirror"]}]
    sweeper = Sweeper(rig, work=work)
    sweeper.pull()
    (id_,) = sweeper.some(1)
    rig.later(days=2)
    with rig.app.world.lock:  # the target of a formula changes; the row's edit time does not
        mirror = rig.side.nodes[rig.work].property("Mirror").id
        rig.side.nodes[id_].values[mirror] = {"type": "string", "string": "new"}
    sweeper.pull()
    assert [one.text for one in sweeper.kept.items[Ref("notion", id_)].fields if one.name == "Mirror"] == ["new"]


def test_never_is_never(rig: NotionRig) -> None:
    sweeper = Sweeper(rig, sweep_every="never")
    sweeper.pull()
    rig.later(days=400)
    rig.requests()
    sweeper.pull()
    assert rig.asked() == {QUERY: 2}


@pytest.mark.parametrize("text", ["daily", "0d", "1", "", "d", "-1d", "1 d"])
def test_a_schedule_in_other_words_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="sweep_every"):
        NotionOptions.model_validate({"kind": "notion", "sweep_every": text})


def test_the_listing_asks_for_titles_only(sweeper: Sweeper) -> None:
    asked: list[httpx.Request] = []
    inner = httpx.HTTPTransport()

    class Seen(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return inner.handle_request(request)

        def close(self) -> None:
            inner.close()

    sweeper.options["transport"] = Seen()
    sweeper.pull()
    queries = [request.url.params.get("filter_properties") for request in asked]
    assert queries == [None, "title", "title", None, "title"]
