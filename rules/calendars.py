"""Whose clock runs: the default calendar, one a flow, one a person; each worked out once a board."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from rules.base import Board, Hours
from rules.hours import Calendar, instant, micros
from rules.once import once

_AHEAD = 28 * 86_400_000_000


@once
def calendar(board: Board) -> Calendar:
    """The default calendar over everything the board knows, and four weeks beyond."""
    return _made(board, board.terms.hours)


@once
def _known(board: Board) -> list[tuple[Hours, Calendar]]:
    return [(board.terms.hours, calendar(board))]


def calendar_of(board: Board, flow: str | None, person: int | None = None) -> Calendar:
    """The calendar by which a flow's work is timed; a person's own hours and days off come before it."""
    hours = _hours(board, flow, _own_name(board, person))
    found = next((made for of, made in _known(board) if of == hours), None)
    if found is None:
        found = _made(board, hours)
        _known(board).append((hours, found))
    return found


def days_of(board: Board, flows: pl.Series) -> pl.Series:
    """The usual working day of each flow in microseconds: what one `wd` is."""
    days = {id_: calendar_of(board, id_).day for id_, flow in board.terms.flows.items() if flow.calendar}
    if not days:
        return pl.repeat(calendar(board).day, len(flows), dtype=pl.Int64, eager=True)
    return flows.cast(pl.String).replace_strict(days, default=calendar(board).day, return_dtype=pl.Int64)


def days_for(board: Board, rows: pl.DataFrame, person: str) -> pl.Series:
    """The same for rows with an `item` and a person: that person's usual day, where there are hours of their own."""
    days = days_of(board, board.items["flow"].gather(rows["item"]))
    for of, mine in _apart(board, rows, person):
        days = days.scatter(mine.arg_true(), of.day)
    return days


def worked_between(
    board: Board, rows: pl.DataFrame, start: pl.Series, end: pl.Series, person: str | None = None
) -> pl.Series:
    """Working microseconds of each row, by the calendar of its `item`'s flow or of the person in that column."""
    working = calendar(board).between(start, end)
    for of, mine in _apart(board, rows, person):
        theirs = of.between(start.filter(mine), end.filter(mine))
        working = working.scatter(mine.arg_true(), theirs)
    return working


def _apart(board: Board, rows: pl.DataFrame, person: str | None) -> list[tuple[Calendar, pl.Series]]:
    """The calendars other than the default one, each with the rows it is for."""
    flows = [id_ for id_, flow in board.terms.flows.items() if flow.calendar]
    owned = board.people.filter(pl.col("calendar").is_not_null()) if person else board.people.clear()
    if not rows.height or not (flows or owned.height):
        return []
    flow = board.items["flow"].gather(rows["item"])
    whom = rows[person] if person else pl.repeat(None, rows.height, dtype=pl.UInt32, eager=True)
    whom = pl.select(pl.when(whom.is_in(owned["person"].implode())).then(whom)).to_series()
    flow = pl.select(pl.when(whom.is_not_null() | flow.cast(pl.String).is_in(flows)).then(flow)).to_series()
    pairs = pl.DataFrame({"flow": flow, "person": whom})
    groups = pairs.unique(maintain_order=True).with_row_index("group")
    pairs = pairs.join(groups, on=["flow", "person"], how="left", nulls_equal=True, maintain_order="left")
    found = []
    for one in groups.iter_rows(named=True):
        if one["flow"] is None and one["person"] is None:
            continue
        of = calendar_of(board, one["flow"], one["person"])
        found.append((of, pairs["group"] == one["group"]))
    return found


def _own_name(board: Board, person: int | None) -> str | None:
    return None if person is None else board.people["calendar"][person]


def _hours(board: Board, flow: str | None, own: str | None) -> Hours:
    terms = board.terms
    named = terms.flows[flow].calendar if flow is not None and flow in terms.flows else None
    hours = terms.calendars.get(named or "", terms.hours)
    mine = terms.people.get(own or "")
    if mine is None:
        return hours
    base = mine.hours or hours
    return replace(base, days_off=base.days_off | mine.days_off)


def _made(board: Board, hours: Hours) -> Calendar:
    firsts = [us for us in (_least(board.events, "at"), _least(board.items, "created_at")) if us is not None]
    first = instant(min([*firsts, micros(board.now)]))
    return Calendar.of(hours, first, max(instant(micros(board.now) + _AHEAD), board.now))


def _least(frame: pl.DataFrame, column: str) -> int | None:
    low = frame[column].min()
    return micros(low) if isinstance(low, datetime) else None
