"""Many things at once: batch requests, resource exports, and the jobs that make them."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import Refused, bad, forbidden, unknown
from connectors.sandbox.asana.present import selector
from connectors.sandbox.asana.records import Task
from connectors.sandbox.asana.records_apart import Job
from connectors.sandbox.asana.task_kinds import STORY, TASK
from connectors.sandbox.asana.times import read_instant
from connectors.sandbox.asana.watch_kinds import JOB
from connectors.sandbox.core import Request, Response

MAX_ACTIONS = 10
METHODS = ("get", "post", "put", "delete")


@route("POST", "/batch")
def batch(call: Call) -> Response:
    """Up to ten requests; the outer status is 200 whatever becomes of them."""
    actions = call.need("actions")
    if not isinstance(actions, list) or not 1 <= len(actions) <= MAX_ACTIONS:
        raise bad(f"actions: Between 1 and {MAX_ACTIONS} actions are expected")
    return Response(200, {"data": [_act(call, action) for action in actions]})


def _act(call: Call, action: Any) -> dict[str, Any]:
    try:
        response = call.again(_request(action), call.actor)
    except Refused as refused:
        response = Response(refused.status, refused.body, refused.headers)
    headers = {key.lower(): value for key, value in response.headers.items()}
    return {"status_code": response.status, "headers": headers, "body": response.body}


def _request(action: Any) -> Request:
    """One action as the request it stands for."""
    if not isinstance(action, dict):
        raise bad("actions: Each action is an object")
    method, path = str(action.get("method", "")).lower(), str(action.get("relative_path", ""))
    if method not in METHODS:
        raise bad(f"actions: method is not one of {', '.join(METHODS)}")
    if not path.startswith("/") or "?" in path or path.startswith("/batch"):
        raise bad(f"actions: Not a valid relative_path: {path}")
    data, options = action.get("data") or {}, action.get("options") or {}
    if not (isinstance(data, dict) and isinstance(options, dict)):
        raise bad("actions: data and options are objects")
    if method == "get":
        query = {**data, **{key: options[key] for key in ("limit", "offset") if key in options}}
        if isinstance(options.get("fields"), list):
            query["opt_fields"] = ",".join(map(str, options["fields"]))
        return Request("GET", path, tuple((key, str(value)) for key, value in query.items()))
    body = orjson.dumps({"data": data, "options": options})
    return Request(method.upper(), path, headers={"content-type": "application/json"}, body=body)


# ---- exports


@route("POST", "/exports/resource")
def create_export(call: Call) -> Response:
    """Start a job that writes tasks, with their stories, as gzip-compressed JSON lines. One at a time: else 403."""
    state, now = call.state, call.state.world.now()
    if not state.settings.exports:
        raise forbidden("Resource exports are only available to service accounts of Enterprise+ organizations")
    call.check_workspace(str(call.need("workspace")))
    if any(job.completed_at is None and job.ready_at > now for job in state.jobs):
        raise forbidden("An export is already in progress in this workspace")
    wanted = call.need("export_request_parameters")
    lines = b"".join(line for one in wanted for line in _lines(call, one))
    job = Job(state.gid(), state.gid(), now, now + state.settings.export_time, gzip.compress(lines, mtime=0))
    state.jobs.append(state.keep(job))
    state.by_gid[job.export_gid] = job
    return call.one(JOB, job, 201)


def _lines(call: Call, wanted: Any) -> Iterator[bytes]:
    if not isinstance(wanted, dict) or wanted.get("resource_type") != "task":
        raise bad("export_request_parameters: Only the resource_type task can be exported here")
    fields = ",".join(map(str, wanted["fields"])) if isinstance(wanted.get("fields"), list) else None
    show, tell = selector(TASK, fields, True), selector(STORY, None, True)
    passes = _filter(wanted["filters"] if isinstance(wanted.get("filters"), dict) else {})
    for task in call.state.tasks.values():
        if passes(task) and call.sees(task):
            stories = [tell(story) for story in task.stories]
            yield orjson.dumps({**show(task), "stories": stories, "attachments": []}) + b"\n"


def _filter(filters: dict[str, Any]) -> Callable[[Task], bool]:
    """`created_at` and `modified_at` with `before` and `after`, and `assignee.any`."""
    bounds = []
    for key, value in filters.items():
        name, _, side = key.rpartition(".")
        instant = read_instant(str(value))
        if name in ("created_at", "modified_at") and side in ("before", "after") and instant is not None:
            bounds.append((name, side, instant))
        elif key != "assignee.any":
            raise bad(f"filters: Not a valid filter: {key}")
    people = str(filters.get("assignee.any", "")).split(",")

    def passes(task: Task) -> bool:
        if "assignee.any" in filters and (task.assignee is None or task.assignee.gid not in people):
            return False
        return all(
            getattr(task, name) > limit if side == "after" else getattr(task, name) < limit
            for name, side, limit in bounds
        )

    return passes


@route("GET", "/jobs/*")
def get_job(call: Call, gid: str) -> Response:
    job = call.find(Job, gid)
    if job.completed_at is None and job.ready_at <= call.state.world.now():
        job.completed_at, job.status = job.ready_at, "succeeded"
        job.download_url = f"{call.here}/exports/files/{job.export_gid}"
    elif job.completed_at is None:
        job.status = "in_progress"
    return call.one(JOB, job)


@route("GET", "/exports/files/*")
def download(call: Call, gid: str) -> Response:
    """The file behind `download_url` (at Asana it lies elsewhere)."""
    job = call.state.by_gid.get(gid)
    if not isinstance(job, Job) or job.completed_at is None:
        raise unknown("resource_export", gid)
    return Response(200, job.lines, {"Content-Type": "application/gzip"})
