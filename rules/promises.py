"""What a flow promises where nobody promised a date: the time within which most of its items were finished.

Learned from its own past and frozen by `handrail calibrate`, so that what work is held against stands still.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

import polars as pl

from rules.base import Board, Flow
from rules.durations import Duration
from rules.now import standing

PERCENT = 85
FLOOR = 20
"""Fewer past items than this teach nothing."""
SPAN_DAYS = 28
"""What is held against a promise: the items finished since the start of the day so many days ago."""
LEARNED_DAYS = 84
"""What a promise is learned from: those finished in so many days before that, so that it cannot flatter itself."""
_STEP = Decimal("0.1")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """How long most of a flow's items took from begin to finish, as learned at an instant from `sample` of them.

    `drawn`: the flow, in all that decides when an item counts as begun and as finished.
    """

    flow: str
    value: Duration
    sample: int
    drawn: str
    frozen_at: datetime

    def kept(self, took: timedelta) -> bool:
        """Whether something that took so long stayed within it."""
        return took <= self.length

    @property
    def length(self) -> timedelta:
        """The promise on the wall clock."""
        return timedelta(microseconds=self.value.microseconds(0))


def learned(board: Board) -> Iterator[Promise | tuple[str, int]]:
    """A promise for each flow in the config's order, or its id and how few items there were to learn from."""
    rows = took(board)
    since, until = span_start(board, SPAN_DAYS + LEARNED_DAYS), span_start(board)
    past = rows.filter((pl.col("finished_at") >= since) & (pl.col("finished_at") < until))
    for flow in board.terms.flows.values():
        mine = past.filter(pl.col("flow") == flow.id)["took"].sort()
        if len(mine) < FLOOR:
            yield flow.id, len(mine)
            continue
        limit: timedelta = mine[(len(mine) * PERCENT + 99) // 100 - 1]
        yield Promise(flow.id, _in_days(limit), len(mine), drawn(flow), board.now)


def in_force(promises: Iterable[Promise], flows: Iterable[Flow], at: datetime) -> dict[str, Promise]:
    """By flow, the promise as it was frozen at that instant; not one that was learned from another sort of past."""
    known = {flow.id: drawn(flow) for flow in flows}
    told = sorted((one for one in promises if one.frozen_at <= at), key=lambda one: one.frozen_at)
    newest = {one.flow: one for one in told}
    return {id_: one for id_, one in newest.items() if known.get(id_) == one.drawn}


def took(board: Board) -> pl.DataFrame:
    """Items finished by now that were begun: `flow`, `finished_at`, `took` (elapsed, from begin to finish)."""
    rows = standing(board).select("finished_at", took=pl.col("finished_at") - pl.col("started_at")).with_columns(
        flow=board.items["flow"].cast(pl.String)
    )  # fmt: skip
    return rows.filter((pl.col("finished_at") <= board.now) & (pl.col("took") >= timedelta()))


def span_start(board: Board, days: int = SPAN_DAYS) -> datetime:
    """Midnight so many days before the board's day, on the calendar's clock."""
    zone = ZoneInfo(board.terms.hours.timezone)
    day = board.now.astimezone(zone).date() - timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(board.now.tzinfo)


def drawn(flow: Flow) -> str:
    """Stays the same as long as items of this flow begin and end in the same stages."""
    said = [(stage.kind, stage.match) for stage in flow.stages]
    return hashlib.sha256(f"{flow.source} {sorted(flow.projects)} {said!r}".encode()).hexdigest()[:12]


def _in_days(length: timedelta) -> Duration:
    """Rounded up to a tenth of a day, so that it promises no less than the past held."""
    amount = (Decimal(length // timedelta(microseconds=1)) / (_DAY // timedelta(microseconds=1))).quantize(
        _STEP, rounding=ROUND_CEILING
    )
    return Duration(max(amount, _STEP), "d")
