"""What a finding costs beside waiting: friction and delay, each with its formula, never added to anything."""

from __future__ import annotations

from datetime import date

from rules.base import Board, Charge
from rules.dates import today
from rules.language import costs


def friction(board: Board, kind: str, times: int) -> tuple[Charge, ...]:
    """So many chasers, bounces or reopenings (`kind`), where the config says what one takes; else nothing."""
    terms = board.terms.money
    minutes = None if terms is None else terms.friction_minutes.get(kind)
    if terms is None or minutes is None or not times:
        return ()
    hours, rate = times * minutes / 60, terms.default_rate
    formula = costs.friction(kind, times, minutes, hours, rate, terms.currency)
    return (
        Charge("friction", hours, None if rate is None else hours * rate, terms.currency if rate else "", formula),
    )


def delay(board: Board, item: int, due: date) -> tuple[Charge, ...]:
    """The days since an item's date at the value a day that its own field gives; nothing where it gives none."""
    value, terms = board.items["value_a_day"][item], board.terms.money
    late = (today(board, board.items["flow"][item]) - due).days
    if value is None or late <= 0:
        return ()
    currency = "" if terms is None else terms.currency
    return (Charge("delay", None, late * value, currency, costs.late(late, value, currency)),)
