"""Work done in bunches: one person, three items or more of one kind, one after another.

One kind: the same flow and the same sort of item. After another: less than 15 minutes between two events of that
person on that kind. Events whose time is only known between two bounds say nothing about a sitting and are left out.
"""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.once import once
from rules.runs import bunches, sittings

_SHAPE = ("person", "flow", "kind", "begun_at", "ended_at", "items", "events")


@once
def batches(board: Board) -> pl.DataFrame:
    """One row per bunch, by beginning: `person`, `flow`, `kind` (of the items), `begun_at`, `ended_at`, `items`
    (their rows, in the order in which they were first taken up), `events` (how many)."""
    acts = board.events.lazy().select("item", "at", "actor", "actor_kind", "approximate").filter(
        (pl.col("actor_kind") == "person") & ~pl.col("approximate") & pl.col("actor").is_not_null()
    ).select("item", "at", person="actor").collect()  # fmt: skip
    items = board.items
    alike = items.select("flow", "kind").unique(maintain_order=True).with_row_index("alike")
    of = items.select("flow", "kind").join(alike, on=["flow", "kind"], how="left", nulls_equal=True,
                                           maintain_order="left")["alike"]  # fmt: skip
    acts = acts.with_columns(alike=of.gather(acts["item"]))
    sitting = sittings(acts, ["person", "alike"], "at")
    big = bunches(acts, sitting)
    mine = acts.with_columns(sitting=sitting).join(big.select("sitting"), on="sitting", how="semi")
    rows = mine.sort("sitting", "at", "item").group_by("sitting", maintain_order=True).agg(
        pl.col("person").first(), pl.col("alike").first(),
        begun_at=pl.col("at").first(), ended_at=pl.col("at").last(),
        items=pl.col("item").unique(maintain_order=True), events=pl.len(),
    )  # fmt: skip
    named = rows.join(alike, on="alike", how="left", maintain_order="left").select(_SHAPE)
    return named.sort("begun_at", "person", maintain_order=True)
