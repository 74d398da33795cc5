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
