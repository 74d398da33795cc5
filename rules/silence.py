"""Since when nobody has touched an item, and what was only chasing.

Chasing is a comment by whoever asked for the item, or handed it to its present owner, while somebody else owns it.
"""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.dates import today
from rules.flow import person_of, timed
from rules.once import while_asked
from rules.owners import place, told_of


def silences(board: Board, chasing_counts: bool = False) -> pl.DataFrame:
    """One row per item, in item order: `item`, `since` (the last touch, else the creation), `who` (touched it; null:
    nobody ever did), `chased` (how often it was asked about since), `parked`, `elapsed`, `working`."""
    return _all_touch(board) if chasing_counts else _chasing_apart(board)


def touches_of(board: Board, chasing_counts: bool = False) -> pl.DataFrame:
    """Every touch, by item and time: `item`, `at`."""
    rows = _touching(board, chasing_counts).arg_true()
    return pl.DataFrame({"item": board.events["item"].gather(rows), "at": board.events["at"].gather(rows)})


@while_asked
def _all_touch(board: Board) -> pl.DataFrame:
    return _since(board, pl.Series(dtype=pl.UInt32), _touching(board, chasing_counts=True))


@while_asked
def _chasing_apart(board: Board) -> pl.DataFrame:
    return _since(board, _chasing(board), _touching(board, chasing_counts=False))


def _touching(board: Board, chasing_counts: bool) -> pl.Series:
    """For each event whether it is a touch."""
    hands = (board.events["actor_kind"] == "person").fill_null(False)
    return hands if chasing_counts else hands.scatter(_chasing(board), False)


@while_asked
def _chasing(board: Board) -> pl.Series:
    """The rows of the events that only chase."""
    comments = (board.events["actor_kind"] == "person") & (board.events["kind"] == "comment")
    rows = comments.fill_null(False).arg_true()
    items, actor = board.events["item"].gather(rows), board.events["actor"].gather(rows)
    marks = told_of(board, "owner")
    if not marks.height or not len(rows):
        return rows.clear()
    before = pl.when(pl.col("item") == pl.col("item").shift()).then(pl.col("new").shift())
    was = marks.select(pl.coalesce("old", before)).to_series()
    index = place(marks["item"], marks["pos"]).search_sorted(place(items, rows), side="right").cast(pl.Int64) - 1
    at = index.clip(lower_bound=0)
    told = (index >= 0) & (marks["item"].gather(at) == items)
    owner, giver = person_of(board, marks["new"]).gather(at), person_of(board, was).gather(at)
    asks = (actor == board.items["created_by"].gather(items)).fill_null(False) | (actor == giver).fill_null(False)
    return rows.filter(told & (owner != actor).fill_null(False) & asks)


def _since(board: Board, chasing: pl.Series, touching: pl.Series) -> pl.DataFrame:
    """`chasing`: rows of the events; `touching`: for each event whether it is a touch."""
    items, events = board.items, board.events
    rows = touching.arg_true()
    touched = pl.DataFrame({"item": events["item"].gather(rows), "last": rows})
    touched = touched.filter(pl.col("item").ne_missing(pl.col("item").shift(-1)))
    touched = touched.with_columns(at=events["at"].gather(touched["last"]),
                                   actor=events["actor"].gather(touched["last"]))  # fmt: skip
    chasers = pl.DataFrame({"item": events["item"].gather(chasing), "pos": chasing})
    chasers = chasers.join(touched.select("item", "last"), on="item", how="left")
    asked = chasers.filter((pl.col("pos") > pl.col("last")).fill_null(True)).group_by("item").agg(chased=pl.len())
    every = items.select("item", "created_at", "parked_until", flow=pl.col("flow").cast(pl.String))
    told = every.join(touched, on="item", how="left", maintain_order="left")
    told = told.join(asked, on="item", how="left", maintain_order="left")
    days = {flow: today(board, flow) for flow in told["flow"].unique()}
    dates = told["flow"].replace_strict(days, return_dtype=pl.Date) if told.height else told["parked_until"]
    told = told.with_columns(
        since=pl.coalesce("at", "created_at"), who=board.people["name"].cast(pl.Categorical).gather(told["actor"]),
        chased=pl.col("chased").fill_null(0), parked=(pl.col("parked_until") > dates).fill_null(False),
        none=pl.lit(None, items["created_at"].dtype),
    )  # fmt: skip
    return timed(told, board, "since", "none").select(
        "item", "since", "who", "chased", "parked", "elapsed", "working"
    )
