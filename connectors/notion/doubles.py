"""Doubles of what we made: two rows of one key, two pages of one title, two tables with our mark.

They come about when a create landed without an answer, and was repeated before Notion showed it. A sweep finds them
by our marks and notes them; nothing is changed then. `changes` are what takes them away: the oldest is kept, and
what a person has touched stays where it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from connectors.model import PutAway
from connectors.notion.ids import normal_id
from connectors.notion.mapping import Row, own_row, own_values, presence, title_of
from connectors.notion.notes import OwnTable, own_table
from connectors.notion.properties import TITLE, same
from connectors.notion.schema import schema_of
from connectors.notion.sources import Sources

Json = Any
_NOTE = "doubles"
PLACES = "places"
"""The note of what we made under which page: key of its change → kind (page, table, region), parent, title."""


class Doubles:
    """What the last sweep of our own table found; kept in the notes until it is carried out or swept again.

    `edited`: whether a page of ours, by key, says something else than what we sent.
    """

    def __init__(self, sources: Sources, edited: Callable[[str], bool]) -> None:
        self._edited = edited
        self._source, self._notion, self._notes = sources.source, sources.notion, sources.notes
        self._me = sources.me

    def changes(self) -> Sequence[PutAway]:
        """One for each double; no request."""
        try:
            return [PutAway(**told) for told in json.loads(self._notes.get(_NOTE) or "[]")]
        except (ValueError, TypeError):
            return []

    def settled(self, change: PutAway) -> None:
        """One has been carried out, or will not be."""
        left = [one for one in self.changes() if one.remote != change.remote]
        if len(left) != len(self.changes()):
            self._note(left)

    def look(self, own: OwnTable, rows: Sequence[Row]) -> tuple[frozenset[str], tuple[str, ...]]:
        """Compare all rows of our table, and what lies beside it: ids of double rows, and keys of what is stale.

        One request a hundred blocks under each parent page, one for each page of ours, and two for each double.
        """
        found, stale = self._rows(own, rows)
        for (kind, parent), places in self._places():
            if kind == "region":  # no double of a person's page is ours to take away
                stale += [key for key, _ in places if self._edited(key)]
                continue
            blocks = list(self._notion.children(parent))
            for key, title in places:
                found += self._pages(key, title, blocks, stale) if kind == "page" else self._tables(own, blocks)
                if kind == "page" and key not in stale and self._edited(key):
                    stale.append(key)
        self._note(found)
        return frozenset(one.remote for one in found if one.what == "row"), tuple(stale)

    def _note(self, found: Sequence[PutAway]) -> None:
        self._notes.set(_NOTE, json.dumps([asdict(one) for one in found], ensure_ascii=False) if found else "")

    def _ours_alone(self, thing: Row) -> bool:
        return all((thing.get(by) or {}).get("id") == self._me() for by in ("created_by", "last_edited_by"))

    # ---- rows

    def _rows(self, own: OwnTable, rows: Sequence[Row]) -> tuple[list[PutAway], list[str]]:
        by_key: dict[str, list[Row]] = {}
        for row in rows:
            if key := own_row(row, own.columns, own.key_field).key:
                by_key.setdefault(key, []).append(row)
        found: list[PutAway] = []
        stale: list[str] = []
        for key, several in by_key.items():
            kept, *others = sorted(several, key=lambda row: (row["created_time"], row["id"]))
            ours = [row for row in others if self._ours_alone(row)]
            found += [self._row(own, row) for row in ours]
            if self._ours_alone(kept) and any(self._differ(own, kept, row) for row in ours):
                stale.append(f"row/{key}")
        return found, stale

    def _row(self, own: OwnTable, row: Row) -> PutAway:
        values = {name: v for name, v in own_values(row, own.columns).items() if name not in {own.key_field, TITLE}}
        return PutAway(
            f"double/{row['id']}", self._source, "row", row["id"], table=own.data_source, title=title_of(row),
            values=values,
        )  # fmt: skip

    def _differ(self, own: OwnTable, one: Row, other: Row) -> bool:
        first, second = own_values(one, own.columns), own_values(other, own.columns)
        return any(not same(first.get(name), second.get(name)) for name in first)

    # ---- pages and tables

    def _places(self) -> Iterator[tuple[tuple[str, str], list[tuple[str, str]]]]:
        listed = [
            (told["kind"], told["parent"], key, told["title"]) for key, told in sorted(places(self._notes).items())
        ]
        for place, several in groupby(sorted(listed), key=lambda one: one[:2]):
            yield place, [(key, title) for _, _, key, title in several]

    def _pages(self, key: str, title: str, blocks: Sequence[Json], stale: list[str]) -> list[PutAway]:
        ids = [block["id"] for block in blocks if (block.get("child_page") or {}).get("title") == title]
        pages = [page for id_ in ids if presence(page := self._notion.page(id_)) == "present"] if ids[1:] else []
        if len(pages) < 2:
            return []
        kept, *others = sorted(pages, key=lambda page: (page["created_time"], page["id"]))
        in_use = self._in_use(key)
        if kept["id"] != in_use and not self._ours_alone(kept):
            return []  # somebody else's page of that title, or one that people have written on
        ours = [page for page in others if self._ours_alone(page)]
        if kept["id"] != in_use:
            stale.append(key)
            self._notes.set(f"page:{key}", json.dumps({"id": kept["id"], "url": kept.get("url") or ""}))
        for page in ours:
            self._notes.set(f"instead:{page['id']}", kept["id"])
        return [PutAway(f"double/{page['id']}", self._source, "page", page["id"], title=title) for page in ours]

    def _in_use(self, key: str) -> str:
        try:
            return str(json.loads(self._notes.get(f"page:{key}") or "{}").get("id"))
        except ValueError:
            return ""

    def _tables(self, own: OwnTable, blocks: Sequence[Json]) -> list[PutAway]:
        """Tables with our mark that hold no row, beside the one in use: nothing was ever written there."""
        found: list[PutAway] = []
        for block in blocks:
            if block.get("type") != "child_database" or block.get("in_trash"):
                continue
            inside = self._notion.database(block["id"]).get("data_sources") or []
            if len(inside) != 1 or inside[0]["id"] == own.data_source:
                continue
            if self._is_ours(inside[0]["id"], own):
                found.append(PutAway(f"double/{inside[0]['id']}", self._source, "table", inside[0]["id"]))
        return found

    def _is_ours(self, data_source: str, own: OwnTable) -> bool:
        told = self._notion.data_source(data_source)
        table = own_table(schema_of(told))
        made_by_us = (told.get("created_by") or {"id": self._me()}).get("id") == self._me()
        if table is None or table.key_field != own.key_field or not made_by_us:
            return False
        return not self._notion.query(data_source, page_size=1)["results"]


def places(notes: Any) -> Mapping[str, Mapping[str, str]]:
    """What is noted of where our things are."""
    try:
        told = json.loads(notes.get(PLACES) or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def note_place(notes: Any, key: str, kind: str, parent: str, title: str) -> None:
    """Note under which page a thing of ours is, so that its doubles can be looked for."""
    told = dict(places(notes))
    here = {"kind": kind, "parent": normal_id(parent), "title": title}
    if told.get(key) != here:
        notes.set(PLACES, json.dumps(told | {key: here}, ensure_ascii=False))
