"""What waiting costs, with the formula in words."""

from __future__ import annotations

from dataclasses import dataclass

from rules.base import Money
from rules.language.words import counted, money


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


FRICTION = {
    "chaser": ("time somebody asked again", "times somebody asked again"),
    "bounce": ("time work was sent back", "times work was sent back"),
    "reopen": ("reopening", "reopenings"),
}


def friction(kind: str, times: int, minutes: float, hours: float, rate: float | None, currency: str) -> str:
    """How often it happened, times its minutes, times the rate where there is one."""
    tenths = times * minutes % 6 == 0  # else hours would be rounded, and the product look wrong
    work = counted(hours, "hour") if tenths else counted(times * minutes, "minute")
    said = f"{counted(times, *FRICTION[kind])} × {counted(minutes, 'minute')} = {work} of work"
    if rate is None:
        return f"{said}; no rate is set"
    return f"{said} × {money(rate, currency)} an hour (the default rate) = {money(hours * rate, currency)}"


def late(days: int, value: float, currency: str) -> str:
    """One item's days late at the value that its field gives."""
    price, total = (money(one, currency).strip() for one in (value, days * value))
    return f"{counted(days, 'day')} late × {price} a day (its own field) = {total}"


def delay(items: int, days: int, total: float, currency: str) -> str:
    """Days late, each at the value that its item's field gives."""
    price = money(total, currency).strip()
    return f"{counted(items, 'late item')}, {counted(days, 'day')} late × the value a day that each gives = {price}"


def waits(count: int, hours: float, total: float | None, currency: str) -> str:
    """All waits of a span; people wait in parallel, so that it is no sum of pay."""
    said = f"{counted(count, 'handoff')}, {counted(hours, 'working hour')} of waiting together"
    if total is None:
        return f"{said}; no rate is set"
    return f"{said} × the receiving team's rate = {money(total, currency)}; waiting is not pay"
