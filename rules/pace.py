"""How old open items are beside what went before: their age against the ages at which past items left this stage.

Ages are elapsed time since the first start, not time in the stage. Only items that left the stage are compared with;
the chance that an item which has not left it will be late is for `at_risk`, which counts those as censored.
"""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.flow import stays
from rules.now import standing
from rules.once import once

FLOOR = 20
"""Fewer past items than this give no share."""
_AGE = 1 << 40


@once
def pace(board: Board) -> pl.DataFrame:
    """One row per open item that was started, by item: `item`, `flow`, `stage`, `age`, `past` (how many items left
    this stage of the flow before), `older_than` (the share of them that left it at a younger age, from 0 to 1; null
    below twenty)."""
    now = standing(board).select("item", "stage", "started_at", "state", "age")
    rows = now.with_columns(flow=board.items["flow"]).filter(
        (pl.col("state") == "open") & pl.col("age").is_not_null() & pl.col("stage").is_not_null()
    )  # fmt: skip
    left = _left(board, now)
    places = pl.concat([left.select("flow", "stage"), rows.select("flow", "stage")]).unique(maintain_order=True)
    places = places.with_row_index("place")
    keys = _placed(left, places).select(_key("age")).to_series().sort()
    asked = _placed(rows, places)
    low = keys.search_sorted(asked.select(pl.col("place").cast(pl.Int64) * _AGE).to_series(), side="left")
    high = keys.search_sorted(asked.select((pl.col("place").cast(pl.Int64) + 1) * _AGE).to_series(), side="left")
    mine = keys.search_sorted(asked.select(_key("age")).to_series(), side="left")
    past = (high - low).cast(pl.UInt32)
    share = (mine - low) / (high - low)
    return asked.select("item", "flow", "stage", "age").with_columns(past=past, older_than=share).with_columns(
        older_than=pl.when(pl.col("past") >= FLOOR).then("older_than")
    )  # fmt: skip


def _left(board: Board, now: pl.DataFrame) -> pl.DataFrame:
    """`flow`, `stage`, `age`: the age of each item when it last left a stage."""
    rows = stays(board).filter(pl.col("left_at").is_not_null() & pl.col("stage").is_not_null())
    rows = rows.unique(["item", "stage"], keep="last", maintain_order=True)
    ages = rows.select("flow", "stage", age=pl.col("left_at") - now["started_at"].gather(rows["item"]))
    return ages.filter(pl.col("age").is_not_null() & (pl.col("age").dt.total_microseconds() >= 0))


def _placed(rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    return rows.join(places, on=["flow", "stage"], how="left", nulls_equal=True, maintain_order="left")


def _key(age: str) -> pl.Expr:
    return pl.col("place").cast(pl.Int64) * _AGE + pl.col(age).dt.total_milliseconds()
