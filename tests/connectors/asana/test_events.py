"""Keeping up by events: tokens, gaps, and what a list of modified tasks would not show."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
import structlog

from connectors.errors import Transient
from connectors.model import Ref
from connectors.sandbox.asana.acts import containers, details, tasks
from connectors.sandbox.faults import Fault
from tests.connectors.asana.world import AsanaRig, Keeper

API = "/asana/api/1.0"


def pull(keeper: Keeper, **options: Any) -> dict[str, int]:
    """By events; the requests."""
    keeper.pull(incremental="events", **options)
    return keeper.rig.asked()


def first(rig: AsanaRig, number: int = 4) -> Any:
    return list(rig.side.tasks.values())[number]


def test_an_idle_pull_is_one_request_a_project(keeper: Keeper) -> None:
    assert pull(keeper)[f"GET {API}/events"] == 2
    assert pull(keeper) == {f"GET {API}/events": 2}


def test_a_change_costs_the_task_and_its_stories(keeper: Keeper) -> None:
    pull(keeper)
    task = first(keeper.rig)
    keeper.rig.act(tasks.move_to_section, "Ada", task, keeper.rig.projects[0].sections[1])
    keeper.rig.act(details.comment, "Ada", task, text="moved")
    asked = pull(keeper)
    assert asked == {f"GET {API}/events": 2, f"GET {API}/tasks/{{id}}": 1, f"GET {API}/tasks/{{id}}/stories": 1}
    assert [one.kind for one in keeper.store.events(Ref("asana", task.gid))][-2:] == ["transition", "comment"]
    assert pull(keeper) == {f"GET {API}/events": 2}


def test_a_deletion_and_a_departure_are_told_at_once(keeper: Keeper) -> None:
    pull(keeper)
    keeper.rig.act(tasks.delete_task, "Ada", first(keeper.rig, 4))
    keeper.rig.act(tasks.remove_from_project, "Ada", first(keeper.rig, 4), keeper.rig.projects[0])
    pull(keeper)
    assert keeper.presence() == {"Task\u00a04": "trashed", "Task\u00a05": "outside"}


def test_a_token_that_died_means_reading_everything_before_the_new_one_is_adopted(keeper: Keeper) -> None:
    pull(keeper)
    keeper.rig.act(details.comment, "Ada", first(keeper.rig, 4), text="one", after=timedelta(hours=25).seconds)
    keeper.rig.act(tasks.delete_task, "Ada", first(keeper.rig, 5), after=86_400)
    keeper.rig.strike(Fault("GET", f"{API}/tasks", "503"))
    with pytest.raises(Transient):
        pull(keeper)
    keeper.rig.strike()
    asked = pull(keeper)
    assert asked[f"GET {API}/tasks"] == 2
    assert asked[f"GET {API}/tasks/{{id}}"] == 1
    assert keeper.presence() == {"Task\u00a05": "unseen"}
    assert keeper.store.events(Ref("asana", first(keeper.rig, 4).gid))[-1].kind == "comment"
    assert pull(keeper) == {f"GET {API}/events": 2}


def test_a_run_that_failed_gets_the_same_events_again(keeper: Keeper) -> None:
    pull(keeper)
    keeper.rig.act(details.comment, "Ada", first(keeper.rig), text="one")
    keeper.rig.strike(Fault("GET", f"{API}/tasks/*/stories", "503"))
    with pytest.raises(Transient):
        pull(keeper)
    keeper.rig.strike()
    pull(keeper)
    assert keeper.store.events(Ref("asana", first(keeper.rig).gid))[-1].kind == "comment"


def test_many_events_are_read_page_by_page(keeper: Keeper) -> None:
    pull(keeper)
    task = first(keeper.rig)
    for number in range(120):
        keeper.rig.act(details.comment, "Ada", task, text=str(number))
    asked = pull(keeper)
    assert asked[f"GET {API}/events"] >= 3
    assert asked[f"GET {API}/tasks/{{id}}"] == 1
    assert sum(one.kind == "comment" for one in keeper.store.events(Ref("asana", task.gid))) == 120


def test_a_new_section_comes_with_its_name(keeper: Keeper) -> None:
    pull(keeper)
    keeper.rig.act(containers.create_section, "Ada", keeper.rig.projects[0], "Legal")
    pull(keeper)
    assert [one.name for one in keeper.store.containers()[0].columns][-1] == "Legal"


def test_one_can_change_over_from_modified_since(keeper: Keeper) -> None:
    keeper.pull(incremental="modified_since")
    keeper.rig.act(details.comment, "Ada", first(keeper.rig), text="between", after=9000)
    assert pull(keeper)[f"GET {API}/events"] == 2
    assert keeper.store.events(Ref("asana", first(keeper.rig).gid))[-1].kind == "comment"
    assert pull(keeper) == {f"GET {API}/events": 2}


def test_the_route_is_explained(keeper: Keeper) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    with structlog.testing.capture_logs() as lines:
        keeper.pull(subtasks="both")
        keeper.pull(subtasks="both")
        keeper.pull(incremental="modified_since")
    told = [
        (line["log_level"], line.get("by", line["event"]), line["why"])
        for line in lines
        if line["event"] in ("listed whole", "read on")
    ]
    assert told[::2] == [
        ("info", "listed whole", "the first pull"),
        ("debug", "events", "a subtask's change does not mark its parent, and events tell of both"),
        ("debug", "modified_since", "the config says so"),
    ]
