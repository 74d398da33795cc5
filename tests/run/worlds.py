"""Small worlds to run Handrail in: an event log in the sandbox, over real HTTP, and what a person sees there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select, update

from connectors.sandbox.core import World
from connectors.sandbox.serve import load as fill
from connectors.sandbox.server import SandboxApp, serving_app
from connectors.sandbox.writeconfig import config_text
from sync.config import load
from sync.run import Outcome, run
from sync.store import Store
from sync.store.schema import CURSOR
from sync.wiring import open_house

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
_HEAD = "case:concept:name,concept:name,time:timestamp,org:resource,org:group\n"


@dataclass
class Client:
    """A sandbox at an address, and a config for it."""

    url: str
    config: Path

    def get(self, path: str, token: str = "reader", **query: str) -> Any:
        """One GET as somebody's client."""
        return self._send("GET", path, token, params=query)

    def send(self, method: str, path: str, body: Any, token: str = "reader") -> Any:
        """One write as somebody's client."""
        return self._send(method, path, token, json=body)

    def delete(self, path: str, token: str = "as:Lena") -> None:
        """One deletion as somebody's client."""
        self._send("DELETE", path, token)

    def lift_faults(self) -> None:
        """No trouble any more."""
        httpx.delete(f"{self.url}/_sandbox/faults", trust_env=False).raise_for_status()

    def _send(self, method: str, path: str, token: str, **kw: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Notion-Version": "2026-03-11"}
        answer = httpx.request(method, self.url + path, headers=headers, trust_env=False, timeout=30, **kw)
        answer.raise_for_status()
        return answer.json()


@dataclass
class Rig(Client):
    """One sandbox in this process, with one event log in it."""

    world: World
    app: SandboxApp
    now: datetime = NOW

    def run(self, *, write: bool = True, now: datetime | None = None) -> Outcome:
        """One run of the whole service with this rig's database."""
        with open_house(load(self.config, {})) as house:
            return run(house, now or self.now, write=write)

    def forget(self) -> None:
        """Lose the database."""
        for path in self.config.parent.glob("handrail.db*"):
            path.unlink()

    # ---- what a person sees --------------------------------------------------------------------------------------

    def tasks(self) -> dict[str, dict[str, str | None]]:
        """Task name → custom field name → what it shows."""
        project = next(line for line in self.config.read_text().splitlines() if line.startswith('  "12')).split('"')[
            1
        ]
        found = self.get(
            "/asana/api/1.0/tasks", project=project, limit="100",
            opt_fields="name,custom_fields.name,custom_fields.display_value",
        )  # fmt: skip
        return {
            task["name"]: {field["name"]: field["display_value"] for field in task["custom_fields"]}
            for task in found["data"]
        }

    def own_places(self) -> list[tuple[str, str]]:
        """What hangs under the shared page: kind and title, in order."""
        parent = self.world.notion.shared_page_id
        blocks = self.get(f"/notion/v1/blocks/{parent}/children")["results"]
        return [(one["type"], one[one["type"]]["title"]) for one in blocks if one["type"].startswith("child_")]

    def rows(self) -> list[dict[str, Any]]:
        """The findings table as it shows, by key; without ids and times of edit."""
        for block in self.get(f"/notion/v1/blocks/{self.world.notion.shared_page_id}/children")["results"]:
            if block["type"] == "child_database":
                source = self.get(f"/notion/v1/databases/{block['id']}")["data_sources"][0]["id"]
                found = self.send("POST", f"/notion/v1/data_sources/{source}/query", {})["results"]
                rows = [{name: _plain(value) for name, value in row["properties"].items()} for row in found]
                return sorted(rows, key=lambda row: str(row["Key"]))
        return []

    def page(self) -> str:
        """The summary page's markdown without its as-of line."""
        for block in self.get(f"/notion/v1/blocks/{self.world.notion.shared_page_id}/children")["results"]:
            if block["type"] == "child_page":
                text = self.get(f"/notion/v1/pages/{block['id']}/markdown")["markdown"]
                return "\n".join(line for line in text.splitlines() if not line.startswith("As of "))
        return ""

    def page_with_its_line(self) -> str:
        """The summary page's markdown, whole."""
        return str(self.get(f"/notion/v1/pages/{self.page_id()}/markdown")["markdown"])

    def page_id(self) -> str:
        """The summary page's id."""
        blocks = self.get(f"/notion/v1/blocks/{self.world.notion.shared_page_id}/children")["results"]
        return str(next(block["id"] for block in blocks if block["type"] == "child_page"))

    def raw_rows(self) -> list[dict[str, Any]]:
        """The findings table's rows as the API gives them."""
        for block in self.get(f"/notion/v1/blocks/{self.world.notion.shared_page_id}/children")["results"]:
            if block["type"] == "child_database":
                source = self.get(f"/notion/v1/databases/{block['id']}")["data_sources"][0]["id"]
                return list(self.send("POST", f"/notion/v1/data_sources/{source}/query", {})["results"])
        return []

    def fields(self) -> list[str]:
        """Names of all custom fields of the workspace, doubles included."""
        workspace = self.get("/asana/api/1.0/workspaces")["data"][0]["gid"]
        found = self.get(f"/asana/api/1.0/workspaces/{workspace}/custom_fields", limit="100")["data"]
        return sorted(field["name"] for field in found)

    def seen(self) -> dict[str, Any]:
        """Everything of the above."""
        return {
            "tasks": self.tasks(), "places": self.own_places(), "rows": self.rows(), "page": self.page(),
            "fields": self.fields(),
        }  # fmt: skip

    def writes(self) -> int:
        """Requests served that changed, or might have changed, something."""
        reading = ("/query", "/search")
        return sum(
            one["method"] != "GET" and not one["path"].endswith(reading)
            for one in self.get("/_sandbox/requests")["requests"]
        )

    def clear_log(self) -> None:
        """Forget the requests so far."""
        httpx.delete(f"{self.url}/_sandbox/requests", trust_env=False).raise_for_status()


def _plain(value: dict[str, Any]) -> Any:
    inner = value[value["type"]]
    if isinstance(inner, list):
        return "".join(one.get("plain_text", one.get("id", "")) for one in inner)
    if value["type"] in ("created_by", "last_edited_by", "created_time", "last_edited_time"):
        return None
    return inner["name"] if isinstance(inner, dict) and "name" in inner else inner


def sweep_is_due(store: Store) -> None:
    """As if the last one had been years ago: connectors go by the clock on the wall."""
    with store.engine.begin() as connection:
        for row in connection.execute(select(CURSOR)).all():
            old = row.cursor.replace('"swept": "20', '"swept": "19')
            same = (CURSOR.c.source == row.source, CURSOR.c.scope == row.scope)
            connection.execute(update(CURSOR).where(*same).values(cursor=old))


def stalled_log(cases: int = 6) -> str:
    """Cases given to somebody who first looks long after `NOW`, some who looked at once, one nobody has; names
    that hurt. (In a log the row before hands over, and the later row is the first touch.)"""
    start = NOW - timedelta(days=12)
    rows: list[tuple[str, str, datetime, str, str]] = []
    for number in range(cases):
        at = start + timedelta(hours=26 * number)
        case = f"brief {number} | `x` <b> $1 “ü” שלום 🚀" if number % 2 else f"brief {number}"
        rows.append((case, "Briefing", at, "Lena", "Demand Gen"))
        rows.append((case, "Design", at + timedelta(hours=2), "Lena", "Design"))
        if number % 3 == 2:
            rows.append((case, "Review", at + timedelta(hours=4), "Ana, B.", "Legal"))
        rows.append((case, "Design", NOW + timedelta(days=40), "" if number == 5 else "Kofi", "Design"))
    return _HEAD + "".join(
        f'"{case}",{stage},{at.isoformat()},"{who}",{team}\n' for case, stage, at, who, team in rows
    )


def handed_log(cases: int) -> str:
    """So many briefs, each handed to Kofi twelve days before `NOW`, a minute after the other; he has not looked."""
    rows = []
    for number in range(cases):
        at = NOW - timedelta(days=12) + timedelta(minutes=number)
        rows.append(f"brief {number},Briefing,{at.isoformat()},Lena,Demand Gen\n")
        rows.append(f"brief {number},Design,{(at + timedelta(hours=2)).isoformat()},Lena,Design\n")
        rows.append(f"brief {number},Design,{(NOW + timedelta(days=40)).isoformat()},Kofi,Design\n")
    return _HEAD + "".join(rows)


@contextmanager
def rig(folder: Path, log: str | None = None, now: datetime = NOW) -> Iterator[Rig]:
    """A sandbox standing at `now` with this event log in it, served, and its config in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "log.csv"
    file.write_text(log if log is not None else stalled_log(), encoding="utf-8")
    world, loaded = fill(events=file, now=now)
    app = SandboxApp(world)
    with serving_app(app) as url:
        config = folder / "config.toml"
        config.write_text(config_text(world, url, loaded), encoding="utf-8")
        yield Rig(url, config, world, app, now)
    app.close()


@contextmanager
def addressed(folder: Path, more: str = "") -> Iterator[tuple[Rig, str]]:
    """A rig whose config gives the service an address on a free port, and the address. `more`: other keys of it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with rig(folder) as one:
        url = f"http://127.0.0.1:{port}"
        text = f'\n[serve]\nport = {port}\npublic_url = "{url}"\ndebounce_seconds = 0.2\n{more}'
        one.config.write_text(one.config.read_text("utf-8") + text, "utf-8")
        yield one, url
