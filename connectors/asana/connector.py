"""The Asana connector: one source of the config, as many scopes as it names projects."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx

from connectors.asana.cursor import Cursor
from connectors.asana.fields_of_ours import FieldsOfOurs
from connectors.asana.hooks import hinted
from connectors.asana.mapping import Surroundings, gid_of, history, work_item
from connectors.asana.options import AsanaOptions
from connectors.asana.people import Directory, seen_in
from connectors.asana.policy import AsanaPolicy
from connectors.asana.reads import Reads
from connectors.asana.sdk import Endpoints
from connectors.asana.writes import Writes
from connectors.base import History, Known, Memory, Own, Page, Scope
from connectors.errors import Garbled, Missing, Rejected
from connectors.http import Meter, open_door
from connectors.model import Change, Container, EnsureFields, OwnField, Person, Receipt, Ref, SetFields, WorkItem
from connectors.pace import Pace

Json = Any
Told = tuple[Json, list[Json] | None]
"""A task with its stories; None: its history is known already."""


@contextmanager
def _as_promised(what: str) -> Iterator[None]:
    """Garbled when an answer lacks what Asana's contract promises."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Garbled(f"{what}: not as Asana's contract promises: {type(error).__name__}: {error}") from error


CHUNK = 50
"""Tasks a page: what is kept together, and lost together when a run is killed."""
_AT_ONCE = 8


class AsanaConnector:
    """Pulls tasks with their stories, and sets our own custom fields.

    Requests of a first pull: project and sections once a project, users/me once a token, users at 100 a page once
    a workspace, tasks at 100 a page, and one story call a task. Of a quiet later pull: one a project.
    """

    def __init__(
        self, id: str, options: AsanaOptions, token: str, pace: Pace, memory: Memory,  # noqa: A002
        own_fields: Sequence[OwnField] = (), meter: Meter | None = None,
        transport: httpx.BaseTransport | None = None, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self.id = id
        self._projects = tuple(dict.fromkeys(options.projects))
        self._own = frozenset(field.name for field in own_fields)
        named = {*options.fields, options.team_field, options.priority_field} - {None}
        self._mapped: frozenset[str] = frozenset(name for name in named if name) | self._own
        self._memory = memory
        self._door = open_door(
            options.base_url, token, pace, AsanaPolicy(), source=id, meter=meter, sleep=sleep, transport=transport
        )
        api = Endpoints(self._door, options.base_url)
        self._reads = Reads(id, api, memory, with_fields=bool(self._mapped))
        self._people = Directory(id, api, memory, token, options.bots)
        self._ours = FieldsOfOurs(id, api)
        self._writes = Writes(api)

    def close(self) -> None:
        """Give the connections back."""
        self._door.close()

    def scopes(self) -> Sequence[Scope]:
        """One a project of the config; no request. The name is the gid: names come with the pull."""
        return [Scope(self.id, project, project) for project in self._projects]

    # ---- what comes in ---------------------------------------------------------------------------------------

    def pull(self, scope: Scope, cursor: str | None, known: Known) -> Iterator[Page]:
        """The project's tasks changed since the cursor, in pages of 50, each with the history of those not known.

        Nothing is concluded from a task that is not listed: deletions and departures are found by a sweep, which
        is a pull with no cursor. A first pull that was cut off lists again, but asks for no history that is kept.
        """
        begin = Cursor.parse(cursor)
        opened = self._open(scope.id) if begin.since is None else None
        started = time.monotonic()
        tasks = self._reads.tasks(scope.id, begin.since)
        with _as_promised(f"project {scope.id}"):
            following = begin.after([task["modified_at"] for task in tasks], time.monotonic() - started)
        if opened is None and self._reads.has_new_columns(scope.id, tasks):
            opened = self._reads.project(scope.id), []
        containers, people = ((opened[0],), opened[1]) if opened else ((), [])
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=f"{self.id}-stories") as threads:
            for start in range(0, max(len(tasks), 1), CHUNK):
                last = start + CHUNK >= len(tasks)
                told = self._told(threads, tasks[start : start + CHUNK], known)
                page = self._page(scope, str(following if last else begin), told, self._reads.workspace(scope.id))
                yield Page(
                    scope, page.cursor, page.items, page.histories, (*people, *page.people), containers, last=last
                )
                containers, people = (), []

    def _open(self, project: str) -> tuple[Container, list[Person]]:
        found = self._reads.project(project)
        return found, self._people.everyone(self._reads.workspace(project) or "")

    def get(self, ids: Sequence[str]) -> Page:
        """These tasks with their whole history, two requests each; gone ones are left out.

        The page belongs to no scope (its id is empty) and has no cursor to keep.
        """
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=f"{self.id}-get") as threads:
            found = list(threads.map(self._one, dict.fromkeys(ids)))
        told = [one for one in found if one is not None]
        workspace = next((gid_of(task.get("workspace")) for task, _ in told), None)
        return self._page(Scope(self.id, "", ""), "", told, workspace, last=True)

    def _one(self, gid: str) -> Told | None:
        try:
            return self._reads.task(gid), self._reads.stories(gid)
        except Missing:
            return None

    def _told(self, threads: ThreadPoolExecutor, tasks: Sequence[Json], known: Known) -> list[Told]:
        """The tasks with the stories of those whose kept version is another; one that is gone by now is left out."""
        fresh = [task for task in tasks if known(Ref(self.id, task["gid"])) != task["modified_at"]]
        found = dict(zip((task["gid"] for task in fresh), threads.map(self._stories, fresh), strict=True))
        gone = {gid for gid, stories in found.items() if stories is None}
        return [(task, found.get(task["gid"])) for task in tasks if task["gid"] not in gone]

    def _stories(self, task: Json) -> list[Json] | None:
        try:
            return self._reads.stories(task["gid"])
        except Missing:
            return None

    def _page(
        self, scope: Scope, cursor: str, told: Sequence[Told], workspace: str | None, *, last: bool = False
    ) -> Page:
        news = [(task, stories) for task, stories in told if stories is not None]
        people: list[Person] = []
        histories: list[History] = []
        if news:
            around = self._around(workspace or "")
            people = self._strangers(workspace or "", news)
            histories = [self._history(task, stories, around) for task, stories in news]
        items = tuple(self._item(task) for task, _ in told)
        return Page(scope, cursor, items, tuple(histories), tuple(people), last=last)

    def _strangers(self, workspace: str, news: Sequence[tuple[Json, list[Json]]]) -> list[Person]:
        return self._people.strangers(workspace, (user for task, stories in news for user in seen_in(task, stories)))

    def _around(self, workspace: str) -> Surroundings:
        return Surroundings(
            self.id, self._people.me(), self._people.bots(workspace), self._reads.sections(self._projects),
            self._mapped, self._own,
        )  # fmt: skip

    def _history(self, task: Json, stories: list[Json], around: Surroundings) -> History:
        with _as_promised(f"stories of task {task['gid']}"):
            return History(Ref(self.id, task["gid"]), history(task, stories, around))

    def _item(self, task: Json) -> WorkItem:
        with _as_promised(f"task {task['gid']}"):
            return work_item(self.id, task, self._mapped)

    # ---- what goes out ---------------------------------------------------------------------------------------

    def survey(self, wanted: Sequence[Change]) -> Own:
        """Which of our fields are attached where; one request for each project of these changes."""
        return self._ours.survey([one for one in wanted if isinstance(one, EnsureFields)])

    def apply(self, change: Change) -> Receipt:
        """Create and attach our fields, or set them on a task. Asana knows no rows and no pages of ours."""
        if isinstance(change, EnsureFields):
            return self._ours.ensure(change)
        if isinstance(change, SetFields):
            return self._writes.set_fields(change)
        raise Rejected(f"{self.id}: Asana cannot carry out a {type(change).__name__}; write it to a Notion source")

    def hear(self, headers: Mapping[str, str], body: bytes) -> Sequence[str]:
        """The task gids that a signed webhook delivery points at; Denied when no secret of ours signed it."""
        return hinted(headers, body, self._secrets())

    def _secrets(self) -> Collection[str]:
        return (self._memory.get(f"{self.id}:webhook-secrets") or "").split()
