"""The Asana connector: one source of the config, as many scopes as it has projects."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx

from connectors.asana.cursor import Cursor
from connectors.asana.fields_of_ours import FieldsOfOurs
from connectors.asana.learned import RememberedPace
from connectors.asana.listings import Listing, Listings
from connectors.asana.mapping import Surroundings, as_promised, gid_of, history, homes, version, work_item
from connectors.asana.options import AsanaOptions, Subtasks
from connectors.asana.people import Directory, seen_in
from connectors.asana.policy import AsanaPolicy
from connectors.asana.posts import Posts
from connectors.asana.reads import Reads
from connectors.asana.scope import Projects
from connectors.asana.sdk import PAGE, Endpoints
from connectors.asana.webhooks import Webhooks
from connectors.asana.writes import Writes
from connectors.base import Amount, History, Known, Memory, Own, Page, Scope, Stored
from connectors.errors import Missing, Rejected
from connectors.http import Meter, open_door
from connectors.model import (
    Change,
    Container,
    EnsureFields,
    OwnField,
    Person,
    PostComment,
    PostStatus,
    Presence,
    PutBrief,
    Receipt,
    Ref,
    SetFields,
)
from connectors.pace import Pace
from connectors.threads import Threads

Json = Any
Told = tuple[Json, list[Json] | None]
"""A task with its stories; None: its history is known already."""

CHUNK = 50
"""Tasks a page: what is kept together, and lost together when a run is killed."""
_AT_ONCE = 8


def _now() -> datetime:
    return datetime.now(UTC)


class AsanaConnector:
    """Pulls tasks with their stories, and sets our own custom fields.

    Requests of a first pull: project and sections once a project, users/me once a token, users at 100 a page once
    a workspace, tasks at 100 a page, and one story call a task. Of a quiet later pull: one a project. `stored`
    tells which tasks are kept, so that a sweep notices those that are no longer there; `subtasks`, by project, goes
    before the source's own policy.
    """

    def __init__(
        self, id: str, options: AsanaOptions, token: str, pace: Pace, memory: Memory,  # noqa: A002
        own_fields: Sequence[OwnField] = (), meter: Meter | None = None,
        transport: httpx.BaseTransport | None = None, sleep: Callable[[float], None] = time.sleep,
        stored: Stored = lambda scope: (), clock: Callable[[], datetime] = _now,
        subtasks: Mapping[str, Subtasks] | None = None,
    ) -> None:  # fmt: skip
        self.id = id
        self._own = frozenset(field.name for field in own_fields)
        named = {*options.fields, options.team_field, options.priority_field} - {None}
        self._mapped: frozenset[str] = frozenset(name for name in named if name) | self._own
        self._memory, self._comments = memory, options.comments
        self._with_subtasks = {options.subtasks, *(subtasks or {}).values()} != {"parents"}
        paced = RememberedPace(pace, memory, f"{id}:learned", clock)
        self._door = open_door(
            options.base_url, token, paced, AsanaPolicy(), source=id, meter=meter, sleep=sleep, transport=transport
        )
        api = Endpoints(self._door, options.base_url)
        self._projects = Projects(id, api, options)
        self._reads = Reads(id, api, memory, options, with_fields=bool(self._mapped))
        self._listings = Listings(id, self._reads, self._projects, options, stored, clock, subtasks or {})
        self._people = Directory(id, api, memory, token, options.bots)
        self._ours = FieldsOfOurs(id, api)
        self._writes = Writes(api)
        self._posts, self._clock = Posts(id, api, self._people.me, clock), clock
        hooks = Webhooks(api, self._projects, self._reads)
        self.subscriptions, self.subscribe = hooks.every, hooks.make
        self.mend, self.unsubscribe = hooks.mend, hooks.remove

    def close(self) -> None:
        """Give the connections back."""
        self._door.close()

    def scopes(self) -> Sequence[Scope]:
        """One a project. No request for those of the config; one a hundred for a portfolio's or a team's."""
        return self._projects.scopes()

    # ---- what comes in ---------------------------------------------------------------------------------------

    def pull(self, scope: Scope, cursor: str | None, known: Known) -> Iterator[Page]:
        """The project's tasks changed since the cursor, in pages of 50, each with the history of those not known.

        Without a cursor, and when a sweep is due, everything is listed, and kept tasks that are not among it are
        looked at one by one: only then is something said about a task that is not listed. A pull that was cut off
        lists again, but asks for no history that is kept.
        """
        if failure := self._projects.failure(scope):
            raise failure
        begin = Cursor.parse(cursor)
        opened = self._open(scope.id) if begin.since is None else None
        with Threads(_AT_ONCE, thread_name_prefix=f"{self.id}-tasks") as threads:
            listing = self._listings.read(scope, begin, known, threads)
            if opened is None and (listing.redefined or self._reads.has_new_columns(scope.id, listing.tasks)):
                opened = self._reads.project(scope.id), []
            yield from self._pages(scope, begin, listing, opened, known, threads)

    def _pages(
        self, scope: Scope, begin: Cursor, listing: Listing, opened: tuple[Container, list[Person]] | None,
        known: Known, threads: Threads,
    ) -> Iterator[Page]:  # fmt: skip
        containers, people = ((opened[0],), opened[1]) if opened else ((), [])
        for number, tasks in enumerate(listing.tasks.chunks(CHUNK), 1):
            last = number * CHUNK >= len(listing.tasks)
            told = self._told(threads, tasks, known)
            cursor = str(listing.following if last else begin)
            page = self._page(scope, cursor, told, self._reads.workspace(scope.id), last=last)
            absent, ahead = self._absent(listing.absent), max(len(listing.tasks) - number * CHUNK, 0)
            yield replace(
                page, items=tuple(replace(one, presence=absent.get(one.ref, one.presence)) for one in page.items),
                people=(*people, *page.people), containers=containers, absent=absent if last else {}, ahead=ahead,
            )  # fmt: skip
            containers, people = (), []

    def begin(self, since: datetime) -> str:
        """See `Connector.begin`. The next sweep lists the others, too."""
        return str(Cursor.from_(since).swept_at(self._clock()))

    def amount(self, scope: Scope, kept: int) -> Amount:
        """One request, which Asana counts dearly. Tasks at 100 a request, and one for the history of each not kept;
        subtasks are in no count of Asana's."""
        if failure := self._projects.failure(scope):
            raise failure
        tasks = self._reads.count(scope.id)
        why = "" if self._listings.policy(scope.id) == "parents" else "subtasks come on top: Asana counts none"
        return Amount(tasks, 2 + -(-tasks // PAGE) + max(tasks - kept, 0), why)

    def _open(self, project: str) -> tuple[Container, list[Person]]:
        found = self._reads.project(project)
        return found, self._people.everyone(self._reads.workspace(project) or "")

    def _absent(self, gids: Mapping[str, Presence]) -> dict[Ref, Presence]:
        return {Ref(self.id, gid): presence for gid, presence in gids.items()}

    def get(self, ids: Sequence[str]) -> Page:
        """See `Connector.get`: two requests each; gone ones are told as unseen."""
        with Threads(_AT_ONCE, thread_name_prefix=f"{self.id}-get") as threads:
            found = dict(zip(dict.fromkeys(ids), threads.map(self._one, dict.fromkeys(ids)), strict=True))
        told = [one for one in found.values() if one is not None]
        workspace = next((gid_of(task.get("workspace")) for task, _ in told), None)
        page = self._page(Scope(self.id, "", ""), "", told, workspace, last=True)
        items = tuple(
            item if self._listings.holds(item) else replace(item, presence="outside") for item in page.items
        )
        absent = self._absent({gid: "unseen" for gid, one in found.items() if one is None})
        return replace(page, items=items, absent=absent)

    def _one(self, gid: str) -> Told | None:
        try:
            task, stories = self._reads.task(gid), self._reads.stories(gid)
        except Missing:
            return None
        inherits = self._with_subtasks and task.get("parent") and not homes(task)
        return self._reads.at_home(task) if inherits else task, stories

    def _told(self, threads: Threads, tasks: Sequence[Json], known: Known) -> list[Told]:
        """The tasks with the stories of those whose kept version is another; one that is gone by now is left out."""
        with as_promised("a listing of tasks"):
            fresh = [task for task in tasks if known(Ref(self.id, task["gid"])) != version(task)]
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
        items = []
        for task, _ in told:
            with as_promised(f"task {task['gid']}"):
                items.append(work_item(self.id, task, self._mapped))
        return Page(scope, cursor, tuple(items), tuple(histories), tuple(people), last=last)

    def _strangers(self, workspace: str, news: Sequence[tuple[Json, list[Json]]]) -> list[Person]:
        return self._people.strangers(workspace, (user for task, stories in news for user in seen_in(task, stories)))

    def _around(self, workspace: str) -> Surroundings:
        return Surroundings(
            self.id, self._people.me(), self._people.bots(workspace), self._reads.sections(self._projects.gids()),
            self._mapped, self._own, self._comments,
        )  # fmt: skip

    def _history(self, task: Json, stories: list[Json], around: Surroundings) -> History:
        with as_promised(f"stories of task {task['gid']}"):
            return History(Ref(self.id, task["gid"]), history(task, stories, around))

    # ---- what goes out ---------------------------------------------------------------------------------------

    def survey(self, wanted: Sequence[Change]) -> Own:
        """Which of our fields are attached where; one request for each project of these changes."""
        return self._ours.survey([one for one in wanted if isinstance(one, EnsureFields)])

    def apply(self, change: Change) -> Receipt:
        """Create and attach our fields, set them on a task, or say something. Asana has no rows and pages of ours."""
        match change:
            case EnsureFields():
                return self._ours.ensure(change)
            case SetFields():
                return self._writes.set_fields(change)
            case PostStatus():
                return self._posts.status(change)
            case PostComment():
                return self._posts.comment(change)
            case PutBrief():
                return self._posts.brief(change)
            case _:
                kind = type(change).__name__
                raise Rejected(f"{self.id}: Asana cannot carry out a {kind}; write it to a Notion source")
