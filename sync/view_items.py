"""The items of a board: as they are stored, wound back to an instant where their history allows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from typing import Any

import orjson
import polars as pl
from sqlalchemy import Connection, or_, select

from connectors.model import OWN_TEXT, Ref
from rules.base import ITEMS
from sync.flows import Places
from sync.store.codec import instant, micros
from sync.store.schema import EVENT, ITEM

WINDING = ("completed", "reopened", "due", "renamed", "added", "removed", "field")
"""Kinds of events that tell how an item was before them."""
STORED = (
    ITEM.c.id, ITEM.c.source, ITEM.c.remote, ITEM.c.kind, ITEM.c.title, ITEM.c.url, ITEM.c.created_at,
    ITEM.c.created_by, ITEM.c.completed, ITEM.c.completed_at, ITEM.c.due, ITEM.c.presence,
    ITEM.c.placements_json, ITEM.c.tags_json, ITEM.c.fields_json, ITEM.c.parent, ITEM.c.subtasks,
    ITEM.c.waits_for_json,
)  # fmt: skip
TOLD = (
    EVENT.c.item, EVENT.c.at, EVENT.c.kind, EVENT.c.field, EVENT.c.container, EVENT.c.old, EVENT.c.old_text,
)  # fmt: skip

_NONE: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class FieldIds:
    """Ids (or names) of a source's fields by what they mean. `listed`: those for rules, as the config spells them."""

    team: frozenset[str] = frozenset()
    priority: frozenset[str] = frozenset()
    reviewed: frozenset[str] = frozenset()
    parked: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    value: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Later:
    """What happened to one item after the instant: the first change of each kind tells how it was before."""

    first: dict[str, Any] = field(default_factory=dict)
    homes: dict[str, bool] = field(default_factory=dict)


def read_items(
    connection: Connection, places: Places, fields: Mapping[str, FieldIds], now: datetime
) -> tuple[pl.DataFrame, pl.Series]:
    """The frame ITEMS with `created_by` as the vendor's id still, and the database's id of each row."""
    later = _later(connection, now)
    finished = _finished_before(connection, [id_ for id_, one in later.items() if "completion" in one.first], now)
    rows = [
        as_then(row, later.get(row.id, Later()), finished, places, fields.get(row.source, FieldIds()))
        for row in connection.execute(select(*STORED).where(ITEM.c.created_at <= micros(now)))
    ]
    rows.sort(key=lambda one: one[1])
    read = item_frame(rows).with_row_index("item")
    return read.select(*ITEMS), read["id"]


def item_frame(rows: list[tuple[Any, ...]], more: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """Rows of `as_then`, with `id` and without `item`; each followed by the columns in `more`."""
    schema = {"id": pl.Int64, **{name: dtype for name, dtype in ITEMS.items() if name != "item"}}
    schema |= {"created_by": pl.String, "created_at": pl.Int64, "completed_at": pl.Int64, **(more or {})}
    times = [
        pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC") for name in ("created_at", "completed_at")
    ]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(times)


def as_then(row: Any, later: Later, finished: Mapping[int, int], places: Places, ids: FieldIds) -> tuple[Any, ...]:
    """A stored item wound back by its later events. `finished`: when it had been completed, by its id."""
    homes = [container for container, _ in orjson.loads(row.placements_json) if later.homes.get(container, True)]
    homes += [one for one, was_in in reversed(later.homes.items()) if was_in and one not in homes]
    container, flow = places.home(Ref(row.source, one) for one in homes)
    priority, reviewed, parked, blocked, value = _meanings(row, later, ids)
    completed_at = finished.get(row.id) if "completion" in later.first else row.completed_at
    return (
        row.id, f"{row.source}:{row.remote}", row.source, str(container) if container else None, flow, row.kind,
        later.first.get("renamed") or row.title, row.url, row.created_at, row.created_by,
        completed_at if row.completed or "completion" in later.first else None,
        _day(later.first.get("due", row.due)), row.presence, priority, _instant(reviewed), _day(parked),
        list(orjson.loads(row.tags_json)), _filled(row, later, ids.listed),
        f"{row.source}:{row.parent}" if row.parent else None, row.subtasks,
        [f"{row.source}:{one}" for one in orjson.loads(row.waits_for_json)], blocked, _number(value),
        _own_text(row),
    )  # fmt: skip


def _meanings(row: Any, later: Later, ids: FieldIds) -> list[str | None]:
    """Priority, last review, parking date, what blocks it and its value a day, from the fields that mean them."""
    found: list[str | None] = [None, None, None, None, None]
    if row.fields_json == "[]":
        return found
    for id_, name, _, value, text in orjson.loads(row.fields_json):
        for n, wanted in enumerate((ids.priority, ids.reviewed, ids.parked, ids.blocked, ids.value)):
            if found[n] is None and (id_ in wanted or name in wanted):
                now = text or value
                was = later.first.get(f"field:{id_}", now)
                found[n] = None if was in (None, "", []) else str(was)
    return found


def _filled(row: Any, later: Later, listed: frozenset[str]) -> list[str]:
    """The mapped fields that held something, each as `name=text`; under its id where the config lists that."""
    if row.fields_json == "[]":
        return []
    then = ((id_ if id_ in listed and name not in listed else name, later.first.get(f"field:{id_}", text or value))
            for id_, name, type_, value, text in orjson.loads(row.fields_json) if type_ not in OWN_TEXT)  # fmt: skip
    return [f"{name}={value}" for name, value in then if value not in (None, "", [])]


def _own_text(row: Any) -> str | None:
    """The item's description or content as it is now; None where the config does not ask for it."""
    if not any(f'"{one}"' in row.fields_json for one in OWN_TEXT):
        return None
    held = (
        str(text or value or "") for _, _, type_, value, text in orjson.loads(row.fields_json) if type_ in OWN_TEXT
    )
    return next(held, None)


def _later(connection: Connection, now: datetime) -> dict[int, Later]:
    """By item, what its changes after the instant say about how it was then."""
    query = select(*TOLD).where(EVENT.c.at > micros(now), EVENT.c.kind.in_(WINDING))
    found: dict[int, Later] = {}
    for row in connection.execute(query.order_by(EVENT.c.item, EVENT.c.at.desc(), EVENT.c.seq.desc())):
        wind_back(found.setdefault(row.item, Later()), row)
    return found


def wind_back(one: Later, row: Any) -> None:
    """Take in an item's event; they come latest first, since the earliest tells how it was before all of them."""
    match row.kind:
        case "completed" | "reopened":
            one.first["completion"] = row.kind
        case "due":
            one.first["due"] = row.old
        case "renamed":
            one.first["renamed"] = row.old_text or row.old
        case "field":
            one.first[f"field:{row.field}"] = row.old_text or row.old
        case "added" | "removed" if row.container:
            one.homes.pop(row.container, None)  # so that the earliest stands last
            one.homes[row.container] = row.kind == "removed"


def _finished_before(connection: Connection, ids: list[int], now: datetime) -> dict[int, int]:
    """When these items had last been completed at the instant; those that were open are missing."""
    found: dict[int, int] = {}
    for start in range(0, len(ids), 500):
        query = select(EVENT.c.item, EVENT.c.at, EVENT.c.kind).where(
            EVENT.c.item.in_(ids[start : start + 500]), EVENT.c.at <= micros(now),
            or_(EVENT.c.kind == "completed", EVENT.c.kind == "reopened"),
        )  # fmt: skip
        for row in connection.execute(query.order_by(EVENT.c.item, EVENT.c.at, EVENT.c.seq)):
            if row.kind == "completed":
                found[row.item] = row.at
            else:
                found.pop(row.item, None)
    return found


def _number(text: str | None) -> float | None:
    """An amount; what is no number above nothing is none."""
    try:
        amount = float(text) if text else 0.0
    except ValueError:
        return None
    return amount if isfinite(amount) and amount > 0 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _instant(text: str | None) -> datetime | None:
    try:
        read = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return read if read is None or read.tzinfo else read.replace(tzinfo=instant(0).tzinfo)
