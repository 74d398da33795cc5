"""The vendors' door: one ASGI app that hands each request to the right pretend vendor, through the faults."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from typing import Any
from urllib.parse import parse_qsl

import orjson

from connectors.sandbox.core import Json, Request, Response, World
from connectors.sandbox.faults import AFTER, Fault, Faults
from connectors.sandbox.requests import RequestLog
from connectors.sandbox.trouble import fails_after, fails_before, server_error

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ASANA = "/asana/api/1.0"
NOTION = "/notion"


class VendorDoor:
    """Serves `/asana/api/1.0/…` and `/notion/…`, each request in a worker thread under the world's lock."""

    def __init__(self, world: World, log: RequestLog, faults: Faults, workers: Executor) -> None:
        self._world = world
        self._log = log
        self._faults = faults
        self._workers = workers

    def serves(self, path: str) -> bool:
        """Whether this path is a vendor's, and not a person's way to a Notion page."""
        return not path.startswith("/notion/page/") and any(
            path == mount or path.startswith(mount + "/") for mount in (ASANA, NOTION)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        method, path = scope["method"], scope["path"]
        query = scope["query_string"].decode("latin-1")
        body = await _read(receive)
        if body is None:
            return
        fault = self._faults.of(method, path, query)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        answer = await self._answer(scope, query, body, fault)
        # noted before it is sent: whoever has the answer finds it in the log
        spent = (time.perf_counter() - began) * 1000
        self._log.note(method, path, query, answer.status if answer else 0, spent, fault.kind if fault else "")
        if answer is None:
            await _drop(receive)
        else:
            await _send(send, answer, cut=fault is not None and fault.kind == "truncated")

    async def _answer(self, scope: Scope, query: str, body: bytes, fault: Fault | None) -> Response | None:
        """What the client is to get; None: nothing, the connection is dropped."""
        vendor, mount = ("asana", ASANA) if scope["path"].startswith(ASANA) else ("notion", NOTION)
        if fault and fault.kind not in AFTER:
            return None if fault.kind == "drop" else fails_before(fault, vendor)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        pairs = tuple(parse_qsl(query, keep_blank_values=True))
        request = Request(scope["method"], scope["path"][len(mount) :] or "/", pairs, headers, body)
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._workers, self._handle, vendor, request)
        if fault is None:
            return answer
        return None if fault.kind == "drop_saved" else fails_after(fault, vendor, answer)

    def _handle(self, vendor: str, request: Request) -> Response:
        side = self._world.asana if vendor == "asana" else self._world.notion
        try:
            with self._world.lock:
                answer: Response = side.handle(request)
                return Response(answer.status, _to_bytes(answer), answer.headers)
        except Exception:  # the pretend vendor itself is broken: say so as a vendor would, and where we can be seen
            traceback.print_exc(file=sys.stderr)
            return server_error(vendor)


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None when the client went away."""
    message = await receive()
    if message["type"] == "http.disconnect":
        return None
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts = [body]
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
    return b"".join(parts)


async def _send(send: Send, answer: Response, *, cut: bool) -> None:
    """Send it; `cut`: only half of the body that its length promises."""
    body = _to_bytes(answer)
    headers = {"content-type": "application/json; charset=utf-8"}
    headers |= {name.lower(): text for name, text in answer.headers.items()}
    headers["content-length"] = str(len(body))
    encoded = [(name.encode("latin-1"), text.encode("latin-1", "replace")) for name, text in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body[: len(body) // 2] if cut else body, "more_body": cut})


async def _drop(receive: Receive) -> None:
    """Close the connection without a word (uvicorn's receive belongs to the object that holds the connection)."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def _to_bytes(answer: Response) -> bytes:
    body: Json = answer.body
    if isinstance(body, bytes):
        return body
    if body is None and answer.status == 204:
        return b""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:  # a lone surrogate in somebody's text
        return json.dumps(body).encode("ascii")
