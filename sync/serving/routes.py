"""Everything the service tells of itself over HTTP, as routes for the one web server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sync.house import House
from sync.serving import health, metrics, status, status_page
from sync.serving.gate import HEADERS, Gate
from sync.serving.health import Check
from sync.serving.metrics import Received
from sync.serving.vitals import Vitals

_log = structlog.get_logger("handrail.serve")

Page = Callable[[Request], Response]


def _now() -> datetime:
    return datetime.now(UTC)


def routes(
    house: House, vitals: Vitals, *, host: str, received: Received = dict,
    clock: Callable[[], datetime] = _now,
) -> list[Route]:  # fmt: skip
    """`/`, `/status.json`, `/healthz`, `/readyz`, `/metrics`.

    `host`: what the server is bound to; `clock`: the one that the runs go by. The token is in the variable
    `[serve] token_env` of the environment that the settings were read with.
    """
    gate, measured = _gate(house, host), metrics.registry(house, vitals, received, clock)

    def healthz(request: Request) -> Response:
        return _checked(gate, request, [health.worker(vitals.snapshot(), clock())])

    def readyz(request: Request) -> Response:
        now = clock()
        return _checked(gate, request, [health.worker(vitals.snapshot(), now), *health.ready(house, now)])

    def scraped(request: Request) -> Response:
        body, kind = metrics.rendered(measured, request.headers.get("accept", ""))
        return Response(body, headers={**HEADERS, "Content-Type": kind})

    def page(request: Request) -> Response:
        told = status_page.html(
            status.status(house, vitals.snapshot(), clock()), renew="renew" in request.query_params
        )
        return HTMLResponse(told, headers={**HEADERS})

    def page_data(_request: Request) -> Response:
        return _json(status.data(status.status(house, vitals.snapshot(), clock())))

    return [
        Route("/", _shut(gate, page)),
        Route("/status.json", _shut(gate, page_data)),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", _shut(gate, scraped)),
    ]


def _gate(house: House, host: str) -> Gate:
    """Who may see what, by the config; said at once when that is nobody."""
    serve = house.settings.shape.serve
    gate = Gate(host, house.settings.environment.get(serve.token_env) or None, serve.token_env, serve.public_url)
    if not gate.local and not gate.token:
        _log.warning("nobody can see the status page and /metrics", way_out=f"set {serve.token_env}", host=host)
    return gate


def _shut(gate: Gate, page: Page) -> Page:
    """The page, for who may see it."""

    def guarded(request: Request) -> Response:
        return gate.stranger(request) or gate.refusal(request) or page(request)

    return guarded


def _checked(gate: Gate, request: Request, checks: Sequence[Check]) -> Response:
    """200 when all is well, else 503; the checks only for who may see them."""
    if (strange := gate.stranger(request)) is not None:
        return strange
    ok = all(one.ok for one in checks)
    known = {"checks": [one.data() for one in checks]} if gate.knows(request) else {}
    return _json({"ok": ok, **known}, 200 if ok else 503)


def _json(data: object, status: int = 200) -> Response:
    body = orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n"
    return Response(body, status, {**HEADERS}, media_type="application/json")
