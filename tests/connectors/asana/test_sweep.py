"""What is no longer there: noticed by listing everything, confirmed by one look, and never read into a failure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.errors import Transient
from connectors.model import Ref
from connectors.sandbox.asana.acts import containers, details, tasks
from connectors.sandbox.faults import Fault
from tests.connectors.asana.world import Keeper

API = "/asana/api/1.0"
DAY = timedelta(days=1)


def test_a_sweep_costs_its_listing_and_a_look_at_each_missing_task(keeper: Keeper) -> None:
    keeper.pull()
    made = list(keeper.rig.side.tasks.values())
    keeper.rig.act(tasks.delete_task, "Ada", made[4])
    keeper.rig.act(tasks.delete_task, "Ada", made[5])
    keeper.pull()
    assert keeper.rig.asked() == {f"GET {API}/tasks": 2}
    assert keeper.presence() == {}
    keeper.rig.now += DAY
    keeper.pull()
    assert keeper.rig.asked() == {f"GET {API}/tasks": 2, f"GET {API}/tasks/{{id}}": 2}
    assert keeper.presence() == {"Task\u00a04": "unseen", "Task\u00a05": "unseen"}
    keeper.pull()
    assert keeper.rig.asked() == {f"GET {API}/tasks": 2}


def test_a_task_that_is_gone_is_not_finished(keeper: Keeper) -> None:
    keeper.pull()
    task = list(keeper.rig.side.tasks.values())[4]
    events = keeper.store.events(Ref("asana", task.gid))
    keeper.rig.act(tasks.delete_task, "Ada", task)
    keeper.rig.now += DAY
    keeper.pull()
    item = keeper.store.items([Ref("asana", task.gid)])[0]
    assert (item.presence, item.completed) == ("unseen", False)
    assert keeper.store.events(item.ref) == events


def test_a_task_that_left_our_projects_is_outside_and_comes_back(keeper: Keeper) -> None:
    elsewhere = keeper.rig.act(containers.create_project, "Ada", "Elsewhere")
    keeper.pull()
    launch, task = keeper.rig.projects[0], list(keeper.rig.side.tasks.values())[4]
    keeper.rig.act(tasks.add_to_project, "Ada", task, elsewhere.sections[0])
    keeper.rig.act(tasks.remove_from_project, "Ada", task, launch)
    keeper.rig.now += DAY
    keeper.pull()
    assert keeper.presence() == {"Task\u00a04": "outside"}
    keeper.rig.act(tasks.add_to_project, "Ada", task, launch.sections[0])
    keeper.pull()
    assert keeper.presence() == {}


def test_a_task_that_moved_from_one_of_our_projects_to_another_is_kept(keeper: Keeper) -> None:
    keeper.pull()
    launch, review = keeper.rig.projects
    task = list(keeper.rig.side.tasks.values())[4]
    keeper.rig.act(tasks.add_to_project, "Ada", task, review.sections[0])
    keeper.rig.act(tasks.remove_from_project, "Ada", task, launch)
    keeper.rig.now += DAY
    keeper.pull()
    item = keeper.store.items([Ref("asana", task.gid)])[0]
    assert item.presence == "present"
    assert [home.container for home in item.placements] == [review.gid]
    assert keeper.store.events(item.ref)[-1].kind == "removed"


def test_a_task_that_is_no_longer_shared_with_us_is_unseen(keeper: Keeper) -> None:
    keeper.pull()
    gid = list(keeper.rig.side.tasks)[4]
    task = keeper.rig.task(gid)
    hidden = keeper.rig.act(containers.create_project, "Ada", "Private", private=True)
    keeper.rig.act(tasks.add_to_project, "Ada", task, hidden.sections[0])
    keeper.rig.act(tasks.remove_from_project, "Ada", task, keeper.rig.projects[0])
    keeper.rig.now += DAY
    keeper.pull()
    assert keeper.presence() == {"Task\u00a04": "unseen"}


@pytest.mark.parametrize("path", [f"{API}/tasks", f"{API}/tasks/*"])
def test_nothing_is_concluded_from_a_sweep_that_failed(keeper: Keeper, path: str) -> None:
    keeper.pull()
    keeper.rig.act(tasks.delete_task, "Ada", list(keeper.rig.side.tasks.values())[4])
    keeper.rig.now += DAY
    keeper.rig.strike(Fault("GET", path, "503"))
    with pytest.raises(Transient):
        keeper.pull()
    assert keeper.presence() == {}
    keeper.rig.strike()
    keeper.pull()
    assert keeper.presence() == {"Task\u00a04": "unseen"}


def test_a_sweep_finds_a_change_that_the_quick_way_missed(keeper: Keeper) -> None:
    keeper.pull()
    keeper.rig.side.settings.moves_modify = False
    launch, task = keeper.rig.projects[0], list(keeper.rig.side.tasks.values())[4]
    keeper.rig.act(details.comment, "Ada", list(keeper.rig.side.tasks.values())[5], text="later", after=9000)
    keeper.pull()
    keeper.rig.act(tasks.move_to_section, "Ada", task, launch.sections[2], after=1)
    keeper.pull()
    assert keeper.store.items([Ref("asana", task.gid)])[0].placements[0].column == launch.sections[0].gid
    keeper.rig.now += DAY
    keeper.pull()
    assert keeper.store.items([Ref("asana", task.gid)])[0].placements[0].column == launch.sections[2].gid
    assert keeper.store.events(Ref("asana", task.gid))[-1].new == launch.sections[2].gid


def test_a_pull_from_the_beginning_is_a_sweep(keeper: Keeper) -> None:
    keeper.pull()
    keeper.rig.act(tasks.delete_task, "Ada", list(keeper.rig.side.tasks.values())[4])
    for scope in keeper.connector().scopes():
        keeper.store.forget_cursor(scope)
    keeper.pull()
    asked = keeper.rig.asked()
    assert asked[f"GET {API}/tasks/{{id}}"] == 1
    assert f"GET {API}/tasks/{{id}}/stories" not in asked
    assert keeper.presence() == {"Task\u00a04": "unseen"}


@pytest.mark.parametrize(("every", "after", "listed"), [("never", 90, False), ("2w", 13, False), ("2w", 14, True)])
def test_its_schedule_is_the_configs(keeper: Keeper, every: str, after: int, listed: bool) -> None:
    keeper.pull(sweep_every=every)
    keeper.rig.act(tasks.delete_task, "Ada", list(keeper.rig.side.tasks.values())[4])
    keeper.rig.now += after * DAY
    keeper.pull(sweep_every=every)
    assert bool(keeper.presence()) is listed
