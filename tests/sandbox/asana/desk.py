"""A desk at the pretend Asana: ask it anything without HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.asana import AsanaSide
from connectors.sandbox.core import Answer, Request, Response, World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Desk:
    """One world on a clock that stands still, with María and Jonas in it."""

    def __init__(self, now: datetime | None = NOON) -> None:
        self.world = World(now)
        self.side = self.world.asana = AsanaSide(self.world)
        self.state = self.side.state
        self.maria = self.world.people.add("María", "maria@example.com")
        self.jonas = self.world.people.add("Jonas")
        self.workspace = self.state.workspace.gid

    def ask(self, method: str, path: str, data: Any = None, *, token: str | None = "t", **query: Any) -> Response:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        body = b"" if data is None else json.dumps({"data": data}).encode()
        pairs = tuple((key, str(value)) for key, value in query.items())
        return self.side.handle(Request(method, path, pairs, headers, body))

    def get(self, path: str, **query: Any) -> Any:
        response = self.ask("GET", path, **query)
        assert response.status == 200, response.body
        return response.body["data"]

    def do(self, method: str, path: str, data: Any = None, **more: Any) -> Any:
        response = self.ask(method, path, data, **more)
        assert response.status in (200, 201), response.body
        return response.body["data"]

    def refused(self, method: str, path: str, data: Any = None, **more: Any) -> tuple[int, str]:
        response = self.ask(method, path, data, **more)
        assert response.status >= 400, response.body
        return response.status, response.body["errors"][0]["message"]

    def project(self, *sections: str) -> tuple[str, list[str]]:
        """A project with these sections, made over the API; its gid and theirs."""
        gid = self.do("POST", "/projects", {"name": "Launch", "workspace": self.workspace})["gid"]
        first = self.get(f"/projects/{gid}/sections")[0]["gid"]
        gids = [self.do("POST", f"/projects/{gid}/sections", {"name": name})["gid"] for name in sections]
        self.do("DELETE", f"/sections/{first}") if sections else None
        return gid, gids or [first]

    def task(self, project: str, **data: Any) -> str:
        gid: str = self.do("POST", "/tasks", {"name": "Brief", "projects": [project], **data})["gid"]
        return gid

    def field(self, project: str | None, type_: str, name: str = "Flow status", *options: str) -> dict[str, Any]:
        data = {"workspace": self.workspace, "name": name, "resource_subtype": type_}
        if options:
            data["enum_options"] = [{"name": one} for one in options]
        field: dict[str, Any] = self.do("POST", "/custom_fields", data)
        if project:
            self.do("POST", f"/projects/{project}/addCustomFieldSetting", {"custom_field": field["gid"]})
        return field

    def stories(self, task: str, *names: str) -> list[dict[str, Any]]:
        fields = ",".join(("resource_subtype", *names))
        found: list[dict[str, Any]] = self.get(f"/tasks/{task}/stories", opt_fields=fields)
        return found


class Post:
    """A carrier that hands everything to one function, at once."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.echo = True

    def call(self, url: str, headers: Any, body: bytes, timeout: float = 10.0) -> Answer:
        self.sent.append((url, dict(headers), body))
        secret = {"x-hook-secret": headers["X-Hook-Secret"]} if self.echo else {}
        return Answer(self.status, secret)

    def send(self, url: str, headers: Any, body: bytes, then: Any, sender: str = "") -> None:
        self.sent.append((url, dict(headers), body))
        then(Answer(self.status, {}, "no" if self.status >= 400 else ""))

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, headers, body in self.sent if "X-Hook-Signature" in headers]
