"""A small pretend Asana for the connector's tests: two projects, a few people, a field of the team's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from connectors.asana.connector import AsanaConnector
from connectors.asana.options import AsanaOptions, Subtasks
from connectors.base import Memory, Page, Stored
from connectors.http import Meter
from connectors.model import Change, EnsureFields, OwnField, Presence, Ref, SetFields, Value, WorkItem
from connectors.pace import Pace
from connectors.sandbox.asana import AsanaSide
from connectors.sandbox.asana.acts import containers, details, fields, tasks
from connectors.sandbox.core import World
from connectors.sandbox.faults import Fault
from connectors.sandbox.server import SandboxApp, serving_app
from sync.store import Store
from tests.connectors.contract import TOKEN
from tests.connectors.wire import Paced

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_SHOWN = "opt_fields=modified_at,custom_fields.display_value"
OWN = (
    OwnField("Flow status", "option", ("on track", "stalled")),
    OwnField("Waiting since", "date"),
    OwnField("Waiting on", "text"),
    OwnField("Days", "number"),
)


@dataclass
class AsanaRig:
    """The pretend Asana behind a real server, and connectors to it."""

    app: SandboxApp
    url: str
    projects: list[Any]
    slept: list[float] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)
    made: list[AsanaConnector] = field(default_factory=list)
    now: datetime = START

    def connector(
        self, notes: Memory, token: str = TOKEN, transport: httpx.BaseTransport | None = None,
        stored: Stored = lambda scope: (), pace: Pace | None = None,
        sleep: Callable[[float], None] | None = None, flows: Mapping[str, Subtasks] | None = None, **options: Any,
    ) -> AsanaConnector:  # fmt: skip
        told = {
            "kind": "asana", "base_url": f"{self.url}/asana/api/1.0", "team_field": "Team",
            "projects": [project.gid for project in self.projects],
        }  # fmt: skip
        made = AsanaConnector(
            "asana", AsanaOptions.model_validate(told | options), token, pace or Paced(), notes, OWN, self.meter,
            transport, sleep or self.slept.append, stored, lambda: self.now, flows,
        )  # fmt: skip
        self.made.append(made)
        return made

    @property
    def side(self) -> Any:
        return self.app.world.asana.state

    def requests(self) -> int:
        return self.app.log.clear()

    def asked(self) -> dict[str, int]:
        """Requests since the last clearing, by method and path."""
        counts: dict[str, int] = self.app.log.as_json()["counts"]
        self.app.log.clear()
        return counts

    def strike(self, *faults: Fault) -> None:
        self.app.faults.replace(faults)

    def act(self, what: Callable[..., Any], who: str | None, *args: Any, after: float = 1.0, **kwargs: Any) -> Any:
        """Something that happens so many seconds later."""
        world = self.app.world
        world.clock.set(world.clock.now() + timedelta(seconds=after))
        with world.lock, world.at(world.tick()):
            return what(self.side, world.people.find(who) if who else None, *args, **kwargs)

    def task(self, ref: Ref | str) -> Any:
        return self.side.tasks[ref.id if isinstance(ref, Ref) else ref]

    def somebody_edits(self) -> Ref:
        task = next(iter(self.side.tasks.values()))
        self.act(details.comment, "Ada", task, text="Any news?", after=3600)
        return Ref("asana", task.gid)

    def state(self) -> Any:
        """All tasks, definitions and attachments as a plain client sees them; `modified_at` shows any write."""
        headers = {"Authorization": "Bearer plain"}
        with httpx.Client(base_url=f"{self.url}/asana/api/1.0/", headers=headers) as client:
            paths = [f"workspaces/{self.side.workspace.gid}/custom_fields"]
            for project in self.projects:
                paths += [f"projects/{project.gid}/custom_field_settings", f"tasks?project={project.gid}&{_SHOWN}"]
            return [client.get(path).json()["data"] for path in paths]

    def changes(self, item: WorkItem) -> Sequence[Change]:
        project = Ref("asana", item.placements[0].container)
        wanted: dict[str, Value] = {
            "Flow status": "stalled",
            "Waiting since": "2026-03-02",
            "Waiting on": "Ben\u00a0Ö",
            "Days": 3,
        }
        return [
            EnsureFields("ensure", project, OWN),
            SetFields("set", item.ref, wanted, dict.fromkeys(wanted)),
        ]  # fmt: skip


@dataclass
class Keeper:
    """A real store in a file, and connectors that remember in it."""

    rig: AsanaRig
    store: Store

    def connector(self, **options: Any) -> AsanaConnector:
        return self.rig.connector(self.store.memory("asana"), stored=self.store.present, **options)

    def pull(self, **options: Any) -> list[Page]:
        """One run's pull by a new connector; the pages. Counts of requests begin anew."""
        connector = self.connector(**options)
        self.rig.requests()
        pages = []
        for scope in connector.scopes():
            for page in connector.pull(scope, self.store.cursor(scope), self.store.known):
                self.store.keep(page)
                pages.append(page)
        return pages

    def presence(self) -> dict[str, Presence]:
        """Of everything that is kept and not present, by title."""
        return {item.title: item.presence for item in self.store.items() if item.presence != "present"}

    def titles(self) -> set[str]:
        """Of what is kept as present."""
        return {item.title for item in self.store.items() if item.presence == "present"}


@contextmanager
def asana_rig(count: int = 130) -> Iterator[AsanaRig]:
    """`count` tasks in the first project, three of them in the second as well, and ten in the second alone."""
    world = World(START)
    world.asana = AsanaSide(world)
    for name in ("Ada", "Ben\u00a0Ö", "Chao"):
        world.people.add(name, f"{name[0].lower()}@example.com")
    app = SandboxApp(world)
    with serving_app(app) as url:
        rig = AsanaRig(app, url, [])
        _furnish(rig, count)
        try:
            yield rig
        finally:
            for made in rig.made:
                made.close()


def _furnish(rig: AsanaRig, count: int) -> None:
    launch = rig.act(containers.create_project, "Ada", "Launch", sections=("To do", "Doing\u00a0now", "Done"))
    review = rig.act(containers.create_project, "Ada", "Review", sections=("Inbox", "Approved"))
    rig.projects = [launch, review]
    team = rig.act(fields.create_field, "Ada", "Team", "enum", options=("Design", "Demand Gen"))
    rig.act(fields.attach_field, "Ada", launch, team)
    made = [_made(rig, launch, number) for number in range(count)]
    for task in made[:3]:
        rig.act(tasks.add_to_project, "Ada", task, review.sections[0])
        rig.act(tasks.move_to_section, "Chao", task, review.sections[1])
        rig.act(tasks.assign, "Ada", task, rig.app.world.people.find("Chao"))
        rig.act(fields.set_field, "Chao", task, team, team.options[1])
    rig.act(tasks.complete, "Chao", made[0])
    for number in range(10):
        _made(rig, review, number)


def _made(rig: AsanaRig, project: Any, number: int) -> Any:
    owner = rig.app.world.people.find("Ben\u00a0Ö") if number % 2 else None
    return rig.act(
        tasks.create_task, "Ada", f"Task\u00a0{number}", section=project.sections[0], assignee=owner, after=7
    )
