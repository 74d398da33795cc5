"""The laws of a run: quiet the second time, the same after any crash, nothing doubled, no edit of a person's lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from sync.config import load
from sync.plan.file import from_json, to_json
from sync.run import apply_plan, run
from sync.wiring import open_house
from tests.run.worlds import NOW, Rig, rig


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, request: int, *, answered: bool) -> Iterator[None]:
    """Let the process die at its n-th request: before it is sent, or once it is answered and nobody knows yet."""
    sent, send = [0], httpx.HTTPTransport.handle_request

    def dying(self: httpx.HTTPTransport, message: httpx.Request) -> httpx.Response:
        sent[0] += 1
        if sent[0] > request or (sent[0] == request and not answered):
            raise Killed
        response = send(self, message)
        if sent[0] == request:
            response.read()
            response.close()
            raise Killed
        return response

    with monkeypatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", dying)
        yield


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as one:
        yield one


def test_a_run_writes_and_the_second_run_is_quiet(small: Rig) -> None:
    first = small.run()
    assert first.troubles == []
    assert first.applied.written > 5
    assert len([task for task in small.tasks().values() if task.get("Flow status")]) >= 2
    seen = small.seen()
    small.clear_log()
    second = small.run()
    assert second.plan.steps == ()
    assert small.writes() == 0
    assert small.seen() == seen


def test_an_idle_run_costs_one_request_a_project_and_data_source(small: Rig) -> None:
    small.run()
    small.clear_log()
    small.run()
    paths = [(one["method"], one["path"]) for one in small.get("/_sandbox/requests")["requests"]]
    assert sorted(path.split("/")[1] for _, path in paths) == ["asana", "notion"]


def test_with_the_database_lost_nothing_is_made_twice(small: Rig) -> None:
    small.run()
    seen = small.seen()
    small.forget()
    again = small.run()
    assert again.troubles == []
    assert small.seen() == seen
    assert small.run().plan.steps == ()


def test_applying_a_plan_twice_is_applying_it_once(small: Rig) -> None:
    settings = load(small.config, {})
    with open_house(settings) as house:
        raw = to_json(run(house, NOW, write=False).plan, settings.hash)
        plan, _ = from_json(raw)
        assert to_json(plan, settings.hash) == raw
        once = apply_plan(house, plan)
        seen = small.seen()
        twice = apply_plan(house, plan)
    assert once.troubles == twice.troubles == []
    assert once.written == len(plan.steps)
    assert twice.written <= 1  # a page has no "before" to hold against: it may be written as it already is
    assert small.seen() == seen
    assert small.run().plan.steps == ()


def test_a_plan_skips_what_has_moved_on(small: Rig) -> None:
    settings = load(small.config, {})
    with open_house(settings) as house:
        apply_plan(house, run(house, NOW, write=False).plan)
        plan = run(house, NOW + timedelta(days=30), write=False).plan
    name, ref = _marked(small)
    _edit(small, ref, "Waiting on", "me")
    with open_house(settings) as house:
        apply_plan(house, plan)
    assert small.tasks()[name]["Waiting on"] == "me"


def test_a_person_s_edit_survives_and_is_reported(small: Rig) -> None:
    small.run()
    name, ref = _marked(small)
    _edit(small, ref, "Waiting on", "Ana, back on Thursday")
    second = small.run()
    assert [(one.title, one.field, one.theirs) for one in second.plan.left_alone] == [
        (name, "Waiting on", "Ana, back on Thursday")
    ]
    assert small.tasks()[name]["Waiting on"] == "Ana, back on Thursday"
    assert "Ana, back on Thursday" in small.page()
    small.clear_log()
    small.run()
    assert small.writes() == 0
    small.forget()
    small.run()
    assert small.tasks()[name]["Waiting on"] == "Ana, back on Thursday"


def test_observe_and_plan_write_nothing(small: Rig) -> None:
    seen = small.seen()
    small.clear_log()
    small.run(write=False)
    assert small.writes() == 0
    assert small.seen() == seen


def test_a_dead_source_is_reported_and_nothing_is_taken_back(small: Rig) -> None:
    small.run()
    seen = small.seen()
    trouble = {"fault": [{"match": "GET /asana/api/1.0/tasks", "kind": "403", "rate": 1.0}]}
    httpx.post(f"{small.url}/_sandbox/faults", json=trouble, trust_env=False).raise_for_status()
    later = small.run(now=NOW + timedelta(days=1))
    assert later.pulled.unheard == {"asana"}
    assert any("asana" in one.source for one in later.troubles)
    httpx.delete(f"{small.url}/_sandbox/faults", trust_env=False).raise_for_status()
    assert small.tasks() == seen["tasks"]
    assert [row["State"] for row in small.rows()] == [row["State"] for row in seen["rows"]]


def test_with_notion_down_asana_is_read_and_written_all_the_same(small: Rig) -> None:
    trouble = {"fault": [{"match": "/notion/*", "kind": "403", "rate": 1.0}]}
    httpx.post(f"{small.url}/_sandbox/faults", json=trouble, trust_env=False).raise_for_status()
    first = small.run()
    httpx.delete(f"{small.url}/_sandbox/faults", trust_env=False).raise_for_status()
    assert {one.source for one in first.troubles} == {"notion"}
    assert any(task.get("Flow status") for task in small.tasks().values())
    assert small.own_places() == []
    assert small.run().troubles == []
    assert len(small.own_places()) == 2


def crash_and_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calm: object, request: int, *, answered: bool
) -> bool:
    """Kill a run at one request, run again, compare with the calm world. False: the run was over before that."""
    with rig(tmp_path) as one:
        try:
            with killed_at(monkeypatch, request, answered=answered):
                one.run()
        except Killed:
            after = one.run()
            assert after.troubles == []
            assert one.seen() == calm, f"killed at request {request}, answered: {answered}"
            assert one.run().plan.steps == ()
            return True
    return False


@pytest.fixture
def calm(tmp_path: Path) -> object:
    with rig(tmp_path / "calm") as one:
        one.run()
        return one.seen()


def test_killed_at_any_request_and_run_again_the_world_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calm: object
) -> None:
    """A sample here, with a fixed seed; every request in the long form."""
    for number in sorted(random.Random(7).sample(range(1, 50), 7)):
        for answered in (False, True):
            crash_and_mend(tmp_path / f"{number}{answered}", monkeypatch, calm, number, answered=answered)


@pytest.mark.torture
def test_killed_at_every_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calm: object) -> None:
    for answered in (False, True):
        number = 1
        while crash_and_mend(tmp_path / f"{number}{answered}", monkeypatch, calm, number, answered=answered):
            number += 1
        assert number > 30


def _marked(one: Rig) -> tuple[str, str]:
    """A task that our status stands on: its name and gid."""
    name = next(name for name, task in sorted(one.tasks().items()) if task.get("Flow status"))
    return name, next(task.gid for task in one.world.asana.state.tasks.values() if task.name == name)


def _edit(one: Rig, gid: str, field: str, text: str) -> None:
    """A person's hand on a field of ours."""
    found = one.get(f"/asana/api/1.0/tasks/{gid}", opt_fields="custom_fields.name")["data"]["custom_fields"]
    own = next(entry["gid"] for entry in found if entry["name"] == field)
    one.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"custom_fields": {own: text}}}, token="as:Lena")
