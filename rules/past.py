"""The past that limits are learned from: one row per case, `working` and `elapsed` (how long), `ended` (false: it
goes on, or something else cut it off).

A rule's conditions on stage, owner and team speak of how items stand now; of the past they would pick the items
that got stuck. They are left out here (`lasting`); flow, source, project, tag, type and priority hold.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from rules.base import INSTANT, Board
from rules.flow import stays, timed
from rules.handoff_map import counting
from rules.now import standing
from rules.once import while_asked
from rules.silence import touches_of
from rules.where import Where

_CASE = ("working", "elapsed", "ended")


def lasting(where: Where) -> Where:
    """The conditions that held for an item all along."""
    return replace(where, stage=(), owner=(), team=())


def first_looks(board: Board, asked: pl.Series, by: tuple[str, ...]) -> pl.DataFrame:
    """Waits for a first look: from given to touched. Passed on or closed without a look: cut off."""
    rows = counting(board)
    rows = rows.filter(pl.col("by").cast(pl.String).is_in(by) & asked.gather(rows["item"]))
    return rows.with_columns(ended=pl.col("touched_at").is_not_null()).select(_CASE)


def stage_lengths(
    board: Board, asked: pl.Series, stages: tuple[str, ...], without: tuple[str, ...], each_visit: bool
) -> pl.DataFrame:
    """Time in active and waiting stages: each visit, or of each item and stage all visits together."""
    rows = _visits(board)
    mine = pl.col("stage_kind").is_in(["active", "waiting"]) & ~pl.col("stage").is_in(without)
    if stages:
        mine = mine & pl.col("stage").is_in(stages)
    rows = rows.filter(mine & asked.gather(rows["item"]))
    if not each_visit:
        rows = rows.group_by("item", "stage", maintain_order=True).agg(
            pl.col("working").sum(), pl.col("elapsed").sum(), pl.col("ended").all()
        )
    return rows.select(_CASE)


@while_asked
def _visits(board: Board) -> pl.DataFrame:
    """Every visit to a stage, as one row where its columns follow each other. A finished item has left its stage."""
    now = standing(board)
    rows = stays(board).select("item", pl.col("stage").cast(pl.String), pl.col("stage_kind").cast(pl.String),
                               "entered_at", "left_at").filter(pl.col("stage").is_not_null())  # fmt: skip
    apart = (
        (pl.col("item") != pl.col("item").shift()) | (pl.col("stage") != pl.col("stage").shift())
        | (pl.col("entered_at") != pl.col("left_at").shift())
    )  # fmt: skip
    rows = rows.with_columns(visit=apart.fill_null(True).cum_sum())
    rows = rows.group_by("visit", maintain_order=True).agg(
        pl.col("item", "stage", "stage_kind", "entered_at").first(), pl.col("left_at").last()
    )
    over = pl.max_horizontal(now["finished_at"].gather(rows["item"]), rows["entered_at"])
    rows = rows.with_columns(
        until=pl.coalesce("left_at", pl.when(now["finished_at"].gather(rows["item"]).is_not_null()).then(over))
    )
    rows = rows.filter(pl.col("until").is_not_null() | (now["state"] != "gone").gather(rows["item"]))
    return timed(rows, board, "entered_at", "until").with_columns(ended=pl.col("until").is_not_null())


def longest_silences(board: Board, asked: pl.Series, chasing_counts: bool) -> pl.DataFrame:
    """The longest time that nobody touched an item, from its creation until it was finished: one row an item."""
    now, items = standing(board), board.items
    mine = asked & now["state"].cast(pl.String).is_in(["open", "done"])
    end = now["finished_at"].fill_null(board.now) if items.height else now["finished_at"]
    touched = touches_of(board, chasing_counts).select("item", "at")
    marks = pl.concat([
        items.select("item", at="created_at"), touched,
        pl.DataFrame({"item": items["item"], "at": end.cast(INSTANT)}),
    ])  # fmt: skip
    marks = marks.filter(mine.gather(marks["item"]) & (marks["at"] <= end.gather(marks["item"]))).sort("item", "at")
    since = pl.when(pl.col("item") == pl.col("item").shift()).then(pl.col("at").shift())
    gaps = timed(marks.with_columns(since=since).filter(pl.col("since").is_not_null()), board, "since", "at")
    longest = gaps.group_by("item", maintain_order=True).agg(pl.col("working").max(), pl.col("elapsed").max())
    done = (now["state"] == "done").gather(longest["item"])
    return longest.with_columns(ended=done).select(_CASE)
