"""Every sentence the rules say, in one place: short, one number each with its unit and span, no blame.

Another language is another file with these functions. The same data gives the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.base import Money
from rules.durations import US


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
    for length, one in ((86_400 * US, "day"), (3600 * US, "hour")):
        if us >= length:
            return counted(us / length, one)
    return counted(us // (60 * US), "minute")


def money(amount: float, currency: str) -> str:
    """`2,268 USD`; whole units from ten on."""
    return f"{number(amount, 0 if abs(amount) >= 10 else 2)} {currency}"


def moment(at: datetime, zone: str) -> str:
    """`Mon 2 Mar 2026, 14:05`, on the clock of the calendar's zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Cost:
    """Hours, and money where a rate is known, with the formula in words."""

    hours: float
    money: float | None
    currency: str
    formula: str


def cost(hours: float, terms: Money | None, team: str | None) -> Cost:
    """What waiting costs: working hours, priced at the team's rate, else the default one, else not at all."""
    rate = None if terms is None else terms.rates.get(team or "", terms.default_rate)
    said = counted(hours, "working hour") + " of waiting"
    if terms is None or rate is None:
        return Cost(hours, None, "", f"{said}; no rate is set")
    price = hours * rate
    whose = f"the rate of {team}" if team in terms.rates else "the default rate"
    formula = f"{said} × {money(rate, terms.currency)} an hour ({whose}) = {money(price, terms.currency)}"
    return Cost(hours, price, terms.currency, f"{formula}; waiting is not pay")


# ---- handoffs ------------------------------------------------------------------------------------------------


def stalled(title: str, to: str, waited: str, limit: str) -> str:
    """One item that waits for a first look."""
    return f"{quoted(title)} has waited {waited} for a first look from {to}; the limit is {limit}."


def given(giver: str, to: str, at: str) -> str:
    """The fact that a wait begins with."""
    return f"Given by {giver} to {to} on {at}."


def chased(times: int, giver: str) -> str:
    """What the giver did meanwhile; it does not end the wait."""
    return f"{giver} came back to it {counted(times, 'time')} since."


def not_touched(to: str) -> str:
    """The fact that a wait goes on with."""
    return f"No event by {to} since."


def pair_waits(over: int, count: int, giver: str, to: str, limit: str, wait_us: int, day: int, span: str) -> str:
    """How one pair's handoffs went in a span (`the last four weeks`): how many were late, how long all waited."""
    were = "waited" if over != 1 else "had to wait"
    return (
        f"In {span} {over} of {counted(count, 'handoff')} from {giver} to {to} {were} more than {limit}; "
        f"that is {working_time(wait_us, day)} of waiting."
    )


def too_few(count: int, floor: int, what: str) -> str:
    """Said in place of a percentile."""
    return f"Only {counted(count, what)} so far; a percentile needs {floor}."


# ---- load ----------------------------------------------------------------------------------------------------


def loaded(name: str, per: str, what: str, value: str, limit: str) -> str:
    """One owner, team or stage with more in hand than its limit. Says a state, ranks nobody."""
    holder = {"owner": name, "team": f"Team {name}", "stage": f"Stage {name}"}[per]
    return f"{holder} has {value} {what}; the limit is {limit}."


def arriving(name: str, per: str, arrived: int, finished: int, limit: float, span: str) -> str:
    """More comes in than goes out."""
    holder = {"owner": name, "team": f"Team {name}", "stage": f"Stage {name}"}[per]
    return (
        f"In the last {span} {counted(arrived, 'item')} came to {holder} and {number(finished)} "
        f"{'was' if finished == 1 else 'were'} finished; the limit is {number(limit)} arrivals for each finish."
    )


# ---- ideas ---------------------------------------------------------------------------------------------------


def unreviewed(title: str, ago: str, limit: str, priority: str | None) -> str:
    """An idea whose review clock ran out."""
    kind = f"{priority}-priority ideas" if priority else "ideas"
    return f"{quoted(title)} was last looked at {ago} ago; {kind} are looked at every {limit}."


def quoted(title: str) -> str:
    """A title in quotation marks; a title of nothing is called untitled."""
    return f"“{title.strip()}”" if title.strip() else "An untitled item"


def in_hand_since(title: str) -> str:
    """One of the items that make up a load."""
    return f"{quoted(title)} is in hand since then."


def last_looked_at(ago: str) -> str:
    """When an idea was last looked at."""
    return f"Last looked at {ago} ago."
