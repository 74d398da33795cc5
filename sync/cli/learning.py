"""`calibrate` and `backtest`: what the past teaches, and what the rules would have said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from rules import language
from rules.base import Rule
from rules.calibration import Calibration, calibrated, in_force, learn
from rules.language.words import DAYS, MONTHS
from rules.trial import SOON, Trial
from sync.cli import show
from sync.cli.commands import opened
from sync.cli.exits import DONE, Refusal
from sync.cli.instants import instant_of
from sync.view import AS_NOW

_USUAL = timedelta(weeks=8)
_LONGEST = 366
_BAR = 40


def calibrate(rule: str | None, write: bool, config: Path, as_of: str | None, json: bool) -> int:
    """Learn the limits that rules ask for as percentiles; old and new side by side; frozen with `write`."""
    with opened(config, quiet=True, doors=False) as house:
        now = instant_of(as_of, house.settings)
        chosen = list(calibrated(chosen_rules(house.rules, rule, config)))
        if not chosen:
            raise Refusal(f'{config}: no rule learns a limit; write warn = "p70" or breach = "p85", with a clamp')
        board, frozen = house.board(now), house.store.calibrations(now)
        learned = [one for each in chosen for one in learn(board, each)]
        before, after = in_force(chosen, frozen, now), in_force(chosen, [*frozen, *learned], now)
        if write:
            house.store.freeze(learned)
    if json:
        show.data([_plain(one, before, after, write) for one in learned])
    else:
        show.text(_lines(learned, before, after, write))
    return DONE


def chosen_rules(rules: Sequence[Rule], wanted: str | None, config: Path) -> Sequence[Rule]:
    """All rules, or the one of this id. Refusal when there is none."""
    chosen = [one for one in rules if wanted in (None, one.id)]
    if not chosen:
        raise Refusal(f"[rules.{wanted}] is no rule of {config}; there are {', '.join(one.id for one in rules)}")
    return chosen


def _plain(one: Calibration, before: Iterable[Rule], after: Iterable[Rule], write: bool) -> dict[str, Any]:
    was, will = _of(one, before), _of(one, after)
    return {
        "rule": one.rule, "level": one.level, "asked": f"p{one.percent}", "learned": str(one.value or ""),
        "sample": one.sample, "old": was[0], "old_from": was[1], "new": will[0], "new_from": will[1], "frozen": write,
    }  # fmt: skip


def _of(one: Calibration, rules: Iterable[Rule]) -> tuple[str, str]:
    """The limit of a calibration's level under these rules, and where it came from."""
    rule = next(each for each in rules if each.id == one.rule)
    return str(getattr(rule, one.level) or "none"), rule.limits_from.get(one.level, "config")


def _lines(
    learned: Sequence[Calibration], before: Sequence[Rule], after: Sequence[Rule], write: bool
) -> Iterator[str]:
    for one in learned:
        was, will = _of(one, before), _of(one, after)
        yield f"[rules.{one.rule}] {one.level} = p{one.percent}"
        if was == will:
            yield f"  stays {was[0]}  ({was[1]})"
        else:
            yield f"  - {was[0]}  ({was[1]})"
            yield f"  + {will[0]}  ({will[1]})"
    changed, limits = sum(_of(one, before)[0] != _of(one, after)[0] for one in learned), len(learned)
    if write:
        yield f"Frozen: {language.counted(limits, 'limit')}, {changed} changed, until the next calibration."
    else:
        yield f"{changed} of {language.counted(limits, 'limit')} would change: `calibrate --write` freezes them."


# ---- backtest ------------------------------------------------------------------------------------------------


def backtest(rule: str | None, since: str | None, config: Path, as_of: str | None, json: bool) -> int:
    """What the rules would have said on each past day: a table, a picture by week, and the page's first words."""
    from sync.backtest import backtest as ask

    with opened(config, quiet=json, doors=False) as house:
        now = instant_of(as_of, house.settings)
        chosen = chosen_rules(house.rules, rule, config)
        first = _first_day(since, now)
        result = ask(house, chosen, first, now, lambda day: house.progress.note(f"Judging {day:%d %B %Y}"))
        house.progress.note("")
    if json:
        show.data({
            "since": first.isoformat(), "as_of": now.isoformat(), "without_history": list(AS_NOW),
            "rules": [_trial_data(one) for one in result.trials],
            "headlines": [{"day": day.isoformat(), "text": text} for day, text in result.headlines],
        })  # fmt: skip
    else:
        kinds = {one.id: one.kind for one in chosen}
        for one in result.trials:
            show.text((*_trial_lines(one, kinds[one.rule]), ""))
        show.text(["What the page would have said first:"])
        show.text(f"  {_short(day)}  {text}" for day, text in result.headlines)
        show.text(["", f"As they are now, since they have no dated history: {', '.join(AS_NOW)}."])
    return DONE


def _first_day(since: str | None, now: datetime) -> date:
    """The first day asked about. Refusal for what is no date, lies ahead, or more than a year back."""
    if since is None:
        return (now - _USUAL).date()
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise Refusal(f"--since {since}: not a date; write it like 2026-08-01") from None
    if not 0 <= (now.date() - day).days <= _LONGEST:
        raise Refusal(f"--since {since}: give a day of the last {_LONGEST} days; --as-of moves their end")
    return day


def _trial_data(one: Trial) -> dict[str, Any]:
    return {
        "rule": one.rule, "there_before": one.before, "found": one.found, "decided": one.decided,
        "ended_within_three_days": one.ended_soon, "warned": one.warned, "warned_then_breached": one.breached,
        "days": [
            {"day": day.isoformat(), "warn": warns, "breach": breaches}
            for day, warns, breaches in zip(one.days, one.warns, one.breaches, strict=True)
        ],
    }  # fmt: skip


def _trial_lines(one: Trial, kind: str) -> Iterator[str]:
    yield f"{one.rule} ({kind}), {language.counted(len(one.days), 'day')} from {_short(one.days[0])}"
    yield f"  found           {one.found}, and {one.before} there from the first day on"
    young = f"; {one.found - one.decided} too young to tell" if one.found > one.decided else ""
    yield f"  ended by itself {one.ended_soon} of {one.decided} within {SOON} days{young}"
    yield f"  got worse       {one.breached} of {one.warned} warnings became breaches"
    weeks = one.weeks()
    most = max(average for _, average in weeks)
    yield "  week of         findings a day"
    for monday, average in weeks:
        bar = "█" * round(_BAR * average / most) if most else ""
        yield f"  {_short(monday):15} {language.number(average):>6} {bar}".rstrip()


def _short(day: date) -> str:
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
