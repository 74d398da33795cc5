"""Everything in the pretend Asana, and the two ways it remembers what happened: stories and events."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import datetime
from typing import Any, Protocol, TypeVar

from connectors.sandbox.asana.hooks import Hooks
from connectors.sandbox.asana.kinds import user_kind
from connectors.sandbox.asana.records import CustomField, Project, Story, Tag, Task, Team, Workspace
from connectors.sandbox.asana.records_apart import Job
from connectors.sandbox.asana.settings import Settings
from connectors.sandbox.asana.streams import Happening, Streams
from connectors.sandbox.asana.whole import whole
from connectors.sandbox.core import Somebody, World

WORKSPACE_NAME = "Handrail Sandbox"
TEAM_NAMES = ("Marketing", "Operations")


class HasGid(Protocol):
    """Anything with a gid."""

    gid: str


Record = TypeVar("Record", bound=HasGid)


class State:
    """One organization. Records by gid in `by_gid`; gids ascend in the order of making.

    Acts (`connectors.sandbox.asana.acts`) change it; nothing else should.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings = Settings()
        self._gids = itertools.count(1_200_000_000_000_001)
        self.by_gid: dict[str, Any] = {}
        self.projects: list[Project] = []
        self.fields: list[CustomField] = []
        self.tags: list[Tag] = []
        self.jobs: list[Job] = []
        self.tasks: dict[str, Task] = {}
        self.assigned: defaultdict[str, dict[str, Task]] = defaultdict(dict)
        self.workspace = self.keep(Workspace(self.gid(), WORKSPACE_NAME, ["example.com"]))
        self.teams = [self.keep(Team(self.gid(), name, self.workspace)) for name in TEAM_NAMES]
        self.user_kind = user_kind(lambda: [self.workspace])
        self.streams = Streams()
        self._told = 0
        self.hooks = Hooks(world)

    @property
    def watched(self) -> bool:
        """Somebody listens: without streams and webhooks events need not even be made."""
        return bool(self.streams.logs or self.hooks.all)

    def __call__(self) -> dict[str, Any]:
        """All of it as JSON, for whoever looks at the world from outside."""
        return whole(self)

    def gid(self) -> str:
        """The next gid."""
        return str(next(self._gids))

    def keep(self, record: Record) -> Record:
        """Remember a record under its gid."""
        self.by_gid[record.gid] = record
        return record

    def source_of(self, by: Somebody | None) -> str:
        """The `source` of a story: people click, bots call, rules are nobody we know."""
        return "unknown" if by is None else "api" if by.is_bot else "web"

    def tell(self, task: Task, by: Somebody | None, subtype: str, at: datetime, /, **facts: Any) -> Story:
        """Write a line of a task's history, which modifies the task. Facts: the payload fields of the subtype."""
        story = Story(self.gid(), task, at, by, subtype, self.source_of(by), facts)
        self.by_gid[story.gid] = story
        task.stories.append(story)
        if at > task.modified_at and (subtype != "section_changed" or self.settings.moves_modify):
            task.modified_at = at
        if self.watched:
            self.emit(story, by, "added", at, parent=task)
        self._consolidate(task, story)
        return story

    def emit(
        self, resource: Any, by: Somebody | None, action: str, at: datetime, *,
        parent: Any = None, change: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Let everyone who watches the resource, or anything above it, know."""
        if self.watched and not self._loses():
            happening = Happening(at, by, resource, action, parent, change)
            self.streams.note(happening)
            self.hooks.note(happening)

    def _loses(self) -> bool:
        self._told += 1
        return bool(self.settings.lose_every) and self._told % self.settings.lose_every == 0

    def changed(
        self, resource: Any, by: Somebody | None, name: str, at: datetime, value: Any = None, action: str = "changed",
    ) -> None:  # fmt: skip
        """A field of a resource changed. `value`: the new (added, removed) value when it is an Asana resource."""
        if self.watched:
            change: dict[str, Any] = {"field": name, "action": action}
            if value is not None:
                change["new_value" if action == "changed" else f"{action}_value"] = value
            self.emit(resource, by, "changed", at, change=change)

    def _consolidate(self, task: Task, story: Story) -> None:
        """On request: a quick undo takes the older story away, as Asana does (asana-facts §5)."""
        window = self.settings.consolidate_within
        opposite = {"marked_complete": "marked_incomplete", "marked_incomplete": "marked_complete"}
        wanted = opposite.get(story.resource_subtype)
        if not window or not wanted or len(task.stories) < 2:
            return
        before = task.stories[-2]
        if before.resource_subtype == wanted and story.created_at - before.created_at <= window:
            for gone in (before, story):
                task.stories.remove(gone)
                del self.by_gid[gone.gid]
