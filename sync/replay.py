"""The whole stored past, read once, to be seen as of any instant: for a backtest of many days.

An item as it was is wound back by its later events, as in `view`. Since it changes only at those events, each item
has few versions, and a day's board is a filter over them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from rules.base import ITEMS, Board, Terms
from sync.flows import Places, SourceTerms
from sync.people import accounts, same_people
from sync.store import Store
from sync.store.codec import micros
from sync.store.schema import EVENT, ITEM
from sync.view import column_frame, event_frame, field_ids, people_frame, person_rows, roles_of, with_past_homes
from sync.view_items import STORED, TOLD, WINDING, FieldIds, Later, as_then, item_frame, wind_back

_ALWAYS = -(2**62)
_SPAN: Mapping[str, Any] = {"from_us": pl.Int64, "until_us": pl.Int64}


@dataclass(frozen=True)
class Past:
    """Everything the store knows. `versions`: items as they were from `from_us` on and before `until_us`, numbered
    by `item`; `events` of those numbers."""

    versions: pl.DataFrame
    events: pl.DataFrame
    people: pl.DataFrame
    columns: pl.DataFrame
    places: Places
    terms: Terms

    def as_of(self, now: datetime) -> Board:
        """The board that a fresh look at the store as of this instant would give."""
        us = micros(now)
        there = self.versions.filter(
            (pl.col("from_us") <= us) & (pl.col("until_us") > us) & (pl.col("created_at") <= now)
        )
        numbers = pl.DataFrame(
            {"was": there["item"], "item": pl.int_range(there.height, dtype=pl.UInt32, eager=True)}
        )
        events = (
            self.events.filter(pl.col("at") <= now).rename({"item": "was"})
            .join(numbers, on="was", how="inner", maintain_order="left").select(self.events.columns)
        )  # fmt: skip
        items = there.with_columns(numbers["item"]).select(*ITEMS)
        return Board(now, with_past_homes(items, events, self.places), events, self.people, self.columns, self.terms)


def read_past(store: Store, terms: Terms, sources: Sequence[SourceTerms], until: datetime) -> Past:
    """All facts dated no later than `until`, in one read transaction."""
    by_id = {source.id: source for source in sources}
    with store.engine.connect() as connection:
        places = Places(terms, roles_of(connection, by_id))
        same = same_people(accounts(connection), terms)
        people, fields = people_frame(connection, terms, same), field_ids(connection, by_id)
        versions = _versions(connection, places, fields, until)
        known = versions.unique("item", keep="first", maintain_order=True).select("item", "source", "id")
        events = event_frame(connection, fields, by_id, known, people, until, same)
        columns = column_frame(connection, places)
    versions = versions.with_columns(person_rows(versions, "source", "created_by", people, same))
    return Past(versions, events, people, columns, places, terms)


def _versions(
    connection: Connection, places: Places, fields: Mapping[str, FieldIds], until: datetime
) -> pl.DataFrame:
    query = select(*TOLD).where(EVENT.c.kind.in_(WINDING)).order_by(EVENT.c.item, EVENT.c.at, EVENT.c.seq)
    told = {item: list(rows) for item, rows in groupby(connection.execute(query), key=lambda row: row.item)}
    rows = [
        version
        for row in connection.execute(select(*STORED).where(ITEM.c.created_at <= micros(until)))
        for version in _lives(row, told.get(row.id, []), places, fields.get(row.source, FieldIds()))
    ]
    frame = item_frame(rows, _SPAN).sort("ref", "from_us")
    return frame.with_columns(item=pl.col("ref").rle_id().cast(pl.UInt32))


def _lives(row: Any, told: Sequence[Any], places: Places, ids: FieldIds) -> Iterator[tuple[Any, ...]]:
    """The versions of one item, the present one first: each holds until the event that ended it."""
    later, end = Later(), -_ALWAYS
    by_instant = [(at, list(group)) for at, group in groupby(told, key=lambda one: one.at)]
    for at, group in reversed(by_instant):
        yield (*as_then(row, later, _finished(row.id, told, at), places, ids), at, end)
        for one in reversed(group):
            wind_back(later, one)
        end = at
    yield (*as_then(row, later, {}, places, ids), _ALWAYS, end)


def _finished(item: int, told: Sequence[Any], at: int) -> dict[int, int]:
    """When the item had last been completed at an instant, where it was complete."""
    last = next((one for one in reversed(told) if one.at <= at and one.kind in ("completed", "reopened")), None)
    return {item: last.at} if last is not None and last.kind == "completed" else {}
