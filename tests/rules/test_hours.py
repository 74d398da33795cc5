"""Working time against a slow count that asks the wall clock minute by minute."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from rules.base import Hours, Week
from rules.hours import Calendar, day_length, holidays_of, micros

FIRST, LAST = datetime(2017, 9, 20, tzinfo=UTC), datetime(2018, 4, 8, tzinfo=UTC)
STEP = 15  # minutes: every span begins and ends on a quarter of an hour, in every zone below
OFF = frozenset({date(2017, 10, 16), date(2018, 3, 26), date(2017, 12, 25)})
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Sao_Paulo",
)
WEEKS = {
    "office": Week({day: ((time(9), time(17)),) for day in range(5)}),
    "split": Week({day: ((time(8), time(12, 30)), (time(13, 15), time(17))) for day in (0, 2, 3, 6)}),
    "night": Week({day: ((time(22), time(6)),) for day in range(7)}),
    "always": Week({day: ((time(0), time(0)),) for day in range(7)}),
    "change": Week({6: ((time(1, 30), time(2, 30)),), 5: ((time(23), time(2, 15)),)}),
}  # fmt: skip
CASES = [(zone, week) for zone in ZONES for week in WEEKS]


def slow(hours: Hours) -> list[int]:
    """Working minutes before each minute of the range, asked of the wall clock every quarter of an hour."""
    zone, count, before = ZoneInfo(hours.timezone), 0, []
    for quarter in range((LAST - FIRST) // timedelta(minutes=STEP)):
        local = (FIRST + timedelta(minutes=quarter * STEP)).astimezone(zone).replace(tzinfo=None)
        working = any(_inside(hours, local, local.date() - timedelta(days=ago)) for ago in (0, 1))
        before.extend(count + minute * working for minute in range(STEP))
        count += STEP * working
    return before


def _inside(hours: Hours, local: datetime, day: date) -> bool:
    if day in hours.days_off:
        return False
    for begin, end in hours.week.spans.get(day.weekday(), ()):
        start, stop = datetime.combine(day, begin), datetime.combine(day, end)
        if start <= local < (stop if stop > start else stop + timedelta(days=1)):
            return True
    return False


@lru_cache(maxsize=64)
def both(zone: str, week: str) -> tuple[Calendar, list[int]]:
    hours = Hours(zone, WEEKS[week], OFF)
    return Calendar.of(hours, FIRST, LAST), slow(hours)


@pytest.mark.parametrize(("zone", "week"), CASES)
def test_equals_the_slow_count(zone: str, week: str) -> None:
    calendar, before = both(zone, week)
    dice = random.Random(f"{zone} {week}")
    pairs = [(dice.randrange(len(before)), dice.randrange(len(before))) for _ in range(400)]
    start = pl.Series([FIRST + timedelta(minutes=a) for a, _ in pairs], dtype=pl.Datetime("us", "UTC"))
    end = pl.Series([FIRST + timedelta(minutes=b) for _, b in pairs], dtype=pl.Datetime("us", "UTC"))
    fast = calendar.between(start, end).to_list()
    assert fast == [(before[b] - before[a]) * 60_000_000 for a, b in pairs]
    for (a, b), us in list(zip(pairs, fast, strict=True))[:20]:
        begin, stop = FIRST + timedelta(minutes=a), FIRST + timedelta(minutes=b)
        assert calendar.working_seconds(begin, stop) == us / 1e6
        if us > 0:
            reached = calendar.add_working(begin, us / 1e6)
            assert reached <= stop
            assert calendar.working_seconds(begin, reached) == us / 1e6
            assert calendar.working_seconds(begin, reached - timedelta(microseconds=1)) == (us - 1) / 1e6


def test_is_exact_to_the_microsecond() -> None:
    calendar, _ = both("Europe/Berlin", "office")
    start = datetime(2018, 2, 1, 8, 0, 0, 1, tzinfo=UTC)
    assert calendar.working_seconds(start, datetime(2018, 2, 1, 9, tzinfo=UTC)) == 3599.999999
    at = pl.Series([micros(start), None], dtype=pl.Int64)
    assert calendar.between(at, at).to_list() == [0, None]


def test_whole_working_days() -> None:
    calendar, _ = both("Europe/Berlin", "office")
    monday = datetime(2018, 1, 15, 8, tzinfo=UTC)
    assert calendar.working_day_count(monday, monday + timedelta(days=7)) == 5
    assert calendar.working_day_count(monday, monday + timedelta(hours=7)) == 0


def test_the_usual_day() -> None:
    spans = {0: ((time(9), time(17)),), 1: ((time(9), time(17)),), 2: ((time(9), time(13)),)}
    assert day_length(Hours("UTC", Week(spans))) == 8 * 3600 * 1_000_000
    with pytest.raises(ValueError, match="no working hours"):
        day_length(Hours("UTC", Week({0: ()})))


def test_beyond_the_calendar_is_said() -> None:
    calendar, _ = both("Europe/Berlin", "office")
    with pytest.raises(ValueError, match="beyond the calendar"):
        calendar.add_working(LAST, 1e9)


def test_holidays_by_country() -> None:
    days = holidays_of("US", range(2026, 2027))
    assert date(2026, 12, 25) in days
    with pytest.raises(ValueError, match="no holidays known for 'XX'"):
        holidays_of("XX", (2026,))
