"""How tasks hang together: homes, subtasks, dependencies, tags, followers."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import Refused, bad
from connectors.sandbox.asana.kinds import PROJECT, TAG
from connectors.sandbox.asana.records import Project, Section, Tag, Task
from connectors.sandbox.asana.task_kinds import TASK
from connectors.sandbox.core import Response


@route("POST", "/sections/*/addTask")
def add_task_to_section(call: Call, gid: str) -> Response:
    section, task = call.find(Section, gid), call.refer(Task, "task")
    before, after = _anchors(call)
    acts.move_to_section(call.state, call.actor, task, section, before=before, after=after)
    return call.empty()


@route("POST", "/tasks/*/addProject")
def add_project(call: Call, gid: str) -> Response:
    task, project = call.find(Task, gid), call.refer(Project, "project")
    section = call.refer(Section, "section") if call.data.get("section") else None
    if section is not None and section.project is not project:
        raise bad("section: The section is not in this project")
    home = task.home(project)
    target = section or (home.section if home else project.sections[0])
    before, after = _anchors(call)
    acts.move_to_section(call.state, call.actor, task, target, before=before, after=after)
    return call.empty()


@route("POST", "/tasks/*/removeProject")
def remove_project(call: Call, gid: str) -> Response:
    acts.remove_from_project(call.state, call.actor, call.find(Task, gid), call.refer(Project, "project"))
    return call.empty()


def _anchors(call: Call) -> tuple[Task | None, Task | None]:
    if call.data.get("insert_before") and call.data.get("insert_after"):
        raise bad("insert_before: Cannot be given together with insert_after")
    before, after = (
        call.refer(Task, key) if call.data.get(key) else None for key in ("insert_before", "insert_after")
    )
    return before, after


@route("GET", "/tasks/*/projects")
def list_projects_of_task(call: Call, gid: str) -> Response:
    return call.many(PROJECT, [home.project for home in call.find(Task, gid).homes if call.sees(home.project)])


@route("GET", "/tasks/*/subtasks")
def list_subtasks(call: Call, gid: str) -> Response:
    return call.many(TASK, call.find(Task, gid).subtasks)


@route("POST", "/tasks/*/setParent")
def set_parent(call: Call, gid: str) -> Response:
    if "parent" not in call.data:
        raise bad("parent: Missing input")
    task = call.find(Task, gid)
    parent = call.refer(Task, "parent") if call.data["parent"] is not None else None
    acts.set_parent(call.state, call.actor, task, parent)
    return call.one(TASK, task)


def _premium(call: Call) -> None:
    if not call.state.settings.premium:
        raise Refused(402, "Payment Required: dependencies are only available in paid plans")


@route("GET", "/tasks/*/dependencies")
def list_dependencies(call: Call, gid: str) -> Response:
    _premium(call)
    return call.many(TASK, call.find(Task, gid).dependencies)


@route("GET", "/tasks/*/dependents")
def list_dependents(call: Call, gid: str) -> Response:
    _premium(call)
    return call.many(TASK, call.find(Task, gid).dependents)


def _others(call: Call, name: str) -> list[Task]:
    _premium(call)
    gids = call.need(name)
    return [call.refer(Task, name, one) for one in (gids.split(",") if isinstance(gids, str) else gids)]


@route("POST", "/tasks/*/addDependencies")
def add_dependencies(call: Call, gid: str) -> Response:
    task = call.find(Task, gid)
    for other in _others(call, "dependencies"):
        acts.depend(call.state, call.actor, task, other)
    return call.empty()


@route("POST", "/tasks/*/removeDependencies")
def remove_dependencies(call: Call, gid: str) -> Response:
    task = call.find(Task, gid)
    for other in _others(call, "dependencies"):
        acts.undepend(call.state, call.actor, task, other)
    return call.empty()


@route("POST", "/tasks/*/addDependents")
def add_dependents(call: Call, gid: str) -> Response:
    task = call.find(Task, gid)
    for other in _others(call, "dependents"):
        acts.depend(call.state, call.actor, other, task)
    return call.empty()


@route("POST", "/tasks/*/removeDependents")
def remove_dependents(call: Call, gid: str) -> Response:
    task = call.find(Task, gid)
    for other in _others(call, "dependents"):
        acts.undepend(call.state, call.actor, other, task)
    return call.empty()


@route("POST", "/tasks/*/addFollowers")
def add_followers(call: Call, gid: str) -> Response:
    return _follow(call, gid, wanted=True)


@route("POST", "/tasks/*/removeFollowers")
def remove_followers(call: Call, gid: str) -> Response:
    return _follow(call, gid, wanted=False)


def _follow(call: Call, gid: str, *, wanted: bool) -> Response:
    task, people = call.find(Task, gid), call.need("followers")
    for person in people.split(",") if isinstance(people, str) else people:
        acts.follow(call.state, call.actor, task, call.person(person, "followers"), wanted)
    return call.one(TASK, task)


# ---- tags


@route("GET", "/tags")
def list_tags(call: Call) -> Response:
    call.workspace()
    return call.many(TAG, call.state.tags)


@route("GET", "/workspaces/*/tags")
def list_tags_of_workspace(call: Call, gid: str) -> Response:
    call.check_workspace(gid)
    return call.many(TAG, call.state.tags)


@route("GET", "/tasks/*/tags")
def list_tags_of_task(call: Call, gid: str) -> Response:
    return call.many(TAG, call.find(Task, gid).tags)


@route("GET", "/tags/*")
def get_tag(call: Call, gid: str) -> Response:
    return call.one(TAG, call.find(Tag, gid))


@route("POST", "/tags")
def create_tag(call: Call) -> Response:
    call.workspace()
    facts: dict[str, Any] = {key: call.data[key] for key in ("color", "notes") if key in call.data}
    return call.one(TAG, acts.create_tag(call.state, call.actor, str(call.data.get("name", "")), **facts), 201)


@route("POST", "/workspaces/*/tags")
def create_tag_in_workspace(call: Call, gid: str) -> Response:
    call.data["workspace"] = gid
    return create_tag(call)


@route("PUT", "/tags/*")
def update_tag(call: Call, gid: str) -> Response:
    tag = call.find(Tag, gid)
    for key in ("name", "color", "notes"):
        if key in call.data:
            setattr(tag, key, call.data[key])
    return call.one(TAG, tag)


@route("DELETE", "/tags/*")
def delete_tag(call: Call, gid: str) -> Response:
    tag = call.find(Tag, gid)
    for task in list(tag.tasks.values()):
        acts.untag(call.state, call.actor, task, tag)
    tag.deleted = True
    call.state.tags.remove(tag)
    return call.empty()


@route("POST", "/tasks/*/addTag")
def add_tag(call: Call, gid: str) -> Response:
    acts.tag(call.state, call.actor, call.find(Task, gid), call.refer(Tag, "tag"))
    return call.empty()


@route("POST", "/tasks/*/removeTag")
def remove_tag(call: Call, gid: str) -> Response:
    acts.untag(call.state, call.actor, call.find(Task, gid), call.refer(Tag, "tag"))
    return call.empty()
