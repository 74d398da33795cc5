"""The ledger: every write before it is sent, and what came of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from connectors.model import Change, EnsureFields, EnsureTable, PutAway, Receipt, Value
from sync import changes
from sync.store.bulk import put
from sync.store.codec import dump, instant, load, micros, plain
from sync.store.opening import writing
from sync.store.said import say
from sync.store.schema import MADE, OWN_ROW, RUN, SAID, WRITE

Values = Mapping[str, Value]
_WHAT = {
    "row": "rows", "page": "pages", "brief": "pages", "status": "posts", "comment": "posts",
    "table": "places", "own fields": "places",
}  # fmt: skip
"""What a target is, by its first word; an item's begins with its source."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One write in the ledger. `outcome`: started (no answer yet), written, found, moved_on, failed or adopted."""

    id: int
    run: str
    target: str
    change_key: str
    outcome: str
    before: Values
    after: Values
    reason: str
    remote: str
    url: str
    note: str
    started_at: datetime
    settled_at: datetime | None

    def to_json(self) -> dict[str, object]:
        """For `--json`: instants as ISO 8601."""
        settled = self.settled_at.isoformat() if self.settled_at else None
        return asdict(self) | {"started_at": self.started_at.isoformat(), "settled_at": settled}

    def line(self) -> str:
        """For a person: when, run, what became of it, where, and what changed."""
        changes = ", ".join(
            f"{name}: {_shown(self.before.get(name))} → {_shown(value)}" for name, value in self.after.items()
        )
        note = f" ({self.note})" if self.note else ""
        return f"{self.started_at:%Y-%m-%d %H:%M:%S}  {self.run}  {self.outcome:8}  {self.target}  {changes}{note}"


def _shown(value: Value) -> str:
    return "empty" if value in (None, "", ()) else str(value)


class Ledger:
    """The part of the store that remembers what we wrote."""

    engine: Engine
    clock: Callable[[], datetime]

    def write_started(self, run: str, target: str, change: Change, reason: str) -> None:
        """Note a write before it is sent, so that one without an answer is seen by the next run."""
        before, after = changes.wanted_of(change)
        with writing(self.engine).begin() as connection:
            connection.execute(insert(WRITE).values(
                run=run, change_key=change.key, target=target, before_json=dump(before), after_json=dump(after),
                reason=plain(reason), outcome="started", remote="", url="", version="", note="",
                started_at=micros(self.clock()), change_json=dump(changes.to_data(change)),
            ))  # fmt: skip

    def settle(self, run: str, target: str, change: Change, receipt: Receipt) -> None:
        """Hop 7: the answer to the write begun last at this target. Only what is there now counts as said."""
        now = micros(self.clock())
        _, after = changes.wanted_of(change)
        held = {name: receipt.values.get(name, value) for name, value in after.items()}
        with writing(self.engine).begin() as connection:
            _close(connection, run, target, {
                "outcome": receipt.outcome, "remote": receipt.remote, "url": receipt.url,
                "values_json": dump(held), "version": receipt.version, "note": plain(receipt.note), "settled_at": now,
            })  # fmt: skip
            if receipt.outcome == "moved_on":
                return
            if isinstance(change, PutAway):
                _put_away(connection, run, target, change, now)
                return
            say(connection, run, target, held, now)
            if receipt.remote or isinstance(change, EnsureFields | EnsureTable):
                row = {"key": target, "remote": receipt.remote, "url": receipt.url, "at": now}
                put(connection, MADE, [row])

    def failed(self, run: str, target: str, note: str) -> None:
        """The write begun last at this target came to nothing, as far as we know."""
        with writing(self.engine).begin() as connection:
            _close(connection, run, target, {
                "outcome": "failed", "note": plain(note), "settled_at": micros(self.clock()),
            })  # fmt: skip

    def uncertain(self) -> list[Entry]:
        """Writes that never got an answer, oldest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(WRITE).where(WRITE.c.outcome == "started").order_by(WRITE.c.id))
            return [_entry(row) for row in rows]

    def ledger(self, run: str | None = None, limit: int | None = None) -> list[Entry]:
        """Writes, newest first; of one run, where it is given."""
        query = select(WRITE).order_by(WRITE.c.id.desc())
        if run is not None:
            query = query.where(WRITE.c.run == run)
        if limit is not None:
            query = query.limit(limit)
        with self.engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def writes(self) -> list[tuple[Entry, Change | None]]:
        """Every write with the change as it was sent, oldest first; None for one of an older Handrail."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(WRITE).order_by(WRITE.c.id)).all()
        return [(_entry(row), changes.from_data(load(row.change_json)) if row.change_json else None) for row in rows]

    def last_sent(self, target: str) -> Change | None:
        """The change that last had an answer at this target, as it was sent; None where we know of none."""
        query = (
            select(WRITE.c.change_json).where(WRITE.c.target == target, WRITE.c.outcome.in_(("written", "found")))
            .order_by(WRITE.c.id.desc()).limit(1)
        )  # fmt: skip
        with self.engine.connect() as connection:
            kept = connection.execute(query).scalar()
        return changes.from_data(load(kept)) if kept else None

    def write_volume(self, start: datetime, end: datetime) -> Counter[str]:
        """What runs that judged an instant from `start` up to before `end` wrote: how many values into `items` and
        `rows`, how often `pages`, `posts` (updates and comments), and `places` (fields and tables that were made)."""
        query = (
            select(WRITE.c.target, WRITE.c.after_json).join(RUN, RUN.c.id == WRITE.c.run)
            .where(WRITE.c.outcome == "written", RUN.c.as_of >= micros(start), RUN.c.as_of < micros(end))
        )  # fmt: skip
        with self.engine.connect() as connection:
            found = connection.execute(query).all()
        told: Counter[str] = Counter()
        for target, after in found:
            what = _WHAT.get(re.split("[:/]", target)[0], "items")
            told[what] += len(load(after)) if what in ("items", "rows") else 1
        return told

    def wrote_to(self, source: str) -> bool:
        """Whether anything was ever written to an item, row or page of this source."""
        places = [f"{source}:", *(f"{kind}:{source}/" for kind in ("row", "page"))]
        here = or_(*(WRITE.c.target.startswith(place, autoescape=True) for place in places))
        query = select(WRITE.c.id).where(WRITE.c.outcome.in_(("written", "found")), here).limit(1)
        with self.engine.connect() as connection:
            return connection.execute(query).first() is not None

    def made(self, key: str) -> str | None:
        """The vendor's id of a table, page, row or set of fields that we made; None when we know of none."""
        with self.engine.connect() as connection:
            found: str | None = connection.execute(select(MADE.c.remote).where(MADE.c.key == key)).scalar()
            # A thing without an id of its own (fields) is remembered all the same: its key stands for it.
            return found if found is None or found else key

    def address(self, key: str) -> str:
        """Where a table, page or row that we made is; empty when that is not known."""
        with self.engine.connect() as connection:
            return connection.execute(select(MADE.c.url).where(MADE.c.key == key)).scalar() or ""

    def note_made(self, key: str, remote: str, url: str = "") -> None:
        """Something of ours was found by its mark."""
        with writing(self.engine).begin() as connection:
            put(connection, MADE, [{"key": key, "remote": remote, "url": url, "at": micros(self.clock())}])

    def forget_made(self, prefix: str) -> None:
        """Forget everything whose key begins so: the next plan looks again."""
        with writing(self.engine).begin() as connection:
            connection.execute(delete(MADE).where(MADE.c.key.startswith(prefix, autoescape=True)))


def _close(connection: Connection, run: str, target: str, values: Mapping[str, object]) -> None:
    begun = select(func.max(WRITE.c.id)).where(
        WRITE.c.run == run, WRITE.c.target == target, WRITE.c.outcome == "started"
    )
    connection.execute(update(WRITE).where(WRITE.c.id == begun.scalar_subquery()).values(**values))


def _put_away(connection: Connection, run: str, target: str, change: PutAway, now: int) -> None:
    """What is in the trash is nobody's any more: what is wanted is made anew. What came back is ours as it was."""
    if change.away:
        connection.execute(delete(SAID).where(SAID.c.target == target))
        connection.execute(delete(MADE).where(MADE.c.key == target))
        connection.execute(
            delete(OWN_ROW).where(OWN_ROW.c.source == change.source, OWN_ROW.c.remote == change.remote)
        )
    else:
        put(connection, MADE, [{"key": target, "remote": change.remote, "url": "", "at": now}])
        say(connection, run, target, change.values, now)


def _entry(row: Any) -> Entry:
    return Entry(
        row.id, row.run, row.target, row.change_key, row.outcome, load(row.before_json), load(row.after_json),
        row.reason, row.remote, row.url, row.note, instant(row.started_at), instant(row.settled_at),
    )  # fmt: skip
