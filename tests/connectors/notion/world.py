"""A small pretend Notion for the connector's tests: a table of work with people, a table of ideas, a parent page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from connectors.base import Stored
from connectors.document import Bullets, Callout, Document, Heading, Paragraph, Span, Table, Toggle, line
from connectors.http import Meter
from connectors.model import Change, EnsureFields, EnsureTable, OwnField, PutPage, PutRow, Ref, SetFields, WorkItem
from connectors.notion.connector import NotionConnector
from connectors.notion.options import NotionOptions
from connectors.pace import LocalPace
from connectors.sandbox.core import World
from connectors.sandbox.notion import NotionSide
from connectors.sandbox.server import SandboxApp, serving_app
from tests.connectors.contract import TOKEN, Notes

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STATUS = {"options": [{"name": "Backlog"}, {"name": "Doing"}, {"name": "Review"}, {"name": "Done"}]}
WORK: Mapping[str, Any] = {
    "Name": {"title": {}},
    "Status": {"status": STATUS},
    "Owner": {"people": {}},
    "Team": {"select": {"options": [{"name": "Design"}, {"name": "Web"}]}},
    "Due": {"date": {}},
    "Link": {"url": {}},
    "Points": {"number": {}},
}
OWN = (
    OwnField("Flow status", "option", ("on track", "stalled")),
    OwnField("Waiting since", "date"),
    OwnField("Waiting on", "text"),
)
COLUMNS = (
    OwnField("Rule", "option", ("handoff_stall", "overload, heavy")),
    OwnField("Sentence", "text"),
    OwnField("Since", "date"),
    OwnField("Cost", "number"),
    OwnField("Item", "url"),
    OwnField("Decision", "option", ("snooze", "not a leak", "fixed")),
    OwnField("Until", "date"),
    OwnField("Because", "text"),
)
PAGE = Document(
    (
        Heading(line("This week"), 1),
        Paragraph(line("18 of 26 briefs ", Span("waited", bold=True), " *more* than 2 days [x].")),
        Callout(line("Only 4 weeks of history."), "⚠️", "yellow"),
        Table((line("Item"), line("Days")), ((line(Span("Brief <1>|", link="https://x.test/a")), line("7")),)),
        Toggle(line("How this is counted"), (Paragraph(line("Working days.")), Bullets((line("one"), line("two"))))),
    )
)


@dataclass
class NotionRig:
    """The pretend Notion behind a real server, and connectors to it."""

    app: SandboxApp
    url: str
    work: str
    ideas: str
    meter: Meter = field(default_factory=Meter)
    made: list[NotionConnector] = field(default_factory=list)

    def connector(
        self, notes: Notes, token: str = TOKEN, transport: httpx.BaseTransport | None = None,
        stored: Stored | None = None, **options: Any,
    ) -> NotionConnector:  # fmt: skip
        told: dict[str, Any] = {
            "kind": "notion", "base_url": f"{self.url}/notion",
            "work": [{"data_source": self.work, "status": "Status", "owner": "Owner", "team": "Team", "due": "Due",
                      "link": "Link", "fields": ["Points"]}],
            "ideas": {"data_source": self.ideas},
        }  # fmt: skip
        made = NotionConnector(
            "notion", NotionOptions.model_validate(told | options), token, LocalPace(), notes, meter=self.meter,
            transport=transport, clock=self.app.world.clock.now, stored=stored,
        )  # fmt: skip
        self.made.append(made)
        return made

    @property
    def side(self) -> Any:
        return self.app.world.notion

    @property
    def parent(self) -> str:
        return str(self.side.shared_page_id)

    def requests(self) -> int:
        return self.app.log.clear()

    def asked(self) -> dict[str, int]:
        """Requests since the last clearing, by method and path with ids replaced."""
        counts: dict[str, int] = {}
        for call, number in self.app.log.as_json()["counts"].items():
            method, path = call.split(" ", 1)
            parts = ["{id}" if len(part) == 36 else part for part in path.removeprefix("/notion/v1/").split("/")]
            name = f"{method} {'/'.join(parts)}"
            counts[name] = counts.get(name, 0) + number
        self.app.log.clear()
        return counts

    def later(self, **time: float) -> None:
        world = self.app.world
        world.clock.set(world.clock.now() + timedelta(**time))

    def edit(self, row: str, values: Mapping[str, Any], who: str = "Ada") -> None:
        """A person changes a row, now."""
        with self.app.world.lock:
            self.side.set_properties(who, row, values)

    def add_row(self, values: Mapping[str, Any], source: str | None = None, who: str = "Ada") -> str:
        with self.app.world.lock:
            return str(self.side.create_row(who, source or self.work, values).id)

    def somebody_edits(self) -> Ref:
        rows = self.api("POST", f"data_sources/{self.work}/query", {})["results"]
        self.later(hours=1)
        self.edit(rows[0]["id"], {"Status": "Review"})
        return Ref("notion", rows[0]["id"])

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """What a plain client gets."""
        headers = {"Authorization": "Bearer plain", "Notion-Version": "2026-03-11"}
        answer = httpx.request(method, f"{self.url}/notion/v1/{path}", headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> Any:
        """Every row, schema and page below the parent as a plain client sees them, edit times included."""
        seen: list[Any] = []
        for block in self.api("GET", f"blocks/{self.parent}/children")["results"]:
            seen.append({key: value for key, value in block.items() if key != "request_id"})
            if block["type"] == "child_page":
                seen.append(self.api("GET", f"pages/{block['id']}/markdown")["markdown"])
                seen.append(self.api("GET", f"pages/{block['id']}")["last_edited_time"])
            if block["type"] == "child_database":
                for source in self.api("GET", f"databases/{block['id']}")["data_sources"]:
                    seen.append(self.api("GET", f"data_sources/{source['id']}")["properties"])
                    seen.append(self.api("POST", f"data_sources/{source['id']}/query", {})["results"])
        return seen

    def changes(self, item: WorkItem) -> Sequence[Change]:
        home = Ref("notion", item.placements[0].container)
        wanted = {"Flow status": "stalled", "Waiting since": "2026-03-02", "Waiting on": "Ben\u00a0Ö, \n*Web*"}
        row = {
            "Rule": "overload, heavy", "Sentence": "x" * 4500, "Since": "2026-02-27", "Cost": 3,
            "Item": "https://x.test/a", "Decision": None,
        }  # fmt: skip
        return [
            EnsureFields("fields", home, OWN),
            ensure_table(self.parent),
            SetFields("set", item.ref, wanted, dict.fromkeys(wanted)),
            PutRow("row/stall:1", "notion", "findings", "stall:1", "Brief 1", row, dict.fromkeys(row)),
            put_page(self.parent),
        ]


def ensure_table(parent: str) -> EnsureTable:
    return EnsureTable("findings", "notion", parent, "Findings", COLUMNS, "Key")


def put_page(parent: str, document: Document = PAGE, remote: str | None = None, digest: str = "d1") -> PutPage:
    return PutPage("summary", "notion", parent, "Handrail: where work waits", document, digest, remote)


@contextmanager
def notion_rig(count: int = 130) -> Iterator[NotionRig]:
    """`count` rows of work, made a minute apart, and three ideas."""
    world = World(START)
    world.notion = NotionSide(world)
    for name in ("Ada", "Ben\u00a0Ö", "Chao"):
        world.people.add(name, f"{name[0].lower()}@example.com")
    side = world.notion
    work = side.create_database("Ada", "Campaign work", side.shared_page_id, WORK).sources[0]
    ideas = side.create_database("Ada", "Ideas", side.shared_page_id, {"Idea": {"title": {}}}).sources[0]
    for number in range(count):
        with world.at(START - timedelta(days=30) + timedelta(minutes=number)):
            values = {
                "Name": f"Brief {number}", "Status": ("Backlog", "Doing", "Done")[number % 3],
                "Owner": ["Ada", "Ben\u00a0Ö"][: number % 3], "Points": number,
            }  # fmt: skip
            side.create_row("Chao", work, values)
    for number in range(3):
        side.create_row("Chao", ideas, {"Idea": f"Idea {number}"})
    app = SandboxApp(world)
    with serving_app(app) as url:
        rig = NotionRig(app, url, work, ideas)
        try:
            yield rig
        finally:
            for made in rig.made:
                made.close()
