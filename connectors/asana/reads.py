"""What is read of a project, a task and its stories, and what of it is noted for the next run."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from connectors.asana import fields
from connectors.asana.mapping import as_promised, container, gid_of, homes, inheriting
from connectors.asana.options import AsanaOptions
from connectors.asana.sdk import Endpoints
from connectors.asana.spool import Spool
from connectors.base import Memory
from connectors.errors import Missing, NotGranted, Rejected
from connectors.model import Container

Json = Any
_DEEPEST = 10
"""Levels of subtasks that are climbed to find a home."""


class Reads:
    """Requests for facts. Notes each project's workspace and columns, so that a quiet run need not ask again."""

    def __init__(
        self, source: str, api: Endpoints, memory: Memory, options: AsanaOptions, *, with_fields: bool
    ) -> None:
        self._source, self._api, self._memory = source, api, memory
        self._ahead: dict[str, Container] = {}
        self._task_fields = fields.task(custom=with_fields, listed=options.fields)
        self._story_fields = fields.story(words=options.comments != "who")

    def project(self, gid: str) -> Container:
        """The project with its sections and field definitions: two requests (more beyond 100 sections), unless
        it was read a moment ago for the sake of another project's tasks."""
        return self._ahead.pop(gid, None) or self._ask_project(gid)

    def _ask_project(self, gid: str) -> Container:
        with self._named(gid):
            raw = self._api.one(self._api.projects.get_project, gid, fields=fields.PROJECT)
            sections = self._api.all(self._api.sections.get_sections_for_project, gid, fields=fields.SECTION)
        columns = {one["gid"]: one.get("name") or "" for one in sections}
        note = {"workspace": (raw.get("workspace") or {}).get("gid") or "", "columns": columns}
        self._memory.set(self._key(gid), json.dumps(note))
        return container(self._source, raw, sections)

    def tasks(self, project: str, since: str | None) -> Spool:
        """The tasks homed in the project, changed at or after `since`; drained at 100 a request."""
        changed, found = {"modified_since": since} if since else {}, Spool()
        with self._named(project):
            self._api.drain(found, self._api.tasks.get_tasks, project=project, fields=self._task_fields, **changed)
        return found

    def count(self, project: str) -> int:
        """How many tasks the project has, done ones included: one request of a limit of its own."""
        call = self._api.projects.get_task_counts_for_project
        with self._named(project), as_promised(f"the count of tasks of project {project}"):
            return int(self._api.one(call, project, fields="num_tasks")["num_tasks"])

    def task(self, gid: str) -> Json:
        """One task, with the workspace that it is in."""
        return self._api.one(self._api.tasks.get_task, gid, fields=f"{self._task_fields},workspace")

    def at_home(self, task: Json) -> Json:
        """A subtask with no home of its own, shown in the projects that it inherits: one request a step up."""
        above = task
        for _ in range(_DEEPEST):
            if homes(above) or not above.get("parent"):
                break
            above = self.task_or_none(gid_of(above["parent"]) or "") or {}
        return inheriting(task, homes(above))

    def task_or_none(self, gid: str) -> Json | None:
        """One task; None when it is gone or not shared with us, which Asana does not tell apart."""
        try:
            return self.task(gid)
        except (Missing, NotGranted):
            return None

    def subtasks(self, task: str) -> list[Json]:
        """The tasks right below a task, one request a hundred; none when it is gone."""
        try:
            return self._api.all(self._api.tasks.get_subtasks_for_task, task, fields=self._task_fields)
        except Missing:
            return []

    def happenings(self, project: str, sync: str) -> tuple[list[Json], str]:
        """The project's events since the token, and the next token. Gap when events were missed."""
        with self._named(project):
            return self._api.happenings(project, sync)

    @contextmanager
    def _named(self, project: str) -> Iterator[None]:
        """A refusal says which project it is about; Asana calls an unknown one a bad request in some places."""
        try:
            yield
        except Rejected as error:
            gone = isinstance(error, Missing) or "Not a recognized ID" in str(error)
            kind = Missing if gone else type(error)
            why = "is gone, or not shared with this token's user" if gone else "cannot be read"
            raise kind(
                f"project {project} of source {self._source!r} {why}: {error}",
                status=error.status, request=error.request, answer=error.answer,
            ) from error  # fmt: skip

    def parents(self, project: str) -> dict[str, list[str]] | None:
        """The tasks that were noted as having subtasks, with the projects that these are in; None: nothing noted."""
        noted = self._memory.get(f"{self._source}:parents:{project}")
        if noted is None:
            return None
        pairs = (each.partition("@") for each in noted.split())
        return {gid: at.split(",") for gid, _, at in pairs}

    def note_parents(self, project: str, at: Mapping[str, Sequence[str]]) -> None:
        """Note which tasks have subtasks: a subtask's change does not mark its parent, so they are asked again."""
        noted = " ".join(f"{gid}@{','.join(projects)}" for gid, projects in sorted(at.items()))
        self._memory.set(f"{self._source}:parents:{project}", noted)

    def stories(self, task: str) -> list[Json]:
        """All of a task's stories: one request a hundred."""
        return self._api.all(self._api.stories.get_stories_for_task, task, fields=self._story_fields)

    def workspace(self, project: str) -> str | None:
        """The project's workspace as noted; None when nothing is noted."""
        note = self._noted(project)
        return note["workspace"] if note else None

    def sections(self, projects: Collection[str]) -> dict[str, str]:
        """Section gid → project gid, for all projects of the source.

        Stories of a task in several projects are interleaved and name sections only, so a history needs them all.
        What is not noted is read ahead; a project that cannot be read is left to its own pull to report.
        """
        for project in projects:
            if self._noted(project) is None:
                with suppress(Rejected):
                    self._ahead[project] = self._ask_project(project)
        notes = {project: self._noted(project) for project in projects}
        return {section: project for project, note in notes.items() if note for section in note["columns"]}

    def has_new_columns(self, project: str, tasks: Iterable[Json]) -> bool:
        """Whether a task sits in a column of the project that is not noted under this name."""
        note = self._noted(project)
        columns = note["columns"] if note else {}
        homes = (home for task in tasks for home in task.get("memberships") or ())
        return any(
            columns.get(home["section"]["gid"]) != (home["section"].get("name") or "")
            for home in homes
            if (home.get("project") or {}).get("gid") == project and home.get("section")
        )

    def _key(self, project: str) -> str:
        return f"{self._source}:project:{project}"

    def _noted(self, project: str) -> Json:
        noted = self._memory.get(self._key(project))
        return json.loads(noted) if noted else None
