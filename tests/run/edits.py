"""What people do at both vendors in an hour, by a seed: the same for every world that begins the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from tests.run.notion_work import NotionWork
from tests.run.worlds import NOW, Rig

TASKS = "/asana/api/1.0/tasks"
PEOPLE = ("as:Lena", "as:Kofi")


def at(one: Rig, later: timedelta) -> None:
    """The clock of both vendors jumps there."""
    told = {"now": (NOW + later).isoformat()}
    httpx.post(f"{one.url}/_sandbox/clock", json=told, trust_env=False, timeout=30).raise_for_status()


def change_a_row(table: NotionWork, chance: random.Random) -> None:
    """A person does something to a row of a table of work, or adds one."""
    row = f"/notion/v1/pages/{table.rows[chance.choice(sorted(table.rows))]}"
    owner = chance.choice(["Kofi", "Lena"])
    values: dict[str, Any] = chance.choice([
        {"Status": {"status": {"name": chance.choice(["Backlog", "Doing", "Done"])}}},
        {"Due": {"date": chance.choice([None, {"start": f"2026-04-{chance.randrange(10, 28)}"}])}},
        {"Name": {"title": [{"text": {"content": f"renamed {chance.randrange(10_000)}"}}]}},
        {"Owner": {"people": [{"id": _person(table.one, owner)}]}},
        {},
    ])  # fmt: skip
    if values:
        table.one.send("PATCH", row, {"properties": values}, "as:Lena")
        return
    title = {"title": [{"text": {"content": f"made {chance.randrange(1_000_000)}"}}]}
    parent = {"type": "data_source_id", "data_source_id": table.table}
    made = {"parent": parent, "properties": {"Name": title, "Status": {"status": {"name": "Doing"}}}}
    table.rows[f"row {len(table.rows)}"] = table.one.send("POST", "/notion/v1/pages", made, "as:Lena")["id"]


def _person(one: Rig, name: str) -> str:
    users = one.get("/notion/v1/users")["results"]
    return str(next(user["id"] for user in users if user["name"] == name))


@dataclass
class Hands:
    """People at work in one world.

    `there`: the tasks of its project by gid; `old`: those of them that were there in the beginning; `away`: those
    that were taken out of it; `doomed`: those that somebody deletes. Only old ones are taken out, and nobody touches
    the doomed before: of what is gone when somebody looks, nobody can tell them any more.
    """

    rig: Rig
    chance: random.Random
    there: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    doomed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.project = self.rig.world.asana.state.projects[0].gid
        self.sections = sorted(
            one["gid"] for one in self.rig.get(f"/asana/api/1.0/projects/{self.project}/sections")["data"]
        )
        users = self.rig.get("/asana/api/1.0/users", opt_fields="name")["data"]
        self.people = sorted(one["gid"] for one in users if one["name"] in ("Lena", "Kofi", "Ana, B."))
        found = self.rig.get(TASKS, project=self.project, limit="100", opt_fields="custom_fields.name")["data"]
        self.old = [task["gid"] for task in found]
        self.chance.shuffle(self.old)
        self.doomed, self.old = self.old[:2], self.old[2:]
        self.there = [*self.old]

    def work(self, edits: int) -> Iterator[None]:
        """So many edits, each at a minute of its own; after each, somebody may look."""
        every: tuple[Callable[[], None], ...] = (
            self.complete, self.reopen, self.move, self.hand_over, self.comment, self.rename, self.make, self.delete,
            self.leave, self.come_back, self.decide,
        )  # fmt: skip
        todo = [*every, *(self.chance.choice(every) for _ in range(edits - len(every)))][:edits]
        self.chance.shuffle(todo)
        for number, one in enumerate(todo, start=1):
            at(self.rig, timedelta(minutes=number))
            one()
            yield

    # ---- Asana ---------------------------------------------------------------------------------------------------

    def complete(self) -> None:
        self._put(self._one(), completed=True)

    def reopen(self) -> None:
        self._put(self._one(), completed=False)

    def hand_over(self) -> None:
        self._put(self._one(), assignee=self.chance.choice([*self.people, None]))

    def rename(self) -> None:
        self._put(self._one(), name=f"renamed {self.chance.randrange(1000)}")

    def comment(self) -> None:
        self._post(f"{TASKS}/{self._one()}/stories", text=f"a word {self.chance.randrange(1000)}")

    def move(self) -> None:
        section = self.chance.choice(self.sections)
        self._post(f"/asana/api/1.0/sections/{section}/addTask", task=self._one())

    def make(self) -> None:
        name = f"made {self.chance.randrange(1_000_000)}"
        made = self.rig.send("POST", TASKS, {"data": {"name": name, "projects": [self.project]}}, "as:Lena")
        self.there.append(made["data"]["gid"])

    def delete(self) -> None:
        if self.doomed:
            self.rig.delete(f"{TASKS}/{self.doomed.pop()}")

    def leave(self) -> None:
        if gid := self._old():
            self._post(f"{TASKS}/{gid}/removeProject", project=self.project)
            self.away.append(gid)

    def come_back(self) -> None:
        if self.away:
            self.there.append(self.away.pop())
            self.old.append(self.there[-1])
            self._post(f"{TASKS}/{self.there[-1]}/addProject", project=self.project)

    def _one(self) -> str:
        return self.chance.choice(self.there)

    def _old(self) -> str:
        """One that is there no more afterwards; three stay in any case."""
        if len(self.old) <= 3:
            return ""
        gid = self.old.pop(self.chance.randrange(len(self.old)))
        self.there.remove(gid)
        return gid

    def _put(self, gid: str, **data: object) -> None:
        self.rig.send("PUT", f"{TASKS}/{gid}", {"data": data}, self.chance.choice(PEOPLE))

    def _post(self, path: str, **data: object) -> None:
        self.rig.send("POST", path, {"data": data}, self.chance.choice(PEOPLE))

    # ---- Notion --------------------------------------------------------------------------------------------------

    def decide(self) -> None:
        """Lena decides on one of the findings that were there in the beginning."""
        rows = {row["properties"]["Key"]["rich_text"][0]["plain_text"]: row["id"] for row in self.rig.raw_rows()}
        key = self.chance.choice(sorted(key for key in rows if "/asana:" in key))
        word = {"select": {"name": self.chance.choice(["snooze", "not a leak"])}}
        self.rig.send("PATCH", f"/notion/v1/pages/{rows[key]}", {"properties": {"Decision": word}}, "as:Lena")
