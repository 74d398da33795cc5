"""Webhooks at Asana through its API, over real HTTP: made, listed, mended, taken away, and what each costs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.asana.connector import AsanaConnector
from connectors.asana.webhooks import FILTERS
from connectors.base import Scope, Subscribes
from connectors.errors import Rejected, Transient, Unreached
from connectors.sandbox.faults import Fault
from tests.connectors.asana.world import AsanaRig
from tests.connectors.contract import Notes
from tests.doorman import doorman

HOOKS = "/asana/api/1.0/webhooks"


@pytest.fixture
def target(small: AsanaRig) -> Iterator[str]:
    with doorman() as url:
        yield url
        small.app.carrier.settle()


@pytest.fixture
def connector(small: AsanaRig, notes: Notes) -> AsanaConnector:
    made = small.connector(notes)
    for scope in made.scopes():
        list(made.pull(scope, None, lambda ref: None))
    small.requests()
    return made


def scope_of(rig: AsanaRig, number: int = 0) -> Scope:
    return Scope("asana", rig.projects[number].gid, "")


def test_it_is_one_who_subscribes(connector: AsanaConnector) -> None:
    assert isinstance(connector, Subscribes)


def test_one_is_made_with_our_filters_and_its_secret_and_costs_one_request(
    small: AsanaRig, connector: AsanaConnector, target: str
) -> None:
    made, secret = connector.subscribe(scope_of(small), target)
    assert small.asked() == {f"POST {HOOKS}": 1}
    (there,) = small.side.hooks.all.values()
    assert (there.gid, there.secret, there.target) == (made.remote, secret, target)
    assert (made.scope, made.as_wanted, made.active) == (small.projects[0].gid, True, True)
    assert there.filters == list(FILTERS)


def test_all_of_the_token_are_listed_at_one_request_a_hundred(
    small: AsanaRig, connector: AsanaConnector, target: str
) -> None:
    for number in range(101):
        connector.subscribe(scope_of(small, number % 2), f"{target}?{number}")
    small.app.carrier.settle()
    small.requests()
    found = connector.subscriptions()
    assert small.requests() == 2
    assert len({one.remote for one in found}) == 101
    assert {one.scope for one in found} == {project.gid for project in small.projects}
    assert all(one.last_success_at and not one.deleted_at for one in found)


def test_where_nothing_is_noted_each_project_is_asked_for_its_workspace(small: AsanaRig, notes: Notes) -> None:
    fresh = small.connector(notes, projects=[small.projects[0].gid, "404"])
    assert fresh.subscriptions() == []
    assert small.requests() == 3


def test_other_filters_are_noticed_and_mended(small: AsanaRig, connector: AsanaConnector, target: str) -> None:
    made, _ = connector.subscribe(scope_of(small), target)
    there = small.side.hooks.all[made.remote]
    there.filters = list(reversed(FILTERS))
    assert connector.subscriptions()[0].as_wanted
    there.filters = [{"resource_type": "task", "action": "changed"}]
    assert not connector.subscriptions()[0].as_wanted
    small.requests()
    connector.mend(made.remote)
    assert small.asked() == {f"PUT {HOOKS}/{{id}}": 1}
    assert there.filters == list(FILTERS)
    assert connector.subscriptions()[0].as_wanted


def test_one_is_taken_away_and_again_is_no_error(small: AsanaRig, connector: AsanaConnector, target: str) -> None:
    made, _ = connector.subscribe(scope_of(small), target)
    connector.unsubscribe(made.remote)
    connector.unsubscribe(made.remote)
    assert not small.side.hooks.all


def test_nobody_at_the_target_is_said_and_nothing_is_made(small: AsanaRig, connector: AsanaConnector) -> None:
    with pytest.raises(Unreached, match="handshake"):
        connector.subscribe(scope_of(small), "http://127.0.0.1:9/hooks")
    assert not small.side.hooks.all
    assert small.asked() == {f"POST {HOOKS}": 1}


def test_a_project_that_is_not_ours_to_see_is_rejected(connector: AsanaConnector, target: str) -> None:
    with pytest.raises(Rejected) as caught:
        connector.subscribe(Scope("asana", "404", ""), target)
    assert not isinstance(caught.value, Unreached)


def test_one_that_is_there_already_is_found_without_its_secret(
    small: AsanaRig, connector: AsanaConnector, target: str
) -> None:
    """403 “Duplicated webhook”: it is ours, since the target's end is a secret."""
    first, _ = connector.subscribe(scope_of(small), target)
    small.requests()
    again, secret = connector.subscribe(scope_of(small), target)
    assert (again.remote, secret) == (first.remote, "")
    assert small.asked() == {f"POST {HOOKS}": 1, f"GET {HOOKS}": 1}


@pytest.mark.parametrize("kind", ["saved_503", "drop_saved"])
def test_an_answer_that_is_lost_is_looked_for(
    small: AsanaRig, connector: AsanaConnector, target: str, kind: str
) -> None:
    small.strike(Fault("POST", HOOKS, kind, count=1))
    made, secret = connector.subscribe(scope_of(small), target)
    assert (list(small.side.hooks.all), secret) == ([made.remote], "")
    assert small.asked() == {f"POST {HOOKS}": 1, f"GET {HOOKS}": 1}


def test_one_that_may_or_may_not_be_there_is_uncertain(
    small: AsanaRig, connector: AsanaConnector, target: str
) -> None:
    small.strike(Fault("POST", HOOKS, "503", count=1))
    with pytest.raises(Transient) as caught:
        connector.subscribe(scope_of(small), target)
    assert caught.value.uncertain
    assert not small.side.hooks.all
