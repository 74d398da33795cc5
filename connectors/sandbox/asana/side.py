"""The pretend Asana's front door: who calls, which endpoint, and what it answers."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from connectors.sandbox.asana import routes
from connectors.sandbox.asana.call import ROUTES, Call, Endpoint
from connectors.sandbox.asana.errors import Refused, bad, unknown
from connectors.sandbox.asana.limits import Limits
from connectors.sandbox.asana.settings import Settings
from connectors.sandbox.asana.shapes import check_shape
from connectors.sandbox.asana.state import State
from connectors.sandbox.core import Request, Response, Somebody, World

__all__ = ["AsanaSide", "routes"]

HEADERS = {"X-Asana-Api-Version": "1.1", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}
MOUNT = "/asana/api/1.0"


class AsanaSide:
    """Asana's REST API over one world. `state` for acts, `settings` for its sterner side (both may be changed)."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = State(world)
        self.limits = Limits(self.state.settings)
        world.afterwards.append(self.state.hooks.flush)

    @property
    def settings(self) -> Settings:
        return self.state.settings

    def handle(self, request: Request) -> Response:
        """Answer a request below `/asana/api/1.0`. Takes the world's lock itself; never raises."""
        with self.world.lock:
            self.world.happen()
            try:
                response = self._answer(request)
            except Refused as refused:
                response = Response(refused.status, refused.body, refused.headers)
            self.state.hooks.flush()
        news = {"Asana-Change": self.settings.announce} if self.settings.announce else {}
        return Response(response.status, response.body, {**HEADERS, **news, **response.headers})

    def _answer(self, request: Request) -> Response:
        token = _token(request)
        actor = self.person_of(token)
        if token is None or actor is None:
            raise Refused(401, "Not Authorized")
        with self.limits.turn(token, request, time.monotonic()):
            if self.settings.latency:
                with self.world.unlocked():
                    time.sleep(self.settings.latency)
            response = self._act(request, actor)
            self.limits.debit(token, response.body)
        return response

    def _act(self, request: Request, actor: Somebody) -> Response:
        call = self._understand(request, actor)
        endpoint, gids = find_endpoint(request.method, request.path)
        if request.method == "GET":
            return endpoint(call, *gids)
        # Whatever one request changes, it changes at one instant.
        with self.world.at(self.world.tick()):
            return endpoint(call, *gids)

    def _understand(self, request: Request, actor: Somebody) -> Call:
        query: dict[str, str] = {}
        for key, value in request.query:
            query[key] = f"{query[key]},{value}" if key == "opt_fields" and key in query else value
        body = _body(request)
        options = body.get("options") or {}
        if not isinstance(options, dict) or not isinstance(options.get("fields", ""), (str, list)):
            raise bad("options: An object is expected, its fields a list")
        fields = query.get("opt_fields") or options.get("fields")
        fields = ",".join(map(str, fields)) if isinstance(fields, list) else fields
        limit = query.get("limit", options.get("limit"))
        return Call(
            self.state, actor, request.path, query, body.get("data") or {}, fields or None, read_limit(limit),
            query.get("offset", options.get("offset")), f"http://{request.headers.get('host', '127.0.0.1')}{MOUNT}",
            self._act,
        )  # fmt: skip

    def person_of(self, token: str | None) -> Somebody | None:
        """Whom a token acts as; names of every script may come percent-encoded, or as UTF-8 read as Latin-1."""
        if not token:
            return None
        people = self.world.people
        found = people.of_token(token) or people.of_token(unquote(token))
        if found is None:
            try:
                found = people.of_token(token.encode("latin-1").decode())
            except UnicodeError:
                return None
        return found


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _body(request: Request) -> dict[str, Any]:
    if not request.body or request.method in ("GET", "DELETE"):
        return {}
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {"data": dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))}
    try:
        body = orjson.loads(request.body)
    except ValueError as error:
        raise bad("Could not parse request data, invalid JSON") from error
    if not isinstance(body, dict) or not isinstance(body.get("data") or {}, dict):
        raise bad("Could not interpret request body: it must be an object with a `data` object")
    check_shape(body.get("data") or {})
    return body


def read_limit(value: Any) -> int | None:
    """`limit` as a number from 1 to 100; None when it was not sent."""
    if value is None:
        return None
    try:
        limit = int(value)
    except (TypeError, ValueError) as error:
        raise bad(f"limit: Not a valid number: {value}") from error
    if not 1 <= limit <= 100:
        raise bad("limit: Must be between 1 and 100")
    return limit


def find_endpoint(method: str, path: str) -> tuple[Endpoint, list[str]]:
    """The endpoint of a path and the gids in it; 404 when there is none."""
    parts = path.strip("/").split("/")
    key = [method, *parts]
    for stars in ((), (1,), (1, 3), (2,)):
        if stars and stars[-1] >= len(parts):
            continue
        for star in stars:
            key[star + 1] = "*"
        endpoint = ROUTES.get(tuple(key))
        if endpoint is not None:
            return endpoint, [parts[star] for star in stars]
        key = [method, *parts]
    raise unknown("path", path)
