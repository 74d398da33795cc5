"""What the engine adds to a finding: where its limit came from, when it was first seen, and who keeps it quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.base import Board, Exempt, Finding, Rule
from rules.language.exempt import kept_quiet


def noted(
    finding: Finding, rule: Rule, board: Board, seen: Mapping[str, datetime] | None, quiet: Mapping[str, str]
) -> Finding:
    """The finding with all that is known of it beside the facts. `seen`: when earlier runs first found what holds;
    `quiet`: decisions in words, by key."""
    more: dict[str, Any] = {}
    if finding.level in rule.limits_from:
        more["limit_from"] = rule.limits_from[finding.level]
    if seen is not None:
        more["first_seen"] = min(seen.get(finding.key, board.now), board.now)
    if finding.key in quiet:
        more["exempt"] = quiet[finding.key]
    elif rule.exempt:
        kept = exemption(finding, rule, today(board))
        more |= {"exempt": kept_quiet(kept.until, kept.by, kept.because)} if kept else {}
    return replace(finding, **more) if more else finding


def today(board: Board) -> date:
    """The board's day, on the clock of the calendar's zone."""
    return board.now.astimezone(ZoneInfo(board.terms.hours.timezone)).date()


def exemption(finding: Finding, rule: Rule, day: date) -> Exempt | None:
    """The exemption that covers this finding on that day, the longest of several; its last day counts."""
    mine = [one for one in rule.exempt if one.ref in ("*", finding.subject.id) and day <= one.until]
    return max(mine, key=lambda one: one.until, default=None)
