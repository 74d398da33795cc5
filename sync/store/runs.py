"""Runs: when each began, what it did, and the lock that keeps two from overlapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, select, update

from connectors.base import Scope
from sync.store.bulk import put
from sync.store.codec import dump, instant, load, micros
from sync.store.lock import hold
from sync.store.opening import writing
from sync.store.schema import RUN

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: sorts as it counts, no letters to mistake


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `ended_at` and `summary` None: it is still going, or was killed."""

    id: str
    kind: str
    mode: str
    as_of: datetime | None
    config_hash: str
    started_at: datetime
    ended_at: datetime | None = None
    summary: Mapping[str, Any] | None = None


class Runs:
    """The part of the store that knows the runs."""

    engine: Engine
    clock: Callable[[], datetime]

    def begin_run(self, kind: str, mode: str, as_of: datetime | None, config_hash: str) -> str:
        """Note a new run; its id, which sorts by time."""
        started = self.clock()
        row = {
            "kind": kind, "mode": mode, "as_of": micros(as_of), "config_hash": config_hash,
            "started_at": micros(started), "ended_at": None, "summary_json": None,
        }  # fmt: skip
        number = micros(started) // 1000
        with writing(self.engine).begin() as connection:
            while connection.execute(select(RUN.c.id).where(RUN.c.id == _spell(number))).scalar():
                number += 1
            put(connection, RUN, [{"id": _spell(number), **row}])
        return _spell(number)

    def end_run(self, run: str, summary: Mapping[str, object]) -> None:
        """Note that a run has ended, and its summary."""
        done = update(RUN).where(RUN.c.id == run)
        with writing(self.engine).begin() as connection:
            connection.execute(done.values(ended_at=micros(self.clock()), summary_json=dump(summary)))

    def forget_run(self, run: str) -> None:
        """A look that found nothing to do leaves no trace: a live service looks all day."""
        with writing(self.engine).begin() as connection:
            connection.execute(delete(RUN).where(RUN.c.id == run))

    def runs(self, limit: int | None = None) -> list[Run]:
        """Runs, newest first."""
        query = select(RUN).order_by(RUN.c.started_at.desc(), RUN.c.id.desc())
        with self.engine.connect() as connection:
            rows = connection.execute(query if limit is None else query.limit(limit)).all()
        return [
            Run(
                row.id, row.kind, row.mode, instant(row.as_of), row.config_hash, instant(row.started_at),
                instant(row.ended_at), None if row.summary_json is None else load(row.summary_json),
            )
            for row in rows
        ]  # fmt: skip

    def run_lock(self) -> AbstractContextManager[None]:
        """Hold the right to run, for as long as the block lasts. Raises Busy when another process has it."""
        return hold(self.engine, "run", self.clock)

    def serve_lock(self) -> AbstractContextManager[None]:
        """Hold the right to be the one service on this database. Raises Busy."""
        return hold(self.engine, "serve", self.clock)

    def scope_lock(self, scope: Scope) -> AbstractContextManager[None]:
        """Hold the right to pull a scope: its pages and its cursor are one process's at a time. Raises Busy."""
        return hold(self.engine, f"pull {scope.source} {scope.id}", self.clock)


def _spell(number: int) -> str:
    """Nine letters for milliseconds since 1970: enough until the year 3084."""
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(40, -1, -5))
