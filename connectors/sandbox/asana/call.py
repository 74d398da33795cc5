"""One request to the pretend Asana, understood: who calls, with what; and how answers are made."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import orjson

from connectors.sandbox.asana.errors import bad, unknown
from connectors.sandbox.asana.present import Kind, selector
from connectors.sandbox.asana.records import Project, Section, StatusUpdate, Story, Task
from connectors.sandbox.asana.state import State
from connectors.sandbox.asana.times import iso, read_instant
from connectors.sandbox.core import Request, Response, Somebody

Endpoint = Callable[..., Response]
Found = TypeVar("Found")

ROUTES: dict[tuple[str, ...], Endpoint] = {}
"""By method and path segments, `*` for a gid."""

EXPIRED = "offset: Your pagination token has expired."


def route(method: str, path: str) -> Callable[[Endpoint], Endpoint]:
    """Register the function that answers a path such as `/tasks/*/stories`; it gets the call and the gids."""

    def register(endpoint: Endpoint) -> Endpoint:
        ROUTES[(method, *path.strip("/").split("/"))] = endpoint
        return endpoint

    return register


@dataclass(slots=True)
class Call:
    """`here`: the base URL as the caller sees it. `again`: answers another request (of a batch).

    `data`: the body's `data`. `fields`: `opt_fields` as sent, None when not. `limit`: None when not sent."""

    state: State
    actor: Somebody
    path: str
    query: Mapping[str, str]
    data: dict[str, Any]
    fields: str | None = None
    limit: int | None = None
    offset: str | None = None
    here: str = ""
    again: Callable[[Request, Somebody], Response] = field(default=lambda _request, _actor: Response(404, {}))

    # ---- answers

    def one(self, kind: Kind, record: Any, status: int = 200) -> Response:
        """A single record, in full unless `opt_fields` says otherwise. 201 names its place."""
        headers = {"Location": f"/{kind.name}s/{record.gid}"} if status == 201 else {}
        return Response(status, {"data": selector(kind, self.fields, True)(record)}, headers)

    def many(self, kind: Kind, records: Sequence[Any]) -> Response:
        """A listing: a page of it and `next_page` when `limit` was sent, else all of it."""
        select = selector(kind, self.fields, False)
        start = self._start(records) if self.offset is not None else 0
        end = len(records) if self.limit is None else min(start + self.limit, len(records))
        cap = self.state.settings.default_limit
        if self.limit is None and cap and end - start > cap:
            raise bad("The result is too large. You should use pagination (may require specifying a workspace).")
        body: dict[str, Any] = {"data": [select(record) for record in records[start:end]]}
        if self.limit is not None:
            body["next_page"] = self._next_page(records[end - 1], end) if end < len(records) else None
        return Response(200, body)

    def empty(self) -> Response:
        """What acts without a result answer."""
        return Response(200, {"data": {}})

    def _next_page(self, last: Any, end: int) -> dict[str, str]:
        generation = self.state.settings.offset_generation
        mark = orjson.dumps([last.gid, end, iso(self.state.world.now()), generation, self.path])
        offset = base64.urlsafe_b64encode(mark).decode().rstrip("=")
        rest = "".join(f"&{key}={value}" for key, value in self.query.items() if key not in ("limit", "offset"))
        path = f"{self.path}?limit={self.limit}&offset={offset}{rest}"
        return {"offset": offset, "path": path, "uri": self.here + path}

    def _start(self, records: Sequence[Any]) -> int:
        try:
            mark = orjson.loads(base64.urlsafe_b64decode(f"{self.offset}=="))
            gid, end, issued, generation, path = mark
            issued_at = read_instant(issued)
        except (binascii.Error, ValueError, TypeError) as error:
            raise bad("offset: Invalid pagination token.") from error
        if path != self.path or issued_at is None:
            raise bad("offset: Invalid pagination token.")
        settings, now = self.state.settings, self.state.world.now()
        life = settings.offset_life or timedelta.max
        if generation != settings.offset_generation or now - issued_at > life:
            raise bad(EXPIRED)
        if 0 < end <= len(records) and records[end - 1].gid == gid:
            return int(end)
        return next((n + 1 for n, record in enumerate(records) if record.gid == gid), min(int(end), len(records)))

    # ---- input

    def find(self, cls: type[Found], gid: str, name: str = "") -> Found:
        """The record that the path names; 404 when there is none or it is not this person's to see."""
        record = self.state.by_gid.get(gid)
        if not isinstance(record, cls) or getattr(record, "deleted", False) or not self.sees(record):
            raise unknown(name or cls.__name__.lower(), gid)
        return record

    def refer(self, cls: type[Found], name: str, gid: Any = None) -> Found:
        """The record that a parameter names; 400 when the parameter is missing or names nothing."""
        gid = self.need(name) if gid is None else gid
        record = self.state.by_gid.get(str(gid))
        if not isinstance(record, cls) or getattr(record, "deleted", False) or not self.sees(record):
            raise bad(f"{name}: Not a recognized ID: {gid}")
        return record

    def sees(self, record: Any) -> bool:
        """Private projects, and tasks that are only there, are for their members (and those on the task)."""
        if isinstance(record, (Story, StatusUpdate, Section)):
            above = record.task if isinstance(record, Story) else _above(record)
            return not above.deleted and self.sees(above)
        if isinstance(record, Project):
            return record.privacy != "private" or self.actor in record.members
        if isinstance(record, Task) and record.homes and self.actor is not record.assignee:
            return self.actor in record.followers or any(self.sees(home.project) for home in record.homes)
        return True

    def need(self, name: str) -> Any:
        """A parameter that must be there, from the body or the query."""
        value = self.data.get(name, self.query.get(name))
        if value is None:
            raise bad(f"{name}: Missing input")
        return value

    def person(self, value: Any, name: str) -> Somebody:
        """A user by gid, email or `me`; 400 when there is none."""
        people = self.state.world.people
        found = self.actor if value == "me" else people.find(str(value))
        if found is None:
            found = next((one for one in people.everyone if one.email and one.email == value), None)
        if found is None:
            raise bad(f"{name}: Not a recognized ID: {value}")
        return found

    def instant(self, name: str) -> Any:
        """A time from the query, None when it is not sent; 400 when it is no time."""
        text = self.query.get(name)
        if text is None:
            return None
        if text == "now":
            return self.state.world.now()
        instant = read_instant(text)
        if instant is None:
            raise bad(f"{name}: Not a valid datetime: {text}")
        return instant

    def flag(self, name: str) -> bool | None:
        """A boolean from the query, None when it is not sent."""
        text = self.query.get(name)
        return None if text is None else text.lower() in ("true", "1")

    def workspace(self) -> None:
        """400 unless the workspace parameter is ours; asked for by listings that need one."""
        self.check_workspace(str(self.need("workspace")))

    def check_workspace(self, gid: str) -> None:
        """404-like refusal of any workspace but the one there is."""
        if gid != self.state.workspace.gid:
            raise unknown("workspace", gid)


def _above(record: StatusUpdate | Section) -> Project:
    return record.parent if isinstance(record, StatusUpdate) else record.project
