"""Into the trash and out of it again: rows, pages and the table that Handrail made, as long as they are only ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote

from connectors.errors import Missing, Transient
from connectors.model import PutAway, Receipt, Value
from connectors.notion.ids import normal_id
from connectors.notion.keeping import gist
from connectors.notion.mapping import Row, own_values, presence, title_of
from connectors.notion.markdown import parts
from connectors.notion.notes import OwnTable
from connectors.notion.own_rows import OwnRows
from connectors.notion.properties import TITLE, same
from connectors.notion.sources import Sources
from connectors.notion.tables import Tables
from connectors.notion.values import reading

Json = Any

_KEPT_BY_NOTION = frozenset({
    "created_by", "created_time", "last_edited_by", "last_edited_time", "unique_id", "formula", "rollup", "button",
    "verification",
})  # fmt: skip
"""Properties whose values nobody types in."""


class Away:
    """Looks before it acts: whatever a person has put into a thing keeps it where it is."""

    def __init__(self, sources: Sources, tables: Tables, own_rows: OwnRows) -> None:
        self._notion, self._notes = sources.notion, sources.notes
        self._tables, self._own_rows, self._me = tables, own_rows, sources.me

    def put(self, change: PutAway) -> Receipt:
        """`found` when it is where it should be already, `moved_on` with the reason when it is not only ours."""
        id_ = self._database(change) if change.what == "table" else normal_id(change.remote)
        thing = self._look(change, id_) if id_ else None
        if thing is None:
            note = "it is gone from Notion's trash, too"
            return self._receipt(change, "found" if change.away else "moved_on", {}, note)
        if (presence(thing) != "present") is change.away:
            return self._receipt(change, "found", thing)
        if change.away and (theirs := self._theirs(change, thing)):
            return self._receipt(change, "moved_on", thing, theirs)
        self._move(change, thing["id"])
        return self._receipt(change, "written", thing)

    def _look(self, change: PutAway, id_: str) -> Json | None:
        try:
            return self._notion.database(id_) if change.what == "table" else self._notion.page(id_)
        except Missing:
            return None

    def _database(self, change: PutAway) -> str | None:
        """The database around our data source."""
        try:
            source = self._notion.data_source(normal_id(change.remote))
        except Missing:
            return None
        found: str | None = (source.get("parent") or {}).get("database_id")
        return found

    def _move(self, change: PutAway, id_: str) -> None:
        """One PATCH; when no answer came, one look tells whether it landed."""
        kind: Literal["databases", "pages"] = "databases" if change.what == "table" else "pages"
        if change.what == "row":
            self._own_rows.begin_write()
        try:
            self._notion.put_away(kind, id_, change.away)
        except Transient as error:
            after = self._look(change, id_) if error.uncertain else None
            if after is None or (presence(after) != "present") is not change.away:
                raise

    def _receipt(
        self, change: PutAway, outcome: Literal["written", "found", "moved_on"], thing: Json, note: str = ""
    ) -> Receipt:
        if outcome != "moved_on":
            self._remember(change)
        return Receipt(
            change.key, outcome, change.remote, thing.get("url") or "", note=note if outcome == "moved_on" else ""
        )

    def _remember(self, change: PutAway) -> None:
        """What is in the trash is forgotten: what is wanted is made anew, or found when it comes back."""
        if change.what == "row":
            self._own_rows.forget(normal_id(change.remote))
        elif change.what == "page":
            self._notes.forget(f"page:{change.key}")
        elif change.away:
            self._notes.forget(f"table:{change.key}")
        else:
            self._notes.keep_table(change.key, self._tables.known(change.remote))

    # ---- is it only ours?

    def _theirs(self, change: PutAway, thing: Json) -> str:
        """What a person has put into it, in words; empty when it is only ours."""
        match change.what:
            case "row":
                return self._in_row(change, thing)
            case "page":
                return self._in_page(change, thing)
            case "table":
                rows = self._notion.query(normal_id(change.remote), page_size=1)["results"]
                return "it holds rows" if rows else ""

    def _in_row(self, change: PutAway, row: Row) -> str:
        table = self._tables.known(change.table)
        held, ours = own_values(row, table.columns), {table.key_field, TITLE}
        differing = [
            name for name in held.keys() - ours if not same(held[name], change.values.get(name))
        ]  # fmt: skip
        if change.title and not same(title_of(row), change.title):
            differing.append(TITLE)
        differing += _strange(row, table)
        if differing:
            return "a person has filled in " + ", ".join(sorted(differing))
        return "a person has written inside it" if next(self._notion.children(row["id"]), None) else ""

    def _in_page(self, change: PutAway, page: Json) -> str:
        if change.title and not same(title_of(page), change.title):
            return "a person has given it another title"
        if not change.expect:  # a double: nobody remembers what it said
            mine = all((page.get(by) or {}).get("id") == self._me() for by in ("created_by", "last_edited_by"))
            inside = any(str(b.get("type")).startswith("child_") for b in self._notion.children(page["id"]))
            return "" if mine and not inside else "a person has written on it"
        now = gist(self._notion.markdown(page["id"]))
        ours = any(gist("\n".join(parts(one))) == now for one in change.expect)
        return "" if ours else "a person has written on it"


def _strange(row: Row, table: OwnTable) -> list[str]:
    """Columns that are not ours and hold something."""
    ours = set(table.columns.values())
    properties: Mapping[str, Json] = row.get("properties") or {}
    return [
        name
        for name, body in properties.items()
        if unquote(body.get("id") or "") not in ours
        and body.get("type") not in _KEPT_BY_NOTION
        and _holds(reading(body)[0])
    ]


def _holds(value: Value) -> bool:
    return value not in (None, "", (), False)
