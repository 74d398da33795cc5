"""Carries webhook deliveries from the pretend vendors to targets on this machine, and nowhere else."""

from __future__ import annotations

import ipaddress
import queue
import threading
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx

from connectors.sandbox.core import Answer, World

_Job = tuple[str, Mapping[str, str], bytes, Callable[[Answer], None]]


class LoopbackCarrier:
    """Posts over HTTP to loopback addresses; one thread and one queue a target, so that a slow one holds up none."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._client = httpx.Client(follow_redirects=False, trust_env=False)
        self._queues: dict[str, queue.Queue[_Job | None]] = {}
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def call(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        """POST now and wait for the answer. Status 0: no answer, or no loopback address."""
        if not is_loopback(url):
            return Answer(0, {}, f"{url} is not on this machine")
        try:
            answer = self._client.post(url, headers=dict(headers), content=body, timeout=timeout)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return Answer(0, {}, f"{type(error).__name__}: {error}")
        return Answer(answer.status_code, {name.lower(): text for name, text in answer.headers.items()}, answer.text)

    def send(self, url: str, headers: Mapping[str, str], body: bytes, then: Callable[[Answer], None]) -> None:
        """POST soon, in the order of sending for each target; `then` hears the answer under the world's lock."""
        with self._lock:
            if self._closed:
                return
            if url not in self._queues:
                self._queues[url] = queue.Queue()
                worker = threading.Thread(target=self._work, args=(self._queues[url],), daemon=True)
                worker.start()
                self._threads.append(worker)
            self._queues[url].put((url, headers, body, then))

    def settle(self) -> None:
        """Wait until everything sent so far has been answered and heard. Not while holding the world's lock."""
        with self._lock:
            waiting = list(self._queues.values())
        for each in waiting:
            each.join()

    def close(self) -> None:
        """Finish what is on its way and send nothing more."""
        with self._lock:
            self._closed = True
            for each in self._queues.values():
                each.put(None)
        for thread in self._threads:
            thread.join(timeout=15)
        self._client.close()

    def _work(self, jobs: queue.Queue[_Job | None]) -> None:
        while (job := jobs.get()) is not None:
            url, headers, body, then = job
            try:
                answer = self.call(url, headers, body)
                with self._world.lock:
                    then(answer)
            finally:
                jobs.task_done()
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
