"""Key sets, `opt_fields`, paging, tokens and error bodies of the pretend Asana."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

COMPACT = {"gid", "resource_type", "name"}


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/workspaces", COMPACT),
        ("/users", COMPACT),
        ("/workspaces/{workspace}/teams", COMPACT),
        ("/projects", COMPACT),
        ("/projects/{project}/sections", COMPACT),
        ("/projects/{project}/tasks", COMPACT | {"resource_subtype"}),
        ("/sections/{section}/tasks", COMPACT | {"resource_subtype"}),
        ("/tasks/{task}/subtasks", COMPACT | {"resource_subtype"}),
        ("/tasks/{task}/projects", COMPACT),
        ("/tasks/{task}/tags", COMPACT),
        ("/tasks/{task}/dependencies", COMPACT | {"resource_subtype"}),
        (
            "/tasks/{task}/stories",
            {"gid", "resource_type", "created_at", "created_by", "text", "type", "resource_subtype"},
        ),
        ("/status_updates?parent={project}", {"gid", "resource_type", "resource_subtype", "title"}),
        (
            "/projects/{project}/custom_field_settings",
            {"gid", "resource_type", "is_important", "project", "parent", "custom_field"},
        ),
    ],
)
def test_a_list_shows_compact_objects(desk: Any, path: str, keys: set[str]) -> None:
    project, sections = desk.project("To do")
    task, other = desk.task(project), desk.task(project)
    desk.do("POST", f"/tasks/{task}/subtasks", {"name": "Part"})
    desk.do("POST", f"/tasks/{task}/addDependencies", {"dependencies": [other]})
    tag = desk.do("POST", "/tags", {"name": "urgent", "workspace": desk.workspace})["gid"]
    desk.do("POST", f"/tasks/{task}/addTag", {"tag": tag})
    desk.do("POST", "/status_updates", {"parent": project, "status_type": "at_risk", "title": "Hm", "text": "Late"})
    desk.field(project, "enum")
    names = {"workspace": desk.workspace, "project": project, "section": sections[0], "task": task}
    path, _, query = path.format(**names).partition("?")
    found = desk.get(path, **dict(pair.split("=") for pair in query.split("&") if pair))
    assert found
    for one in found:
        assert set(one) == keys


def test_opt_fields_give_exactly_gid_and_what_was_asked(desk: Any) -> None:
    project, (section,) = desk.project("To do")
    task = desk.task(project, assignee=desk.maria.gid)
    fields = "name,assignee,memberships.section.name,parent,no_such_field,projects.name,num_subtasks"
    assert desk.get(f"/tasks/{task}", opt_fields=fields) == {
        "gid": task,
        "name": "Brief",
        "assignee": {"gid": desk.maria.gid, "resource_type": "user"},
        "memberships": [{"section": {"gid": section, "name": "To do"}}],
        "parent": None,
        "projects": [{"gid": project, "name": "Launch"}],
        "num_subtasks": 0,
    }


def test_a_single_task_is_shown_whole_without_what_must_be_asked_for(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.get(f"/tasks/{desk.task(project)}")
    assert {"assignee", "completed", "custom_fields", "memberships", "modified_at", "notes", "workspace"} <= set(task)
    assert not {"html_notes", "num_subtasks", "dependencies", "created_by", "external"} & set(task)
    assert task["memberships"][0]["project"] == {"gid": project, "resource_type": "project", "name": "Launch"}


def test_options_may_come_in_the_body(desk: Any) -> None:
    from connectors.sandbox.core import Request

    project, _ = desk.project()
    body = b'{"data": {"name": "A", "projects": ["%s"]}, "options": {"fields": ["name"]}}' % project.encode()
    answer = desk.side.handle(Request("POST", "/tasks", (), {"authorization": "Bearer t"}, body))
    assert (answer.status, set(answer.body["data"])) == (201, {"gid", "name"})


def test_pages_cover_a_listing_once_and_next_page_is_there_exactly_with_limit(desk: Any) -> None:
    project, _ = desk.project()
    gids = [desk.task(project, name=str(n)) for n in range(7)]
    assert "next_page" not in desk.ask("GET", "/tasks", project=project).body
    seen, offset = [], {}
    while True:
        body = desk.ask("GET", "/tasks", project=project, limit=3, **offset).body
        seen += [one["gid"] for one in body["data"]]
        if body["next_page"] is None:
            break
        assert set(body["next_page"]) == {"offset", "path", "uri"}
        offset = {"offset": body["next_page"]["offset"]}
    assert seen == gids


def test_a_page_token_survives_changes_before_it(desk: Any) -> None:
    project, _ = desk.project()
    gids = [desk.task(project, name=str(n)) for n in range(5)]
    offset = desk.ask("GET", "/tasks", project=project, limit=2).body["next_page"]["offset"]
    desk.do("DELETE", f"/tasks/{gids[0]}")
    rest = desk.get("/tasks", project=project, limit=10, offset=offset)
    assert [one["gid"] for one in rest] == gids[2:]


def test_page_tokens_expire_by_age_or_on_request(desk: Any) -> None:
    project, _ = desk.project()
    for _ in range(3):
        desk.task(project)
    ask = {"project": project, "limit": 1}
    old = desk.ask("GET", "/tasks", **ask).body["next_page"]["offset"]
    desk.side.settings.offset_generation += 1
    said = (400, "offset: Your pagination token has expired.")
    assert desk.refused("GET", "/tasks", **ask, offset=old) == said
    young = desk.ask("GET", "/tasks", **ask).body["next_page"]["offset"]
    desk.side.settings.offset_life = timedelta(minutes=1)
    assert desk.get("/tasks", **ask, offset=young)
    desk.world.clock.set(desk.world.now() + timedelta(minutes=2))
    assert desk.refused("GET", "/tasks", **ask, offset=young) == said
    assert desk.refused("GET", "/tasks", **ask, offset="nonsense")[0] == 400


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many"])
def test_limit_is_from_1_to_100(desk: Any, limit: str) -> None:
    assert desk.refused("GET", "/users", limit=limit)[0] == 400


def test_too_large_an_answer_without_limit_is_refused_on_request(desk: Any) -> None:
    project, _ = desk.project()
    desk.task(project), desk.task(project)
    desk.side.settings.default_limit = 1
    status, message = desk.refused("GET", "/tasks", project=project)
    assert status == 400
    assert message.startswith("The result is too large. You should use pagination")


def test_since_filters_are_inclusive(desk: Any) -> None:
    project, _ = desk.project()
    early, late = desk.task(project), desk.task(project)
    changed = desk.get(f"/tasks/{late}")["modified_at"]
    assert [one["gid"] for one in desk.get("/tasks", project=project, modified_since=changed)] == [late]
    done = desk.do("PUT", f"/tasks/{early}", {"completed": True})["completed_at"]
    assert len(desk.get("/tasks", project=project, completed_since=done)) == 2
    assert [one["gid"] for one in desk.get(f"/projects/{project}/tasks", completed_since="now")] == [late]
    assert desk.refused("GET", "/tasks", project=project, modified_since="yesterday")[0] == 400


def test_tasks_need_exactly_one_place_to_look_in(desk: Any) -> None:
    project, (section,) = desk.project("To do")
    task = desk.task(project, assignee=desk.jonas.gid)
    assert desk.refused("GET", "/tasks")[0] == 400
    assert desk.refused("GET", "/tasks", project=project, section=section)[0] == 400
    assert desk.refused("GET", "/tasks", assignee=desk.jonas.gid)[0] == 400
    mine = desk.get("/tasks", assignee="me", workspace=desk.workspace, token="as:Jonas")
    assert [one["gid"] for one in mine] == [task]
    assert desk.get(f"/user_task_lists/9{desk.jonas.gid}/tasks") == mine


def test_who_is_who(desk: Any) -> None:
    assert desk.get("/users/me")["name"] == "Handrail"
    assert desk.get("/users/me", token="as:María")["email"] == "maria@example.com"
    assert desk.get("/users/me", token=f"as:{desk.jonas.gid}")["name"] == "Jonas"
    assert desk.get("/users/me", token="as:Mar%C3%ADa")["name"] == "María"
    assert desk.get("/users/me", token="as:María".encode().decode("latin-1"))["name"] == "María"
    assert desk.refused("GET", "/users/me", token=None) == (401, "Not Authorized")
    assert desk.refused("GET", "/users/me", token="as:Nobody") == (401, "Not Authorized")


def test_what_is_unknown_is_not_found(desk: Any) -> None:
    assert desk.refused("GET", "/tasks/12345") == (404, "task: Not a recognized ID: 12345")
    assert desk.refused("GET", f"/tasks/{desk.workspace}")[0] == 404
    assert desk.refused("GET", "/nothing/here")[0] == 404
    assert desk.refused("GET", "/tasks", project="12345") == (400, "project: Not a recognized ID: 12345")
    body = desk.ask("GET", "/tasks/12345").body
    assert set(body["errors"][0]) == {"message", "help"}


def test_private_projects_are_for_their_members(desk: Any) -> None:
    data = {"name": "Secret", "workspace": desk.workspace, "privacy_setting": "private"}
    project = desk.do("POST", "/projects", data, token="as:María")["gid"]
    task = desk.do("POST", "/tasks", {"name": "T", "projects": [project]}, token="as:María")["gid"]
    assert desk.refused("GET", f"/projects/{project}")[0] == 404
    assert desk.refused("GET", f"/tasks/{task}")[0] == 404
    assert desk.get("/projects") == []
    desk.do("POST", f"/projects/{project}/addMembers", {"members": desk.world.people.bot.gid}, token="as:María")
    assert desk.get(f"/tasks/{task}")["gid"] == task
    assert len(desk.get("/memberships", parent=project)) == 2


def test_a_coming_change_is_announced_on_request(desk: Any) -> None:
    assert "Asana-Change" not in desk.ask("GET", "/users/me").headers
    desk.side.settings.announce = "name=new_rule;info=https://example.com;affected=true"
    assert desk.ask("GET", "/users/me").headers["Asana-Change"].startswith("name=new_rule")
