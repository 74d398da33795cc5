"""An item's events against those stored: what is new, what was withdrawn, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from connectors.base import History
from connectors.model import Event, Ref
from sync.store.bulk import add, chunks
from sync.store.codec import micros
from sync.store.rows import EVENT_NAMES, event_row
from sync.store.schema import EVENT

_AT, _SEQ, _SOURCE_ID = 0, 1, 2


@dataclass(slots=True)
class Difference:
    """What keeping events did: how many were new, how many withdrawn, and whose."""

    added: int = 0
    withdrawn: int = 0
    changed: set[Ref] = field(default_factory=set)


def keep_events(
    connection: Connection, ids: Mapping[Ref, int], histories: Mapping[Ref, History],
    observed: Mapping[Ref, Sequence[Event]], change: int,
) -> Difference:  # fmt: skip
    """Bring the stored events of these items into agreement. Events that are identical are not written again."""
    stored = _stored(connection, list(ids.values()))
    done = Difference()
    gone: list[tuple[int, tuple[Any, ...]]] = []
    new: list[tuple[Any, ...]] = []
    for ref, item in ids.items():
        before = stored.get(item, {})
        now = {event.source_id: event_row(event) for event in _listed(ref, histories, observed)}
        withdrawn = _withdrawn(before, now, histories.get(ref))
        added = [row for key, row in now.items() if before.get(key) != row]
        gone.extend((item, row) for row in withdrawn)
        gone.extend((item, before[row[_SOURCE_ID]]) for row in added if row[_SOURCE_ID] in before)
        new.extend((*row, item, change) for row in added)
        done.added += sum(row[_SOURCE_ID] not in before for row in added)
        done.withdrawn += len(withdrawn)
        if added or withdrawn:
            done.changed.add(ref)
    _remove(connection, gone)
    add(connection, EVENT, new, (*EVENT_NAMES, "item", "change"))
    return done


def _listed(ref: Ref, histories: Mapping[Ref, History], observed: Mapping[Ref, Sequence[Event]]) -> Sequence[Event]:
    return histories[ref].events if ref in histories else observed.get(ref, ())


def _withdrawn(
    before: Mapping[str, tuple[Any, ...]], now: Mapping[str, tuple[Any, ...]], history: History | None
) -> list[tuple[Any, ...]]:
    """Stored events in the span of the history that the vendor lists no more."""
    if history is None:
        return []
    since = micros(history.since)
    return [row for key, row in before.items() if key not in now and (since is None or row[_AT] >= since)]


def _stored(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, tuple[Any, ...]]]:
    found: dict[int, dict[str, tuple[Any, ...]]] = {}
    columns = [EVENT.c[name] for name in EVENT_NAMES]
    for piece in chunks(ids):
        for row in connection.execute(select(EVENT.c.item, *columns).where(EVENT.c.item.in_(piece))):
            facts = tuple(row)[1:]
            found.setdefault(row.item, {})[facts[_SOURCE_ID]] = facts
    return found


def _remove(connection: Connection, gone: Sequence[tuple[int, tuple[Any, ...]]]) -> None:
    if not gone:
        return
    key = (EVENT.c.item == bindparam("i")) & (EVENT.c.at == bindparam("a"))
    key &= (EVENT.c.seq == bindparam("s")) & (EVENT.c.source_id == bindparam("k"))
    connection.execute(
        delete(EVENT).where(key),
        [{"i": item, "a": row[_AT], "s": row[_SEQ], "k": row[_SOURCE_ID]} for item, row in gone],
    )
