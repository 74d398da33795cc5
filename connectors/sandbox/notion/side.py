"""The pretend Notion as HTTP: authentication, version, routing, errors, and trouble on request."""

from __future__ import annotations

import importlib
import json
import time
from dataclasses import asdict
from typing import Any

from connectors.sandbox.core import Json, Request, Response, Somebody, World, stable_uuid
from connectors.sandbox.notion.call import ROUTES, Call, Route
from connectors.sandbox.notion.errors import ApiError
from connectors.sandbox.notion.names import Names
from connectors.sandbox.notion.query import Queries
from connectors.sandbox.notion.records import Page
from connectors.sandbox.notion.store import KINDS, Store
from connectors.sandbox.notion.talk import Talk
from connectors.sandbox.notion.webhooks import Subscription

VERSIONS = ("2025-09-03", "2026-03-11")
WINDOW = 60.0
LARGEST_BODY = 500_000

for _name in ("users", "tables", "pages", "blocks", "comments", "files", "views"):
    importlib.import_module(f"connectors.sandbox.notion.routes_{_name}")


class NotionSide(Talk):
    """The workspace and its API. `handle` takes requests with the path below `/notion`, such as `/v1/users`.

    One page titled "Handrail" is shared with the bot from the beginning: `shared_page_id`.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.names = Names(self)
        self.queries = Queries(self)
        self.herald.delay = self.settings.webhook_delay
        self.herald.workspace_id = self.settings.workspace_id
        self.herald.workspace_name = self.settings.workspace_name
        self._requests = 0
        self._windows: dict[str, tuple[float, int]] = {}
        self.shared_page_id = self.create_shared_page().id

    def create_shared_page(self, title: str = "Handrail", by: Somebody | str | None = None) -> Page:
        """A page at the top of the workspace that is shared with the bot."""
        with self.world.at(self.world.now()):
            page = self.create_page(by or self.world.people.bot, title)
        self.share(page.id)
        return page

    def subscribe(self, url: str) -> Subscription:
        """The webhook ceremony that Notion has in its settings page: a verification POST, then deliveries."""
        self.herald.delay = self.settings.webhook_delay
        return self.herald.subscribe(url)

    @property
    def store(self) -> Store:
        """The records: this object itself."""
        return self

    def state(self) -> Json:
        """All records as JSON, by id."""
        return {
            "shared": sorted(self.shared),
            "nodes": {id_: {"object": KINDS[type(node)]} | _plain(node) for id_, node in self.nodes.items()},
            "comments": {id_: _plain(comment) for id_, comment in self.comments.items()},
            "views": {id_: _plain(view) for id_, view in self.views.items()},
        }

    # ---- a request --------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request; errors become Notion's error bodies."""
        with self.world.lock:
            self._requests += 1
            request_id = stable_uuid("notion", "request", str(self._requests))
            headers = {"x-notion-request-id": request_id}
            try:
                body = self._answer(request)
            except ApiError as error:
                return Response(error.status, error.body(request_id), headers | error.headers)
            status = 202 if body.get("object") == "async_task" and body.get("status") == "queued" else 200
            if "templates" not in body:
                body = body | {"request_id": request_id}
            return Response(status, body, headers)

    def _answer(self, request: Request) -> Any:
        actor = self._actor(request)
        self._slow_down(request)
        version = self._version(request)
        route, args = self._route(request)
        call = Call(self, request, actor, version, _json_body(request), args)
        answer = route.answer(call)
        if route.writes and self.settings.saved_but_503 > 0:
            self.settings.saved_but_503 -= 1
            raise _saved(request, answer, args)
        return answer

    def _actor(self, request: Request) -> Somebody:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        actor = self.world.people.of_token(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
        if actor is None:
            raise ApiError(401, "unauthorized", "API token is invalid.")
        return actor

    def _version(self, request: Request) -> str:
        version = request.headers.get("notion-version")
        if version is None:
            raise ApiError(
                400, "missing_version", "Notion-Version header failed validation: Notion-Version header should be "
                "defined, instead was `undefined`.",
            )  # fmt: skip
        if version not in VERSIONS:
            wanted = " or ".join(f'`"{known}"`' for known in VERSIONS)
            raise ApiError(
                400, "validation_error", "Notion-Version header failed validation: Notion-Version header should be "
                f'{wanted}, instead was `"{version}"`.',
            )  # fmt: skip
        return version

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        for route in ROUTES:
            if route.method == request.method and (found := route.pattern.match(request.path)):
                return route, found.groupdict()
        raise ApiError(400, "invalid_request_url", "Invalid request URL.")

    def _slow_down(self, request: Request) -> None:
        """429 beyond the limit of the fixed window, when a limit is set."""
        limit = self.settings.requests_per_minute
        if not limit:
            return
        token, now = request.headers.get("authorization", ""), time.monotonic()
        start, count = self._windows.get(token, (now, 0))
        if now - start >= WINDOW:
            start, count = now, 0
        self._windows[token] = start, count + 1
        if count >= limit:
            wait = str(max(1, int(start + WINDOW - now) + 1))
            data = {"rate_limit_reason": "public_api_request_rate_limit", "retry_after": wait}
            raise ApiError(
                429, "rate_limited", "You have been rate limited. Please try again in a few minutes.",
                additional_data=data, headers={"Retry-After": wait},
            )  # fmt: skip


def _plain(record: Any) -> Json:
    """A record as JSON values."""
    return json.loads(json.dumps(asdict(record), default=lambda value: value.isoformat()))


def _json_body(request: Request) -> dict[str, Json]:
    """The JSON object of the body; multipart bodies are left to their route."""
    if not request.body or request.headers.get("content-type", "").startswith("multipart/"):
        return {}
    if len(request.body) > LARGEST_BODY:
        raise ApiError(400, "validation_error", "body failed validation: body should be at most 500KB.")
    try:
        body = json.loads(request.body)
    except ValueError:
        raise ApiError(400, "invalid_json", "Error parsing JSON body.") from None
    if not isinstance(body, dict):
        raise ApiError(400, "validation_error", "body failed validation: body should be an object.")
    return body


def _saved(request: Request, answer: Json, args: dict[str, str]) -> ApiError:
    """503 after a write that was saved: pages and databases name what was committed, appends their children too."""
    data: dict[str, Json] = {
        "elapsed_ms": "55012",
        "deadline_ms": "55000",
        "retry_guidance": ["Read the object again to confirm the saved change.", "Do not repeat the write."],
    }
    if request.path.endswith("/children"):
        data |= {"committed_resource_id": args["block_id"]}
        data |= {"committed_child_ids": [child["id"] for child in answer["results"]]}
    elif request.method == "POST" and answer.get("object") in ("page", "database"):
        data["committed_resource_id"] = answer["id"]
    return ApiError(
        503, "service_unavailable",
        "The change was saved, but the response could not be built in time. Read the object again before retrying.",
        additional_data=data,
    )  # fmt: skip
