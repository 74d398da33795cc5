"""Which data source the config means, its schema as we know it, and who we are: shared by reading and writing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import Missing, Rejected
from connectors.notion.ids import normal_id
from connectors.notion.notes import Notes
from connectors.notion.options import NotionOptions, TableOptions
from connectors.notion.schema import Binding, Schema, bind, schema_of
from connectors.notion.sdk import Notion


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the config: the id as configured (normalised), what it means, its role."""

    id: str
    options: TableOptions
    role: str


def tables_of(options: NotionOptions) -> dict[str, Table]:
    """The configured tables by normalised id. Rejected names every id that is none, and every one named twice."""
    listed = [("work", table) for table in options.work] + [("pages", table) for table in options.pages]
    listed += [(role, table) for role in ("ideas", "experiments") if (table := getattr(options, role))]
    found: dict[str, Table] = {}
    problems: list[str] = []
    for role, table in listed:
        try:
            id_ = normal_id(table.data_source)
        except Rejected as error:
            problems.append(f"{role}: {error}")
            continue
        if id_ in found:
            problems.append(f"{role}: {table.data_source!r} is configured twice, as {found[id_].role} already")
        found[id_] = Table(id_, table, role)
    if problems:
        raise Rejected("; ".join(problems))
    return found


class Sources:
    """Answers from notes where it can, else by a request, which it notes."""

    def __init__(self, source: str, options: NotionOptions, notion: Notion, notes: Notes) -> None:
        self.source, self.options, self.notion, self.notes = source, options, notion, notes
        self.tables: Mapping[str, Table] = tables_of(options)
        self._lock = threading.Lock()
        self._me: str | None = None

    def me(self) -> str:
        """The id of the bot user behind our token."""
        with self._lock:
            self._me = self._me or self.notes.get("me")
            if self._me is None:
                self._me = str(self.notion.me()["id"])
                self.notes.set("me", self._me)
            return self._me

    def schema(self, data_source: str) -> Schema:
        """The schema as last seen, by request when it was never seen."""
        return self.notes.schema(data_source) or self.fresh_schema(data_source)

    def fresh_schema(self, data_source: str) -> Schema:
        """The schema as it is now."""
        schema = schema_of(self.notion.data_source(data_source))
        self.notes.keep_schema(schema)
        return schema

    def binding(self, table: Table, schema: Schema) -> Binding:
        """The schema with the config's words for it."""
        return bind(schema, table.options, table.role, self.options.team_field)

    def data_source_of(self, table: Table) -> str | None:
        """The data source behind a configured id, as far as that is known without a request."""
        return self.notes.get(f"data_source:{table.id}")

    def resolve(self, table: Table) -> Schema:
        """The configured table's fresh schema. The id may be a data source's or its database's.

        An address that a person copies holds the database's id, which names a container: Rejected lists its data
        sources when there are several.
        """
        known = self.data_source_of(table)
        try:
            schema = self.fresh_schema(known or table.id)
        except Rejected as error:
            if error.status not in {400, 404}:
                raise
            schema = self.fresh_schema(self._only_data_source(table))
        self.notes.set(f"data_source:{table.id}", schema.id)
        return schema

    def gone(self, table: Table, error: Missing) -> Missing:
        """The same, with the way out; what we noted about the id is forgotten."""
        self.notes.forget(f"data_source:{table.id}")
        return Missing(
            f"{table.role}: {table.options.data_source!r} is not in Notion, or not shared with this connection "
            "(open it in Notion, then ••• → Connections → add it)", status=error.status, request=error.request,
        )  # fmt: skip

    def _only_data_source(self, table: Table) -> str:
        try:
            database = self.notion.database(table.id)
        except Missing as error:
            raise self.gone(table, error) from error
        return only_data_source(database, f"{table.role}: {table.options.data_source!r}")


def only_data_source(database: Mapping[str, Any], named: str) -> str:
    """The one data source of a database. Rejected lists them when there are several."""
    inside = database.get("data_sources") or []
    if len(inside) == 1:
        return str(inside[0]["id"])
    listed = ", ".join(f"{one['name']!r} ({one['id']})" for one in inside) or "none"
    raise Rejected(
        f"{named} is a database with {len(inside)} data sources; name the one that is meant as data_source: {listed}"
    )
