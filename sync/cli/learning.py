"""`calibrate` and `backtest`: what the past teaches, and what the rules would have said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from rules import language, promises
from rules.base import Rule
from rules.calibration import Calibration, calibrated, in_force, learn
from rules.language.words import DAYS, MONTHS
from rules.promises import Promise
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
    """Learn the limits that rules ask for as percentiles, and what flows promise; old and new side by side; frozen
    with `write`."""
    with opened(config, quiet=True, doors=False) as house:
        now = instant_of(as_of, house.settings)
        chosen = list(calibrated(chosen_rules(house.rules, rule, config)))
        if rule is not None and not chosen:
            raise Refusal(f'{config}: no rule learns a limit; write warn = "p70" or breach = "p85", with a clamp')
        board, frozen = house.board(now), house.store.calibrations(now)
        learned = [one for each in chosen for one in learn(board, each)]
        before, after = in_force(chosen, frozen, now), in_force(chosen, [*frozen, *learned], now)
        pledges = [*promises.learned(board)] if rule is None else []
        kept = house.promises_at(now)
        if write:
            house.store.freeze(learned)
            house.store.freeze_promises(one for one in pledges if isinstance(one, Promise))
    if json:
        told = [_promise_plain(one, kept, write) for one in pledges if isinstance(one, Promise)]
        show.data([_plain(one, before, after, write) for one in learned] + told)
    else:
        show.text(_lines(learned, before, after, pledges, kept, write))
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


def _promise_plain(one: Promise, kept: Mapping[str, Promise], write: bool) -> dict[str, Any]:
    was = kept.get(one.flow)
    return {
        "flow": one.flow, "level": "promise", "asked": f"p{promises.PERCENT}", "learned": str(one.value),
        "sample": one.sample, "old": str(was.value) if was else "none", "old_from": _whence(was),
        "new": str(one.value), "new_from": _whence(one), "frozen": write,
    }  # fmt: skip


def _whence(one: Promise | None) -> str:
    if one is None:
        return "never calibrated for this flow as it is"
    return f"p{promises.PERCENT} of {one.sample:,} finished items, frozen {one.frozen_at:%Y-%m-%d}"


def _lines(
    learned: Sequence[Calibration], before: Sequence[Rule], after: Sequence[Rule],
    pledges: Sequence[Promise | tuple[str, int]], kept: Mapping[str, Promise], write: bool,
) -> Iterator[str]:  # fmt: skip
    changed = limits = 0
    for one in learned:
        was, will = _of(one, before), _of(one, after)
        yield f"[rules.{one.rule}] {one.level} = p{one.percent}"
        yield from _diff(was, will)
        limits, changed = limits + 1, changed + (was[0] != will[0])
    for pledge in pledges:
        if not isinstance(pledge, Promise):
            flow, few = pledge
            only = f"only {language.counted(few, 'item')} finished in the past that counts"
            yield f"[flows.{flow}] promises nothing yet: {only}, {promises.FLOOR} are needed"
            continue
        yield f"[flows.{pledge.flow}] promise = p{promises.PERCENT} of the time from begin to finish"
        old = kept.get(pledge.flow)
        was, will = (str(old.value) if old else "none", _whence(old)), (str(pledge.value), _whence(pledge))
        yield from _diff(was, will)
        limits, changed = limits + 1, changed + (was[0] != will[0])
    if write:
        yield f"Frozen: {language.counted(limits, 'limit')}, {changed} changed, until the next calibration."
    else:
        yield f"{changed} of {language.counted(limits, 'limit')} would change: `calibrate --write` freezes them."


def _diff(was: tuple[str, str], will: tuple[str, str]) -> Iterator[str]:
    """A limit and where it came from, before and after."""
    if was == will:
        yield f"  stays {was[0]}  ({was[1]})"
    else:
        yield f"  - {was[0]}  ({was[1]})"
        yield f"  + {will[0]}  ({will[1]})"


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
