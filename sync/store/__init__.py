"""The store: facts as the vendors told them, and what we did. One schema for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType

from sqlalchemy import Engine

from sync.store.calibrations import Calibrations
from sync.store.decided import Decided
from sync.store.errors import Busy, Holder, StoreError
from sync.store.facts import Facts
from sync.store.findings import Changes, Findings, OpenFinding
from sync.store.hooks import Hook, Hooks
from sync.store.inbox import Hint, Inbox, Waiting
from sync.store.keeping import Keeping, Kept
from sync.store.ledger import Entry, Ledger
from sync.store.opening import open_engine
from sync.store.runs import Run, Runs
from sync.store.said import Said, Written
from sync.store.slots import Slots

__all__ = [
    "Busy", "Changes", "Entry", "Hint", "Holder", "Hook", "Kept", "OpenFinding", "Run", "Store", "StoreError",
    "Waiting", "Written",
]  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC)


class Store(Keeping, Facts, Ledger, Said, Runs, Findings, Calibrations, Decided, Inbox, Hooks, Slots):
    """One database. Every method is one transaction; safe to use from several threads and processes."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = _now) -> None:
        self.engine = engine
        self.clock = clock

    @classmethod
    def open(cls, url: str, clock: Callable[[], datetime] = _now) -> Store:
        """Open, creating or migrating the tables. `url`: `sqlite:///file`, `postgresql://…`, or a file's path.

        StoreError, with the way out, when that is not possible.
        """
        return cls(open_engine(url), clock)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()
