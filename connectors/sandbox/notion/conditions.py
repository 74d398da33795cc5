"""One condition of a filter, as a question to a value: text, numbers, choices, people, dates and the rest."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.sandbox.core import Json
from connectors.sandbox.notion.errors import bad_body

Question = Callable[[Json], bool]
"""Asks a plain value (text, number, list of ids, date text); None is empty."""

TEXT: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda value, wanted: value == wanted,
    "does_not_equal": lambda value, wanted: value != wanted,
    "contains": lambda value, wanted: wanted.casefold() in value.casefold(),
    "does_not_contain": lambda value, wanted: wanted.casefold() not in value.casefold(),
    "starts_with": lambda value, wanted: value.casefold().startswith(wanted.casefold()),
    "ends_with": lambda value, wanted: value.casefold().endswith(wanted.casefold()),
}
NUMBER: dict[str, Callable[[float, float], bool]] = {
    "equals": lambda value, wanted: value == wanted,
    "greater_than": lambda value, wanted: value > wanted,
    "less_than": lambda value, wanted: value < wanted,
    "greater_than_or_equal_to": lambda value, wanted: value >= wanted,
    "less_than_or_equal_to": lambda value, wanted: value <= wanted,
}


def single(body: Json, path: str) -> tuple[str, Json]:
    """The one operator of a condition and its argument; 400 for none or several."""
    if not isinstance(body, Mapping) or len(body) != 1:
        raise bad_body(path, "should have exactly one condition.")
    return next(iter(body.items()))


def unknown(path: str, operator: str) -> Exception:
    """400 for an operator that this type does not have."""
    return bad_body(f"{path}.{operator}", "should be not present.")


def emptiness(operator: str, argument: Json, path: str) -> Question | None:
    """`is_empty` and `is_not_empty`, the same for all types."""
    if operator not in ("is_empty", "is_not_empty"):
        return None
    if argument is not True:
        raise bad_body(f"{path}.{operator}", "should be `true`.")
    wanted = operator == "is_empty"
    return lambda value: (value is None or value == "" or value == []) is wanted


def text(body: Json, path: str) -> Question:
    operator, wanted = single(body, path)
    if empty := emptiness(operator, wanted, path):
        return empty
    if operator not in TEXT:
        raise unknown(path, operator)
    if not isinstance(wanted, str):
        raise bad_body(f"{path}.{operator}", "should be a string.")
    test = TEXT[operator]
    return lambda value: test(value or "", wanted)


def number(body: Json, path: str) -> Question:
    operator, wanted = single(body, path)
    if empty := emptiness(operator, wanted, path):
        return empty
    if operator != "does_not_equal" and operator not in NUMBER:
        raise unknown(path, operator)
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        raise bad_body(f"{path}.{operator}", f'should be a number, instead was `"{wanted}"`.')
    if operator == "does_not_equal":
        return lambda value: value != wanted
    test = NUMBER[operator]
    return lambda value: value is not None and test(value, wanted)


def checkbox(body: Json, path: str) -> Question:
    operator, wanted = single(body, path)
    if operator not in ("equals", "does_not_equal"):
        raise unknown(path, operator)
    if not isinstance(wanted, bool):
        raise bad_body(f"{path}.{operator}", "should be a boolean.")
    return lambda value: (bool(value) is wanted) is (operator == "equals")


def choice(body: Json, path: str, ids: Callable[[str], str]) -> Question:
    """Select and status. `ids`: option id of a name or id; may refuse."""
    operator, wanted = single(body, path)
    if empty := emptiness(operator, wanted, path):
        return empty
    if operator not in ("equals", "does_not_equal"):
        raise unknown(path, operator)
    among = frozenset(ids(one) for one in _several(wanted))
    return lambda value: (value in among) is (operator == "equals")


def holding(body: Json, path: str, ids: Callable[[str], str]) -> Question:
    """Multi-select, people and relation: lists of ids."""
    operator, wanted = single(body, path)
    if empty := emptiness(operator, wanted, path):
        return empty
    if operator not in ("contains", "does_not_contain"):
        raise unknown(path, operator)
    among = frozenset(ids(one) for one in _several(wanted))
    return lambda value: (not among.isdisjoint(value or ())) is (operator == "contains")


def files(body: Json, path: str) -> Question:
    operator, wanted = single(body, path)
    if empty := emptiness(operator, wanted, path):
        return empty
    raise unknown(path, operator)


def _several(wanted: Json) -> Sequence[str]:
    return wanted if isinstance(wanted, list) else [wanted]


# ---- dates ---------------------------------------------------------------------------------------------------

Span = tuple[datetime, datetime]
"""From, and the last microsecond to: a whole day, or one instant twice."""


def date(body: Json, path: str, now: datetime) -> Question:
    """Dates and times by their start. A day stands for all of it, in UTC."""
    operator, wanted = single(body, path)
    if empty := emptiness(operator, wanted, path):
        return empty
    period = _period(operator, now)
    if period is not None:
        return lambda value: value is not None and period[0] <= span(value)[0] < period[1]
    low, high = _wanted(wanted, now, f"{path}.{operator}")
    tests: dict[str, Callable[[Span], bool]] = {
        "equals": lambda one: low <= one[0] <= high,
        "before": lambda one: one[0] < low,
        "after": lambda one: one[0] > high,
        "on_or_before": lambda one: one[0] <= high,
        "on_or_after": lambda one: one[0] >= low,
    }
    if operator not in tests:
        raise unknown(path, operator)
    test = tests[operator]
    return lambda value: value is not None and test(span(value))


def span(value: Json) -> Span:
    """A date's text, a date value or an instant as the time that it covers."""
    if isinstance(value, datetime):
        return value, value
    start = value["start"] if isinstance(value, Mapping) else value
    instant = datetime.fromisoformat(start)
    instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return (instant, instant + timedelta(days=1, microseconds=-1)) if len(start) == 10 else (instant, instant)


def _wanted(wanted: Json, now: datetime, path: str) -> Span:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = {"today": 0, "tomorrow": 1, "yesterday": -1, "one_week_ago": -7, "one_week_from_now": 7}
    if not isinstance(wanted, str):
        raise bad_body(path, f"should be a string, instead was `{wanted}`.")
    if wanted in days:
        day = today + timedelta(days=days[wanted])
    elif wanted in ("one_month_ago", "one_month_from_now"):
        day = _months(today, -1 if wanted == "one_month_ago" else 1)
    else:
        try:
            return span(wanted)
        except (TypeError, ValueError, KeyError):
            raise bad_body(path, f'should be a valid ISO 8601 date string, instead was `"{wanted}"`.') from None
    return day, day + timedelta(days=1, microseconds=-1)


def _months(day: datetime, count: int) -> datetime:
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


def _period(operator: str, now: datetime) -> Span | None:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    periods = {
        "this_week": (monday, monday + timedelta(days=7)),
        "past_week": (today - timedelta(days=7), tomorrow),
        "past_month": (_months(today, -1), tomorrow),
        "past_year": (_months(today, -12), tomorrow),
        "next_week": (today, tomorrow + timedelta(days=7)),
        "next_month": (today, _months(tomorrow, 1)),
        "next_year": (today, _months(tomorrow, 12)),
    }
    return periods.get(operator)
