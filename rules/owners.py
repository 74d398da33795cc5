"""Who owned an item at any row of the events."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

from rules.base import Board
from rules.flow import person_of
from rules.once import while_asked

SHIFT = 1 << 32
Column = TypeVar("Column", pl.Expr, pl.Series)


def place(group: Column, row: Column) -> Column:
    """One whole number that sorts by group, then row; rows up to 2**32."""
    return group.cast(pl.UInt64) * SHIFT + row.cast(pl.UInt64)


def told_of(board: Board, kind: str) -> pl.DataFrame:
    """The events of one kind: `item`, `pos` (row in the events), `at`, `old`, `new`, `actor`."""
    events = board.events.lazy().select("item", "at", "kind", "old", "new", "actor",
                                        pos=pl.int_range(pl.len(), dtype=pl.Int64))  # fmt: skip
    return events.filter(pl.col("kind") == kind).drop("kind").collect()


@while_asked
def _owner_marks(board: Board) -> pl.DataFrame:
    told = told_of(board, "owner")
    keys = place(told["item"], told["pos"])
    return pl.DataFrame({"key": keys, "item": told["item"], "person": person_of(board, told["new"])})


def owner_at(board: Board, items: pl.Series, rows: pl.Series) -> pl.Series:
    """Who owned each item once the event of that row had happened; null: nobody, or nothing was told yet."""
    marks = _owner_marks(board)
    if not marks.height:
        return pl.repeat(None, len(items), dtype=pl.UInt32, eager=True)
    wanted = place(items, rows.clip(lower_bound=0))
    index = marks["key"].search_sorted(wanted, side="right").cast(pl.Int64) - 1
    at = index.clip(lower_bound=0)
    holds = (index >= 0) & (marks["item"].gather(at) == items)
    return pl.select(pl.when(holds).then(marks["person"].gather(at))).to_series()
