"""A Notion table of work beside the event log of a small world, a flow and a rule for it, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.run.worlds import NOW, Rig, _plain

STATUS = {"options": [{"name": "Backlog"}, {"name": "Doing"}, {"name": "Done"}]}
SCHEMA = {"Name": {"title": {}}, "Status": {"status": STATUS}, "Due": {"date": {}}, "Owner": {"people": {}}}
HURTS = "brief | `x` <b> $1 “ü” שלום 🚀, [two]\u00a0(three)"
CONFIG = """
[[sources.notion.work]]
data_source = "{table}"
status = "Status"
owner = "Owner"
due = "Due"
{more}
[flows.tables]
source = "notion"
stages = [
  {{ name = "Backlog", kind = "backlog" }},
  {{ name = "Doing", kind = "active" }},
  {{ name = "Done", kind = "done" }},
]

[rules.no-date]
kind = "hygiene"
flow = "tables"
look_for = ["due"]
warn = "1wd"
next_step = "Give {{title}} a date, {{waiting_on}}."
"""


@dataclass
class NotionWork:
    """One table: three rows that lack a date, one that has one."""

    one: Rig
    table: str
    rows: dict[str, str]

    def shown(self) -> dict[str, dict[str, Any]]:
        """By title, what each row's properties show."""
        found = self.one.send("POST", f"/notion/v1/data_sources/{self.table}/query", {})["results"]
        told = [{name: _plain(body) for name, body in row["properties"].items()} for row in found]
        return {row["Name"]: row for row in told}

    def schema(self) -> dict[str, Any]:
        """The table's properties as a plain client sees them."""
        return dict(self.one.get(f"/notion/v1/data_sources/{self.table}")["properties"])

    def edit(self, title: str, values: dict[str, Any], who: str = "Lena") -> None:
        """A person changes a row."""
        with self.one.world.lock:
            self.one.world.notion.set_properties(who, self.rows[title], values)

    def change_schema(self, properties: dict[str, Any]) -> None:
        """A person changes the table."""
        self.one.send("PATCH", f"/notion/v1/data_sources/{self.table}", {"properties": properties}, "as:Lena")

    def summary(self) -> str:
        """The id of the summary page, which is not the only page here."""
        blocks = self.one.get(f"/notion/v1/blocks/{self.one.world.notion.shared_page_id}/children")["results"]
        mine = (
            one["id"] for one in blocks if one.get("child_page", {}).get("title") == "Where the machine is leaking"
        )
        return str(next(mine))

    def later(self, **time: float) -> datetime:
        """Move the sandbox's clock on; the new instant."""
        clock = self.one.world.clock
        clock.set(clock.now() + timedelta(**time))
        return clock.now()


def with_work(one: Rig, schema: dict[str, Any] | None = None, more: str = "") -> NotionWork:
    """Add the table to a world, and to its config."""
    side = one.world.notion
    with one.world.at(NOW - timedelta(days=9)), one.world.lock:
        home = side.create_page("Lena", "Planning", side.shared_page_id).id
        table = side.create_database("Lena", "Campaign work", home, SCHEMA | (schema or {})).sources[0]
        rows = {
            name: str(
                side.create_row("Lena", table, {"Name": name, "Status": "Doing", "Owner": ["Kofi"], **given}).id
            )
            for name, given in (("one", {}), ("two", {}), (HURTS, {}), ("dated", {"Due": "2026-04-01"}))
        }
    text = one.config.read_text().replace("[rules.", CONFIG.format(table=table, more=more) + "\n[rules.", 1)
    one.config.write_text(text)
    return NotionWork(one, table, rows)
