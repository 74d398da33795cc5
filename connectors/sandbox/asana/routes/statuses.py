"""Status updates and briefs of projects: what is said about the whole."""

from __future__ import annotations

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import bad
from connectors.sandbox.asana.kinds import BRIEF, STATUS_UPDATE
from connectors.sandbox.asana.records import Project, ProjectBrief, StatusUpdate
from connectors.sandbox.core import Response


@route("GET", "/status_updates")
def list_statuses(call: Call) -> Response:
    since = call.instant("created_since")
    statuses = call.refer(Project, "parent").statuses
    return call.many(STATUS_UPDATE, [s for s in reversed(statuses) if since is None or s.created_at >= since])


@route("GET", "/status_updates/*")
def get_status(call: Call, gid: str) -> Response:
    return call.one(STATUS_UPDATE, call.find(StatusUpdate, gid, "status_update"))


@route("POST", "/status_updates")
def create_status(call: Call) -> Response:
    project = call.refer(Project, "parent")
    status_type = str(call.need("status_type"))
    text, html_text = call.data.get("text", ""), call.data.get("html_text", "")
    if not text and not html_text:
        raise bad("text: Missing input")
    title = call.data.get("title") or ""
    status = acts.post_status(
        call.state, call.actor, project, status_type, title, text=text, html_text=html_text
    )  # fmt: skip
    return call.one(STATUS_UPDATE, status, 201)


@route("DELETE", "/status_updates/*")
def delete_status(call: Call, gid: str) -> Response:
    acts.delete_status(call.state, call.actor, call.find(StatusUpdate, gid, "status_update"))
    return call.empty()


@route("POST", "/projects/*/project_briefs")
def create_brief(call: Call, gid: str) -> Response:
    project = call.find(Project, gid)
    if project.brief is not None:
        raise bad("project: This project already has a project brief")
    return call.one(BRIEF, _write(call, project), 201)


@route("GET", "/project_briefs/*")
def get_brief(call: Call, gid: str) -> Response:
    return call.one(BRIEF, call.find(ProjectBrief, gid, "project_brief"))


@route("PUT", "/project_briefs/*")
def update_brief(call: Call, gid: str) -> Response:
    return call.one(BRIEF, _write(call, call.find(ProjectBrief, gid, "project_brief").project))


@route("DELETE", "/project_briefs/*")
def delete_brief(call: Call, gid: str) -> Response:
    brief = call.find(ProjectBrief, gid, "project_brief")
    brief.project.brief = None
    del call.state.by_gid[brief.gid]
    return call.empty()


def _write(call: Call, project: Project) -> ProjectBrief:
    title = call.data.get("title", project.brief.title if project.brief else "")
    text, html_text = call.data.get("text"), call.data.get("html_text")
    if (text is None) == (html_text is None):
        raise bad("text: Specify exactly one of text and html_text")
    return acts.write_brief(call.state, call.actor, project, title, text=text or "", html_text=html_text or "")
