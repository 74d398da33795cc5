"""The inbox: items that somebody said have changed, one row each however often they were named, until looked at.

A hint says only where to look again. So losing the order, or noting one twice, costs a look at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Insert, case, delete, func, select, update

from connectors.model import Ref
from sync.store.bulk import inserting
from sync.store.codec import instant, micros
from sync.store.opening import durable, writing
from sync.store.schema import HINT, HOOK


@dataclass(frozen=True, slots=True)
class Hint:
    """An item worth reading again: named `times` times since it was last looked at, first and last when."""

    ref: Ref
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in the inbox: how many items, and since when the oldest waits (None: it is empty)."""

    depth: int
    oldest: datetime | None


class Inbox:
    """The part of the store that remembers what is to be looked at."""

    engine: Engine

    def note_hints(self, refs: Iterable[Ref], at: datetime, heard: Iterable[str] = ()) -> None:
        """Note all of them in one transaction, on the disk when this returns. Naming an item again is a count more.

        `heard`: the paths of the webhooks that told us, which were heard at the same instant.
        """
        named, paths, now = Counter(refs), sorted(set(heard)), micros(at)
        rows = [
            {"source": ref.source, "remote": ref.id, "first_at": now, "last_at": now, "times": times}
            for ref, times in sorted(named.items(), key=lambda one: (one[0].source, one[0].id))
        ]  # in one order, so that two writers never wait for each other
        if not rows and not paths:
            return
        with durable(self.engine).begin() as connection:
            if rows:
                connection.execute(_upsert(connection), rows)
            if paths:
                connection.execute(update(HOOK).where(HOOK.c.path.in_(paths)).values(heard_at=now))

    def due_hints(
        self, now: datetime, wait: timedelta, limit: int, without: Collection[str] = ()
    ) -> list[Hint]:  # fmt: skip
        """At most `limit` hints, longest waiting first, whose first naming is at least `wait` ago.

        `without`: sources that cannot be asked just now; theirs wait on.

        Counted from the first, not the last: a storm on one item is one look in each `wait`, and never none.
        """
        query = select(HINT).where(HINT.c.first_at <= micros(now - wait))
        query = query.where(HINT.c.source.not_in(without)) if without else query
        query = query.order_by(HINT.c.first_at, HINT.c.source, HINT.c.remote).limit(limit)
        with self.engine.connect() as connection:
            return [
                Hint(Ref(row.source, row.remote), instant(row.first_at), instant(row.last_at), row.times)
                for row in connection.execute(query)
            ]

    def settle_hints(self, hints: Sequence[Hint]) -> None:
        """These were looked at. One that was named again meanwhile stays, waiting since its last naming."""
        if not hints:
            return
        with writing(self.engine).begin() as connection:
            for hint in sorted(hints, key=lambda one: (one.ref.source, one.ref.id)):
                same = (HINT.c.source == hint.ref.source) & (HINT.c.remote == hint.ref.id)
                looked_at = (HINT.c.times == hint.times) & (HINT.c.last_at == micros(hint.last_at))
                if not connection.execute(delete(HINT).where(same & looked_at)).rowcount:
                    connection.execute(update(HINT).where(same).values(first_at=HINT.c.last_at))

    def inbox(self) -> Waiting:
        """How much waits to be looked at, and since when."""
        with self.engine.connect() as connection:
            depth, oldest = connection.execute(
                select(func.count(), func.min(HINT.c.first_at)).select_from(HINT)
            ).one()
        return Waiting(depth, instant(oldest))


def _upsert(connection: Connection) -> Insert:
    insert = inserting(connection, HINT)
    newer = case((insert.excluded.last_at > HINT.c.last_at, insert.excluded.last_at), else_=HINT.c.last_at)
    return insert.on_conflict_do_update(
        index_elements=[HINT.c.source, HINT.c.remote],
        set_={"last_at": newer, "times": HINT.c.times + insert.excluded.times},
    )
