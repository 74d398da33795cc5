"""What happened, for those who watch: events, their bubbling upwards, and `/events` with its sync tokens.

Source: asana-facts §6; Asana's OpenAPI, tag Events.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.asana.records import Project, Section, StatusUpdate, Story, Task
from connectors.sandbox.core import Somebody

PER_TOKEN = 100
TOKEN_LIFE = timedelta(hours=24)


@dataclass(slots=True, eq=False)
class Happening:
    """One event: `action` on `resource` (a record), below `parent` for added and removed.

    `change`: `field`, `action` and, where the value is an Asana resource, `new_value`, `added_value` or
    `removed_value`.
    """

    at: datetime
    user: Somebody | None
    resource: Any
    action: str
    parent: Any = None
    change: dict[str, Any] | None = None

    def scopes(self) -> set[str]:
        """Gids of everything that this bubbles up to, the resource itself among them."""
        return {*_upwards(self.resource), *(_upwards(self.parent) if self.parent is not None else ())}


def _upwards(record: Any) -> Iterator[str]:
    yield str(record.gid)
    if isinstance(record, Story):
        yield from _upwards(record.task)
    elif isinstance(record, Task):
        for home in record.homes:
            yield from (home.section.gid, *_upwards(home.project))
        if record.parent is not None:
            yield from _upwards(record.parent)
    elif isinstance(record, Section):
        yield from _upwards(record.project)
    elif isinstance(record, StatusUpdate):
        yield from _upwards(record.parent)
    elif isinstance(record, Project):
        yield record.workspace.gid
        if record.team is not None:
            yield record.team.gid


@dataclass(slots=True)
class Token:
    """A place in one resource's stream. `answer`: what it was answered with, so that repeating it is safe."""

    resource: str
    position: int
    issued_at: datetime
    answer: tuple[list[Happening], str, bool] | None = None


class Streams:
    """One log a resource, kept from the first time somebody asks for its events."""

    def __init__(self) -> None:
        self.logs: dict[str, list[Happening]] = {}
        self._tokens: dict[str, Token] = {}
        self._numbers = itertools.count(1)

    def note(self, happening: Happening) -> None:
        """Append it to every watched stream it belongs to."""
        for gid in happening.scopes() & self.logs.keys():
            self.logs[gid].append(happening)

    def start(self, gid: str, now: datetime) -> str:
        """A token for whatever happens from now on."""
        log = self.logs.setdefault(gid, [])
        return self._issue(gid, len(log), now)

    def read(self, gid: str, sync: str, now: datetime) -> tuple[list[Happening], str, bool] | None:
        """At most a hundred events, the next token, and whether more wait. None: the token is invalid or too old."""
        token = self._tokens.get(sync)
        if token is None or token.resource != gid or now - token.issued_at > TOKEN_LIFE:
            return None
        if token.answer is None or not token.answer[0]:
            log = self.logs[gid]
            end = min(token.position + PER_TOKEN, len(log))
            token.answer = (log[token.position : end], self._issue(gid, end, now), end < len(log))
        return token.answer

    def expire(self) -> None:
        """Forget every token, as Asana does under load."""
        self._tokens.clear()

    def _issue(self, gid: str, position: int, now: datetime) -> str:
        name = f"{gid}:{position}:{next(self._numbers)}"
        sync = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        self._tokens[sync] = Token(gid, position, now)
        return sync
