"""Pulling: data sources as items, our own table as rows, single pages by id."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.base import Known, Page, Scope
from connectors.errors import Missing, NotGranted
from connectors.model import Container, Person, Presence, Ref, WorkItem
from connectors.notion import walks
from connectors.notion.ids import normal_id
from connectors.notion.mapping import Row, home_of, own_row, person, users_in, work_item
from connectors.notion.own_rows import OwnRows
from connectors.notion.schema import Binding, Schema, container
from connectors.notion.sources import Sources, Table
from connectors.notion.sweeping import Found, Sweeps
from connectors.notion.tables import Tables
from connectors.notion.whole import whole_item

State = Mapping[str, Any]
Clock = Callable[[], datetime]


class Reads:
    """What `NotionConnector` reads.

    A cursor is JSON: `since` for the next increment, `from` inside a full pull, `swept` when all was last listed.
    `own`: the names of our properties on people's tables.
    """

    def __init__(
        self, sources: Sources, tables: Tables, own_rows: OwnRows, sweeps: Sweeps, clock: Clock, own: Collection[str]
    ) -> None:  # fmt: skip
        self._sources, self._tables, self._own_rows, self._clock = sources, tables, own_rows, clock
        self._sweeps, self._own = sweeps, own
        self._id, self._notion, self._notes = sources.source, sources.notion, sources.notes
        self._people_listed = False
        self._lock = threading.Lock()

    def scopes(self) -> Sequence[Scope]:
        """The configured tables, then our own when we know it."""
        listed = [Scope(self._id, table.id, table.role) for table in self._sources.tables.values()]
        own = self._tables.own()
        return [*listed, Scope(self._id, own.data_source, self._tables.own_key)] if own else listed

    def pull(self, scope: Scope, cursor: str | None, known: Known) -> Iterator[Page]:
        """See `Connector.pull`; a cursor that cannot be read starts from the beginning."""
        state = _state(cursor)
        own = self._tables.own()
        if own and scope.id == own.data_source:
            return self._own_rows.pull(scope, own, state)
        if scope.id not in self._sources.tables:
            raise Missing(f"[sources.{self._id}] names no data source {scope.id}")
        table = self._sources.tables[scope.id]
        return self._rows(scope, table, state, known)

    def begin(self, since: datetime) -> str:
        """A cursor that leaves out rows that were not edited since."""
        return json.dumps({"since": since.isoformat(timespec="milliseconds"), **self._sweeps.done()})

    # ---- items

    def _rows(self, scope: Scope, table: Table, state: State, known: Known) -> Iterator[Page]:
        try:
            if "since" not in state:
                yield from self._full(scope, table, state)
                return
            due = self._sweeps.due(state)
            for page in self._increment(scope, table, state, known):
                yield replace(page, last=page.last and not due)
            if due:
                yield self._swept(scope, table, page.cursor, known)
        except Missing as error:
            raise self._sources.gone(table, error) from error

    def _full(self, scope: Scope, table: Table, state: State) -> Iterator[Page]:
        schema = self._sources.resolve(table)
        binding = self._sources.binding(table, schema)
        mark = state["mark"] if "mark" in state else walks.newest_edit(self._notion, schema.id)
        containers: tuple[Container, ...] = (container(self._id, binding),)
        people = self._everyone()
        pages = walks.walk(self._notion, schema.id, "created_time", state.get("from"))
        lost = self._sweeps.held(table, schema.id) if "from" not in state else set()
        for rows, reached, last in pages:
            seen_at = self._clock()
            people |= self._people(rows)
            lost -= {row["id"] for row in rows}
            found = Found(rows)
            if last:
                self._sweeps.settle(schema.id, lost, found)
            after = {"since": mark, **self._swept_from(state)} if last else {"from": reached, "mark": mark}
            yield self._settled(scope, after, found, binding, tuple(people.values()), containers, seen_at, last=last)
            containers, people = (), {}

    def _swept_from(self, state: State) -> Mapping[str, str]:
        """A full pull that was taken up again has not seen all ids: a sweep comes next."""
        return {} if "from" in state else self._sweeps.done()

    def _swept(self, scope: Scope, table: Table, cursor: str, known: Known) -> Page:
        """Everything listed again, and what has vanished settled; see `Sweeps`."""
        state, data_source = _state(cursor), self._sources.data_source_of(table) or table.id
        binding = self._sources.binding(table, self._sources.schema(data_source))
        found = self._sweeps.sweep(table, data_source, binding, lambda row: self._is_known(row, known))
        people = tuple(self._people(found.rows).values())
        after = {**state, **self._sweeps.done()}
        return self._settled(scope, after, found, binding, people, (), self._clock(), last=True)

    def _is_known(self, row: Row, known: Known) -> bool:
        item = self._item(row)
        return known(item.ref) == item.version

    def _settled(
        self, scope: Scope, after: State, found: Found, binding: Binding, people: tuple[Person, ...],
        containers: tuple[Container, ...], seen_at: datetime, *, last: bool,
    ) -> Page:  # fmt: skip
        here = binding.schema.id
        items = (
            self._whole(binding, row) if home_of(row) == here else self._item(row, whole=True) for row in found.rows
        )
        return Page(
            scope, json.dumps(after), tuple(items), people=people, containers=containers,
            observed_at=seen_at, last=last, absent=found.absent,
            ahead=0 if last else None,
        )  # fmt: skip

    def _increment(self, scope: Scope, table: Table, state: State, known: Known) -> Iterator[Page]:
        data_source, mark = self._sources.data_source_of(table), state["since"]
        if data_source is None:  # the notes were lost; the full pull finds it again
            yield from self._full(scope, table, {})
            return
        schema = self._sources.schema(data_source)
        start = walks.since(mark) if mark else None
        try:
            for rows, reached, last in walks.walk(self._notion, data_source, "last_edited_time", start):
                seen_at = self._clock()  # what completes a row below takes its time, and it is not newer for that
                schema, containers = self._still_fitting(table, schema, rows, first=mark == state["since"])
                binding = self._sources.binding(table, schema)
                items = self._changed(binding, rows, known)
                people = self._people(rows) if items else {}
                mark = walks.later(mark, reached)
                after = {"since": mark} | ({"swept": state["swept"]} if "swept" in state else {})
                yield Page(
                    scope, json.dumps(after), items, people=tuple(people.values()), containers=containers,
                    observed_at=seen_at, last=last, ahead=0 if last else None,
                )  # fmt: skip
        except walks.TooDense:  # over 10,000 edits in one minute: rows are created one by one, so walk by that
            yield from self._full(scope, table, {})

    def _changed(self, binding: Binding, rows: Sequence[Row], known: Known) -> tuple[WorkItem, ...]:
        items = ((work_item(self._id, binding, row), row) for row in rows)
        return tuple(self._whole(binding, row) for item, row in items if known(item.ref) != item.version)

    def _whole(self, binding: Binding, row: Row) -> WorkItem:
        return whole_item(self._id, binding, row, self._notion)

    def _still_fitting(
        self, table: Table, schema: Schema, rows: Sequence[Row], *, first: bool
    ) -> tuple[Schema, tuple[Container, ...]]:  # fmt: skip
        """A row shows what is new in a schema, but not that a property in our way was handed over to us."""
        clash = (
            first
            and table.role == "work"
            and any(prop.name in self._own and not prop.mark for prop in schema.properties)
        )
        fits = not clash and all(schema.fits(row) for row in rows)
        if not fits:
            schema = self._sources.fresh_schema(schema.id)
        told = first or not fits  # once a pull: the config may have another word on it
        return schema, (container(self._id, self._sources.binding(table, schema)),) if told else ()

    # ---- people

    def _everyone(self) -> dict[str, Person]:
        """The workspace's users, listed once in the life of this connector; guests come with their rows."""
        with self._lock:
            if self._people_listed:
                return {}
            try:
                listed = list(self._notion.users())
            except NotGranted:  # the connection may not read users: names come with the rows, if at all
                listed = []
            self._people_listed = True
        return {user["id"]: self._person(user) for user in listed}

    def _people(self, rows: Sequence[Row]) -> dict[str, Person]:
        return {user["id"]: self._person(user) for row in rows for user in users_in(row)}

    def _person(self, user: Row) -> Person:
        return person(self._id, user, self._sources.me(), self._sources.options.bots)

    # ---- by id

    def get(self, ids: Sequence[str]) -> Page:
        """See `Connector.get`. A page outside the configured data sources keeps its true home and no fields."""
        looked = {id_: self._page(id_) for id_ in dict.fromkeys(map(normal_id, ids))}
        seen_at, rows = self._clock(), [row for row in looked.values() if row is not None]
        own = self._tables.own()
        ours = [row for row in rows if own and home_of(row) == own.data_source]
        items = tuple(self._placed(row) for row in rows if row not in ours and home_of(row))
        found = (own_row(row, own.columns, own.key_field) for row in ours) if own else ()
        absent: dict[Ref, Presence] = {Ref(self._id, id_): "unseen" for id_, row in looked.items() if row is None}
        return Page(
            Scope(self._id, "", ""), "", items, people=tuple(self._people(rows).values()),
            rows=tuple(row for row in found if row.key), observed_at=seen_at, last=True, absent=absent,
        )  # fmt: skip

    def _placed(self, row: Row) -> WorkItem:
        item = self._item(row, whole=True)
        elsewhere = item.presence == "present" and self._sweeps.is_elsewhere(row)
        return replace(item, presence="outside") if elsewhere else item

    def item(self, row: Row) -> WorkItem:
        """One row in the model's words, by the schema as we know it."""
        return self._item(row)

    def _item(self, row: Row, *, whole: bool = False) -> WorkItem:
        home = home_of(row) or ""
        table = next((one for one in self._sources.tables.values() if self._home(one) == home), None)
        if table is None:
            return work_item(self._id, Binding(Schema(home, "", "", ()), "work"), row)
        schema = self._sources.schema(home)
        if not schema.fits(row):
            schema = self._sources.fresh_schema(home)
        binding = self._sources.binding(table, schema)
        return self._whole(binding, row) if whole else work_item(self._id, binding, row)

    def _home(self, table: Table) -> str:
        return self._sources.data_source_of(table) or table.id

    def _page(self, id_: str) -> Row | None:
        try:
            row: Row = self._notion.page(id_)
        except Missing:
            return None
        return row if "properties" in row else None


def _state(cursor: str | None) -> State:
    try:
        state = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}
