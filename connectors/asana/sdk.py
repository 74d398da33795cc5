"""The official `asana` SDK for its endpoints, riding on our door for everything else.

The SDK (5.4) would bring its own connection pool, retries, thread pool and log handlers, no timeout, and would
turn U+00A0 in every answer into a space. Here it gets none of these.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import asana
import httpx
from asana.configuration import Configuration

from connectors.errors import Garbled, Rejected
from connectors.http.answer import PARSED

Json = Any
PAGE = 100
"""The most objects that Asana lists in one answer."""
_RESTARTS = 3


_GAP = 412


class Vessel(Protocol):
    """What a listing is drained into: a list, or something roomier."""

    def extend(self, page: Iterable[Json], /) -> None: ...

    def clear(self) -> None: ...


class Gap(Exception):
    """Events were missed. `sync`: a token for what happens from now on; adopt it only after reading everything."""

    def __init__(self, sync: str) -> None:
        super().__init__("events were missed")
        self.sync = sync


class _Answer:
    """A response in the shape that the SDK expects of its REST client."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.data = response.content
        self.json = response.extensions.get(PARSED)
        self._headers = response.headers

    def getheaders(self) -> httpx.Headers:
        return self._headers


class _Rest:
    """Stands in for the SDK's urllib3 client. The door raises our typed errors, which pass through the SDK."""

    def __init__(self, door: httpx.Client) -> None:
        self._door = door

    def _send(
        self, method: str, url: str, *, query_params: Any = None, headers: Mapping[str, str] | None = None,
        body: Any = None, post_params: Any = None, **_ignored: Any,
    ) -> _Answer:  # fmt: skip
        if post_params:
            raise NotImplementedError("form uploads do not go through this door")
        if isinstance(query_params, list):
            # create_enum_option… leaves its `body` among the query parameters
            query_params = [(name, value) for name, value in query_params if name != "body"]
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        return _Answer(self._door.request(method, url, params=query_params or None, headers=headers, content=content))

    def GET(self, url: str, **kwargs: Any) -> _Answer:  # noqa: N802 - the SDK's names
        return self._send("GET", url, **kwargs)

    def POST(self, url: str, **kwargs: Any) -> _Answer:  # noqa: N802
        return self._send("POST", url, **kwargs)

    def PUT(self, url: str, **kwargs: Any) -> _Answer:  # noqa: N802
        return self._send("PUT", url, **kwargs)

    def DELETE(self, url: str, **kwargs: Any) -> _Answer:  # noqa: N802
        return self._send("DELETE", url, **kwargs)


class DoorClient(asana.ApiClient):  # type: ignore[misc]
    """The SDK's client without its own I/O. Its constructor is left out: it starts a thread and a socket pool."""

    def __init__(self, door: httpx.Client, base_url: str) -> None:
        self.configuration = _quiet_configuration()
        self.configuration.host = base_url.rstrip("/")
        self.rest_client = _Rest(door)
        self.default_headers: dict[str, str] = {"User-Agent": "handrail"}
        self.cookie = None

    def deserialize(self, response: _Answer, response_type: Any) -> Json:
        """The body as the door parsed it, character for character."""
        return response.json


def _quiet_configuration() -> Any:
    """The SDK's configuration without the handlers and levels that it puts on two loggers."""
    loggers = [logging.getLogger("asana"), logging.getLogger("urllib3")]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    configuration = Configuration()
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers
    return configuration


class Endpoints:
    """The endpoints that Handrail uses, each call one request, each answer already unwrapped from `data`."""

    def __init__(self, door: httpx.Client, base_url: str) -> None:
        client = DoorClient(door, base_url)
        self.tasks = asana.TasksApi(client)
        self.stories = asana.StoriesApi(client)
        self.projects = asana.ProjectsApi(client)
        self.sections = asana.SectionsApi(client)
        self.users = asana.UsersApi(client)
        self.workspaces = asana.WorkspacesApi(client)
        self.custom_fields = asana.CustomFieldsApi(client)
        self.portfolios = asana.PortfoliosApi(client)
        self.memberships = asana.MembershipsApi(client)
        self.events = asana.EventsApi(client)
        self.statuses = asana.StatusUpdatesApi(client)
        self.briefs = asana.ProjectBriefsApi(client)
        self.webhooks = asana.WebhooksApi(client)

    def one(self, call: Callable[..., Json], *args: Any, fields: str, **opts: Any) -> Json:
        """One object. `fields`: the opt_fields, joined by commas; empty: what Asana gives unasked."""
        body = call(*args, {**opts, **_asking(fields)}, full_payload=True)
        return _data(body, call)

    def all(self, call: Callable[..., Json], *args: Any, fields: str, **opts: Any) -> list[Json]:
        """Every object of a listing; see `drain`."""
        found: list[Json] = []
        self.drain(found, call, *args, fields=fields, **opts)
        return found

    def drain(self, into: Vessel, call: Callable[..., Json], *args: Any, fields: str, **opts: Any) -> None:
        """Every object of a listing, at 100 a page, drained before anything else is asked: offsets expire.

        A listing whose offset expired is started again from its beginning.
        """
        for restart in range(_RESTARTS):
            try:
                for page in self._pages(call, *args, fields=fields, **opts):
                    into.extend(page)
                return
            except Rejected as error:
                into.clear()
                if restart == _RESTARTS - 1 or "pagination token has expired" not in str(error):
                    raise

    def happenings(self, project: str, sync: str) -> tuple[list[Json], str]:
        """What happened in a project since a sync token, and the token for what comes next: one request a hundred.

        Gap when the token is too old or unknown. The SDK's own iterator repeats pages and hides gaps; this asks
        with the token of the answer before, as Asana wants it.
        """
        events: list[Json] = []
        more = True
        while more:
            try:
                body = self.events.get_events(project, {"sync": sync} if sync else {}, full_payload=True)
            except Rejected as error:
                fresh = error.answer.get("sync") if isinstance(error.answer, dict) else None
                if error.status != _GAP or not fresh:
                    raise
                raise Gap(fresh) from error
            events.extend(_data(body, self.events.get_events))
            sync, more = body["sync"], bool(body.get("has_more"))
        return events, sync

    def _pages(self, call: Callable[..., Json], *args: Any, fields: str, **opts: Any) -> Iterator[list[Json]]:
        offset: str | None = None
        while True:
            # the SDK changes the dict that it is given: a fresh one for each page
            asked = {**opts, **_asking(fields), "limit": PAGE, **({"offset": offset} if offset else {})}
            body = call(*args, asked, full_payload=True)
            yield _data(body, call)
            following = body.get("next_page")
            if not following:
                return
            offset = following["offset"]


def _asking(fields: str) -> dict[str, str]:
    return {"opt_fields": fields} if fields else {}


def _data(body: Json, call: Callable[..., Json]) -> Json:
    if not isinstance(body, dict) or "data" not in body:
        raise Garbled(f"{call.__name__}: the answer has no `data`", status=200)
    return body["data"]
