"""Numbers, lengths of time, money, moments and titles, as every sentence says them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from rules.durations import US, Duration

_DAY = 86_400 * US


def number(amount: float, digits: int = 1) -> str:
    """`3`, `2.5`, `7,200`: thousands apart, no needless zeros."""
    text = f"{amount:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(amount: float, one: str, many: str = "") -> str:
    """`1 item`, `3 items`, `2.5 working days`."""
    said = number(amount)
    return f"{said} {one if said == '1' else many or one + 's'}"


def working_time(us: float, day: int) -> str:
    """A length of working time: in days from one usual day on, else in hours, else in minutes."""
    if us >= day:
        return counted(us / day, "working day")
    if us >= 3600 * US:
        return counted(us / (3600 * US), "working hour")
    return counted(us // (60 * US), "working minute")


def elapsed_time(us: float) -> str:
    """A length of time on the wall clock, in days, hours or minutes."""
    for length, one in ((_DAY, "day"), (3600 * US, "hour")):
        if us >= length:
            return counted(us / length, one)
    return counted(us // (60 * US), "minute")


def whole_working(us: float, day: int) -> str:
    """A length of working time in words that change once a day at most: whole usual days that have passed."""
    return counted(us // day, "working day") if us >= day else "less than a working day"


def whole_elapsed(us: float) -> str:
    """A length of time on the wall clock in whole days that have passed."""
    return counted(us // _DAY, "day") if us >= _DAY else "less than a day"


def whole(us: float, like: Duration, day: int) -> str:
    """The whole days of a length, in the calendar of a limit. `day`: the usual working day in microseconds."""
    return whole_working(us, day) if like.working else whole_elapsed(us)


def beyond(us: float, limit: Duration, day: int) -> str:
    """How long something lasts that is over its limit: whole days where they show it, else `more than 4 hours`."""
    days = us // (day if limit.working else _DAY) * (day if limit.working else _DAY)
    return whole(us, limit, day) if days > limit.microseconds(day) else f"more than {limit.words}"


def exact(us: float, like: Duration, day: int) -> str:
    """The same to the minute, for explanations only: a page that said it would change every hour."""
    return working_time(us, day) if like.working else elapsed_time(us)


def money(amount: float, currency: str) -> str:
    """`2,268 USD`; whole units from ten on."""
    return f"{number(amount, 0 if abs(amount) >= 10 else 2)} {currency}"


def moment(at: datetime, zone: str) -> str:
    """`Mon 2 Mar 2026, 14:05`, on the clock of the calendar's zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def span(start: datetime, end: datetime, zone: str) -> str:
    """`Mon 2 Mar 2026, between 09:00 and 09:15`; with both dates where they differ."""
    first, last = moment(start, zone), moment(end, zone)
    day, _, time = last.rpartition(", ")
    if first == last:
        return last
    if first.startswith(day):
        return f"{day}, between {first.rpartition(', ')[2]} and {time}"
    return f"between {first} and {last}"


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def quoted(title: str) -> str:
    """A title in quotation marks; a title of nothing is called untitled."""
    return f"“{title.strip()}”" if title.strip() else "An untitled item"


def too_few(count: int, floor: int, what: str) -> str:
    """Said in place of a percentile."""
    return f"Only {counted(count, what)} so far; a percentile needs {floor}."
