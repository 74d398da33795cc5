"""`/events`: sync tokens, bubbling, gaps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def start(desk: Any, resource: str) -> str:
    answer = desk.ask("GET", "/events", resource=resource)
    assert answer.status == 412
    assert set(answer.body) == {"errors", "sync"}
    sync: str = answer.body["sync"]
    return sync


def read(desk: Any, resource: str, sync: str) -> dict[str, Any]:
    answer = desk.ask("GET", "/events", resource=resource, sync=sync)
    assert answer.status == 200
    assert set(answer.body) == {"data", "sync", "has_more"}
    body: dict[str, Any] = answer.body
    return body


def test_a_project_hears_of_its_tasks_stories_and_subtasks(desk: Any) -> None:
    project, (_, doing) = desk.project("To do", "Doing")
    field = desk.field(project, "enum", "Team", "Web")
    task = desk.task(project)
    part = desk.do("POST", f"/tasks/{task}/subtasks", {"name": "Part"})["gid"]
    sync = start(desk, project)
    desk.do("POST", f"/sections/{doing}/addTask", {"task": task}, token="as:María")
    option = field["enum_options"][0]["gid"]
    desk.do("PUT", f"/tasks/{task}", {"custom_fields": {field["gid"]: option}})
    desk.do("PUT", f"/tasks/{part}", {"completed": True})
    events = read(desk, project, sync)["data"]
    seen = [(e["action"], e["resource"]["resource_type"], (e["parent"] or {}).get("resource_type")) for e in events]
    assert seen == [
        ("removed", "task", "section"), ("added", "task", "section"), ("added", "story", "task"),
        ("added", "story", "task"), ("changed", "task", None), ("added", "story", "task"), ("changed", "task", None),
    ]  # fmt: skip
    assert events[0]["user"] == {"gid": desk.maria.gid, "resource_type": "user"}
    assert events[4]["change"]["new_value"]["enum_value"]["gid"] == option
    assert events[6]["resource"]["gid"] == part
    assert events[6]["change"] == {"field": "completed", "action": "changed"}


def test_a_token_may_be_repeated_and_the_next_one_goes_on(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    sync = start(desk, task)
    desk.do("PUT", f"/tasks/{task}", {"name": "New"})
    first = read(desk, task, sync)
    desk.do("PUT", f"/tasks/{task}", {"assignee": "me"})
    assert read(desk, task, sync) == first
    rest = read(desk, task, first["sync"])
    assert [event["change"]["field"] for event in rest["data"] if "change" in event] == ["assignee"]
    assert read(desk, task, rest["sync"])["data"] == []


def test_a_hundred_events_an_answer(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    sync, sizes = start(desk, project), []
    for n in range(120):
        desk.do("POST", f"/tasks/{task}/stories", {"text": str(n)})
    while True:
        body = read(desk, project, sync)
        sizes.append(len(body["data"]))
        sync = body["sync"]
        if not body["has_more"]:
            break
    assert sizes == [100, 20]


def test_tokens_die_after_a_day_and_belong_to_one_resource(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    sync = start(desk, project)
    assert desk.ask("GET", "/events", resource=task, sync=sync).status == 412
    assert desk.ask("GET", "/events", resource=project, sync="made up").status == 412
    desk.world.clock.set(desk.world.now() + timedelta(hours=25))
    answer = desk.ask("GET", "/events", resource=project, sync=sync)
    assert answer.status == 412
    assert answer.body["errors"][0]["message"].startswith("Sync token invalid or too old.")
    assert read(desk, project, answer.body["sync"])["data"] == []
    assert desk.refused("GET", "/events", resource=desk.workspace)[0] == 400
    assert desk.refused("GET", "/events")[0] == 400


def test_deletion_and_removal_reach_the_project(desk: Any) -> None:
    project, _ = desk.project()
    a, b = desk.task(project), desk.task(project)
    sync = start(desk, project)
    desk.do("DELETE", f"/tasks/{a}")
    desk.do("POST", f"/tasks/{b}/removeProject", {"project": project})
    events = [e for e in read(desk, project, sync)["data"] if e["resource"]["resource_type"] == "task"]
    assert [(e["action"], e["resource"]["gid"]) for e in events] == [("deleted", a), ("removed", b)]
    assert desk.get("/events", resource=project, sync=sync, opt_fields="action,resource.name")[0] == {
        "action": "deleted", "resource": {"gid": a, "name": "Brief"},
    }  # fmt: skip


def test_events_are_lost_on_request_as_they_are_told_at_most_once(desk: Any) -> None:
    project, _ = desk.project("To do", "Doing")
    task = desk.task(project)
    kind, lossy = start(desk, project), start(desk, project)
    desk.do("PUT", f"/tasks/{task}", {"completed": True})
    told = len(read(desk, project, kind)["data"])
    assert told >= 2
    desk.world.asana.settings.lose_every = 1
    desk.do("PUT", f"/tasks/{task}", {"completed": False})
    assert len(read(desk, project, lossy)["data"]) == told
