"""Writing values: rows of our own table, and our own properties on rows of people's tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from connectors.errors import ConnectorError, Missing, Rejected, Transient
from connectors.model import PutRow, Receipt, SetFields, Value, WorkItem
from connectors.notion.ids import normal_id
from connectors.notion.mapping import Row, home_of, own_value, own_values, presence
from connectors.notion.notes import OwnTable
from connectors.notion.own_rows import OwnRows
from connectors.notion.policy import has_conflict
from connectors.notion.properties import TITLE, same, written
from connectors.notion.schema import Property, Schema, nearest
from connectors.notion.sources import Sources
from connectors.notion.tables import Tables

Json = Any
Values = Mapping[str, Value]
Outcome = Literal["written", "found", "moved_on"]
T = TypeVar("T")

_TRIES = 3
"""How often a write that lost against another at the same moment is decided anew."""


class Rows:
    """`item`: a row in the model's words, for the versions that receipts tell."""

    def __init__(
        self, sources: Sources, tables: Tables, own_rows: OwnRows, item: Callable[[Row], WorkItem]
    ) -> None:  # fmt: skip
        self._sources, self._notion, self._notes = sources, sources.notion, sources.notes
        self._tables, self._own_rows, self._item = tables, own_rows, item
        self._tried: set[str] = set()  # keys of rows that this connector made, or may have made

    # ---- rows of our table

    def put(self, change: PutRow) -> Receipt:
        """The row of this key: made, or brought from `before` to the wanted values; see `Connector.apply`."""
        table = self._tables.known(change.table)
        schema = self._sources.schema(table.data_source)
        try:
            return _again(lambda: self._put(change, table, schema))
        except Rejected as error:  # the schema may have changed since we saw it, or the table may be in the trash
            if error.status not in {400, 404}:
                raise
            present = self._tables.present_schema(table)
            if present == schema:
                raise
            return _again(lambda: self._put(change, table, present))

    def _put(self, change: PutRow, table: OwnTable, schema: Schema) -> Receipt:
        columns = _columns(table, schema)
        lacking = [name for name in change.values if name not in columns]
        if lacking:
            raise Rejected(
                f"our table {schema.name!r} has lost the column {lacking[0]!r}"
                f"{nearest(lacking[0], schema.properties)}; name it so again, or put the table into the trash and "
                "let the next run make a new one"
            )
        row = self._row(change, table, columns)
        if row is None:
            return self._create(change, table, columns)
        if presence(row) != "present":
            return self._receipt(change, "moved_on", row, table, "a person has put this row away")
        return self._bring(change, row, table, columns)

    def _row(self, change: PutRow, table: OwnTable, columns: Mapping[str, Property]) -> Row | None:
        if change.remote:
            try:
                found: Row = self._notion.page(normal_id(change.remote))
                return found
            except Missing:
                return {"id": change.remote, "in_trash": True, "properties": {}}
        if table.data_source in self._tables.new and change.row not in self._tried:
            return None
        key = columns[table.key_field]
        answer = self._notion.query(
            table.data_source, filter={"property": key.name, key.type: {"equals": change.row}}, page_size=2,
            sorts=[{"timestamp": "created_time", "direction": "ascending"}],
        )  # fmt: skip
        return next(iter(answer["results"]), None)

    def _create(self, change: PutRow, table: OwnTable, columns: Mapping[str, Property]) -> Receipt:
        values = {TITLE: change.title} | dict(change.values) | {table.key_field: change.row}
        properties = {columns[name].name: written(columns[name], value) for name, value in values.items()}
        self._tried.add(change.row)
        self._own_rows.begin_write()
        row = self._notion.create_page({"type": "data_source_id", "data_source_id": table.data_source}, properties)
        return self._receipt(change, "written", row, table)

    def _bring(self, change: PutRow, row: Row, table: OwnTable, columns: Mapping[str, Property]) -> Receipt:
        now = own_values(row, table.columns)
        differing, moved = _compare(change.values, change.before, now)
        if moved:
            return self._receipt(change, "moved_on", row, table, _moved(moved))
        if not differing:
            return self._receipt(change, "found", row, table)
        self._own_rows.begin_write()
        row = self._update(row["id"], columns, differing)
        return self._receipt(change, "written", row, table)

    def _receipt(self, change: PutRow, outcome: Outcome, row: Row, table: OwnTable, note: str = "") -> Receipt:
        self._own_rows.seen(row, table)
        return Receipt(
            change.key, outcome, row["id"], row.get("url") or "", own_values(row, table.columns), note=note
        )

    # ---- our fields on people's rows

    def set_fields(self, change: SetFields) -> Receipt:
        """Our own properties of one row; see `Connector.apply`."""
        return _again(lambda: self._set_fields(change))

    def _set_fields(self, change: SetFields) -> Receipt:
        row: Row = self._notion.page(normal_id(change.ref.id))
        seen = self._item(row)
        ours = self._ours(change, row)
        now = {name: own_value(row["properties"][name]) for name in change.values}
        differing, moved = _compare(change.values, change.before, now)
        url = row.get("url") or ""
        if moved or presence(row) != "present":
            note = _moved(moved) if moved else "a person has put this page away"
            return Receipt(change.key, "moved_on", row["id"], url, now, seen.version, note, seen.version)
        if not differing:
            return Receipt(change.key, "found", row["id"], url, now, seen.version, seen_version=seen.version)
        row = self._update(row["id"], ours, differing)
        now, item = {name: own_value(row["properties"][name]) for name in change.values}, self._item(row)
        ids = {prop.id for prop in ours.values()}
        shown = tuple(field for field in item.fields if field.id in ids)
        return Receipt(
            change.key, "written", row["id"], url, now, item.version, seen_version=seen.version, fields=shown
        )

    def _ours(self, change: SetFields, row: Row) -> Mapping[str, Property]:
        home = home_of(row)
        if home is None:
            raise Rejected(f"{change.ref} is in no data source, so it has none of our properties")
        schema = self._sources.schema(home)
        if not set(change.values) <= set(schema.own()) or not schema.fits(row):
            schema = self._sources.fresh_schema(home)
        lacking = [name for name in change.values if name not in schema.own()]
        if lacking:
            named = ", ".join(repr(name) for name in lacking)
            raise Rejected(f"data source {schema.name!r} has no property of ours named {named}; nothing was written")
        return schema.own()

    # ---- both

    def _update(self, id_: str, columns: Mapping[str, Property], values: Values) -> Row:
        """PATCH; when no answer came, one look tells whether it landed."""
        properties = {columns[name].name: written(columns[name], value) for name, value in values.items()}
        try:
            row: Row = self._notion.update_page(id_, properties)
        except Transient as error:
            if not error.uncertain:
                raise
            row = self._notion.page(id_)
            held = {name: own_value(row["properties"][columns[name].name]) for name in values}
            if not all(same(held[name], value) for name, value in values.items()):
                raise error from None
        return row


def _again(attempt: Callable[[], T]) -> T:
    """Decide anew, from a fresh read, when another write got in between."""
    for _ in range(_TRIES - 1):
        try:
            return attempt()
        except ConnectorError as error:
            if not has_conflict(error):
                raise
    return attempt()


def _columns(table: OwnTable, schema: Schema) -> dict[str, Property]:
    """Our name of each column → the property as it is now, whatever a person calls it."""
    by_id = {prop.id: prop for prop in schema.properties}
    found = {name: by_id.get(id_) or schema.find(name) for name, id_ in table.columns.items()}
    return {name: prop for name, prop in found.items() if prop is not None}


def _compare(wanted: Values, before: Values, now: Values) -> tuple[dict[str, Value], list[str]]:
    """The values that differ from now, and the names of those that are no longer what was decided on."""
    differing = {name: value for name, value in wanted.items() if not same(now.get(name), value)}
    return differing, [name for name in differing if not same(now.get(name), before.get(name))]


def _moved(names: Sequence[str]) -> str:
    return "changed since it was decided: " + ", ".join(names)
