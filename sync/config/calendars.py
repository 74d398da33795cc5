"""Working calendars: from the config's table to hours, with public holidays by country."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from rules.base import Hours, Week
from sync.config.lines import Path
from sync.config.problems import Problem, nearest
from sync.config.read import Read
from sync.config.shape import CalendarTable

YEARS = range(2000, 2051)
"""The years for which public holidays are worked out."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours_of(table: CalendarTable) -> Hours:
    """The calendar as rules count by it. Expects a table without problems."""
    spans = tuple(sorted(_span(text) for text in table.week.hours))
    week = Week({_DAYS.index(day): spans for day in sorted(table.week.days, key=_DAYS.index)})
    public = _public_holidays(table.country, table.subdivision) if table.country else frozenset()
    return Hours(table.timezone, week, frozenset(table.holidays) | public)


def _span(text: str) -> tuple[time, time]:
    begin, end = text.split("-")
    return time.fromisoformat(begin), time(0) if end == "24:00" else time.fromisoformat(end)


@lru_cache(maxsize=16)
def _public_holidays(country: str, subdivision: str | None) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=YEARS))


def problems(table: CalendarTable, path: Path, read: Read) -> Iterator[Problem]:
    """What a calendar's types cannot tell: zones and countries that do not exist, days and hours twice."""
    if table.timezone not in available_timezones() or not _loads(table.timezone):
        message = f'no time zone is called "{table.timezone}"'
        yield read.problem((*path, "timezone"), message, _zone_hint(table.timezone))
    for key, values in (("days", table.week.days), ("hours", table.week.hours)):
        if len(set(values)) < len(values):
            yield read.problem((*path, "week", key), "names something twice", "once is enough")
    yield from _overlaps(table, path, read)
    if len(set(table.holidays)) < len(table.holidays):
        yield read.problem((*path, "holidays"), "names a date twice", "once is enough")
    yield from _country(table, path, read)


def _overlaps(table: CalendarTable, path: Path, read: Read) -> Iterator[Problem]:
    """Spans of one day must not meet; one that runs into the next morning may not meet the first of that day."""
    spans = sorted((_minutes(text[:5]), _minutes(text[6:])) for text in set(table.week.hours))
    ends = [(begin, end if end > begin else end + 1440) for begin, end in spans]
    following = [begin for begin, _ in ends[1:]] + [ends[0][0] + 1440]
    if any(end > begin for (_, end), begin in zip(ends, following, strict=True)):
        yield read.problem((*path, "week", "hours"), "has spans that overlap", "let each begin after the one before")


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _loads(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError):
        return False
    return True


def _zone_hint(word: str) -> str:
    """The nearest zone; a city alone is enough to find it."""
    zones = sorted(available_timezones())
    wanted = word.strip().replace(" ", "_").casefold()
    city = next((zone for zone in zones if zone.casefold().rpartition("/")[2] == wanted.rpartition("/")[2]), None)
    return f'did you mean "{city}"?' if city else nearest(word, zones) or 'zones look like "Europe/Berlin"'


def _country(table: CalendarTable, path: Path, read: Read) -> Iterator[Problem]:
    if table.country is None:
        if table.subdivision is not None:
            yield read.problem((*path, "subdivision"), "needs a country beside it", 'country = "US"')
        return
    import holidays

    known = holidays.list_supported_countries()
    if table.country not in known:
        hint = nearest(table.country, known) or 'two capitals by ISO 3166, like "US" or "DE"'
        yield read.problem((*path, "country"), f'no holidays are known for "{table.country}"', hint)
    elif table.subdivision is not None and table.subdivision not in known[table.country]:
        codes = sorted(known[table.country])
        hint = nearest(table.subdivision, codes) or f"codes like {', '.join(codes[:4])}"
        message = f'"{table.subdivision}" is no subdivision of {table.country}'
        yield read.problem((*path, "subdivision"), message, hint)
