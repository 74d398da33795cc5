"""Our own table read back: what people decided there, without the echo of what we wrote.

The incremental query leaves out rows that we edited last (docs/adr/003). What it so hides is told from our own
writes' answers: the rows as they were then, people's columns included. If the process that wrote has died, the next
pull asks for every edit once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.base import OwnRow, Page, Scope
from connectors.errors import Missing, Rejected
from connectors.model import Person
from connectors.notion import walks
from connectors.notion.doubles import Doubles
from connectors.notion.mapping import Row, own_row, person, users_in
from connectors.notion.notes import OwnTable
from connectors.notion.properties import EDITED_BY
from connectors.notion.sources import Sources
from connectors.notion.sweeping import Sweeps
from connectors.notion.tables import Tables

State = Mapping[str, Any]
_UNTOLD = "own_rows_untold"
"""The note that rows were written since our table was pulled."""


class OwnRows:
    """`written` rows wait here, by id, until the next pull tells them."""

    def __init__(
        self, sources: Sources, tables: Tables, clock: Callable[[], datetime], sweeps: Sweeps, doubles: Doubles
    ) -> None:  # fmt: skip
        self._sweeps, self._doubles = sweeps, doubles
        self._sources, self._tables, self._clock = sources, tables, clock
        self._notion, self._notes = sources.notion, sources.notes
        self._untold: dict[str, OwnRow] = {}
        self._writes = False

    def begin_write(self) -> None:
        """Before a row is written: note that the next pull has something to tell, whoever makes it."""
        if not self._writes:
            self._notes.set(_UNTOLD, "yes")
            self._writes = True

    def seen(self, row: Row, table: OwnTable) -> None:
        """A row as a write or the look before it found it."""
        if row.get("last_edited_time") and table == self._tables.own():
            self._untold[row["id"]] = own_row(row, table.columns, table.key_field)

    def forget(self, id_: str) -> None:
        """A row that is in the trash, or back from there: the next pull has nothing to tell from before."""
        self._untold.pop(id_, None)

    def pull(self, scope: Scope, own: OwnTable, state: State) -> Iterator[Page]:
        """See `Connector.pull`: everything, or what others have edited since."""
        before = self._notes.schema(own.data_source)
        try:
            yield from self._pages(scope, own, state)
        except Missing as error:
            raise self._tables.lost(own, error) from error
        except Rejected as error:  # a column that we filter by may have another name now
            if error.status != 400 or self._tables.present_schema(own) == before:
                raise
            yield from self._pages(scope, own, state)

    def _pages(self, scope: Scope, own: OwnTable, state: State) -> Iterator[Page]:
        goes_on = "since" in state
        if goes_on and self._sweeps.due(state):
            yield self._swept(scope, own, state)
            return
        self._sources.me()  # the increment leaves out our own edits: asked for now, so that an idle pull costs one
        mark = state["since"] if goes_on else state.get("mark") or walks.newest_edit(self._notion, own.data_source)
        told: set[str] = set()
        for rows, reached, last in self._walk(own, state):
            found = [own_row(row, own.columns, own.key_field) for row in rows]
            told |= {row.remote for row in found}
            if last:
                found += [row for id_, row in self._untold.items() if id_ not in told]
            if goes_on:
                mark = walks.later(mark, reached)
            swept = {"swept": state["swept"]} if "swept" in state else {} if goes_on else self._sweeps.done()
            after = {"since": mark, **swept} if last or goes_on else {"from": reached, "mark": mark}
            yield Page(
                scope, json.dumps(after), rows=tuple(row for row in found if row.key), people=self._people(rows),
                observed_at=self._clock(), last=last,
            )  # fmt: skip
        self._all_told()

    def _all_told(self) -> None:
        self._untold.clear()
        self._writes = False
        if self._notes.get(_UNTOLD):
            self._notes.forget(_UNTOLD)

    def _swept(self, scope: Scope, own: OwnTable, state: State) -> Page:
        """Every row, whoever edited it last, and what is double among them: a double counts as put away."""
        pages = walks.walk(self._notion, own.data_source, "created_time")
        rows = [row for some, _, _ in pages for row in some]
        doubled, stale = self._doubles.look(own, rows)
        found = (own_row(row, own.columns, own.key_field) for row in rows)
        told = tuple(replace(row, trashed=row.trashed or row.remote in doubled) for row in found if row.key)
        mark = state["since"]
        for row in rows:
            mark = walks.later(mark, row["last_edited_time"])
        after = {"since": mark, **self._sweeps.done()}
        self._all_told()
        return Page(scope, json.dumps(after), rows=told, observed_at=self._clock(), last=True, stale=stale)

    def _people(self, rows: list[Row]) -> tuple[Person, ...]:
        """Who edited these rows last, by name: a decision is somebody's."""
        who = {user["id"]: user for row in rows for user in users_in(row)}
        bots = self._sources.options.bots
        return tuple(person(self._sources.source, user, self._sources.me(), bots) for user in who.values())

    def _walk(self, own: OwnTable, state: State) -> Iterator[tuple[list[Row], str | None, bool]]:
        if "since" not in state:
            return walks.walk(self._notion, own.data_source, "created_time", state.get("from"))
        start = walks.since(state["since"]) if state["since"] else None
        somebody_else_wrote = self._notes.get(_UNTOLD) and not self._writes
        others = {"property": self._edited_by(own), "last_edited_by": {"does_not_contain": self._sources.me()}}
        also = None if somebody_else_wrote else others
        return walks.walk(self._notion, own.data_source, "last_edited_time", start, also)

    def _edited_by(self, own: OwnTable) -> str:
        """The present name of the column; a person may have renamed it."""
        id_ = own.columns.get(EDITED_BY)
        names = (prop.name for prop in self._sources.schema(own.data_source).properties if prop.id == id_)
        return next(names, EDITED_BY)
