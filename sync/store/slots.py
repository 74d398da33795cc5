"""Scheduled work: the instant each kind of it was last due and done, so that a missed one is caught up, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, select

from sync.store.bulk import put
from sync.store.codec import instant, micros
from sync.store.opening import writing
from sync.store.schema import SLOT


class Slots:
    """The part of the store that knows which scheduled work was done."""

    engine: Engine
    clock: Callable[[], datetime]

    def slot(self, name: str) -> datetime | None:
        """The instant that was last due and done; None: never."""
        with self.engine.connect() as connection:
            due = connection.execute(select(SLOT.c.due_at).where(SLOT.c.name == name)).scalar()
        return instant(due)

    def slot_done(self, name: str, due: datetime) -> None:
        """What was due at this instant is done."""
        row = {"name": name, "due_at": micros(due), "done_at": micros(self.clock())}
        with writing(self.engine).begin() as connection:
            put(connection, SLOT, [row])
