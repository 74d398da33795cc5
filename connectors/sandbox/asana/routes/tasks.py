"""Tasks: listings, reading, creating, changing, deleting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import bad
from connectors.sandbox.asana.records import CustomField, Held, Project, Section, Tag, Task
from connectors.sandbox.asana.richtext import as_text
from connectors.sandbox.asana.routes.people import owner_of
from connectors.sandbox.asana.task_kinds import TASK
from connectors.sandbox.asana.times import is_date, iso, read_instant
from connectors.sandbox.asana.values import read_value
from connectors.sandbox.core import Response

SUBTYPES = ("default_task", "milestone", "approval")
READ_ONLY = frozenset({"projects", "memberships", "parent", "tags", "followers", "dependencies", "dependents"})
APPROVALS = ("pending", "approved", "rejected", "changes_requested")


def _listing(call: Call, tasks: Iterable[Task], *, modified: bool = False) -> Response:
    """A page of tasks, with the filters of the query; `modified_since` only where Asana takes it."""
    done_since = call.instant("completed_since")
    changed_since = call.instant("modified_since") if modified else None
    if changed_since is None and done_since is None:
        return call.many(TASK, list(tasks))
    found = [
        task for task in tasks
        if (changed_since is None or task.modified_at >= changed_since)
        and (done_since is None or task.completed_at is None or task.completed_at >= done_since)
    ]  # fmt: skip
    return call.many(TASK, found)


def tasks_of(project: Project) -> list[Task]:
    """Everything at home in a project, section by section."""
    return [task for section in project.sections for task in section.tasks.values()]


@route("GET", "/tasks")
def list_tasks(call: Call) -> Response:
    given = [key for key in ("project", "section", "tag", "assignee") if key in call.query]
    if len(given) != 1:
        raise bad("Must specify exactly one of project, tag, section, user task list, or assignee + workspace")
    if given == ["project"]:
        return _listing(call, tasks_of(call.refer(Project, "project")), modified=True)
    if given == ["section"]:
        return _listing(call, call.refer(Section, "section").tasks.values(), modified=True)
    if given == ["tag"]:
        return _listing(call, call.refer(Tag, "tag").tasks.values(), modified=True)
    call.workspace()
    person = call.person(call.query["assignee"], "assignee")
    return _listing(call, filter(call.sees, call.state.assigned[person.gid].values()), modified=True)


@route("GET", "/projects/*/tasks")
def list_tasks_of_project(call: Call, gid: str) -> Response:
    return _listing(call, tasks_of(call.find(Project, gid)))


@route("GET", "/sections/*/tasks")
def list_tasks_of_section(call: Call, gid: str) -> Response:
    return _listing(call, call.find(Section, gid).tasks.values())


@route("GET", "/user_task_lists/*/tasks")
def list_tasks_of_person(call: Call, gid: str) -> Response:
    return _listing(call, filter(call.sees, call.state.assigned[owner_of(call, gid).gid].values()))


@route("GET", "/tags/*/tasks")
def list_tasks_of_tag(call: Call, gid: str) -> Response:
    return call.many(TASK, [task for task in call.find(Tag, gid).tasks.values() if call.sees(task)])


@route("GET", "/tasks/*")
def get_task(call: Call, gid: str) -> Response:
    return call.one(TASK, call.find(Task, gid))


@route("DELETE", "/tasks/*")
def delete_task(call: Call, gid: str) -> Response:
    acts.delete_task(call.state, call.actor, call.find(Task, gid))
    return call.empty()


@route("POST", "/tasks")
def create_task(call: Call) -> Response:
    return call.one(TASK, make_task(call, None), 201)


@route("POST", "/tasks/*/subtasks")
def create_subtask(call: Call, gid: str) -> Response:
    return call.one(TASK, make_task(call, call.find(Task, gid)), 201)


def make_task(call: Call, parent: Task | None) -> Task:
    """A task from the body of a request; everything is checked before anything is made."""
    data, state, by = call.data, call.state, call.actor
    if parent is None and data.get("parent"):
        parent = call.refer(Task, "parent")
    sections = _homes(call)
    if "workspace" in data:
        call.check_workspace(str(data["workspace"]))
    elif not sections and parent is None:
        raise bad("workspace: You should specify one of workspace, projects, or parent")
    facts = _first_facts(data)
    fields = {s.custom_field.gid: s.custom_field for section in sections for s in section.project.settings}
    values = _values(call, fields, data.get("custom_fields") or {})
    assignee = call.person(data["assignee"], "assignee") if data.get("assignee") else None
    followers = [call.person(one, "followers") for one in data.get("followers") or []]
    tags = [call.refer(Tag, "tags", gid) for gid in data.get("tags") or []]
    later: dict[str, Any] = {key: data[key] for key in ("approval_status", "completed") if key in data}
    changes = _changes(call, later, facts["resource_subtype"])
    task = acts.create_task(
        state,
        by,
        str(data.get("name", "")),
        sections=sections,
        assignee=assignee,
        values=values,
        parent=parent,
        **facts,
    )
    for person in followers:
        acts.follow(state, by, task, person)
    for tag in tags:
        acts.tag(state, by, task, tag)
    for change in changes:
        change(task)
    return task


def _first_facts(data: dict[str, Any]) -> dict[str, Any]:
    """What a task is born with, without a story: its subtype, words and dates."""
    subtype = data.get("resource_subtype", "default_task")
    if subtype not in SUBTYPES:
        raise bad(f"resource_subtype: Value is not one of the valid options: {', '.join(SUBTYPES)}")
    facts: dict[str, Any] = {"resource_subtype": subtype, **_dates(data, subtype)}
    for end in ("due", "start"):
        if facts.get(f"{end}_at"):
            facts[f"{end}_on"] = facts[f"{end}_at"][:10]
    if data.get("html_notes"):
        facts["html_notes"], facts["notes"] = data["html_notes"], as_text(data["html_notes"])
    elif data.get("notes"):
        facts["notes"] = str(data["notes"])
    return facts


def _homes(call: Call) -> list[Section]:
    """The sections that a new task goes to, from `memberships` or `projects`."""
    sections: dict[str, Section] = {}
    for home in call.data.get("memberships") or []:
        project = call.refer(Project, "memberships", home.get("project"))
        section = call.refer(Section, "memberships", home["section"]) if home.get("section") else project.sections[0]
        if section.project is not project:
            raise bad("memberships: The section is not in this project")
        sections[project.gid] = section
    projects = call.data.get("projects") or []
    for gid in projects.split(",") if isinstance(projects, str) else projects:
        project = call.refer(Project, "projects", gid)
        sections.setdefault(project.gid, project.sections[0])
    return list(sections.values())


@route("PUT", "/tasks/*")
def update_task(call: Call, gid: str) -> Response:
    """Only what is sent changes; everything is checked before anything is changed."""
    task = call.find(Task, gid)
    for key in READ_ONLY & call.data.keys():
        raise bad(f"{key}: Cannot write this property")
    fields = {field.gid: field for field in task.fields()}
    values = _values(call, fields, call.data.get("custom_fields") or {})
    changes = _changes(call, call.data, task.resource_subtype)
    for field, value in values.items():
        acts.set_field(call.state, call.actor, task, field, value)
    for change in changes:
        change(task)
    return call.one(TASK, task)


def _values(call: Call, fields: dict[str, CustomField], raw: dict[str, Any]) -> dict[CustomField, Held]:
    found: dict[CustomField, Held] = {}
    for gid, value in raw.items():
        if gid not in fields:
            raise bad(f"Custom field with ID {gid} is not on given object")
        if fields[gid].is_formula or fields[gid].is_read_only:
            raise bad(f"custom_fields: The value of custom field {gid} is read-only")
        found[fields[gid]] = read_value(call, fields[gid], value)
    return found


def _changes(call: Call, data: dict[str, Any], subtype: str) -> list[Callable[[Task], None]]:
    """The acts that a body asks for, checked and in order: name, words, dates, owner, approval, completion."""
    state, by = call.state, call.actor
    changes: list[Callable[[Task], None]] = []
    if "name" in data:
        changes.append(lambda task: acts.rename(state, by, task, str(data["name"])))
    if data.get("html_notes") is not None:
        changes.append(lambda task: acts.describe(state, by, task, html=data["html_notes"]))
    elif "notes" in data:
        changes.append(lambda task: acts.describe(state, by, task, text=data["notes"] or ""))
    dates = _dates(data, subtype)
    if dates:
        changes.append(lambda task: acts.set_dates(state, by, task, **dates))
    if "assignee" in data:
        person = None if data["assignee"] is None else call.person(data["assignee"], "assignee")
        changes.append(lambda task: acts.assign(state, by, task, person))
    if data.get("approval_status") is not None:
        if data["approval_status"] not in APPROVALS or subtype != "approval":
            raise bad("approval_status: Only approval tasks have an approval status, one of " + ", ".join(APPROVALS))
        changes.append(lambda task: acts.decide(state, by, task, data["approval_status"]))
    if "completed" in data:
        if not isinstance(data["completed"], bool) and data["completed"] not in ("true", "false"):
            raise bad("completed: Value is not a boolean")
        done = data["completed"] in (True, "true")
        changes.append(lambda task: acts.complete(state, by, task, done))
    return changes


def _dates(data: dict[str, Any], subtype: str) -> dict[str, str | None]:
    """The dates that a body sets, in Asana's form; 400 for what is no date, or sets a day and a time at once."""
    dates: dict[str, str | None] = {}
    for end in ("due", "start"):
        if data.get(f"{end}_on") is not None and data.get(f"{end}_at") is not None:
            raise bad(f"{end}_on: Cannot be set together with {end}_at")
    for key in ("due_on", "start_on", "due_at", "start_at"):
        if key not in data:
            continue
        value = data[key]
        instant = read_instant(value) if isinstance(value, str) else None
        if value is not None and (instant is None or (key.endswith("_on") and not is_date(value))):
            raise bad(f"{key}: Not a valid date: {value}")
        dates[key] = iso(instant) if instant is not None and key.endswith("_at") else value
    if any(dates.get(key) for key in ("start_on", "start_at")):
        if subtype == "milestone":
            raise bad("start_on: Milestones have no start date")
        if not any(data.get(key) for key in ("due_on", "due_at")):
            raise bad("start_on: A due date must be given in the same request")
    return dates
