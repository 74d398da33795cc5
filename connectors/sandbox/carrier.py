"""Carries webhook deliveries from the pretend vendors to targets on this machine, and nowhere else."""

from __future__ import annotations

import ipaddress
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from connectors.sandbox.core import Answer, World
from connectors.sandbox.faults import Faults

HELD = 1.0
"""Seconds that a delivery to be overtaken waits for the next one."""
GRACE = 1.0
"""Seconds that closing waits for deliveries on their way."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    url: str
    headers: Mapping[str, str]
    body: bytes
    then: Callable[[Answer], None]
    sender: str


class LoopbackCarrier:
    """Posts over HTTP to loopback addresses; one thread and one queue a target, so that a slow one holds up none.

    Faults on deliveries: `drop` never arrives though the vendor believes so, `double` arrives twice, `reorder`
    arrives after the next one to the same target (after a second, when none follows), and is not tried again.
    """

    def __init__(self, world: World, faults: Faults | None = None) -> None:
        self._world = world
        self._faults = faults or Faults()
        self._client = httpx.Client(follow_redirects=False, trust_env=False)
        self._queues: dict[str, queue.Queue[_Job | None]] = {}
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False
        self._gone = False

    def call(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        """POST now and wait for the answer. Status 0: no answer, or no loopback address."""
        if not is_loopback(url):
            return Answer(0, {}, f"{url} is not on this machine")
        try:
            answer = self._client.post(url, headers=dict(headers), content=body, timeout=timeout)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return Answer(0, {}, f"{type(error).__name__}: {error}")
        except (RuntimeError, OSError):
            if not self._gone:
                raise
            return Answer(0, {}, "the sandbox was closed")
        return Answer(answer.status_code, {name.lower(): text for name, text in answer.headers.items()}, answer.text)

    def send(
        self, url: str, headers: Mapping[str, str], body: bytes, then: Callable[[Answer], None], sender: str = ""
    ) -> None:
        """POST soon, in the order of sending for each target; `then` hears the answer under the world's lock."""
        with self._lock:
            if self._closed:
                return
            if url not in self._queues:
                self._queues[url] = queue.Queue()
                worker = threading.Thread(target=self._work, args=(self._queues[url],), daemon=True)
                worker.start()
                self._threads.append(worker)
            self._queues[url].put(_Job(url, headers, body, then, sender))

    def settle(self, url: str | None = None, seconds: float = 60.0) -> None:
        """Wait until everything sent so far (to this target) has been answered and heard, or so many seconds.

        Not while holding the world's lock.
        """
        with self._lock:
            waiting = [jobs for target, jobs in self._queues.items() if url in (None, target)]
        until = time.monotonic() + seconds
        for each in waiting:
            with each.all_tasks_done:
                each.all_tasks_done.wait_for(
                    lambda jobs=each: not jobs.unfinished_tasks,  # type: ignore[misc]
                    timeout=max(0.0, until - time.monotonic()),
                )

    def close(self) -> None:
        """Send nothing more; what is on its way has a second to arrive."""
        with self._lock:
            self._closed = True
            for each in self._queues.values():
                each.put(None)
        until = time.monotonic() + GRACE
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))
        self._gone = True
        self._client.close()

    def _work(self, jobs: queue.Queue[_Job | None]) -> None:
        held: list[_Job] = []
        while True:
            try:
                job = jobs.get(timeout=HELD if held else None)
            except queue.Empty:
                self._catch_up(jobs, held)
                continue
            try:
                if job is None or self._gone:
                    break
                if self._carry(job, held):
                    self._catch_up(jobs, held)
            finally:
                if job not in held:
                    jobs.task_done()
        self._catch_up(jobs, held)

    def _carry(self, job: _Job, held: list[_Job]) -> bool:
        """Deliver, or do to it what a fault asks for; False: it now waits in `held` to be overtaken."""
        fault = self._faults.of_delivery(job.sender)
        kind = fault.kind if fault else ""
        wait = kind == "reorder" and not held  # else this is the one that overtakes
        if wait:
            held.append(job)
        answer = Answer(200) if wait or kind == "drop" else self.call(job.url, job.headers, job.body)
        if kind == "double":
            self.call(job.url, job.headers, job.body)
        with self._world.lock:
            job.then(answer)
        return not wait

    def _catch_up(self, jobs: queue.Queue[_Job | None], held: list[_Job]) -> None:
        while held:
            late = held.pop(0)
            try:
                self.call(late.url, late.headers, late.body)
            finally:
                jobs.task_done()


def is_loopback(url: str) -> bool:
    """Whether this is an http(s) address of this very machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
