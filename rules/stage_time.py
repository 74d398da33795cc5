"""How long each item has been in its present stage, on this visit and on all of them together."""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.flow import stays
from rules.now import standing
from rules.once import while_asked


@while_asked
def stage_times(board: Board) -> pl.DataFrame:
    """One row per item that is in a stage: `item`, `since` (when it last came into the stage), `visits`, `elapsed`
    and `working` (this visit), `all_elapsed` and `all_working` (every visit). Columns of one stage are one visit."""
    rows = stays(board).select("item", "stage", "entered_at", "left_at", "elapsed", "working")
    now = standing(board)["stage"]
    rows = rows.filter(pl.col("stage").is_not_null() & (pl.col("stage") == now.gather(rows["item"])))
    apart = (pl.col("item") != pl.col("item").shift()) | (pl.col("entered_at") != pl.col("left_at").shift())
    rows = rows.with_columns(begins=apart.fill_null(True))
    rows = rows.with_columns(visit=pl.col("begins").cum_sum())
    last = rows.group_by("item", maintain_order=True).agg(
        visits=pl.col("begins").sum(), visit=pl.col("visit").last(), all_elapsed=pl.col("elapsed").sum(),
        all_working=pl.col("working").sum(),
    )  # fmt: skip
    this = rows.join(last.select("visit"), on="visit", how="semi", maintain_order="left")
    this = this.group_by("visit", maintain_order=True).agg(
        since=pl.col("entered_at").first(), elapsed=pl.col("elapsed").sum(), working=pl.col("working").sum()
    )
    return last.join(this, on="visit", how="left", maintain_order="left").drop("visit")


@while_asked
def visits(board: Board) -> pl.DataFrame:
    """Every visit to the present stage: `item`, `entered_at`, `left_at` (null while there), by item and time."""
    now = standing(board)["stage"]
    rows = stays(board).select("item", "stage", "entered_at", "left_at")
    return rows.filter(pl.col("stage").is_not_null() & (pl.col("stage") == now.gather(rows["item"])))
