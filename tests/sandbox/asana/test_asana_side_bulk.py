"""Batch, search, exports, and the limits that are there on request."""

from __future__ import annotations

import gzip
import json
import threading
from datetime import timedelta
from typing import Any


def test_a_batch_answers_each_action(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    actions = [
        {"method": "get", "relative_path": f"/tasks/{task}", "options": {"fields": ["name"]}},
        {"method": "get", "relative_path": "/tasks", "data": {"project": project}, "options": {"limit": 1}},
        {"method": "put", "relative_path": f"/tasks/{task}", "data": {"completed": True}},
        {"method": "post", "relative_path": f"/tasks/{task}/stories", "data": {"text": "hi"}},
        {"method": "get", "relative_path": "/tasks/1"},
    ]
    answers = desk.do("POST", "/batch", {"actions": actions})
    assert [one["status_code"] for one in answers] == [200, 200, 200, 201, 404]
    assert answers[0]["body"]["data"] == {"gid": task, "name": "Brief"}
    assert answers[1]["body"]["next_page"] is None
    assert "location" in answers[3]["headers"]
    assert desk.get(f"/tasks/{task}")["completed"] is True
    assert desk.refused("POST", "/batch", {"actions": actions * 3})[0] == 400


def test_batch_actions_count_in_full(desk: Any) -> None:
    desk.side.settings.requests_per_minute = 3
    actions = [{"method": "get", "relative_path": "/users/me"}] * 4
    answer = desk.ask("POST", "/batch", {"actions": actions})
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_requests_a_minute_by_token_refused_ones_counted(desk: Any) -> None:
    desk.side.settings.requests_per_minute = 2
    assert [desk.ask("GET", "/users/me").status for _ in range(3)] == [200, 200, 429]
    assert desk.ask("GET", "/users/me", token="as:Jonas").status == 200


def test_cost_is_debited_after_the_answer(desk: Any) -> None:
    project, _ = desk.project()
    for _ in range(5):
        desk.task(project)
    desk.side.settings.cost_per_minute = 4
    assert desk.ask("GET", "/tasks", project=project).status == 200
    assert desk.ask("GET", "/users/me").status == 429


def test_only_so_many_writes_are_in_flight(desk: Any) -> None:
    project, _ = desk.project()
    desk.side.settings.writes_in_flight = 1
    desk.side.settings.latency = 0.3
    statuses: list[int] = []

    def write() -> None:
        statuses.append(desk.ask("POST", "/tasks", {"name": "x", "projects": [project]}).status)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 429]


def found(desk: Any, **query: Any) -> list[str]:
    path = f"/workspaces/{desk.workspace}/tasks/search"
    return [task["name"] for task in desk.get(path, opt_fields="name", **query)]


def test_search_filters_and_sorts(desk: Any) -> None:
    project, _ = desk.project()
    field = desk.field(project, "enum", "Team", "Web")
    web = field["enum_options"][0]["gid"]
    a = desk.task(project, name="Alpha", assignee=desk.jonas.gid, custom_fields={field["gid"]: web})
    b = desk.task(project, name="Beta", due_on="2026-03-09")
    desk.do("POST", f"/tasks/{a}/subtasks", {"name": "Part of Alpha"})
    desk.do("PUT", f"/tasks/{b}", {"completed": True})
    assert found(desk, sort_by="created_at", sort_ascending="true") == ["Alpha", "Beta", "Part of Alpha"]
    assert found(desk, **{"projects.any": project}, is_subtask="false", sort_by="created_at") == ["Beta", "Alpha"]
    assert found(desk, **{"assignee.any": desk.jonas.gid}) == ["Alpha"]
    assert found(desk, **{f"custom_fields.{field['gid']}.value": web}) == ["Alpha"]
    assert found(desk, completed="true") == ["Beta"]
    assert found(desk, text="alpha", limit=1, is_subtask="true") == ["Part of Alpha"]
    assert found(desk, **{"due_on.before": "2026-03-10"}) == ["Beta"]
    changed = desk.get(f"/tasks/{b}")["modified_at"]
    assert found(desk, **{"modified_at.after": changed}) == []
    assert "next_page" not in desk.ask("GET", f"/workspaces/{desk.workspace}/tasks/search", limit=1).body


def test_search_is_premium_lags_on_request_and_has_its_own_limit(desk: Any) -> None:
    project, _ = desk.project()
    desk.task(project)
    desk.side.settings.search_lag = timedelta(seconds=30)
    assert found(desk) == []
    desk.world.clock.set(desk.world.now() + timedelta(seconds=31))
    assert found(desk) == ["Brief"]
    desk.side.settings.searches_per_minute = 1
    assert found(desk) == ["Brief"]
    assert desk.refused("GET", f"/workspaces/{desk.workspace}/tasks/search")[0] == 429
    desk.side.settings.searches_per_minute = 0
    desk.side.settings.premium = False
    assert desk.refused("GET", f"/workspaces/{desk.workspace}/tasks/search")[0] == 402


def test_an_export_is_a_job_and_then_a_file_with_stories(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    desk.side.settings.export_time = timedelta(minutes=5)
    data = {"workspace": desk.workspace, "export_request_parameters": [{"resource_type": "task"}]}
    job = desk.do("POST", "/exports/resource", data)
    assert (job["status"], job["resource_subtype"]) == ("not_started", "export_resource")
    assert desk.refused("POST", "/exports/resource", data)[0] == 403
    assert desk.get(f"/jobs/{job['gid']}")["status"] == "in_progress"
    desk.world.clock.set(desk.world.now() + timedelta(minutes=6))
    done = desk.get(f"/jobs/{job['gid']}")
    assert done["status"] == "succeeded"
    path = done["new_resource_export"]["download_url"].partition("/asana/api/1.0")[2]
    lines = gzip.decompress(desk.ask("GET", path).body).splitlines()
    (line,) = map(json.loads, lines)
    assert (line["gid"], [story["resource_subtype"] for story in line["stories"]]) == (task, ["added_to_project"])
    desk.side.settings.exports = False
    assert desk.refused("POST", "/exports/resource", data)[0] == 403


def test_the_whole_state_is_json(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    whole = json.loads(json.dumps(desk.state()))
    assert whole["projects"][0]["sections"][0]["tasks"] == [task]
    assert whole["tasks"][0]["stories"][0]["resource_subtype"] == "added_to_project"
