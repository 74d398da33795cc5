"""Subtasks: whether they count, what they cost, and how their changes are noticed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Scope
from connectors.model import Ref
from connectors.sandbox.asana.acts import details, tasks
from tests.connectors.asana.world import Keeper

API = "/asana/api/1.0"
DAY = timedelta(days=1)


@pytest.fixture
def family(keeper: Keeper) -> dict[str, Any]:
    """One task of the first project with two subtasks, one of which has one of its own."""
    top = list(keeper.rig.side.tasks.values())[4]
    keeper.rig.act(details.rename, "Ada", top, "top")
    made: dict[str, Any] = {"top": top}
    for name, parent in (("left", "top"), ("right", "top"), ("deep", "left")):
        made[name] = keeper.rig.act(tasks.create_task, "Ada", name, parent=made[parent])
    return made


@pytest.mark.parametrize(
    ("policy", "shown", "hidden"),
    [
        ("parents", {"top"}, {"left", "right", "deep"}),
        ("both", {"top", "left", "right", "deep"}, set()),
        ("leaves", {"right", "deep"}, {"top", "left"}),
    ],
)
def test_the_config_says_which_count(
    keeper: Keeper, family: dict[str, Any], policy: str, shown: set[str], hidden: set[str]
) -> None:
    keeper.pull(subtasks=policy)
    assert shown <= keeper.titles()
    assert not hidden & keeper.titles()


def test_a_flow_may_say_otherwise_for_its_projects(keeper: Keeper, family: dict[str, Any]) -> None:
    first, second = (project.gid for project in keeper.rig.projects[:2])
    keeper.pull(subtasks="parents", flows={first: "leaves"})
    assert {"right", "deep"} <= keeper.titles()
    assert not {"top", "left"} & keeper.titles()
    keeper.store.forget_cursor(Scope("asana", first, first))
    keeper.pull(subtasks="both", flows={first: "parents", second: "both"})
    assert "top" in keeper.titles()
    assert not {"left", "right", "deep"} & keeper.titles()


@pytest.mark.parametrize("incremental", ["events", "modified_since"])
def test_they_cost_a_list_for_each_parent(keeper: Keeper, family: dict[str, Any], incremental: str) -> None:
    wanted = {"subtasks": "both", "incremental": incremental}
    keeper.pull(**wanted)
    asked = keeper.rig.asked()
    assert asked[f"GET {API}/tasks/{{id}}/subtasks"] == 2
    assert asked[f"GET {API}/tasks/{{id}}/stories"] == 18 + 3
    keeper.pull(**wanted)
    idle = {"events": {f"GET {API}/events": 2}}
    lists = {f"GET {API}/tasks": 2, f"GET {API}/tasks/{{id}}/subtasks": 2}
    assert keeper.rig.asked() == idle.get(incremental, lists)


def test_parents_alone_cost_nothing_more(keeper: Keeper, family: dict[str, Any]) -> None:
    keeper.pull()
    assert f"GET {API}/tasks/{{id}}/subtasks" not in keeper.rig.asked()


@pytest.mark.parametrize("incremental", ["events", "modified_since"])
@pytest.mark.parametrize("name", ["right", "deep"])
def test_a_subtasks_change_is_noticed(keeper: Keeper, family: dict[str, Any], incremental: str, name: str) -> None:
    wanted = {"subtasks": "both", "incremental": incremental}
    keeper.pull(**wanted)
    keeper.rig.act(details.comment, "Chao", family[name], text="done?", after=90_000)
    keeper.pull(**wanted)
    assert keeper.rig.asked()[f"GET {API}/tasks/{{id}}/stories"] == 1
    assert keeper.store.events(Ref("asana", family[name].gid))[-1].kind == "comment"


@pytest.mark.parametrize("incremental", ["events", "modified_since"])
def test_a_new_subtask_is_noticed(keeper: Keeper, family: dict[str, Any], incremental: str) -> None:
    wanted = {"subtasks": "leaves", "incremental": incremental}
    keeper.pull(**wanted)
    other = list(keeper.rig.side.tasks.values())[5]
    keeper.rig.act(tasks.create_task, "Ada", "new", parent=other, after=90_000)
    keeper.pull(**wanted)
    assert "new" in keeper.titles()
    assert keeper.presence() == {"Task\u00a05": "outside"}


def test_they_are_where_their_parent_is(keeper: Keeper, family: dict[str, Any]) -> None:
    keeper.pull(subtasks="both")
    item = keeper.store.items([Ref("asana", family["deep"].gid)])[0]
    assert [(home.container, home.column) for home in item.placements] == [(keeper.rig.projects[0].gid, None)]
    assert item.parent == family["left"].gid
    assert keeper.connector(subtasks="both").get([item.ref.id]).items == (item,)


@pytest.mark.parametrize("incremental", ["events", "modified_since"])
def test_they_are_in_every_project_of_their_parent_whichever_is_read(
    keeper: Keeper, family: dict[str, Any], incremental: str
) -> None:
    launch, review = keeper.rig.projects
    keeper.rig.act(tasks.add_to_project, "Ada", family["top"], review.sections[0])
    wanted = {"subtasks": "both", "incremental": incremental}
    for _ in range(2):
        for page in keeper.pull(**wanted):
            for item in page.items:
                if item.title in ("left", "right", "deep"):
                    assert [home.container for home in item.placements] == [launch.gid, review.gid]
        keeper.rig.act(details.comment, "Ada", family["deep"], text="?", after=9000)


def test_one_that_is_also_in_the_project_is_kept_once_in_its_column(keeper: Keeper, family: dict[str, Any]) -> None:
    launch = keeper.rig.projects[0]
    keeper.rig.act(tasks.add_to_project, "Ada", family["right"], launch.sections[1])
    pages = keeper.pull(subtasks="both")
    found = [item for page in pages for item in page.items if item.title == "right"]
    assert [[home.column for home in item.placements] for item in found] == [[launch.sections[1].gid]]


@pytest.mark.parametrize("incremental", ["events", "modified_since"])
def test_a_sweep_misses_none_and_notices_what_went(keeper: Keeper, family: dict[str, Any], incremental: str) -> None:
    wanted = {"subtasks": "both", "incremental": incremental}
    keeper.pull(**wanted)
    keeper.rig.now += DAY
    keeper.pull(**wanted)
    assert keeper.presence() == {}
    keeper.rig.act(tasks.delete_task, "Ada", family["left"])
    keeper.rig.act(details.set_parent, "Ada", family["right"], None)
    keeper.rig.now += DAY
    keeper.pull(**wanted)
    assert keeper.presence() == {"left": "unseen", "deep": "unseen", "right": "outside"}


def test_another_policy_is_taken_up_by_the_next_sweep(keeper: Keeper, family: dict[str, Any]) -> None:
    keeper.pull(subtasks="both")
    keeper.rig.now += DAY
    keeper.pull(subtasks="parents")
    assert keeper.presence() == {"left": "outside", "right": "outside", "deep": "outside"}
