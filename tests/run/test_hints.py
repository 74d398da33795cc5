"""Runs for a few items that somebody has heard of: the same seven hops, one page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.base import Scope
from connectors.model import Ref
from sync.config import load
from sync.house import House
from sync.run import run
from sync.wiring import open_house
from tests.run.worlds import NOW, Rig, rig


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as one:
        yield one


def _scopes(house: House) -> list[Scope]:
    return [scope for source in house.sources.values() for scope in source.connector.scopes()]


def test_a_hinted_run_reads_these_items_and_no_more(small: Rig) -> None:
    small.run()
    task = next(iter(small.get("/asana/api/1.0/tasks", project=_project(small), limit="100")["data"]))
    gone = small.get("/asana/api/1.0/tasks", project=_project(small), limit="100")["data"][1]
    small.send("PUT", f"/asana/api/1.0/tasks/{task['gid']}", {"data": {"name": "renamed"}}, token="as:Lena")
    small.delete(f"/asana/api/1.0/tasks/{gone['gid']}")
    refs = [Ref("asana", task["gid"]), Ref("asana", gone["gid"])]
    small.clear_log()
    with open_house(load(small.config, {})) as house:
        before = {scope: house.store.cursor(scope) for scope in _scopes(house)}
        outcome = run(house, NOW, write=False, hints=refs)
        items = {item.ref: item for item in house.store.items(refs)}
        assert {scope: house.store.cursor(scope) for scope in _scopes(house)} == before
        assert house.store.cursor(Scope("asana", "", "")) is None
        assert set(house.store.present(_scopes(house)[0])) >= {refs[0]}
    assert items[refs[0]].title == "renamed"
    assert items[refs[1]].presence == "unseen"
    assert outcome.pulled.unheard == set()
    paths = [one["path"] for one in small.get("/_sandbox/requests")["requests"]]
    assert sum("/tasks/" in path for path in paths) == 3  # a task and its stories; a task that is gone
    assert len(paths) <= 4, paths


def _project(one: Rig) -> str:
    return one.world.asana.state.projects[0].gid


def test_a_hinted_run_concludes_nothing_from_a_source_never_read_whole(small: Rig) -> None:
    task = small.get("/asana/api/1.0/tasks", project=_project(small), limit="100")["data"][0]
    with open_house(load(small.config, {})) as house:
        outcome = run(house, NOW, write=True, hints=[Ref("asana", task["gid"])])
    assert outcome.pulled.items == 1
    assert "asana" in outcome.pulled.unheard
    assert not any(step.source == "asana" for step in outcome.plan.steps)


def test_a_task_that_leaves_its_project_is_outside_and_a_stranger_is_nothing(small: Rig) -> None:
    small.run()
    workspace = small.get("/asana/api/1.0/workspaces")["data"][0]["gid"]
    made = small.send("POST", "/asana/api/1.0/tasks", {"data": {"name": "elsewhere", "workspace": workspace}})
    task = small.get("/asana/api/1.0/tasks", project=_project(small), limit="100")["data"][0]
    small.send("POST", f"/asana/api/1.0/tasks/{task['gid']}/removeProject", {"data": {"project": _project(small)}})
    refs = [Ref("asana", task["gid"]), Ref("asana", made["data"]["gid"])]
    with open_house(load(small.config, {})) as house:
        run(house, NOW, write=False, hints=refs)
        assert [(item.ref, item.presence) for item in house.store.items(refs)] == [(refs[0], "outside")]


def test_an_item_that_is_refused_does_not_keep_the_others_from_being_read(small: Rig) -> None:
    small.run()
    tasks = small.get("/asana/api/1.0/tasks", project=_project(small), limit="100")["data"][:4]
    refs = [Ref("asana", task["gid"]) for task in tasks]
    for ref in refs:
        small.send("PUT", f"/asana/api/1.0/tasks/{ref.id}", {"data": {"name": f"new {ref.id}"}}, token="as:Lena")
    fault = {"match": f"GET /asana/api/1.0/tasks/{refs[1].id}", "kind": "403"}
    small.send("POST", "/_sandbox/faults", {"fault": [fault]})
    with open_house(load(small.config, {})) as house:
        outcome = run(house, NOW, write=False, hints=[*refs, Ref("wiki", "1")])
        titles = {item.ref: item.title for item in house.store.items(refs)}
    assert [(one.source, one.where) for one in outcome.troubles] == [("asana", f"item {refs[1].id}")]
    assert [titles[ref] == f"new {ref.id}" for ref in refs] == [True, False, True, True]
    assert outcome.pulled.looked == {*refs, Ref("wiki", "1")}, "asked again, it would be refused again"
    assert "asana" not in outcome.pulled.unheard


def test_a_source_that_does_not_answer_has_not_been_looked_at(small: Rig) -> None:
    small.run()
    task = small.get("/asana/api/1.0/tasks", project=_project(small), limit="100")["data"][0]
    small.send("POST", "/_sandbox/faults", {"fault": [{"match": "GET /asana/api/1.0/tasks/*", "kind": "401"}]})
    with open_house(load(small.config, {})) as house:
        outcome = run(house, NOW, write=False, hints=[Ref("asana", task["gid"])])
    assert outcome.pulled.looked == set()
    assert outcome.pulled.unheard == {"asana"}
