"""From whom to whom work passes: how often, how long until a first look, how much came back.

Percentiles are of the nearest-rank kind (the smallest wait that at least that share did not exceed), of handoffs
that were picked up or sent back after a look. Below twenty of them there is no percentile, and a sentence instead.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from rules import language
from rules.base import Board
from rules.calendars import days_for
from rules.durations import Duration
from rules.flow import calendar
from rules.handoffs import handoffs
from rules.limits import over

FLOOR = 20
"""Fewer waits than this have no percentile."""


def counting(board: Board, span: timedelta | None = None) -> pl.DataFrame:
    """The handoffs that count in waits: no slips, and in a span only those given in it."""
    rows = handoffs(board).filter((pl.col("ended") != "slip") & ~pl.col("return_of_slip"))
    return rows if span is None else rows.filter(pl.col("given_at") > board.now - span)


def handoff_map(board: Board, span: timedelta | None = None) -> pl.DataFrame:
    """One row per pair and sort of handoff, the commonest first: `by`, `from`, `to`, `count`, `looked_at` (how many
    got a first look), `median` and `p85` (working time to it; null below the floor), `bounced` (share sent back),
    `longest_open` (the longest working wait that still goes on; null: none), `note` (in place of a percentile).
    """
    seen = pl.col("working").filter(pl.col("touched_at").is_not_null())
    enough = seen.len() >= FLOOR
    rows = counting(board, span).group_by("by", "from", "to").agg(
        count=pl.len(),
        looked_at=seen.len(),
        median=pl.when(enough).then(_rank(seen, 50)),
        p85=pl.when(enough).then(_rank(seen, 85)),
        bounced=(pl.col("ended") == "bounced").mean(),
        longest_open=pl.col("working").filter(pl.col("ended") == "waiting").max(),
    )  # fmt: skip
    notes = [None if n >= FLOOR else language.too_few(n, FLOOR, "first look") for n in rows["looked_at"]]
    names = [pl.col(name).cast(pl.String) for name in ("by", "from", "to")]
    ordered = rows.with_columns(pl.Series("note", notes, dtype=pl.String), *names)
    return ordered.sort(-pl.col("count").cast(pl.Int64), "by", "from", "to")


def _rank(waits: pl.Expr, percent: int) -> pl.Expr:
    """The nearest-rank percentile, in whole numbers so that no rounding moves it."""
    last = waits.len().cast(pl.Int64)
    return waits.sort().get(((last * percent + 99) // 100 - 1).clip(lower_bound=0), null_on_oob=True)


def pair_sentences(board: Board, limit: Duration, span: timedelta, said: str) -> pl.DataFrame:
    """The pairs whose handoffs of the span waited longer than the limit, most waiting first.

    `by`, `from`, `to`, `over` (how many waited longer), `count`, `waited` (working time of those that did),
    `refs` and `given` (the rows behind the figures, longest first) and `sentence`. `said`: the span in words.
    """
    day, rows = calendar(board).day, counting(board, span)
    rows = rows.with_columns(late=over(limit, days_for(board, rows, "to_person")))
    rows = rows.sort("working", "item", descending=[True, False])
    rows = rows.with_columns(ref=board.items["ref"].gather(rows["item"]))
    pairs = rows.group_by("by", "from", "to").agg(
        count=pl.len(), over=pl.col("late").sum(), waited=pl.col("working").filter("late").sum(),
        refs=pl.col("ref").filter("late"), given=pl.col("given_at").filter("late"),
    )  # fmt: skip
    names = [pl.col(name).cast(pl.String) for name in ("by", "from", "to")]
    pairs = pairs.filter(pl.col("over") > 0).with_columns(*names)
    pairs = pairs.sort("waited", "by", "from", "to", descending=[True, False, False, False])
    sentences = [
        language.pair_waits(over, count, giver, to, limit.words, us, day, said)
        for over, count, giver, to, us in pairs.select(
            "over", "count", "from", "to", pl.col("waited").dt.total_microseconds()
        ).iter_rows()
    ]
    return pairs.with_columns(pl.Series("sentence", sentences, dtype=pl.String))
