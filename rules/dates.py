"""Days of the calendar, on the clock of the calendar that an item's flow follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from rules.base import INSTANT, Board


def zone_of(board: Board, flow: str | None) -> str:
    """The time zone of a flow's calendar; of the usual one for items in no flow."""
    terms = board.terms
    known = terms.flows.get(flow) if flow else None
    return terms.calendars.get(known.calendar or "" if known else "", terms.hours).timezone


def today(board: Board, flow: str | None) -> date:
    """The date of the board's instant where the flow lives."""
    return board.now.astimezone(ZoneInfo(zone_of(board, flow))).date()


def morning_of(board: Board, flow: str | None = None) -> datetime:
    """The beginning of the board's day where the flow lives, in UTC."""
    return _midnight(today(board, flow), zone_of(board, flow))


def day_ends(board: Board, rows: pl.DataFrame) -> pl.Series:
    """For rows `due` and `flow` the instant at which that day is over where the flow lives."""
    days = rows.select("due", "flow").unique()
    ends = [due and _midnight(due + timedelta(days=1), zone_of(board, flow)) for due, flow in days.iter_rows()]
    known = days.with_columns(pl.Series("ends", ends, dtype=INSTANT))
    asked = rows.select("due", "flow")
    return asked.join(known, on=["due", "flow"], how="left", nulls_equal=True, maintain_order="left")["ends"]


def _midnight(day: date, zone: str) -> datetime:
    """The first instant of a day; where the clocks skip midnight, the first there is."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
