"""`/workspaces/*/tasks/search`: premium, at most a hundred, no pages (asana-facts §4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import Refused, bad
from connectors.sandbox.asana.present import selector
from connectors.sandbox.asana.records import Task
from connectors.sandbox.asana.task_kinds import TASK, display
from connectors.sandbox.asana.times import read_instant
from connectors.sandbox.core import Response

Test = Callable[[Task], bool]
SORTS = ("due_date", "created_at", "completed_at", "likes", "modified_at", "relevance")
_SETS: dict[str, Callable[[Task], set[str]]] = {
    "assignee": lambda t: {t.assignee.gid} if t.assignee else {"null"},
    "projects": lambda t: {home.project.gid for one in _line(t) for home in one.homes},
    "sections": lambda t: {home.section.gid for home in t.homes},
    "tags": lambda t: {tag.gid for tag in t.tags},
    "teams": lambda t: {home.project.team.gid for home in t.homes if home.project.team},
    "followers": lambda t: {person.gid for person in t.followers},
    "created_by": lambda t: {t.created_by.gid} if t.created_by else set(),
    "assigned_by": lambda t: {t.assigned_by.gid} if t.assigned_by else set(),
}


def _line(task: Task) -> list[Task]:
    """The task and everything above it, whose projects it inherits."""
    line = [task]
    while line[-1].parent is not None:
        line.append(line[-1].parent)
    return line


@route("GET", "/workspaces/*/tasks/search")
def search_tasks(call: Call, gid: str) -> Response:
    """402 outside paid plans. What changed within `settings.search_lag` is not in the index yet."""
    call.check_workspace(gid)
    settings = call.state.settings
    if not settings.premium:
        raise Refused(402, "Payment Required: task search is only available in paid plans")
    known = call.state.world.now() - settings.search_lag
    tests = [test for key, value in call.query.items() if (test := _test(call, key, value)) is not None]
    found = [
        task for task in call.state.tasks.values()
        if task.modified_at <= known and call.sees(task) and all(test(task) for test in tests)
    ]  # fmt: skip
    found.sort(key=_order(call.query.get("sort_by", "modified_at")))
    if call.flag("sort_ascending") is not True:
        found.reverse()
    select = selector(TASK, call.fields, False)
    return Response(200, {"data": [select(task) for task in found[: call.limit or 100]]})


def _order(sort_by: str) -> Callable[[Task], Any]:
    if sort_by not in SORTS:
        raise bad(f"sort_by: Value is not one of the valid options: {', '.join(SORTS)}")
    if sort_by == "due_date":
        return lambda task: (task.due_on or "9999", task.gid)
    if sort_by == "completed_at":
        return lambda task: (task.completed_at or task.created_at, task.gid)
    name = sort_by if sort_by in ("created_at", "modified_at") else "modified_at"
    return lambda task: (getattr(task, name), task.gid)


def _test(call: Call, key: str, value: str) -> Test | None:
    """What one query parameter asks of a task; None for those that ask nothing."""
    name, _, how = key.rpartition(".")
    if name in _SETS:
        return _set_test(call, name, how, value)
    if name in ("created_at", "modified_at", "completed_at", "due_at") and how in ("before", "after"):
        return _time_test(name, how, value)
    if name in ("created_on", "modified_on", "completed_on", "due_on", "start_on") or key.endswith("_on"):
        return _day_test(name or key, how if name else "", value)
    if name.startswith("custom_fields."):
        return _field_test(name.split(".")[1], how, value)
    wanted = value.lower() == "true"
    plain: dict[str, Test] = {
        "completed": lambda task: task.completed == wanted,
        "is_subtask": lambda task: (task.parent is not None) == wanted,
        "resource_subtype": lambda task: task.resource_subtype == value,
        "text": lambda task: value.casefold() in f"{task.name}\n{task.notes}".casefold(),
        "is_blocked": lambda task: any(not other.completed for other in task.dependencies) == wanted,
    }
    return plain.get(key)


def _set_test(call: Call, name: str, how: str, value: str) -> Test:
    wanted = {call.actor.gid if one == "me" else one for one in value.split(",")}
    get = _SETS[name]
    if how == "any":
        return lambda task: bool(get(task) & wanted)
    if how == "all":
        return lambda task: wanted <= get(task)
    return lambda task: not get(task) & wanted


def _time_test(name: str, how: str, value: str) -> Test:
    limit = read_instant(value)
    if limit is None:
        raise bad(f"{name}.{how}: Not a valid datetime: {value}")

    def test(task: Task) -> bool:
        at = getattr(task, name)
        at = read_instant(at) if isinstance(at, str) else at
        return isinstance(at, datetime) and (at < limit if how == "before" else at > limit)

    return test


def _day_test(name: str, how: str, value: str) -> Test:
    def day(task: Task) -> str | None:
        if name in ("due_on", "start_on"):
            return getattr(task, name)  # type: ignore[no-any-return]
        at = getattr(task, name.replace("_on", "_at"))
        return at.date().isoformat() if at else None

    def test(task: Task) -> bool:
        there = day(task)
        if there is None or value == "null":
            return there is None and value == "null"
        return there < value if how == "before" else there > value if how == "after" else there == value

    return test


def _field_test(gid: str, how: str, value: str) -> Test:
    def held(task: Task) -> Any:
        return task.values.get(gid)

    if how == "is_set":
        return lambda task: (held(task) is not None) == (value == "true")
    if how == "value":
        return lambda task: value in (getattr(held(task), "gid", None), display(held(task)))
    if how == "contains":
        return lambda task: value.casefold() in (display(held(task)) or "").casefold()
    raise bad(f"custom_fields.{gid}.{how}: Not a valid filter")
