"""Hop 2: one page's facts and its cursor, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from connectors.base import History, Page
from connectors.model import Event, Ref, WorkItem
from sync.observe import observe
from sync.store import met
from sync.store.bulk import Row, add, chunks, put
from sync.store.codec import instant, micros
from sync.store.echo import own_marked
from sync.store.histories import Difference, keep_events
from sync.store.looks import first_look
from sync.store.opening import writing
from sync.store.rows import container_row, item_of, item_row, own_row_row, person_row
from sync.store.schema import CONTAINER, COUNTER, CURSOR, ITEM, MEMORY, OWN_ROW, PERSON

_MARGIN = timedelta(minutes=5)
"""A vendor's listing may lag behind its edits by this much (Notion's index: 2 minutes and more)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a page did: items in it, events that were new, and the items that changed in any way.

    `withdrawn`: events that the vendor no longer lists. `absent`: items no longer present. `notes`: what a reader of
    the run should know.
    """

    items: int = 0
    events: int = 0
    changed: tuple[Ref, ...] = ()
    withdrawn: int = 0
    notes: tuple[str, ...] = ()
    absent: int = 0


class Keeping:
    """The part of the store that takes pages in."""

    engine: Engine

    def keep(self, page: Page) -> Kept:
        """Keep items, histories, people, containers, own rows and the cursor; all of it or nothing.

        Keeping the same page again changes nothing. An item of which something later is kept stays as that is. A page
        without a scope (its id is empty) moves no cursor, and leaves items in the scope that they came through.
        """
        with writing(self.engine).begin() as connection:
            change = _next_change(connection)
            _around(connection, page)
            kept = _items(connection, page, change)
            gone = _absent(connection, page, change)
            if page.scope.id:
                _cursor(connection, page)
            return replace(kept, changed=tuple(sorted({*kept.changed, *gone})), absent=len(gone)) if gone else kept


def _next_change(connection: Connection) -> int:
    """The number of this change. Its row also makes writers on PostgreSQL take turns, so they cannot deadlock."""
    put(connection, COUNTER, [{"name": "change", "value": 0}], replace=False)
    bump = update(COUNTER).where(COUNTER.c.name == "change").values(value=COUNTER.c.value + 1)
    return int(connection.execute(bump.returning(COUNTER.c.value)).scalar_one())


def _around(connection: Connection, page: Page) -> None:
    put(connection, PERSON, _last([person_row(one) for one in page.people]))
    put(connection, CONTAINER, _last([container_row(one) for one in page.containers]))
    put(connection, OWN_ROW, _last([own_row_row(page.scope.source, one) for one in page.rows]))
    met.note(connection, page)


def _last(rows: Sequence[Row]) -> list[Row]:
    """The last row of each key: one statement must not replace a row twice."""
    return list({(row["source"], row["remote"]): row for row in rows}.values())


def _items(connection: Connection, page: Page, change: int) -> Kept:
    items = {item.ref: item for item in page.items}
    histories = {history.ref: history for history in page.histories}
    stored = stored_items(connection, [*items, *(ref for ref in histories if ref not in items)])
    items = {ref: item for ref, item in items.items() if not _is_older(item, page, stored.get(ref))}
    observed = _observed(connection, page, items, histories, stored)
    changed = _write_items(connection, page, items, histories, stored, change)
    if changed - stored.keys():
        stored |= stored_items(connection, [ref for ref in changed if ref not in stored])
    known = {ref: history for ref, history in histories.items() if ref in stored}
    ids = {ref: int(stored[ref].id) for ref in (*known, *observed)}
    done = keep_events(connection, ids, known, observed, change)
    _touch(connection, [ids[ref] for ref in done.changed], change)
    return Kept(
        len(items),
        done.added,
        tuple(sorted(changed | done.changed)),
        done.withdrawn,
        tuple(_notes(done, histories, known)),
    )


def _notes(done: Difference, histories: Mapping[Ref, History], known: Mapping[Ref, History]) -> Iterator[str]:
    if done.withdrawn:
        yield f"{done.withdrawn} events were withdrawn by the vendor"
    if missing := sorted(histories.keys() - known.keys()):
        yield f"history of unknown items left out: {', '.join(map(str, missing[:5]))}"


def stored_items(connection: Connection, refs: Sequence[Ref]) -> dict[Ref, Any]:
    """The rows of `item` behind these refs."""
    found: dict[Ref, Any] = {}
    for source in sorted({ref.source for ref in refs}):
        for piece in chunks([ref.id for ref in refs if ref.source == source]):
            query = select(ITEM).where(ITEM.c.source == source, ITEM.c.remote.in_(piece))
            found |= {Ref(row.source, row.remote): row for row in connection.execute(query)}
    return found


def _write_items(
    connection: Connection, page: Page, items: Mapping[Ref, WorkItem], histories: Mapping[Ref, History],
    stored: Mapping[Ref, Any], change: int,
) -> set[Ref]:  # fmt: skip
    """Write the items that differ from what is stored; their refs."""
    new: list[Row] = []
    other: list[Row] = []
    changed: set[Ref] = set()
    for ref, item in items.items():
        before = stored.get(ref)
        row = item_row(item) | {"scope": page.scope.id or (before.scope if before is not None else "")}
        has_history = ref in histories
        all_told = has_history or page.observed_at is not None  # by the vendor, or by comparing
        row["history_version"] = item.version if all_told else (before.history_version if before else None)
        row["seen_at"] = _seen_at(page, has_history, before)
        if before is None:
            new.append(row | {"change": change})
            changed.add(ref)
        elif differs := [name for name, value in row.items() if getattr(before, name) != value]:
            real = any(name not in ("seen_at", "scope", "history_version") for name in differs)
            other.append(row | {"id": before.id, "change": change if real else before.change})
            if real:
                changed.add(ref)
    if new:
        names = tuple(new[0])
        add(connection, ITEM, [tuple(row[name] for name in names) for row in new], names)
    put(connection, ITEM, other)
    return changed


def _is_older(item: WorkItem, page: Page, before: Any) -> bool:
    """Whether something later is kept: two may read one item at a time, and the slower one tells the older state."""
    if before is None:
        return False
    looked_before = page.observed_at is not None and (before.seen_at or 0) > micros(page.observed_at)
    return looked_before or before.modified_at > micros(item.modified_at)


def _seen_at(page: Page, has_history: bool, before: Any) -> int | None:
    earlier: int | None = before.seen_at if before is not None else None
    if page.observed_at is None or has_history:
        return earlier
    return max(micros(page.observed_at), earlier or 0)


def _observed(
    connection: Connection, page: Page, items: Mapping[Ref, WorkItem], histories: Mapping[Ref, History],
    stored: Mapping[Ref, Any],
) -> dict[Ref, tuple[Event, ...]]:  # fmt: skip
    """The events that comparing with the last look gives, for items whose vendor keeps no history."""
    if page.observed_at is None:
        return {}
    heard = _heard_at(connection, page.scope.source)
    names = met.column_names(connection, page.scope.source)
    events: dict[Ref, tuple[Event, ...]] = {}
    for ref, item in items.items():
        row: Any = stored.get(ref)
        if ref in histories:
            continue
        seen = instant(row.seen_at) if row is not None and row.seen_at is not None else None
        if seen and row.scope in heard and row.scope == (page.scope.id or _home(item, row.scope)):
            seen = max(seen, min(heard[row.scope], page.observed_at))
        before = item_of(row) if seen else None
        if found := observe(before, item, seen, page.observed_at, names):
            events[ref] = found
    return own_marked(connection, events, [ref for ref in events if ref in stored])


def _home(item: WorkItem, scope: str) -> str | None:
    """The scope, if the item still is in it: then what is known of the scope holds for the item."""
    return scope if any(home.container == scope for home in item.placements) else None


def _heard_at(connection: Connection, source: str) -> dict[str, datetime]:
    """Since when a change in each scope cannot have escaped us: the start of its last whole pull, less a margin."""
    query = select(CURSOR.c.scope, CURSOR.c.heard_at).where(CURSOR.c.source == source, CURSOR.c.heard_at.is_not(None))
    return {row.scope: instant(row.heard_at) - _MARGIN for row in connection.execute(query)}


def _absent(connection: Connection, page: Page, change: int) -> list[Ref]:
    """Note of kept items that they are no longer present; those of which that was not known yet."""
    news = [ref for ref in page.absent if ref not in {item.ref for item in page.items}]
    rows = stored_items(connection, news)
    changed = [ref for ref, row in rows.items() if row.presence != page.absent[ref]]
    for ref in changed:
        values = {"presence": page.absent[ref], "change": change}
        connection.execute(update(ITEM).where(ITEM.c.id == rows[ref].id).values(**values))
    return changed


def _touch(connection: Connection, ids: Sequence[int], change: int) -> None:
    for piece in chunks(ids):
        connection.execute(update(ITEM).where(ITEM.c.id.in_(piece)).values(change=change))


def _cursor(connection: Connection, page: Page) -> None:
    scope = page.scope
    query = select(CURSOR).where(CURSOR.c.source == scope.source, CURSOR.c.scope == scope.id)
    before = connection.execute(query).one_or_none()
    observed = micros(page.observed_at)
    began = observed if before is None or before.complete else before.began_at
    heard = began if page.last else (before.heard_at if before is not None else None)
    if before is None and observed is not None:
        put(connection, MEMORY, [first_look(scope.source, scope.id, observed)], replace=False)
    put(connection, CURSOR, [{
        "source": scope.source, "scope": scope.id, "name": scope.name, "cursor": page.cursor, "began_at": began,
        "heard_at": heard, "complete": page.last,
    }])  # fmt: skip


def forget_cursor(connection: Connection, source: str, scope: str) -> None:
    """Make the next pull of a scope a whole one."""
    connection.execute(delete(CURSOR).where(CURSOR.c.source == source, CURSOR.c.scope == scope))
