"""When scheduled work is due: "weekdays 07:00", "fri 08:00", "daily 06:30", "every 15m", or a cron line.

Times of day are the calendar's. Where a clock change makes one happen twice or never, it is due once (cronsim does
as Debian's cron does).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from rules.durations import US, Duration

_DAY = "sun|mon|tue|wed|thu|fri|sat"
_DAYS = {"daily": "*", "weekdays": "1-5", **{day: str(number) for number, day in enumerate(_DAY.split("|"))}}
_AT = re.compile(rf"(daily|weekdays|(?:{_DAY})(?:,(?:{_DAY}))*) ([01]?\d|2[0-3]):([0-5]\d)")
_WAY_OUT = 'write "weekdays 07:00", "mon,thu 08:30", "daily 06:30", "every 15m", or a cron line like "0 7 * * 1-5"'
_SHORTEST = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONDAY = datetime(2026, 6, 1, tzinfo=UTC)  # any will do
_LONG_ENOUGH = timedelta(days=70)


@dataclass(frozen=True, slots=True)
class Times:
    """One line of `when`: a cron line in a time zone, or a step from midnight in UTC on."""

    text: str
    cron: str
    step: timedelta | None = None

    @classmethod
    def parse(cls, text: str) -> Times:
        """Read one line; ValueError says what would be right."""
        plain = " ".join(text.lower().split())
        if plain.startswith("every "):
            return cls(text, "", _step(text, plain.removeprefix("every ")))
        if found := _AT.fullmatch(plain):
            days = ",".join(_DAYS[one] for one in found[1].split(","))
            return cls(text, f"{int(found[3])} {int(found[2])} * * {days}")
        try:
            CronSim(plain, _EPOCH)
        except CronSimError as error:
            raise ValueError(f"{text!r} is no time ({error}); {_WAY_OUT}") from None
        if len(plain.split()) != 5:
            raise ValueError(f"{text!r} counts seconds, and a minute is the least; {_WAY_OUT}")
        return cls(text, plain)

    def last(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The latest instant at or before `now` at which it was due, in UTC; None: never within years."""
        if self.step:
            return now - (now - _EPOCH) % self.step
        just_after = now.astimezone(zone) + timedelta(minutes=1)
        for due in CronSim(self.cron, just_after, reverse=True):
            if due.astimezone(UTC) <= now:
                return due.astimezone(UTC)
        return None

    def next(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The first instant after `now` at which it is due, in UTC."""
        if self.step:
            return now - (now - _EPOCH) % self.step + self.step
        for due in CronSim(self.cron, now.astimezone(zone)):
            if due.astimezone(UTC) > now:
                return due.astimezone(UTC)
        return None


def last_of(lines: Iterable[Times], now: datetime, zone: ZoneInfo) -> datetime | None:
    """When any of them was due last."""
    return max(filter(None, (one.last(now, zone) for one in lines)), default=None)


def next_of(lines: Iterable[Times], now: datetime, zone: ZoneInfo) -> datetime | None:
    """When any of them is due next."""
    return min(filter(None, (one.next(now, zone) for one in lines)), default=None)


def longest_gap(lines: Sequence[Times], zone: ZoneInfo) -> timedelta:
    """The longest time between two times that it is due, of the next thousand: four days of "every 6m"."""
    at, gap = _MONDAY, timedelta(0)
    for _ in range(1000):
        if (due := next_of(lines, at, zone)) is None:
            break
        at, gap = due, max(gap, due - at)
        if at - _MONDAY > _LONG_ENOUGH:
            break
    return gap


def _step(text: str, length: str) -> timedelta:
    try:
        duration = Duration.parse(length)
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from None
    if duration.working:
        raise ValueError(f"{text!r} counts working time, and a schedule runs on the wall clock; {_WAY_OUT}")
    step = timedelta(microseconds=duration.microseconds(0))
    if step < _SHORTEST:
        raise ValueError(f"{text!r} is less than a minute; webhooks are for what is quicker")
    return step


def length(duration: Duration) -> timedelta:
    """A length of time on the wall clock."""
    return timedelta(seconds=duration.microseconds(0) / US)
