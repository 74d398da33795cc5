"""`calibrate` and `backtest`: what the past teaches, and what the rules would have said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rules.base import Rule
from rules.calibration import Calibration, calibrated, in_force, learn
from sync.cli import show
from sync.cli.commands import opened
from sync.cli.exits import DONE, Refusal
from sync.cli.instants import instant_of


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
        sign = "  stays" if was == will else ""
        yield f"[rules.{one.rule}] {one.level} = p{one.percent}{sign}"
        yield f"  - {was[0]}  ({was[1]})"
        yield f"  + {will[0]}  ({will[1]})"
    changed = sum(_of(one, before)[0] != _of(one, after)[0] for one in learned)
    if write:
        yield f"Frozen: {len(learned)} limits, {changed} of them changed. They hold until the next calibration."
    else:
        yield f"{changed} of {len(learned)} limits would change. Freeze them with `handrail calibrate --write`."
