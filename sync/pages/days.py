"""Days: where this one began, how many working ones have passed, and how a date is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.base import Board, Finding
from rules.flow import calendar
from rules.language import moment

WEEK = timedelta(days=7)


def day_start(board: Board, back: int = 0) -> datetime:
    """Midnight of the board's day, on the calendar's clock; `back` days earlier when asked."""
    zone = ZoneInfo(board.terms.hours.timezone)
    day = board.now.astimezone(zone).date() - timedelta(days=back)
    return datetime.combine(day, time(), zone).astimezone(board.now.tzinfo)


def week_start(board: Board) -> datetime:
    """Midnight of this week's Monday, on the calendar's clock."""
    return day_start(board, board.now.astimezone(ZoneInfo(board.terms.hours.timezone)).weekday())


def whole_days(findings: Iterable[Finding], board: Board) -> int:
    """Working days waited by the start of the day: the whole days of each finding that costs waiting, added up."""
    until = day_start(board)
    return sum(
        calendar(board).working_day_count(one.since, until)
        for one in findings
        if one.cost_hours is not None and one.since < until
    )


def said_day(at: datetime, board: Board) -> str:
    """`Fri 2 Oct 2026`, on the calendar's clock."""
    return moment(at, board.terms.hours.timezone).partition(",")[0]
