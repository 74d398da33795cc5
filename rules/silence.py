"""Since when nobody has touched an item, and what was only chasing.

Chasing is a comment by whoever asked for the item, or handed it to its present owner, while somebody else owns it.
"""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.dates import today
from rules.flow import person_of, timed
from rules.once import once
from rules.owners import place, told_of


def silences(board: Board, chasing_counts: bool = False) -> pl.DataFrame:
    """One row per item, in item order: `item`, `since` (the last touch, else the creation), `who` (touched it; null:
    nobody ever did), `chased` (how often it was asked about since), `parked`, `elapsed`, `working`."""
    return _all_touch(board) if chasing_counts else _chasing_apart(board)


def touches_of(board: Board, chasing_counts: bool = False) -> pl.DataFrame:
    """Every touch, by item and time: `item`, `at`."""
    hands = _hands(board)
    if not chasing_counts:
        hands = hands.filter(~_chasing(board, hands))
    return hands.select("item", "at")


@once
def _all_touch(board: Board) -> pl.DataFrame:
    return _since(board, _hands(board).with_columns(chasing=pl.lit(False)))


@once
def _chasing_apart(board: Board) -> pl.DataFrame:
    return _since(board, _hands(board).with_columns(chasing=_chasing(board, _hands(board))))


@once
def _hands(board: Board) -> pl.DataFrame:
    """The events by persons: `item`, `pos` (row in the events), `at`, `comment`, `actor`."""
    events = board.events.lazy().select(
        "item", "at", "actor", "actor_kind", comment=pl.col("kind") == "comment",
        pos=pl.int_range(pl.len(), dtype=pl.Int64),
    )  # fmt: skip
    return events.filter(pl.col("actor_kind") == "person").drop("actor_kind").collect()


def _chasing(board: Board, hands: pl.DataFrame) -> pl.Series:
    """For each event by a person whether it only chases."""
    marks = told_of(board, "owner")
    before = pl.when(pl.col("item") == pl.col("item").shift()).then(pl.col("new").shift())
    marks = marks.with_columns(was=pl.coalesce("old", before))
    asker = board.items["created_by"].gather(hands["item"])
    nobody = pl.repeat(None, hands.height, dtype=pl.UInt32, eager=True)
    owner = giver = nobody
    if marks.height:
        keys = place(marks["item"], marks["pos"])
        index = keys.search_sorted(place(hands["item"], hands["pos"]), side="right").cast(pl.Int64) - 1
        at = index.clip(lower_bound=0)
        told = (index >= 0) & (marks["item"].gather(at) == hands["item"])
        people = pl.DataFrame({"o": person_of(board, marks["new"]), "g": person_of(board, marks["was"])})[at]
        owner = pl.select(pl.when(told).then(people["o"])).to_series()
        giver = pl.select(pl.when(told).then(people["g"])).to_series()
    actor = hands["actor"]
    others = (owner != actor).fill_null(False) & owner.is_not_null()
    asks = (actor == asker).fill_null(False) | (actor == giver).fill_null(False)
    return hands["comment"] & others & asks


def _since(board: Board, hands: pl.DataFrame) -> pl.DataFrame:
    items = board.items
    touched = hands.filter(~pl.col("chasing")).group_by("item", maintain_order=True).agg(
        pl.col("at").last(), pl.col("actor").last(), pl.col("pos").last()
    )  # fmt: skip
    rows = items.select("item", "created_at", "parked_until", flow=pl.col("flow").cast(pl.String)).join(
        touched, on="item", how="left", maintain_order="left"
    )
    chasers = hands.filter("chasing").join(touched.select("item", last="pos"), on="item", how="left")
    asked = chasers.filter(pl.col("pos") > pl.col("last").fill_null(-1)).group_by("item").agg(chased=pl.len())
    rows = rows.join(asked, on="item", how="left", maintain_order="left")
    days = {flow: today(board, flow) for flow in rows["flow"].unique()}
    dates = rows["flow"].replace_strict(days, return_dtype=pl.Date) if rows.height else rows["parked_until"]
    rows = rows.with_columns(
        since=pl.coalesce("at", "created_at"), who=board.people["name"].gather(rows["actor"]),
        chased=pl.col("chased").fill_null(0), parked=(pl.col("parked_until") > dates).fill_null(False),
        none=pl.lit(None, items["created_at"].dtype),
    )  # fmt: skip
    return timed(rows, board, "since", "none").select(
        "item", "since", "who", "chased", "parked", "elapsed", "working"
    )
