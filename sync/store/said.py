"""What each target holds because of us, and what it may hold: the base of every comparison with what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, select

from connectors.model import Value
from sync.store.bulk import chunks, put
from sync.store.codec import dump, instant, load, micros, plain
from sync.store.opening import writing
from sync.store.schema import SAID, WRITE

Values = Mapping[str, Value]

_OPEN = ("started", "failed")


@dataclass(frozen=True, slots=True)
class Written:
    """What we last wrote to a target, by field name; when and in which run.

    `pending`: what later writes wanted that failed or never got an answer: it may be there, or not.
    """

    values: Values
    at: datetime | None = None
    run: str = ""
    pending: Values = field(default_factory=dict)


class Said:
    """The part of the store that knows what stands where because of us."""

    engine: Engine
    clock: Callable[[], datetime]

    def adopt(self, run: str, target: str, values: Values) -> None:
        """What is there is what we want, though our record said otherwise: count it as ours, without a write."""
        now = micros(self.clock())
        with writing(self.engine).begin() as connection:
            say(connection, run, target, values, now)

    def last_written(self, target: str) -> Written | None:
        """What this target holds because of us; None when we never wrote there, nor tried."""
        return self.written([target]).get(target)

    def written(self, targets: Iterable[str]) -> dict[str, Written]:
        """What each of these targets holds because of us; those where we never wrote, nor tried, are left out."""
        with self.engine.connect() as connection:
            return written_at(connection, targets)

    def forget_said(self, target: str) -> None:
        """What we wrote there is not what is there: the next plan writes it anew, where no person did."""
        with writing(self.engine).begin() as connection:
            connection.execute(delete(SAID).where(SAID.c.target == target))


def written_at(connection: Connection, targets: Iterable[str]) -> dict[str, Written]:
    """See `Said.written`."""
    found: dict[str, Written] = {}
    for piece in chunks(sorted(set(targets))):
        pending = _pending(connection, piece)
        said: dict[str, list[Row[Any]]] = {target: [] for target in pending}
        for row in connection.execute(select(SAID).where(SAID.c.target.in_(piece)).order_by(SAID.c.at)):
            said.setdefault(row.target, []).append(row)
        for target, rows in said.items():
            values = {row.field: load(row.value_json) for row in rows}
            at, run = (instant(rows[-1].at), rows[-1].run) if rows else (None, "")
            found[target] = Written(values, at, run, pending.get(target, {}))
    return found


def say(connection: Connection, run: str, target: str, values: Values, now: int) -> None:
    """Within the caller's transaction: these fields of the target are ours now."""
    rows = [
        {"target": target, "field": plain(name), "value_json": dump(value), "run": run, "at": now}
        for name, value in values.items()
    ]
    put(connection, SAID, rows)


def _pending(connection: Connection, targets: Sequence[str]) -> dict[str, dict[str, Value]]:
    """What writes without a good answer wanted at these targets, after the last one that had an answer there."""
    settled = (
        select(WRITE.c.target, func.max(WRITE.c.id).label("id"))
        .where(WRITE.c.target.in_(targets), WRITE.c.outcome.not_in(_OPEN)).group_by(WRITE.c.target).subquery()
    )  # fmt: skip
    query = (
        select(WRITE.c.target, WRITE.c.after_json).outerjoin(settled, settled.c.target == WRITE.c.target)
        .where(WRITE.c.target.in_(targets), WRITE.c.outcome.in_(_OPEN), WRITE.c.id > func.coalesce(settled.c.id, 0))
        .order_by(WRITE.c.id)
    )  # fmt: skip
    pending: dict[str, dict[str, Value]] = {}
    for target, after in connection.execute(query):
        pending.setdefault(target, {}).update(load(after))
    return pending
