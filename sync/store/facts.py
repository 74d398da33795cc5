"""What has been kept, asked for by topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, tuple_, update

from connectors.base import Memory, OwnRow, Scope
from connectors.model import Container, Event, Field, Person, Ref, WorkItem
from sync.store.bulk import chunks, put
from sync.store.codec import instant, load, micros
from sync.store.keeping import forget_cursor
from sync.store.opening import writing
from sync.store.rows import (
    container_of,
    event_of,
    fields_json,
    fields_of,
    item_of,
    own_row_of,
    own_row_row,
    person_of,
)
from sync.store.schema import CONTAINER, CURSOR, EVENT, ITEM, MEMORY, OWN_ROW, PERSON, READ_WHOLE

Told = tuple[str, datetime | None]
"""An event by the vendor's id, and the earliest that it can have been where its time is not exact."""


class Facts:
    """The part of the store that answers."""

    engine: Engine

    def known(self, ref: Ref) -> str | None:
        """The version of an item whose history is kept; None when the item or its history is not."""
        with self.engine.connect() as connection:
            query = select(ITEM.c.history_version).where(ITEM.c.source == ref.source, ITEM.c.remote == ref.id)
            found: str | None = connection.execute(query).scalar()
            return found

    def present(self, scope: Scope) -> list[Ref]:
        """The items of a scope that are kept as present, sorted: homed in its container, or homeless and come
        through it."""
        names = (ITEM.c.remote, ITEM.c.scope, ITEM.c.placements_json)
        query = select(*names).where(ITEM.c.source == scope.source, ITEM.c.presence == "present")
        with self.engine.connect() as connection:
            rows = connection.execute(query)
            homes = ((row, {container for container, _ in load(row.placements_json)}) for row in rows)
            found = [row.remote for row, at in homes if scope.id in at or (not at and row.scope == scope.id)]
        return sorted(Ref(scope.source, remote) for remote in found)

    def present_by_source(self) -> dict[str, int]:
        """How many items of each source are kept as present."""
        query = select(ITEM.c.source, func.count()).where(ITEM.c.presence == "present").group_by(ITEM.c.source)
        with self.engine.connect() as connection:
            return {source: int(count) for source, count in connection.execute(query)}

    def set_version(self, ref: Ref, version: str, fields: Sequence[Field] = ()) -> None:
        """Our own write made a new version with nothing new in it to read but these fields. Only where the history is
        kept."""
        where = (ITEM.c.source == ref.source, ITEM.c.remote == ref.id, ITEM.c.history_version.is_not(None))
        with writing(self.engine).begin() as connection:
            values: dict[str, object] = {"version": version, "history_version": version}
            row = connection.execute(select(ITEM).where(*where)).one_or_none() if fields else None
            if row is not None:
                merged = {one.id: one for one in (*item_of(row).fields, *fields)}
                values["fields_json"] = fields_json(merged.values())
            connection.execute(update(ITEM).where(*where).values(**values))

    def cursor(self, scope: Scope) -> str | None:
        """Where the next pull of a scope begins; None: at the beginning."""
        with self.engine.connect() as connection:
            query = select(CURSOR.c.cursor).where(CURSOR.c.source == scope.source, CURSOR.c.scope == scope.id)
            found: str | None = connection.execute(query).scalar()
            return found

    def read_whole(self, scopes: Iterable[Scope]) -> bool:
        """Whether the last pull of each of these scopes came to its end."""
        query = select(CURSOR.c.source, CURSOR.c.scope).where(CURSOR.c.complete)
        with self.engine.connect() as connection:
            through = {(row.source, row.scope) for row in connection.execute(query)}
        return all((scope.source, scope.id) in through for scope in scopes)

    def note_read_whole(self, sources: Iterable[str], at: datetime) -> None:
        """Every scope of these sources was just read to its end, by a run as of this instant."""
        with writing(self.engine).begin() as connection:
            put(connection, READ_WHOLE, [{"source": one, "at": micros(at)} for one in sorted(sources)])

    def last_read_whole(self) -> dict[str, datetime]:
        """By source, when it was last read whole; one that never was is left out."""
        with self.engine.connect() as connection:
            return {row.source: instant(row.at) for row in connection.execute(select(READ_WHOLE))}

    def forget_cursor(self, scope: Scope) -> None:
        """Make the next pull of a scope a whole one. What is kept stays."""
        with writing(self.engine).begin() as connection:
            forget_cursor(connection, scope.source, scope.id)

    def memory(self, source: str) -> Memory:
        """A connector's own notes."""
        return SourceMemory(self.engine, source)

    def items(self, refs: Iterable[Ref] | None = None) -> list[WorkItem]:
        """These items, or all of them, sorted by ref; unknown refs are left out."""
        query = select(ITEM)
        with self.engine.connect() as connection:
            if refs is None:
                rows = connection.execute(query).all()
            else:
                key = tuple_(ITEM.c.source, ITEM.c.remote)
                rows = [
                    row
                    for piece in chunks(sorted(set(refs)))
                    for row in connection.execute(query.where(key.in_([tuple(ref) for ref in piece])))
                ]
        return sorted((item_of(row) for row in rows), key=lambda item: item.ref)

    def links(self) -> list[tuple[Ref, list[str]]]:
        """What items name others by, addresses and ids, of those that name any."""
        query = select(ITEM.c.source, ITEM.c.remote, ITEM.c.links_json).where(ITEM.c.links_json != "[]")
        with self.engine.connect() as connection:
            return [(Ref(row.source, row.remote), load(row.links_json)) for row in connection.execute(query)]

    def events_at(
        self, instants: Iterable[tuple[Ref, datetime]]
    ) -> dict[tuple[Ref, datetime], tuple[Told, ...]]:  # fmt: skip
        """The events of an item at an instant, in story order: the vendor's id of each, and the earliest that an
        approximate one can have been. Where there are none, no key."""
        wanted = {(ref, micros(at)): (ref, at) for ref, at in instants}
        key, found = (
            tuple_(ITEM.c.source, ITEM.c.remote),
            dict[tuple[Ref, datetime], tuple[Told, ...]](),
        )
        query = select(ITEM.c.source, ITEM.c.remote, EVENT.c.at, EVENT.c.source_id, EVENT.c.not_before)
        query = query.select_from(EVENT.join(ITEM, ITEM.c.id == EVENT.c.item)).order_by(EVENT.c.at, EVENT.c.seq)
        with self.engine.connect() as connection:
            for piece in chunks(sorted({ref for ref, _ in wanted})):
                for row in connection.execute(query.where(key.in_([tuple(ref) for ref in piece]))):
                    if one := wanted.get((Ref(row.source, row.remote), row.at)):
                        found[one] = (*found.get(one, ()), (row.source_id, instant(row.not_before)))
        return found

    def marked(self, source: str, names: Iterable[str]) -> set[str]:
        """Refs (as text) of the items of a source in which any field of these names holds something."""
        wanted = set(names)
        query = select(ITEM.c.remote, ITEM.c.fields_json)
        with self.engine.connect() as connection:
            rows = connection.execute(query.where(ITEM.c.source == source, ITEM.c.fields_json != "[]"))
            return {
                str(Ref(source, row.remote))
                for row in rows
                if any(one.name in wanted and one.value not in (None, "", ()) for one in fields_of(row.fields_json))
            }

    def events(self, ref: Ref) -> list[Event]:
        """An item's events in order."""
        query = (
            select(EVENT).join(ITEM, ITEM.c.id == EVENT.c.item)
            .where(ITEM.c.source == ref.source, ITEM.c.remote == ref.id)
            .order_by(EVENT.c.at, EVENT.c.seq, EVENT.c.source_id)
        )  # fmt: skip
        with self.engine.connect() as connection:
            return [event_of(ref, row) for row in connection.execute(query)]

    def people(self) -> list[Person]:
        """Everybody met, sorted by ref. Somebody only mentioned is inactive, and named by id if need be."""
        with self.engine.connect() as connection:
            return sorted(map(person_of, connection.execute(select(PERSON))), key=lambda one: one.ref)

    def containers(self) -> list[Container]:
        """Every project and data source, sorted by ref."""
        with self.engine.connect() as connection:
            return sorted(map(container_of, connection.execute(select(CONTAINER))), key=lambda one: one.ref)

    def own_rows(self, source: str) -> dict[str, OwnRow]:
        """Rows of our table by key. Of doubles, the one not in the bin, then the one with the smallest id."""
        rows: dict[str, OwnRow] = {}
        for row in sorted(self.every_own_row(source), key=lambda one: (one.trashed, one.remote)):
            rows.setdefault(row.key, row)
        return rows

    def every_own_row(self, source: str) -> list[OwnRow]:
        """Rows of our table with doubles, sorted by key and id."""
        query = select(OWN_ROW).where(OWN_ROW.c.source == source)
        with self.engine.connect() as connection:
            return sorted(map(own_row_of, connection.execute(query)), key=lambda one: (one.key, one.remote))

    def put_own_row(self, source: str, row: OwnRow) -> None:
        """Note how a row of ours is now, after writing it."""
        with writing(self.engine).begin() as connection:
            put(connection, OWN_ROW, [own_row_row(source, row)])


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """`connectors.base.Memory` in the store."""

    engine: Engine
    source: str

    def get(self, key: str) -> str | None:
        with self.engine.connect() as connection:
            return self._read(connection, key)

    def set(self, key: str, value: str) -> None:
        with writing(self.engine).begin() as connection:
            if self._read(connection, key) != value:
                put(connection, MEMORY, [{"source": self.source, "key": key, "value": value}])

    def _read(self, connection: Connection, key: str) -> str | None:
        query = select(MEMORY.c.value).where(MEMORY.c.source == self.source, MEMORY.c.key == key)
        found: str | None = connection.execute(query).scalar()
        return found
