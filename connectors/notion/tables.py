"""Making what we write into: our own table, our own properties on people's tables. Found by their marks first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.errors import ConnectorError, Missing, Rejected
from connectors.model import EnsureFields, EnsureTable, OwnField, Receipt
from connectors.notion.doubles import note_place
from connectors.notion.ids import normal_id
from connectors.notion.notes import OwnTable, own_table
from connectors.notion.properties import definition, fits, option_name, table_definition
from connectors.notion.schema import SYNCED_TABLE, Property, Schema, schema_of
from connectors.notion.sources import Sources
from connectors.notion.texts import rich_text

Json = Any


class Tables:
    """`new`: data sources made by this connector and not pulled since: nothing but what we wrote is in them.

    `own_key`: the key of the change whose table is pulled, too.
    """

    def __init__(self, sources: Sources, own_key: str) -> None:
        self.own_key = own_key
        self._sources, self._notion, self._notes = sources, sources.notion, sources.notes
        self.new: set[str] = set()

    # ---- our own table

    def own(self) -> OwnTable | None:
        """The table that is pulled, too, as far as our notes know it."""
        return self._notes.table(self.own_key)

    def present_schema(self, table: OwnTable) -> Schema:
        """The schema as it is now. Raises Missing, with the way out, when the table is in the trash or gone."""
        try:
            found = self._notion.data_source(table.data_source)
        except Missing as error:
            raise self.lost(table, error) from error
        if found.get("in_trash"):
            raise self.lost(table)
        schema = schema_of(found)
        self._notes.keep_schema(schema)
        return schema

    def lost(self, table: OwnTable, cause: ConnectorError | None = None) -> Missing:
        """Forget the table, and say so."""
        if self.own() == table:
            self._notes.forget(f"table:{self.own_key}")
        return Missing(
            "our findings table is gone from Notion, in its trash, or no longer shared with this connection. Restore "
            "it there to keep its decisions; else the next run that finds none makes a new one.",
            status=cause.status if cause else 0, request=cause.request if cause else "",
        )  # fmt: skip

    def find(self, change: EnsureTable, below: Iterable[Json] | None = None) -> OwnTable | None:
        """The table that this change would make, when it exists: from our notes, else among the parent's databases.

        `below`: the parent's blocks, if they are at hand. Of several tables with our mark the oldest counts.
        """
        known = self._notes.table(change.key)
        if known:
            return known
        blocks = self._notion.children(normal_id(change.parent)) if below is None else below
        found = [table for block in blocks if _is_database(block) and (table := self._ours(block["id"], change))]
        if not found:
            return None
        self._notes.keep_table(change.key, found[0])
        return found[0]

    def _ours(self, database_id: str, change: EnsureTable) -> OwnTable | None:
        try:
            database = self._notion.database(database_id)
            inside = database.get("data_sources") or []
            schema = self._sources.fresh_schema(inside[0]["id"]) if len(inside) == 1 else None
        except Missing:
            return None
        table = own_table(schema, database.get("url") or "") if schema else None
        return table if table and table.key_field == change.key_field else None

    def known(self, key_or_id: str) -> OwnTable:
        """Our table by its key or its data source's id; with the notes lost, by its mark through Notion's search."""
        table = self._notes.table(key_or_id)
        if table is None and len(key_or_id) >= 32:
            table = own_table(self._sources.schema(normal_id(key_or_id)))
        if table is None:
            schemas = (schema_of(found) for found in self._notion.search_data_sources() if found.get("properties"))
            table = next((ours for schema in schemas if (ours := own_table(schema))), None)
            if table:
                self._notes.keep_table(key_or_id, table)
        if table is None:
            raise Rejected(f"our table {key_or_id!r} is not in Notion yet; the change that makes it comes first")
        return table

    def ensure(self, change: EnsureTable) -> Receipt:
        """The table, found or made, with every column of ours."""
        note_place(self._notes, change.key, "table", change.parent, change.title)
        table = self.find(change)
        if table is None:
            table = self._create(change)
            return Receipt(change.key, "written", table.data_source, table.url)
        self._complete(table, change)
        return Receipt(change.key, "found", table.data_source, table.url)

    def _create(self, change: EnsureTable) -> OwnTable:
        columns = table_definition(change.fields, change.key_field)
        made = self._notion.create_database(normal_id(change.parent), rich_text(change.title), columns)
        schema = self._sources.fresh_schema(made["data_sources"][0]["id"])
        table = own_table(schema, made.get("url") or "")
        if table is None:
            raise Rejected(
                f"the table {change.title!r} was made in Notion without the description that marks its key column, "
                "so it could not be found again; nothing is written to it"
            )
        self._notes.keep_table(change.key, table)
        self.new.add(table.data_source)
        return table

    def _complete(self, table: OwnTable, change: EnsureTable) -> None:
        if {own.name for own in change.fields} <= set(table.columns):
            return
        schema = self._sources.fresh_schema(table.data_source)
        lacking = [own for own in change.fields if own.name not in table.columns and schema.find(own.name) is None]
        if lacking:
            schema = self._add(table.data_source, {own.name: definition(own) for own in lacking})
        names = {own.name: prop.id for own in change.fields if (prop := schema.find(own.name))}
        whole = OwnTable(table.data_source, table.url, table.key_field, names | dict(table.columns))
        self._notes.keep_table(change.key, whole)

    # ---- our fields on people's tables

    def attached(self, container: str) -> frozenset[str]:
        """Names of our properties on a data source, by their marks."""
        return frozenset(self._sources.fresh_schema(normal_id(container)).own())

    def ensure_fields(self, change: EnsureFields) -> Receipt:
        """Our properties on somebody's data source. Rejected where a person's property has the name of one."""
        id_ = normal_id(change.container.id)
        schema = self._sources.fresh_schema(id_)
        if schema.synced:
            raise Rejected(f"data source {schema.name!r}: {SYNCED_TABLE}")
        problems = [words for own in change.fields if (words := _obstacle(own, schema))]
        if problems:
            raise Rejected(f"data source {schema.name!r}: " + "; ".join(problems))
        lacking = {own.name: body for own in change.fields if (body := _lacking(own, schema))}
        if lacking:
            schema = self._add(id_, lacking)
        return Receipt(change.key, "written" if lacking else "found", id_, schema.url)

    def _add(self, data_source: str, properties: Mapping[str, Json]) -> Schema:
        schema = schema_of(self._notion.update_data_source(data_source, properties))
        self._notes.keep_schema(schema)
        return schema


def _is_database(block: Json) -> bool:
    return block.get("type") == "child_database" and not block.get("in_trash")


def _obstacle(own: OwnField, schema: Schema) -> str:
    prop = schema.find(own.name)
    if prop is None:
        return ""
    if not prop.mark:
        return (
            f"there is a property {own.name!r} that Handrail did not make; rename it, or hand it over by beginning "
            "its description with 'Written by Handrail.'"
        )
    return "" if fits(own, prop) else f"{own.name!r} is a {prop.type} property and cannot hold our {own.type}"


def _lacking(own: OwnField, schema: Schema) -> Json:
    prop = schema.find(own.name)
    if prop is None:
        return definition(own)
    new = _new_options(own, prop)
    if not new:
        return None
    # the full list: an option left out of the request is deleted
    return {prop.type: {"options": [{"id": id_, "name": name} for id_, name in prop.options] + new}}


def _new_options(own: OwnField, prop: Property) -> list[dict[str, str]]:
    if own.type != "option":
        return []
    known = {name for _, name in prop.options}
    return [{"name": name} for name in map(option_name, own.options) if name not in known]
