"""`/_sandbox/…`: what was asked, the whole state, the clock, trouble on request, Notion's webhook ceremony."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as WebRequest
from starlette.responses import Response as WebResponse
from starlette.routing import BaseRoute, Route

from connectors.sandbox.carrier import is_loopback
from connectors.sandbox.core import Json, World
from connectors.sandbox.faults import BadFaults, Faults, read_faults
from connectors.sandbox.requests import RequestLog

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+(?:\.\d+)?)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


Settle = Callable[..., None]
"""`LoopbackCarrier.settle`."""
PATIENCE = 20.0


class BadRequest(ValueError):
    """What was posted to a control endpoint makes no sense; the message says what would."""


def control_routes(
    world: World, log: RequestLog, faults: Faults, settle: Settle = lambda *_, **__: None
) -> list[BaseRoute]:
    """The routes below `/_sandbox`. `settle` waits until everything sent to webhooks has been answered."""

    def route(path: str, method: str, act: Callable[[Json], Json]) -> Route:
        async def endpoint(request: WebRequest) -> WebResponse:
            body = await request.body()
            return await run_in_threadpool(_answer, act, body)

        return Route(f"/_sandbox/{path}", endpoint, methods=[method])

    return [
        route("requests", "GET", lambda _: log.as_json()),
        route("requests", "DELETE", lambda _: {"cleared": log.clear()}),
        route("state", "GET", lambda _: world_state(world)),
        route("clock", "GET", lambda _: clock_state(world)),
        route("clock", "POST", lambda told: move_clock(world, told, settle)),
        route("faults", "GET", lambda _: faults.as_json()),
        route("faults", "POST", lambda told: set_faults(faults, told)),
        route("faults", "DELETE", lambda _: set_faults(faults, [])),
        route("notion/webhooks", "POST", lambda told: subscribe_notion(world, told, settle)),
    ]


def _answer(act: Callable[[Json], Json], body: bytes) -> WebResponse:
    try:
        told = orjson.loads(body) if body.strip() else {}
        status, said = 200, act(told)
    except orjson.JSONDecodeError as error:
        status, said = 400, {"error": f"the body is not JSON: {error}"}
    except (BadRequest, BadFaults) as error:
        status, said = 400, {"error": str(error)}
    # for a person's eyes, but not the whole world, which can be tens of megabytes
    indent = 0 if isinstance(said, dict) and "people" in said else orjson.OPT_INDENT_2
    return WebResponse(
        orjson.dumps(said, option=indent | orjson.OPT_APPEND_NEWLINE), status, None, "application/json"
    )


def world_state(world: World) -> dict[str, Any]:
    """The whole world: clock, people, and what each vendor says of itself with `state()`."""
    with world.lock:
        people = [
            {"gid": each.gid, "uuid": each.uuid, "name": each.name, "email": each.email, "is_bot": each.is_bot}
            for each in world.people.everyone
        ]
        told = {"people": people, "asana": world.asana.state(), "notion": world.notion.state()}
        return clock_state(world) | told


def clock_state(world: World) -> dict[str, Any]:
    return {"now": _text(world.clock.now()), "stands_still": world.clock.stands_still}


def move_clock(world: World, told: Json, settle: Settle = lambda *_, **__: None) -> dict[str, Any]:
    """`{"now": INSTANT}` or `{"advance": DURATION}`: the clock stands there, and what was due has happened.

    What is due is delivered on the way, each at its time; other requests are served meanwhile. Targets that hang cost
    PATIENCE seconds in all, then the clock goes on without their answers.
    """
    if not isinstance(told, dict) or len(told) != 1 or next(iter(told)) not in ("now", "advance"):
        raise BadRequest('send {"now": "2026-11-02T09:00:00Z"} or {"advance": "PT1H"}')
    with world.lock:
        if "now" in told:
            instant = parse_instant(str(told["now"]))
        else:
            instant = world.clock.now() + parse_duration(str(told["advance"]))
    until = time.monotonic() + PATIENCE

    def wait() -> None:
        settle(seconds=max(0.0, until - time.monotonic()))

    wait()  # what was sent before belongs to the time before
    happened = world.advance_to(instant, wait)
    return clock_state(world) | {"happened": happened}


def set_faults(faults: Faults, told: Json) -> dict[str, Any]:
    """These rules replace all that were in force."""
    faults.replace(read_faults(told))
    return faults.as_json()


def subscribe_notion(world: World, told: Json, settle: Settle = lambda *_, **__: None) -> Json:
    """Run the ceremony that Notion has only in its settings page: `{"url": …}` on this machine.

    Answers the subscription with its `state`: `active` when the target took the verification token.
    """
    if not isinstance(told, dict) or not isinstance(told.get("url"), str):
        raise BadRequest('send {"url": "http://127.0.0.1:8000/hooks/notion"}')
    if not is_loopback(told["url"]):
        raise BadRequest(f"{told['url']} is not on this machine; only loopback targets are allowed")
    with world.lock:
        made = world.notion.subscribe(told["url"])
    settle(told["url"])  # this target only: another that hangs is no concern of it
    with world.lock:
        return {key: getattr(made, key) for key in ("id", "url", "state")}


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant; UTC when it names no offset. BadRequest when it is none."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{text!r} is no instant; one looks like 2026-11-02T09:00:00Z") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def parse_duration(text: str) -> timedelta:
    """An ISO 8601 duration in weeks, days, hours, minutes, seconds. BadRequest when it is none."""
    found = _DURATION.fullmatch(text.strip())
    parts = {unit: float(count) for unit, count in found.groupdict().items() if count} if found else {}
    if not parts:
        raise BadRequest(f"{text!r} is no duration; one looks like PT1H, P1D or P1W (no years or months)")
    return timedelta(**parts)


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
