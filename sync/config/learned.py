"""Limits that are asked for as percentiles: taken out of a rule's table before its types are checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rules.base import Level, Rule
from rules.calibration import LEVELS, Learner
from sync.config.lines import Path
from sync.config.problems import Problem
from sync.config.read import Read

_PERCENTILE = re.compile(r"p(\d{1,3})")
_WAY_OUT = 'clamp = { min_samples = 20, fallback = "3wd" }'


def percents(table: Mapping[str, Any]) -> dict[Level, int]:
    """The levels of a rule's table that are percentiles."""
    said = {level: table.get(level) for level in LEVELS}
    found = {level: _PERCENTILE.fullmatch(text) for level, text in said.items() if isinstance(text, str)}
    return {level: int(match[1]) for level, match in found.items() if match}


def plain(table: Mapping[str, Any], asked: Mapping[Level, int]) -> dict[str, Any]:
    """The table with the fallback in place of percentiles; where both levels are learned, only the second has one,
    unless `fallback_warn` gives the first its own."""
    rest = {key: value for key, value in table.items() if key not in asked}
    clamp = table.get("clamp")
    if not isinstance(clamp, dict):
        return rest
    last: Level = "breach" if "breach" in asked else "warn"
    fallbacks = {"warn": clamp.get("fallback_warn"), last: clamp.get("fallback")}
    return {**rest, **{level: fallbacks[level] for level in asked if fallbacks.get(level) is not None}}


def problems(path: Path, kind: type[Rule], table: Mapping[str, Any], read: Read) -> Iterator[Problem]:
    """A percentile that cannot be learned, is out of range or order, or has no fallback; a clamp of nothing."""
    asked = percents(table)
    learns = issubclass(kind, Learner)
    for level, percent in asked.items():
        if not learns:
            hint = f"{kind.kind} takes lengths of time, like 3wd"
            yield read.problem((*path, level), f"p{percent} cannot be learned by this kind of rule", hint)
        elif not 1 <= percent <= 99:
            yield read.problem((*path, level), f"p{percent} is no percentile", "p1 to p99")
        elif not isinstance(table.get("clamp"), dict):
            message = f"p{percent} needs a fallback while there is too little past"
            yield read.problem((*path, level), message, _WAY_OUT)
    if len(asked) == 2 and asked["breach"] <= asked["warn"]:
        message = f"p{asked['breach']} is not beyond warn, which is p{asked['warn']}"
        yield read.problem((*path, "breach"), message, "warn comes first")
    if learns and "clamp" in table and not asked:
        hint = 'write warn = "p70" or breach = "p85", or leave clamp out'
        yield read.problem((*path, "clamp"), "holds a learned limit, and no limit is learned", hint)
