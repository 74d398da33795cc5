"""The rules asked on each past day: of the facts dated up to then, with the limits that were frozen by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from connectors.document import Callout
from rules.base import Rule
from rules.calibration import in_force
from rules.engine import Judgement, judge
from rules.trial import Day, Trial, trials
from sync.house import House
from sync.pages import summary
from sync.replay import read_past

_FRIDAY = 4


@dataclass(frozen=True)
class Backtest:
    """`trials`: one a rule, in the config's order; `headlines`: what the page would have led with on each Friday, and
    on the last day."""

    trials: tuple[Trial, ...]
    headlines: tuple[tuple[date, str], ...]


def backtest(
    house: House, rules: Sequence[Rule], since: date, now: datetime, told: Callable[[date], None] = lambda _: None
) -> Backtest:
    """Ask these rules at the end of each local day from `since` on, and of the last one now.

    Exemptions are left aside: the question is what the rules would say. `told` hears of each day before it is judged.
    """
    past = read_past(house.store, house.terms, [one.terms for one in house.sources.values()], now)
    frozen = house.store.calibrations(now)
    asked = tuple(replace(rule, exempt=()) for rule in rules)
    days, headlines = [], []
    for day, at in _evenings(since, now, ZoneInfo(house.terms.hours.timezone)):
        told(day)
        then = in_force(asked, frozen, at)
        judgement = judge(past.as_of(at), then)
        days.append(Day(day, judgement.findings))
        if day.weekday() == _FRIDAY or at == now:
            headlines.append((day, _headline(judgement, then)))
    return Backtest(tuple(trials(days, [rule.id for rule in rules])), tuple(headlines))


def _evenings(since: date, now: datetime, zone: ZoneInfo) -> Iterator[tuple[date, datetime]]:
    """Each local day with the instant of its end; the last one ends now."""
    last = now.astimezone(zone).date()
    for number in range((last - since).days + 1):
        day = since + timedelta(days=number)
        midnight = datetime.combine(day + timedelta(days=1), clock(), zone).astimezone(now.tzinfo)
        yield day, min(midnight, now)


def _headline(judgement: Judgement, rules: Sequence[Rule]) -> str:
    """The first words of the page."""
    page, _ = summary(judgement, rules)
    first = next(block for block in page.blocks if isinstance(block, Callout))
    return "".join(span.text for span in first.words)
