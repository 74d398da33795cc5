"""Working time: a calendar's hours as UTC intervals, and the working microseconds between two instants.

A minute is working time when the wall clock of the zone shows a time inside one of the day's spans. Days of 23 or
25 hours follow from that: what the clock skips is not there, what it shows twice counts twice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import polars as pl

from rules.base import Hours
from rules.durations import US

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = date(1971, 1, 1), date(2200, 1, 1)


def micros(instant: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant(us: int) -> datetime:
    """The instant this many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=us)


def day_length(hours: Hours) -> int:
    """The usual working day in microseconds: the commonest length in the week, the longer one of a tie.

    ValueError for a week without working hours.
    """
    lengths = Counter(sum((_length(s) for s in spans), timedelta()) for spans in hours.week.spans.values() if spans)
    if not lengths:
        raise ValueError("the week has no working hours; name at least one day and its hours")
    usual = max(lengths, key=lambda length: (lengths[length], length))
    return usual // timedelta(microseconds=1)


def holidays_of(country: str, years: range | tuple[int, ...], subdivision: str | None = None) -> frozenset[date]:
    """The public holidays of a country (`DE`, `US`), by the `holidays` library.

    ValueError when the library does not know the country or the part of it.
    """
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=tuple(years)))
    except NotImplementedError as unknown:
        place = country if subdivision is None else f"{country}-{subdivision}"
        raise ValueError(f"no holidays known for {place!r}; use a code such as US, DE or GB, or list the days") from (
            unknown
        )


@dataclass(frozen=True)
class Calendar:
    """Working time over a range of days. `starts`, `ends`: UTC microseconds, sorted, apart; `before`: worked before
    each. Instants outside the range count as if nobody worked there."""

    starts: pl.Series
    ends: pl.Series
    before: pl.Series
    day: int

    @classmethod
    def of(cls, hours: Hours, first: datetime, last: datetime) -> Calendar:
        """The calendar that covers at least these two instants."""
        low = max(min(first, last).date() - 3 * _DAY, _FIRST)
        high = min(max(first, last).date() + 3 * _DAY, _LAST)
        spans = _merged(sorted(_spans(hours, low, high)))
        done = accumulate((end - start for start, end in spans), initial=0)
        return cls(
            pl.Series([start for start, _ in spans], dtype=pl.Int64),
            pl.Series([end for _, end in spans], dtype=pl.Int64),
            pl.Series([worked for worked, _ in zip(done, spans, strict=False)], dtype=pl.Int64),
            day_length(hours),
        )

    def worked(self, at: pl.Series) -> pl.Series:
        """Working microseconds from the beginning of the range to each instant. Nulls stay null."""
        if not len(self.starts):
            return pl.select(pl.when(at.is_not_null()).then(0)).to_series().cast(pl.Int64)
        us = at.dt.epoch("us") if at.dtype != pl.Int64 else at
        row = self.starts.search_sorted(us.fill_null(0), side="right").cast(pl.Int64) - 1
        at_row = row.clip(lower_bound=0)
        inside = pl.select(
            pl.when(us.is_null()).then(None).when(row < 0).then(0)
            .otherwise(self.before.gather(at_row) + pl.min_horizontal(us, self.ends.gather(at_row))
                       - self.starts.gather(at_row))
        )  # fmt: skip
        return inside.to_series().cast(pl.Int64)

    def between(self, start: pl.Series, end: pl.Series) -> pl.Series:
        """Working microseconds from each start to its end; negative when the end is earlier, null for nulls."""
        return self.worked(end) - self.worked(start)

    def working_seconds(self, start: datetime, end: datetime) -> float:
        """Working seconds between two instants; negative when the end is earlier."""
        return (self._worked(micros(end)) - self._worked(micros(start))) / US

    def add_working(self, start: datetime, seconds: float) -> datetime:
        """The first instant by which this much working time has passed since `start`.

        ValueError when that lies beyond the calendar's range.
        """
        wanted = self._worked(micros(start)) + round(seconds * US)
        if round(seconds * US) <= 0:
            return start
        row = self.before.search_sorted(wanted, side="left") - 1
        end = self.starts[row] + wanted - self.before[row] if row >= 0 else None
        if end is None or end > self.ends[row]:
            raise ValueError("that much working time lies beyond the calendar; cover a longer range")
        return instant(end)

    def working_day_count(self, start: datetime, end: datetime) -> int:
        """Whole usual working days that have passed between two instants."""
        return (self._worked(micros(end)) - self._worked(micros(start))) // self.day

    def _worked(self, us: int) -> int:
        row = self.starts.search_sorted(us, side="right") - 1 if len(self.starts) else -1
        if row < 0:
            return 0
        return int(self.before[row] + min(us, self.ends[row]) - self.starts[row])


def _length(span: tuple[time, time]) -> timedelta:
    start, end = (datetime.combine(_FIRST, clock) for clock in span)
    return end - start if end > start else end + _DAY - start


def _spans(hours: Hours, low: date, high: date) -> Iterator[tuple[int, int]]:
    """Working spans in UTC microseconds, clipped to stretches in which the zone keeps one distance from UTC."""
    stretches = _stretches(ZoneInfo(hours.timezone), low, high)
    begins = [begin for begin, _, _ in stretches]
    for start, end in _local_spans(hours, low, high):
        row = max(bisect_right(begins, start - _DAY) - 1, 0)
        for begin, stop, offset in stretches[row:]:
            if begin > end + _DAY:
                break
            since, until = max(start - offset, begin), min(end - offset, stop)
            if since < until:
                yield micros(since.replace(tzinfo=UTC)), micros(until.replace(tzinfo=UTC))


def _local_spans(hours: Hours, low: date, high: date) -> Iterator[tuple[datetime, datetime]]:
    """Working spans as wall-clock times, night shifts ending the next morning."""
    day = low
    while day <= high:
        if day not in hours.days_off:
            for span in hours.week.spans.get(day.weekday(), ()):
                start = datetime.combine(day, span[0])
                yield start, start + _length(span)
        day += _DAY


def _stretches(zone: ZoneInfo, low: date, high: date) -> list[tuple[datetime, datetime, timedelta]]:
    """From when to when, in UTC without a zone, the zone keeps which distance from UTC."""
    probe = datetime.combine(low, time()) - 2 * _DAY
    last = datetime.combine(high, time()) + 3 * _DAY
    begin, offset = probe, _offset(zone, probe)
    found = []
    while probe < last:
        ahead = probe + timedelta(hours=6)
        if _offset(zone, ahead) != offset:
            change = _change(zone, probe, ahead)
            found.append((begin, change, offset))
            begin, offset = change, _offset(zone, change)
        probe = ahead
    return [*found, (begin, probe, offset)]


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second in which the zone's distance from UTC changes, between two instants with different ones."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, utc: datetime) -> timedelta:
    return utc.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted spans with those that touch or overlap joined."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
