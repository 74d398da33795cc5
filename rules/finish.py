"""When items were finished: the first of the vendor's completion and a done stage, until the later reopening.

An approval that was rejected or sent back is not finished, though the vendor calls it completed.
"""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.flow import columns_in
from rules.once import once


@once
def finishes(board: Board) -> pl.DataFrame:
    """One row per finished spell, by item and time: `item`, `pos` (row of the event that finished it), `finished_at`,
    `reopened_pos`, `reopened_at` (null while finished)."""
    marks = pl.concat([_vendor(board), _done_stages(board), _untold(board)])
    flags = marks.sort("item", "pos", maintain_order=True).with_columns(
        [_carried(flag) for flag in ("completed", "refused", "in_done")]
    )
    states = flags.with_columns(done=(pl.col("completed") & ~pl.col("refused")) | pl.col("in_done"))
    was = (pl.col("item") == pl.col("item").shift()).fill_null(False) & pl.col("done").shift().fill_null(False)
    turns = states.with_columns(was=was).filter(pl.col("done") != pl.col("was"))
    same = (pl.col("item") == pl.col("item").shift(-1)).fill_null(False)
    return (
        turns.with_columns(
            reopened_pos=pl.when(same).then(pl.col("pos").shift(-1)),
            reopened_at=pl.when(same).then(pl.col("at").shift(-1)),
        )
        .filter("done")
        .select("item", "pos", "reopened_pos", "reopened_at", finished_at="at")
    )


@once
def reopens(board: Board) -> pl.DataFrame:
    """One row per reopening, by item and time: `item`, `flow`, `finished_at`, `reopened_at`, `again_at` (finished
    once more; null: not yet), `closed` (how long it stood as finished), `actor` (person; null: nobody is named),
    `actor_kind`. The gap between is neither working nor waiting."""
    rows = finishes(board)
    same = (pl.col("item") == pl.col("item").shift(-1)).fill_null(False)
    rows = rows.with_columns(again_at=pl.when(same).then(pl.col("finished_at").shift(-1)))
    rows = rows.filter(pl.col("reopened_at").is_not_null())
    told = rows["reopened_pos"].clip(lower_bound=0)
    return rows.with_columns(
        flow=board.items["flow"].gather(rows["item"]), actor=board.events["actor"].gather(told),
        actor_kind=board.events["actor_kind"].gather(told), closed=pl.col("reopened_at") - pl.col("finished_at"),
    ).select("item", "flow", "finished_at", "reopened_at", "again_at", "closed", "actor", "actor_kind")  # fmt: skip


def _carried(flag: str) -> pl.Expr:
    """The flag's last value within the item; false before the first."""
    first = pl.col("item").ne_missing(pl.col("item").shift())
    return pl.when(first & pl.col(flag).is_null()).then(False).otherwise(pl.col(flag)).forward_fill().alias(flag)


def _vendor(board: Board) -> pl.DataFrame:
    """Completed, reopened, approved, refused, as the vendor tells."""
    kind, new = pl.col("kind"), pl.col("new").cast(pl.String)
    told = (
        board.events.lazy()
        .select("item", "at", "kind", "new", pos=pl.int_range(pl.len(), dtype=pl.Int64))
        .filter(pl.col("kind").is_in(["completed", "reopened", "approval"]))
        .collect()
    )
    approval = kind == "approval"
    return told.select(
        "item", "at", "pos",
        completed=pl.when(approval).then(new == "approved").otherwise(kind == "completed"),
        refused=pl.when(approval).then(new.is_in(["rejected", "changes_requested"]).fill_null(False)),
        in_done=pl.lit(None, dtype=pl.Boolean),
    )  # fmt: skip


def _done_stages(board: Board) -> pl.DataFrame:
    no = pl.lit(None, dtype=pl.Boolean)
    into = (pl.col("stage_kind").cast(pl.String) == "done").fill_null(False)
    return columns_in(board).select("item", "at", "pos", completed=no, refused=no, in_done=into)


def _untold(board: Board) -> pl.DataFrame:
    """Completions that the item shows and no event tells, placed after its last event."""
    told = (
        board.events.lazy().filter(pl.col("kind").is_in(["completed", "reopened"]))
        .group_by("item").agg(pl.col("kind").last()).filter(pl.col("kind") == "completed").collect()
    )  # fmt: skip
    silent = board.items.filter(pl.col("completed_at").is_not_null()).join(told, on="item", how="anti")
    last = board.events["item"].search_sorted(silent["item"], side="right").cast(pl.Int64) - 1
    no = pl.lit(None, dtype=pl.Boolean)
    return silent.select("item", at="completed_at").with_columns(last.alias("pos")).select(
        "item", "at", "pos", completed=pl.lit(True), refused=no, in_done=no
    )  # fmt: skip
