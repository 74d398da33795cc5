"""Boards for tests, from plain dictionaries: items and events in, frames in the shapes of `rules.base` out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

import polars as pl

from rules.base import COLUMNS, EVENTS, ITEMS, PEOPLE, Board, Hours, Terms, Week

OFFICE = Hours("UTC", Week({day: ((time(9), time(17)),) for day in range(5)}))
ROUND_THE_CLOCK = Hours("UTC", Week({day: ((time(0), time(0)),) for day in range(7)}))
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

Row = Mapping[str, Any]


def frame(rows: Iterable[Row], shape: Mapping[str, Any], **defaults: Any) -> pl.DataFrame:
    """Rows in a shape; what a row leaves out is its default, else null."""
    listed = list(rows)
    data = {name: [row.get(name, defaults.get(name)) for row in listed] for name in shape}
    return pl.DataFrame(data, schema=dict(shape))


def board(
    items: Sequence[Row], events: Iterable[Row], *, people: Sequence[Row] = (), columns: Sequence[Row] = (),
    now: datetime = NOW, terms: Terms | None = None,
) -> Board:  # fmt: skip
    """A board. Items are dictionaries with `ref`; events name their item by `ref` and people by name or key.

    People who are not listed are made from the names; a person's key is `s:NAME`. Events after `now` are left out,
    and so is every event of an item that is not there.
    """
    ordered = sorted(items, key=lambda item: item["ref"])
    number = {item["ref"]: row for row, item in enumerate(ordered)}
    told = [dict(event) for event in events if event["ref"] in number and event["at"] <= now]
    listed = _people(people, told, ordered)
    person = {one["name"]: row for row, one in enumerate(listed)}
    for event in told:
        _settle(event, number, person)
    told.sort(key=lambda event: (event["item"], event["at"], event["seq"]))
    rows = [
        {"kind": "task", "title": item["ref"], "url": "", "container": "s:P", "flow": "f", "source": "s",
         "presence": "present", "created_at": NOW, "tags": [], **item, "item": row,
         "created_by": person.get(item.get("created_by", ""))}
        for row, item in enumerate(ordered)
    ]  # fmt: skip
    return Board(
        now=now, items=frame(rows, ITEMS), events=frame(told, EVENTS), people=frame(listed, PEOPLE),
        columns=frame(columns, COLUMNS, container="s:P", flow="f"), terms=terms or Terms(hours=OFFICE),
    )  # fmt: skip


def _people(people: Sequence[Row], told: Sequence[Row], items: Sequence[Row]) -> list[dict[str, Any]]:
    names = {one["name"]: dict(one) for one in people}
    spoken = [event.get("actor") for event in told] + [item.get("created_by") for item in items]
    spoken += [event.get(side) for event in told if event["kind"] == "owner" for side in ("old", "new")]
    for name in sorted({name for name in spoken if name} - set(names)):
        names[name] = {"name": name}
    return [
        {"kind": "person", "active": True, "key": f"s:{name}", **one, "person": row}
        for row, (name, one) in enumerate(names.items())
    ]


def _settle(event: dict[str, Any], number: Mapping[str, int], person: Mapping[str, int]) -> None:
    event["item"] = number[event["ref"]]
    event.setdefault("seq", 0)
    event.setdefault("approximate", False)
    event["actor_kind"] = event.get("actor_kind") or ("person" if event.get("actor") else "unknown")
    event["actor"] = person[event["actor"]] if event.get("actor") else None
    if event["kind"] == "transition":
        event.setdefault("container", "s:P")
    if event["kind"] == "owner":
        for side in ("old", "new"):
            event[side] = f"s:{event[side]}" if event.get(side) else None
