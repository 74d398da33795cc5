"""The one thread that writes what deliveries name: what came during one commit goes into the next, together."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connectors.model import Ref
from sync.receiver.refusal import Refused

MOST_DELIVERIES = 2_000
MOST_REFS = 200_000
"""How much may wait to be written: a few seconds' work, for nobody waits longer for an answer."""

TOGETHER = 10_000
"""Refs after which a commit is big enough."""


class Notes(Protocol):
    """The store's inbox."""

    def note_hints(self, refs: Sequence[Ref], at: datetime, heard: Sequence[str]) -> None:
        """On the disk when this returns."""


@dataclass(frozen=True, slots=True)
class _Job:
    refs: Sequence[Ref]
    path: str
    done: asyncio.Future[bool]


class Writer:
    """Refs wait here to be written. `written`: is called after each commit, in the writer's thread."""

    def __init__(self, inbox: Notes, clock: Callable[[], datetime], written: Callable[[], None]) -> None:
        self.trouble = ""
        self.commits = 0
        self._inbox, self._clock, self._written = inbox, clock, written
        self._jobs: deque[_Job] = deque()
        self._refs = 0
        self._there = threading.Condition()
        self._ends = False
        self._thread = threading.Thread(target=self._work, name="receiver-writer", daemon=True)

    @property
    def depth(self) -> int:
        """Deliveries that wait for their commit to begin."""
        return len(self._jobs)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self, seconds: float = 8.0) -> None:
        """Take nothing more, and write what waits, for so long at most."""
        with self._there:
            self._ends = True
            self._there.notify()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def put(self, refs: Sequence[Ref], path: str) -> asyncio.Future[bool]:
        """Have them written; True when they are on the disk, False when that failed. Refused when too much waits."""
        done = asyncio.get_running_loop().create_future()
        with self._there:
            full = len(self._jobs) >= MOST_DELIVERIES or self._refs + len(refs) > MOST_REFS
            if self._ends or (full and self._jobs):
                raise Refused(503, "ending" if self._ends else "queue")
            self._jobs.append(_Job(refs, path, done))
            self._refs += len(refs)
            self._there.notify()
        return done

    def _work(self) -> None:
        while jobs := self._take():
            try:
                refs = [ref for job in jobs for ref in job.refs]
                self._inbox.note_hints(refs, self._clock(), [job.path for job in jobs])
                good, self.trouble = True, ""
                self.commits += 1
            except Exception as error:  # whatever it is: the senders hear of it and repeat, and the thread lives
                good, self.trouble = False, " ".join(str(error).split())[:300] or type(error).__name__
            _tell(jobs, good)
            if good:
                self._written()

    def _take(self) -> list[_Job]:
        """What the next commit holds; nothing at the end."""
        jobs: list[_Job] = []
        with self._there:
            while not self._jobs and not self._ends:
                self._there.wait()
            count = 0
            while self._jobs and (not jobs or count + len(self._jobs[0].refs) <= TOGETHER):
                jobs.append(self._jobs.popleft())
                count += len(jobs[-1].refs)
            self._refs -= count
        return jobs


def _tell(jobs: Sequence[_Job], good: bool) -> None:
    def settle() -> None:
        for job in jobs:
            if not job.done.done():
                job.done.set_result(good)

    try:
        jobs[0].done.get_loop().call_soon_threadsafe(settle)
    except RuntimeError:  # the loop has ended, and nobody waits for the answer any more
        return
