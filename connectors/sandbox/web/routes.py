"""Which address shows which page. The vendors' own address forms lead to the same pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.sandbox.core import World
from connectors.sandbox.loaded import Loaded
from connectors.sandbox.requests import RequestLog
from connectors.sandbox.web.boards import Boards
from connectors.sandbox.web.docs import Docs
from connectors.sandbox.web.markup import link, page, tag

_SAFE = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def page_routes(world: World, loaded: Loaded, log: RequestLog) -> list[BaseRoute]:
    """The routes of everything that a person reads."""
    boards, docs = Boards(world, loaded), Docs(world, loaded)

    def route(path: str, draw: Callable[[Request], str | None]) -> Route:
        async def endpoint(request: Request) -> Response:
            drawn = await run_in_threadpool(_locked, world, draw, request)
            if drawn is None:
                return HTMLResponse(_missing(boards), 404, _SAFE)
            return HTMLResponse(drawn, headers=_SAFE)

        return Route(path, endpoint)

    def board(request: Request) -> str | None:
        project = _record(world, request, "project")
        return boards.board(project, all_cards="all" in request.query_params) if project else None

    def task(request: Request) -> str | None:
        found = _record(world, request, "task")
        return boards.task(found) if found else None

    def person(request: Request) -> str | None:
        found = world.people.find(request.path_params["gid"])
        return boards.one_person(found) if found else None

    def document(request: Request) -> str | None:
        id_ = _uuid(request.path_params["id"])
        return docs.show(id_) if id_ else None

    return [
        route("/", lambda _: _home(world, loaded, log, boards, docs)),
        route("/projects/{gid}", board),
        route("/tasks/{gid}", task),
        route("/people", lambda _: boards.people()),
        route("/people/{gid}", person),
        route("/pages/{id}", document),
        route("/p/{id}", document),
        route("/notion/page/{id}", document),
        route("/1/{workspace}/project/{project}/task/{gid}", task),
        route("/1/{workspace}/task/{gid}", task),
        route("/1/{workspace}/project/{gid}", board),
        route("/1/{workspace}/project/{gid}/{rest:path}", board),
        route("/0/{project}/{gid}", task),
    ]


def _locked(world: World, draw: Callable[[Request], str | None], request: Request) -> str | None:
    with world.lock:
        return draw(request)


def _record(world: World, request: Request, kind: str) -> Any:
    found = world.asana.state.by_gid.get(request.path_params["gid"])
    return found if found is not None and found.kind == kind and not found.deleted else None


def _uuid(text: str) -> str | None:
    """The id at the end of an address, with or without hyphens and words before it."""
    found = re.search(r"([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})$", text.lower())
    return str(UUID(found[1])) if found else None


def _home(world: World, loaded: Loaded, log: RequestLog, boards: Boards, docs: Docs) -> str:
    projects = world.asana.state.projects
    served = len(log.all())
    controls = ("requests", "state", "clock", "faults")
    return page(
        "A pretend Asana and Notion",
        tag("p", f"Scenario “{loaded.name}”. Everything here lives in this process and is gone when it stops. "
            f"{served} API requests served so far.", class_="soft"),
        tag("h2", "Asana projects"),
        tag("div", boards.project_cards(), class_="grid") if projects else tag("p", "None yet.", class_="soft"),
        tag("h2", "Notion"),
        docs.tree(),
        tag("h2", "People"),
        tag("p", link("/people", f"{len(world.people.everyone)} people and bots"), ", and what is on their desks."),
        tag("h2", "For programs"),
        tag("p", tag("code", "/asana/api/1.0"), " · ", tag("code", "/notion/v1"), " · ",
            [[link(f"/_sandbox/{name}", name), " "] for name in controls], class_="small"),
        note=boards.note,
    )  # fmt: skip


def _missing(boards: Boards) -> str:
    return page(
        "Nothing here", tag("p", "Nothing lives at this address (any more).", class_="soft"), note=boards.note
    )
