"""Projects and their sections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import bad
from connectors.sandbox.asana.kinds import PROJECT, SECTION
from connectors.sandbox.asana.records import Project, Section, Team
from connectors.sandbox.asana.richtext import as_html, as_text
from connectors.sandbox.asana.times import is_date
from connectors.sandbox.core import Response


def _list(call: Call, team: str | None) -> Response:
    archived = call.flag("archived")
    found = [
        project for project in call.state.projects
        if (archived is None or project.archived == archived)
        and (team is None or (project.team is not None and project.team.gid == team))
        and call.sees(project)
    ]  # fmt: skip
    return call.many(PROJECT, found)


@route("GET", "/projects")
def list_projects(call: Call) -> Response:
    if "workspace" in call.query:
        call.workspace()
    if "team" in call.query:
        call.refer(Team, "team")
    return _list(call, call.query.get("team"))


@route("GET", "/workspaces/*/projects")
def list_projects_of_workspace(call: Call, gid: str) -> Response:
    call.check_workspace(gid)
    return _list(call, None)


@route("GET", "/teams/*/projects")
def list_projects_of_team(call: Call, gid: str) -> Response:
    return _list(call, call.find(Team, gid).gid)


@route("GET", "/projects/*")
def get_project(call: Call, gid: str) -> Response:
    return call.one(PROJECT, call.find(Project, gid))


@route("POST", "/projects")
def create_project(call: Call) -> Response:
    if "workspace" not in call.data and "team" not in call.data:
        raise bad("workspace: Missing input")
    if "workspace" in call.data:
        call.check_workspace(str(call.data["workspace"]))
    facts = _facts(call, call.data)
    name = str(facts.pop("name", ""))
    private = facts.pop("privacy", "") == "private"
    project = acts.create_project(call.state, call.actor, name, private=private, **facts)
    return call.one(PROJECT, project, 201)


@route("POST", "/workspaces/*/projects")
def create_project_in_workspace(call: Call, gid: str) -> Response:
    call.data["workspace"] = gid
    return create_project(call)


@route("POST", "/teams/*/projects")
def create_project_in_team(call: Call, gid: str) -> Response:
    call.data["team"] = call.find(Team, gid).gid
    return create_project(call)


@route("PUT", "/projects/*")
def update_project(call: Call, gid: str) -> Response:
    project = call.find(Project, gid)
    acts.update_project(call.state, call.actor, project, **_facts(call, call.data))
    return call.one(PROJECT, project)


@route("DELETE", "/projects/*")
def delete_project(call: Call, gid: str) -> Response:
    acts.delete_project(call.state, call.actor, call.find(Project, gid))
    return call.empty()


def _facts(call: Call, data: Mapping[str, Any]) -> dict[str, Any]:
    """What may be set of a project, as attributes of the record."""
    facts = {key: data[key] for key in ("name", "archived", "color", "default_view", "icon") if key in data}
    for key in ("due_on", "start_on"):
        if key in data:
            if data[key] is not None and not is_date(data[key]):
                raise bad(f"{key}: Not a valid date: {data[key]}")
            facts[key] = data[key]
    if "html_notes" in data:
        facts["html_notes"], facts["notes"] = data["html_notes"], as_text(data["html_notes"])
    elif "notes" in data:
        facts["notes"], facts["html_notes"] = data["notes"], as_html(data["notes"])
    if "owner" in data:
        facts["owner"] = None if data["owner"] is None else call.person(data["owner"], "owner")
    if data.get("team"):
        facts["team"] = call.refer(Team, "team", data["team"])
    if "privacy_setting" in data:
        facts["privacy"] = data["privacy_setting"]
    elif "public" in data:
        facts["privacy"] = "public_to_workspace" if data["public"] else "private"
    return facts


@route("GET", "/projects/*/task_counts")
def count_tasks(call: Call, gid: str) -> Response:
    """Every key must be asked for; nothing is there by default."""
    tasks = [task for section in call.find(Project, gid).sections for task in section.tasks.values()]
    milestones = [task for task in tasks if task.resource_subtype == "milestone"]
    counts = {
        "num_tasks": len(tasks),
        "num_incomplete_tasks": sum(not task.completed for task in tasks),
        "num_completed_tasks": sum(task.completed for task in tasks),
        "num_milestones": len(milestones),
        "num_incomplete_milestones": sum(not task.completed for task in milestones),
        "num_completed_milestones": sum(task.completed for task in milestones),
    }
    asked = (call.fields or "").split(",")
    return Response(200, {"data": {key: value for key, value in counts.items() if key in asked}})


@route("POST", "/projects/*/addMembers")
def add_members(call: Call, gid: str) -> Response:
    project = call.find(Project, gid)
    acts.add_members(call.state, call.actor, project, [call.person(one, "members") for one in _several(call)])
    return call.one(PROJECT, project)


@route("POST", "/projects/*/removeMembers")
def remove_members(call: Call, gid: str) -> Response:
    project = call.find(Project, gid)
    acts.remove_members(call.state, call.actor, project, [call.person(one, "members") for one in _several(call)])
    return call.one(PROJECT, project)


def _several(call: Call) -> list[Any]:
    members = call.need("members")
    return members.split(",") if isinstance(members, str) else list(members)


# ---- sections


@route("GET", "/projects/*/sections")
def list_sections(call: Call, gid: str) -> Response:
    return call.many(SECTION, call.find(Project, gid).sections)


@route("GET", "/sections/*")
def get_section(call: Call, gid: str) -> Response:
    return call.one(SECTION, call.find(Section, gid))


@route("POST", "/projects/*/sections")
def create_section(call: Call, gid: str) -> Response:
    project = call.find(Project, gid)
    name = str(call.need("name"))
    before, after = (
        call.refer(Section, key, call.data[key]) if call.data.get(key) else None
        for key in ("insert_before", "insert_after")
    )
    return call.one(
        SECTION, acts.create_section(call.state, call.actor, project, name, before=before, after=after), 201
    )


@route("PUT", "/sections/*")
def update_section(call: Call, gid: str) -> Response:
    section = call.find(Section, gid)
    if "name" in call.data:
        acts.rename_section(call.state, call.actor, section, str(call.data["name"]))
    return call.one(SECTION, section)


@route("DELETE", "/sections/*")
def delete_section(call: Call, gid: str) -> Response:
    acts.delete_section(call.state, call.actor, call.find(Section, gid))
    return call.empty()


@route("POST", "/projects/*/sections/insert")
def insert_section(call: Call, gid: str) -> Response:
    project, section = call.find(Project, gid), call.refer(Section, "section")
    before, after = (
        call.refer(Section, key, call.data[key]) if call.data.get(key) else None
        for key in ("before_section", "after_section")
    )
    if (before is None) == (after is None):
        raise bad("before_section: Specify exactly one of before_section and after_section")
    acts.place_section(project, section, before=before, after=after)
    return call.empty()
