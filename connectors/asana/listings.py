"""Which tasks are worth a look, by the cheapest route that is sound: all of them, the modified ones, or by events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import structlog

from connectors.asana.cursor import Cursor
from connectors.asana.hooks import touched
from connectors.asana.mapping import as_promised, gid_of, homes, inheriting
from connectors.asana.options import AsanaOptions, Subtasks
from connectors.asana.reads import Reads
from connectors.asana.scope import Projects
from connectors.asana.sdk import PAGE, Gap
from connectors.asana.spool import Spool
from connectors.base import Known, Scope, Stored
from connectors.model import Presence, Ref, WorkItem
from connectors.threads import Threads

Json = Any
_log = structlog.get_logger("handrail.asana")
_DEFINITIONS = frozenset({"project", "section", "custom_field", "custom_field_setting"})


@dataclass(frozen=True, slots=True)
class Listing:
    """Tasks to be kept, and where the next pull begins once they are. `absent`: gids of tasks that are known to be
    no longer present; one that can still be read is among the tasks, too. `redefined`: the project itself may have
    changed."""

    tasks: Spool
    following: Cursor
    absent: Mapping[str, Presence] = field(default_factory=dict)
    redefined: bool = False


class Listings:
    """Reads a project's tasks. Nothing is concluded before every page of every listing is there."""

    def __init__(
        self, source: str, reads: Reads, projects: Projects, options: AsanaOptions, stored: Stored,
        clock: Callable[[], datetime], subtasks: Mapping[str, Subtasks],
    ) -> None:  # fmt: skip
        self._source, self._reads, self._projects, self._stored = source, reads, projects, stored
        self._options, self._policies = options, subtasks
        self._every, self._clock = options.sweeps, clock

    def policy(self, project: str) -> Subtasks:
        """What counts as work in this project: as its flow says, else as the source says."""
        return self._policies.get(project, self._options.subtasks)

    def read(self, scope: Scope, begin: Cursor, known: Known, threads: Threads) -> Listing:
        """What changed since the cursor; everything, when there is none or a sweep is due."""
        if begin.since is None:
            return self._whole(scope, begin, known, threads, "the first pull")
        if begin.is_due(self._clock(), self._every):
            return self._whole(scope, begin, known, threads, "a sweep is due")
        if self._route(scope.id)[0] == "events":
            return self._by_events(scope, begin, known, threads)
        return self._modified(scope, begin, known, threads)

    # ---- everything ------------------------------------------------------------------------------------------

    def _whole(
        self, scope: Scope, begin: Cursor, known: Known, threads: Threads, why: str,
        sync: str | None = None,
    ) -> Listing:  # fmt: skip
        """List all tasks, and look once at each kept one that was not among them."""
        _log.info("listed whole", source=self._source, project=scope.name or scope.id, why=why)
        by_events = self._route(scope.id)[0] == "events"
        begin = replace(begin, sync=sync or (self._first_token(scope) if by_events else begin.sync))
        now, started = self._clock(), time.monotonic()
        listed = self._reads.tasks(scope.id, None)
        following = _after(scope, begin, listed, time.monotonic() - started).swept_at(now)
        kept, there, unwanted = self._sifted(scope.id, listed, {}, threads)
        missing = [ref.id for ref in self._stored(scope) if ref.id not in there]
        absent: dict[str, Presence] = {gid: "outside" for gid in missing if gid in unwanted}
        asked = [gid for gid in missing if gid not in unwanted]
        for gid, task in zip(asked, threads.map(self._reads.task_or_none, asked), strict=True):
            below = self._under_known(task, known)
            if how := self._absence(scope.id, task, below):
                absent[gid] = how
            if task and (how or self._belongs(task, scope.id, below)):  # how it left is in its own history
                kept.append(self._homed(scope.id, task))
        if absent:
            _log.info("absent", source=self._source, project=scope.id, tasks=dict(absent))
        return Listing(kept, following, absent)

    def _sifted(
        self, project: str, listed: Spool, noted: Mapping[str, Sequence[str]], threads: Threads
    ) -> tuple[Spool, set[str], set[str]]:
        """The listed tasks with their subtasks, as far as they count as work; their gids; the gids of the others."""
        there, unwanted, kept = set[str](), set[str](), Spool()
        for task in self._with_subtasks(project, listed, noted, threads):
            if self._wants(task, project):
                kept.append(task)
                there.add(task["gid"])
            else:
                unwanted.add(task["gid"])
        return kept, there, unwanted

    def _first_token(self, scope: Scope) -> str:
        try:
            return self._reads.happenings(scope.id, "")[1]
        except Gap as gap:
            return gap.sync

    # ---- what changed ----------------------------------------------------------------------------------------

    def _modified(self, scope: Scope, begin: Cursor, known: Known, threads: Threads) -> Listing:
        parents = self._reads.parents(scope.id) if self.policy(scope.id) != "parents" else {}
        if parents is None:
            return self._whole(scope, begin, known, threads, "it is not noted which tasks have subtasks")
        self._usual(scope, "modified_since")
        started = time.monotonic()
        listed = self._reads.tasks(scope.id, begin.since)
        following = _after(scope, begin, listed, time.monotonic() - started)
        kept, _, unwanted = self._sifted(scope.id, listed, parents, threads)
        return Listing(kept, following, dict.fromkeys(unwanted, "outside"))

    def _by_events(self, scope: Scope, begin: Cursor, known: Known, threads: Threads) -> Listing:
        """One GET a touched task: it shows subtasks' changes, departures and deletions, which lists do not."""
        if begin.sync is None:
            token = self._first_token(scope)
            listing = self._modified(scope, begin, known, threads)
            return replace(listing, following=replace(listing.following, sync=token))
        try:
            events, sync = self._reads.happenings(scope.id, begin.sync)
        except Gap as gap:
            return self._whole(scope, begin, known, threads, "events were missed", gap.sync)
        dirty = list(dict.fromkeys(gid for event in events for gid in touched(event)))
        if len(dirty) > PAGE:
            return self._whole(scope, begin, known, threads, f"{len(dirty)} tasks changed", sync)
        self._usual(scope, "events")
        kept = Spool()
        absent: dict[str, Presence] = {}
        deleted = {gid_of(one.get("resource")) for one in events if one.get("action") == "deleted"}
        for gid, task in zip(dirty, threads.map(self._reads.task_or_none, dirty), strict=True):
            below = bool(task and task.get("parent"))
            if how := self._absence(scope.id, task, below, gid in deleted):
                absent[gid] = how
            if task and (how or self._belongs(task, scope.id, below)):
                kept.append(self._homed(scope.id, task))
        redefined = any((one.get("resource") or {}).get("resource_type") in _DEFINITIONS for one in events)
        return Listing(kept, replace(begin, sync=sync), absent, redefined)

    def holds(self, item: WorkItem) -> bool:
        """Whether one of the projects in scope reads this item; so it is while they cannot all be told."""
        at = [home.container for home in item.placements if home.container in self._projects.gids()]
        if not at:
            return not self._projects.whole
        return any(self.policy(project) != "leaves" or not item.subtasks for project in at)

    # ---- what belongs ----------------------------------------------------------------------------------------

    def _absence(self, project: str, task: Json | None, below: bool, deleted: bool = False) -> Presence | None:
        """How a task that was looked at alone is absent; None: it is not, or that cannot be told."""
        if task is None:
            return "trashed" if deleted else "unseen"
        return "outside" if self._projects.whole and not self._belongs(task, project, below) else None

    def _belongs(self, task: Json, project: str, below: bool) -> bool:
        """Whether a task that was looked at alone is to be kept. `below`: it hangs under a task in scope."""
        return self._in_scope(task, project, below=below) and self._wants(task, project)

    def _in_scope(self, task: Json, project: str, *, below: bool) -> bool:
        if set(homes(task)) & set(self._projects.gids()):
            return True
        return self.policy(project) != "parents" and below

    def _under_known(self, task: Json, known: Known) -> bool:
        parent = gid_of(task.get("parent")) if task else None
        return parent is not None and known(Ref(self._source, parent)) is not None

    def _wants(self, task: Json, project: str) -> bool:
        """Whether the config's policy for subtasks keeps it: with `leaves`, a task with subtasks stands for them."""
        return self.policy(project) != "leaves" or not task.get("num_subtasks")

    def _homed(self, project: str, task: Json) -> Json:
        """A subtask that was looked at alone gets the homes that it inherits; listed ones have theirs already."""
        return task if self.policy(project) == "parents" else self._reads.at_home(task)

    # ---- subtasks --------------------------------------------------------------------------------------------

    def _with_subtasks(
        self, project: str, listed: Iterable[Json], noted: Mapping[str, Sequence[str]], threads: Threads
    ) -> Iterator[Json]:
        """The listed tasks and, where the config wants them, all below them and the `noted` parents; each once."""
        at, told = dict(noted), set[str]()
        for task in listed:
            told.add(task["gid"])
            at |= {task["gid"]: homes(task)} if task.get("num_subtasks") else {}
            yield task
        if self.policy(project) == "parents":
            return
        layer = list(at)
        having: dict[str, Sequence[str]] = {}
        while layer:
            deeper: dict[str, Sequence[str]] = {}
            for gid, children in zip(layer, threads.map(self._reads.subtasks, layer), strict=True):
                having |= {gid: at[gid]} if children else {}
                for child in (inheriting(child, at[gid]) for child in children):
                    if child.get("num_subtasks") and child["gid"] not in at:
                        deeper[child["gid"]] = homes(child)
                    if child["gid"] not in told:
                        told.add(child["gid"])
                        yield child
            at |= deeper
            layer = list(deeper)
        self._reads.note_parents(project, having)

    def _route(self, project: str) -> tuple[Literal["events", "modified_since"], str]:
        if self._options.incremental != "auto":
            return self._options.incremental, "the config says so"
        if self.policy(project) == "parents":
            return "modified_since", "one request a project, and the tasks come with it"
        return "events", "a subtask's change does not mark its parent, and events tell of both"

    def _usual(self, scope: Scope, by: str) -> None:
        """Every run reads so, hence only for who debugs."""
        _log.debug(
            "read on", source=self._source, project=scope.name or scope.id, by=by, why=self._route(scope.id)[1]
        )


def _after(scope: Scope, begin: Cursor, listed: Iterable[Json], seconds: float) -> Cursor:
    with as_promised(f"project {scope.id}"):
        return begin.after([task["modified_at"] for task in listed], seconds)
