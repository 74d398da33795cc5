"""What is no longer present at the vendor: noted, never forgotten, and present again when it comes back."""

from __future__ import annotations

from dataclasses import replace

from connectors.base import Scope
from connectors.model import Placement, Ref, WorkItem
from sync.store import Store
from tests.sync.store.facts import REF, SCOPE, item, page


def test_absence_is_noted_once_and_ends_when_the_item_comes_back(store: Store) -> None:
    store.keep(page(item()))
    gone = replace(page(), absent={REF: "unseen", Ref(REF.source, "nobody"): "trashed"})
    kept = store.keep(gone)
    assert (kept.absent, kept.changed) == (1, (REF,))
    assert store.keep(gone).absent == 0
    assert [(one.ref, one.presence) for one in store.items()] == [(REF, "unseen")]
    assert store.items()[0].title == item().title
    store.keep(page(item()))
    assert store.items()[0].presence == "present"


def test_an_item_of_the_same_page_is_present(store: Store) -> None:
    assert store.keep(replace(page(item()), absent={REF: "unseen"})).absent == 0
    assert store.items()[0].presence == "present"


def test_the_present_ones_of_a_scope_are_those_at_home_in_it_and_the_homeless_that_came_through(store: Store) -> None:
    def made(id_: str, *homes: str) -> WorkItem:
        return item(id_, placements=tuple(map(Placement, homes)))

    other = Scope(SCOPE.source, "other", "Other")
    store.keep(page(made("here", SCOPE.id), made("both", SCOPE.id, "other"), made("none"), made("away", "other")))
    store.keep(page(made("gone", SCOPE.id)))
    store.keep(replace(page(), absent={Ref(REF.source, "gone"): "outside"}))
    assert [ref.id for ref in store.present(SCOPE)] == ["both", "here", "none"]
    assert [ref.id for ref in store.present(other)] == ["away", "both"]
