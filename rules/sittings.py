"""First looks in sittings: which waiting items one person picked up one after another, without a longer break."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from rules.base import Board
from rules.handoff_map import counting
from rules.once import while_asked


@while_asked
def first_looks(board: Board) -> pl.DataFrame:
    """One row per first look at a handoff, by the looker and time: `item`, `hand` (person), `touched_at`, `elapsed`
    and `working` (the wait before it; the longest, where one look ended several), `flow`, `team` (the looker's)."""
    waits = counting(board).filter(pl.col("touched_at").is_not_null())
    ended = waits.lazy().select("item", at="touched_at")
    told = board.events.lazy().select("item", "at", pos=pl.int_range(pl.len()), hand="actor", kind="actor_kind")
    told = told.filter((pl.col("kind") == "person") & pl.col("hand").is_not_null())
    hands = told.join(ended, on=["item", "at"], how="semi").drop("kind").collect(engine="streaming")
    hands = hands.sort("pos").unique(["item", "at"], keep="first", maintain_order=True).drop("pos")
    looks = waits.join(hands, left_on=["item", "touched_at"], right_on=["item", "at"], how="inner")
    looks = looks.group_by("hand", "item", "touched_at").agg(
        pl.col("elapsed").max(), pl.col("working").max(), pl.col("flow").first().cast(pl.String)
    )
    team = board.people["team"].cast(pl.String)
    return looks.with_columns(team=team.gather(looks["hand"])).sort("hand", "touched_at", "item")


def sittings(board: Board, gap: timedelta, asked: pl.Series) -> pl.DataFrame:
    """The looks at items that are asked for, with `sitting`: a number that two looks of one person share when no gap
    longer than this lies between them; and `began`, when it began."""
    looks = first_looks(board).filter(asked.gather(first_looks(board)["item"]))
    apart = (pl.col("hand") != pl.col("hand").shift()) | (pl.col("touched_at") - pl.col("touched_at").shift() > gap)
    looks = looks.with_columns(sitting=apart.fill_null(True).cum_sum())
    return looks.with_columns(began=pl.col("touched_at").min().over("sitting"))
