"""What a plan must pass before its first write: nothing suspiciously large, nothing on the word of an empty source.

Pure. Every guard is asked, all refusals are told at once, and each names the way past it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from connectors.model import PostComment, PostStatus, PutAway, PutPage, PutRow, SetFields
from sync.plan import Plan

Name = Literal["max-writes", "max-percent", "first-run", "empty-source"]
NAMES: tuple[Name, ...] = get_args(Name)
FEW_LEFT = 10
"""A source that shows less than this percentage of what it showed before has suddenly become empty."""


class TooMuch(Exception):
    """Guards stopped the plan before its first write. The text names the way past each."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How much one run may write; None: as much as it wants. `percent` of a source's items."""

    writes: int | None = None
    percent: float | None = None
    first_run: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of each source. `before`, `now`: items at the last run that passed, and today.

    `untouched`: sources to which Handrail has never written.
    """

    untouched: Collection[str] = ()
    before: Mapping[str, int] = field(default_factory=dict)
    now: Mapping[str, int] = field(default_factory=dict)


def check(plan: Plan, caps: Caps, standing: Standing, past: Collection[str] = ()) -> None:
    """Refuse a plan before its first write. `past`: names of guards that somebody overrides. Raises TooMuch."""
    guards = (_writes(plan, caps), _percent(plan, caps), _first_run(plan, caps, standing), _empty(plan, standing))
    refused = [text for name, found in zip(NAMES, guards, strict=True) if name not in past for text in found]
    if refused:
        look = "So nothing was written. Look at it with `handrail plan`."
        raise TooMuch("\n".join([*refused, look]))


def _by_source(plan: Plan) -> dict[str, int]:
    counts: dict[str, int] = {}
    for step in plan.steps:
        if isinstance(step.change, SetFields | PutRow | PutPage | PutAway | PostStatus | PostComment):
            counts[step.source] = counts.get(step.source, 0) + 1
    return counts


def _writes(plan: Plan, caps: Caps) -> Iterator[str]:
    count = sum(_by_source(plan).values())
    if caps.writes is not None and count > caps.writes:
        yield (
            f"max-writes: the plan holds {count} writes and [write] max_writes allows {caps.writes}. "
            "The way past it: raise max_writes, give rules a `limit`, or this once --force-guard max-writes."
        )


def _percent(plan: Plan, caps: Caps) -> Iterator[str]:
    if caps.percent is None:
        return
    touched: dict[str, int] = {}
    for step in plan.steps:
        if isinstance(step.change, SetFields):
            touched[step.source] = touched.get(step.source, 0) + 1
    for source, count in touched.items():
        total = plan.items.get(source, 0)
        if total and count * 100 > caps.percent * total:
            yield (
                f"max-percent: the plan changes {count} of {total} items in [sources.{source}], "
                f"{count * 100 / total:.0f} %, and [write] max_percent allows {caps.percent:g} %. "
                "The way past it: raise max_percent, give rules a `limit`, or this once --force-guard max-percent."
            )


def _first_run(plan: Plan, caps: Caps, standing: Standing) -> Iterator[str]:
    """Everything is news to the first run: a wrong config shows as a flood."""
    if caps.first_run is None:
        return
    for source, count in _by_source(plan).items():
        if source in standing.untouched and count > caps.first_run:
            yield (
                f"first-run: this would be the first time that Handrail writes to [sources.{source}], and it would "
                f"be {count} writes; [write] first_run_max allows {caps.first_run}. "
                "The way past it: raise first_run_max (0: no cap), or this once --force-guard first-run."
            )


def _empty(plan: Plan, standing: Standing) -> Iterator[str]:
    """A source that has lost nearly everything overnight is rather misread than finished."""
    if not plan.steps:
        return
    for source, before in sorted(standing.before.items()):
        now = standing.now.get(source, 0)
        if before and now * 100 < before * FEW_LEFT:
            yield (
                f"empty-source: [sources.{source}] showed {before} items and now shows {now or 'none'}. If a token "
                "lost its rights or a project was moved, mend that. "
                "The way past it, if it is true: --force-guard empty-source."
            )
