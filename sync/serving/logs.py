"""The service's log: one line an event on standard error, for a person or as JSON, with run and request, no secrets.

Everything comes through here: our own events, the libraries' (uvicorn's, the vendors' clients') and warnings. The run
and the request are context variables: whatever is logged while they last carries them.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid
from contextlib import AbstractContextManager
from typing import Any, Literal, TextIO

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, Processor

from sync.serving.secrets import Secrets

_log = structlog.stdlib.get_logger("handrail.serve")
_LOUD = ("uvicorn.access", "handrail.notion", "urllib3", "httpx", "httpcore", "alembic", "sqlalchemy", "asyncio")
"""Loggers of libraries (Notion's client writes to `handrail.notion`) of which only warnings are news: our own door
logs requests sent, and `Requests` below those served."""

_AS_ALL = ("uvicorn", "uvicorn.error")
"""Loggers that follow the root, whatever a server in this process has set before."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_COMMANDS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
_OFTEN = ("/healthz", "/readyz", "/metrics", "/hooks/")


def configure(
    form: Literal["console", "json"], secrets: Secrets, *, verbose: bool = False, stream: TextIO | None = None
) -> None:
    """Send every log line of this process to `stream` (standard error). `verbose`: each request, too."""
    out = stream or sys.stderr
    level = logging.DEBUG if verbose else logging.INFO
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    render: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, secrets]
    if form == "json":
        render += [_in_order, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        colors = out.isatty()
        render += [_on_one_line, structlog.dev.ConsoleRenderer(colors=colors, timestamp_key="time")]
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=first, processors=render))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in (*_LOUD, *_AS_ALL):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING if name in _LOUD else logging.NOTSET)
        logger.handlers[:], logger.propagate, logger.disabled = [], True, False
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def in_run(run: str) -> AbstractContextManager[None]:
    """Whatever is logged inside carries the run's number."""
    return structlog.contextvars.bound_contextvars(run=run)


class Requests:
    """ASGI middleware: each request has an id, in our log and in the answer; a caller's own id is taken over.

    An answer of 500 and more is a warning, a refused one news; what comes often and went well shows with `verbose`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        number = given if _ID.fullmatch(given) else uuid.uuid4().hex[:16]
        status, began = 500, time.monotonic()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", number.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=number):
            try:
                await self._app(scope, receive, sending)
            finally:
                _served(scope["method"], scope["path"], status, time.monotonic() - began)


def _served(method: str, path: str, status: int, seconds: float) -> None:
    often = path.startswith(_OFTEN) and status < 400
    say = _log.warning if status >= 500 else _log.debug if often else _log.info
    say("served", method=method, path=path[:200], status=status, milliseconds=round(seconds * 1000, 1))


def _in_order(_logger: object, _method: str, event: EventDict) -> dict[str, Any]:
    """Time, level and event first: a person reads JSON lines, too."""
    first = {name: event[name] for name in ("time", "level", "event") if name in event}
    return {**first, **{name: value for name, value in event.items() if name not in first}}


def _on_one_line(_logger: object, _method: str, event: EventDict) -> dict[str, Any]:
    """What came from elsewhere may hold line ends and terminal commands; only a traceback has lines of its own."""
    return {
        name: (_COMMANDS if name == "exception" else _CONTROL).sub(" ", value) if isinstance(value, str) else value
        for name, value in event.items()
    }
