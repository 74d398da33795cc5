"""Which projects are read: of the config, of portfolios, of teams; and what one that fails does to the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.base import Scope
from connectors.errors import Missing, NotGranted
from connectors.sandbox.asana.acts import containers, tasks
from connectors.sandbox.faults import Fault
from tests.connectors.asana.world import Keeper

API = "/asana/api/1.0"


def names(scopes: list[Scope]) -> list[str]:
    return [scope.name for scope in scopes]


def test_all_projects_of_a_portfolio_and_of_the_portfolios_in_it(keeper: Keeper) -> None:
    rig, (launch, review) = keeper.rig, keeper.rig.projects
    inner = rig.act(containers.create_portfolio, "Ada", "Inner", [review])
    outer = rig.act(containers.create_portfolio, "Ada", "Outer", [launch, inner])
    inner.items.append(outer)
    address = f"https://app.asana.com/0/portfolio/{outer.gid}/list"
    connector = rig.connector(keeper.store.memory("asana"), projects=[], portfolios=[address, inner.gid])
    rig.requests()
    assert names(list(connector.scopes())) == ["Launch", "Review"]
    assert rig.asked() == {f"GET {API}/portfolios/{{id}}/items": 3 + 1}
    connector.scopes()
    assert rig.requests() == 0


def test_all_projects_of_a_team(keeper: Keeper) -> None:
    rig = keeper.rig
    team = rig.side.teams[0]
    for number in range(120):
        rig.act(containers.create_project, "Ada", f"P{number}", team=team)
    connector = rig.connector(keeper.store.memory("asana"), projects=[rig.projects[0].gid], teams=[team.gid])
    rig.requests()
    assert len(connector.scopes()) == 121
    assert rig.asked() == {f"GET {API}/memberships": 2}


def test_a_portfolio_that_is_gone_is_its_own_error_and_the_others_go_on(keeper: Keeper) -> None:
    connector = keeper.connector(portfolios=["1299"])
    *projects, failed = connector.scopes()
    assert [scope.id for scope in projects] == [one.gid for one in keeper.rig.projects]
    with pytest.raises(Missing, match="the projects of portfolio 1299 of source 'asana' cannot be read"):
        list(connector.pull(failed, None, keeper.store.known))


@pytest.mark.parametrize("status", ["402", "403"])
def test_a_plan_without_portfolios_is_said_once(keeper: Keeper, status: str) -> None:
    keeper.rig.strike(Fault("GET", f"{API}/portfolios/*", status))
    connector = keeper.connector(portfolios=["1299"])
    failed = connector.scopes()[-1]
    connector.scopes()
    assert failed.name == "portfolio 1299"
    assert keeper.rig.asked()[f"GET {API}/portfolios/{{id}}/items"] == 1
    with pytest.raises(NotGranted):
        list(connector.pull(failed, None, keeper.store.known))


def test_while_a_portfolio_cannot_be_read_nothing_is_called_outside(keeper: Keeper) -> None:
    rig, (launch, review) = keeper.rig, keeper.rig.projects
    listed = rig.act(containers.create_portfolio, "Ada", "Listed", [review])
    wanted = {"projects": [launch.gid], "portfolios": [listed.gid]}
    keeper.pull(**wanted)
    task = list(rig.side.tasks.values())[4]
    rig.act(tasks.add_to_project, "Ada", task, review.sections[0])
    rig.act(tasks.remove_from_project, "Ada", task, launch)
    rig.now += timedelta(days=1)
    rig.strike(Fault("GET", f"{API}/portfolios/*", "404"))
    connector = keeper.connector(**wanted)
    for page in connector.pull(connector.scopes()[0], keeper.store.cursor(connector.scopes()[0]), keeper.store.known):
        keeper.store.keep(page)
    assert keeper.presence() == {}


@pytest.mark.parametrize("status", ["403", "404"])
def test_a_project_that_vanished_costs_nothing_of_what_is_kept(keeper: Keeper, status: str) -> None:
    keeper.pull()
    kept = keeper.titles()
    gone = keeper.rig.projects[0]
    keeper.rig.strike(Fault("GET", f"{API}/tasks", status, count=1))
    connector = keeper.connector()
    first, second = connector.scopes()
    with pytest.raises((Missing, NotGranted), match=f"project {gone.gid}"):
        list(connector.pull(first, keeper.store.cursor(first), keeper.store.known))
    assert list(connector.pull(second, keeper.store.cursor(second), keeper.store.known))[-1].last
    assert keeper.titles() == kept


def test_a_project_without_tasks(keeper: Keeper) -> None:
    empty = keeper.rig.act(containers.create_project, "Ada", "Empty")
    pages = keeper.pull(projects=[empty.gid])
    assert [(len(page.items), page.last) for page in pages] == [(0, True)]
    assert [one.name for one in keeper.store.containers()] == ["Empty"]
    keeper.pull(projects=[empty.gid])
    assert keeper.rig.asked() == {f"GET {API}/tasks": 1}


def test_a_task_in_twenty_projects_is_kept_once_with_every_home(keeper: Keeper) -> None:
    rig = keeper.rig
    task = list(rig.side.tasks.values())[4]
    more = [rig.act(containers.create_project, "Ada", f"P{number}") for number in range(19)]
    for project in more:
        rig.act(tasks.add_to_project, "Ada", task, project.sections[0])
    everywhere = [one.gid for one in (*rig.projects, *more)]
    pages = keeper.pull(projects=everywhere)
    assert sum(len([1 for one in page.histories if one.ref.id == task.gid]) for page in pages) == 1
    item = next(one for one in keeper.store.items() if one.ref.id == task.gid)
    assert len(item.placements) == 20
    assert {one.container for one in keeper.store.events(item.ref) if one.kind == "added"} == {
        home.container for home in item.placements
    }
