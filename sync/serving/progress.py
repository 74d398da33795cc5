"""What long work of the service tells while it goes: the loop is alive, and now and then a line of the log."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from connectors.base import Scope
from sync.house import Progress

EVERY = 10.0
"""Seconds between two lines about the same work; what is through sooner says nothing."""

_log = structlog.get_logger("handrail.serve")


class Told:
    """Counts what is read and written. `alive` is called at every step; `clock`: seconds, never backwards."""

    def __init__(self, alive: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._alive, self._clock = alive, clock
        self._items = self._events = self._written = self._total = 0
        self._where, self._said_at = "", clock()

    def progress(self) -> Progress:
        """As a run wants it."""
        return Progress(self._pulling, self._kept, applying=self._applying, applied=self._applied)

    def _pulling(self, scope: Scope) -> None:
        self._where = f"{scope.source}: {scope.name or scope.id}"
        self._items = self._events = 0
        self._begin()

    def _kept(self, _scope: Scope, items: int, events: int, ahead: int | None) -> None:
        self._items, self._events = self._items + items, self._events + events
        left = {} if ahead is None else {"ahead": ahead}
        self._step("reading", what=self._where, items=self._items, events=self._events, **left)

    def _applying(self, total: int) -> None:
        self._written, self._total = 0, total
        self._begin()

    def _applied(self, _target: str) -> None:
        self._written += 1
        self._step("writing", done=self._written, of=self._total)

    def _begin(self) -> None:
        self._alive()
        self._said_at = self._clock()

    def _step(self, event: str, **what: object) -> None:
        self._alive()
        if self._clock() - self._said_at >= EVERY:
            self._said_at = self._clock()
            _log.info(event, **what)
