"""One person under several accounts is one person to the rules; an account of its own is a person all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from connectors.base import History, Page, Scope
from connectors.model import Event, Person, Ref
from rules.base import Hours, OwnTime, Terms, Week
from sync.export import events as exported
from sync.people import Account, same_people
from sync.store import Store
from sync.view import SourceTerms, board
from tests.sync.store.facts import SCOPE, at, item

HOURS = Hours("UTC", Week({0: ((time(9), time(17)),)}))
ANA = Person(Ref("asana", "12"), "Ana B.", "Ana@example.org")
ANA_TOO = Person(Ref("notion", "n1"), "ana", "ana@EXAMPLE.org")
BEN = Person(Ref("asana", "7"), "Ben", None)
BEN_TOO = Person(Ref("notion", "n2"), "Benedikt", "b@x.test")
CHAO = Person(Ref("notion", "n3"), "Chao", None)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url) as opened:
        opened.keep(Page(SCOPE, "1", people=(ANA, BEN)))
        opened.keep(Page(Scope("notion", "d", "d"), "1", people=(ANA_TOO, BEN_TOO, CHAO)))
        yield opened


def _terms(**same: tuple[str, ...]) -> Terms:
    return Terms(
        HOURS, teams={"Web": ("notion:n2",)}, people={name: OwnTime(same=told) for name, told in same.items()}
    )


def _people(store: Store, terms: Terms) -> dict[str, str | None]:
    got = board(store, terms, (SourceTerms("asana"), SourceTerms("notion")), at(1000))
    assert got.people["person"].to_list() == list(range(got.people.height))
    return dict(got.people.select("key", "team").rows())


def test_one_address_is_one_person_whatever_its_capitals(store: Store) -> None:
    assert list(_people(store, _terms())) == ["asana:12", "asana:7", "notion:n2", "notion:n3"]


@pytest.mark.parametrize("named", ["notion:n2", "n2", "Benedikt", "B@X.test"])
def test_where_no_address_tells_the_config_does_and_teams_follow(store: Store, named: str) -> None:
    assert _people(store, _terms(Ben=(named,))) == {"asana:12": None, "asana:7": "Web", "notion:n3": None}


def test_events_and_makers_are_the_persons_whichever_account_it_was(store: Store) -> None:
    ref = Ref("notion", "page")
    told = (
        Event(ref, at(1), 1, "owner", "a", old="n1", new="n2", actor="n1"),
        Event(ref, at(2), 1, "comment", "b", actor="n2"),
    )
    made = item("page", source="notion", created_by="n1")
    store.keep(Page(Scope("notion", "d", "d"), "2", (made,), (History(ref, told),)))
    got = board(store, _terms(Ben=("n2",)), (SourceTerms("asana"), SourceTerms("notion")), at(1000))
    keys = got.people["key"].to_list()
    shown = [
        (row["old"], row["new"], keys[row["actor"]]) for row in got.events.iter_rows(named=True)
    ]  # fmt: skip
    assert shown == [("asana:12", "asana:7", "asana:12"), (None, None, "asana:7")]
    assert keys[got.items["created_by"][0]] == "asana:12"
    assert exported(store, got)["actor"].to_list() == ["Ana B.", "Ben"]


def test_bots_and_groups_share_nothing() -> None:
    listed = [
        Account("a:1", "1", "Robo", "x@x", "bot"), Account("b:1", "1", "Ops", "x@x", "group"),
        Account("c:1", "1", "X", "x@x", "person"), Account("d:1", "1", "Handrail", "x@x", "own"),
    ]  # fmt: skip
    assert same_people(listed, _terms()) == {}


def test_what_is_joined_by_two_ways_is_one() -> None:
    listed = [Account(f"{s}:1", "1", s, mail, "person") for s, mail in (("a", "m@x"), ("b", "m@x"), ("c", None))]
    assert same_people(listed, _terms(c=("b:1",))) == {"b:1": "a:1", "c:1": "a:1"}
