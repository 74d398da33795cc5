"""Work that goes back: to whom it came from, and to a stage it had left behind."""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.flow import columns_in, timed
from rules.handoffs import handoffs
from rules.once import once, while_asked


@once
def bounces(board: Board) -> pl.DataFrame:
    """One row per i → j → i, by item and time: `item`, `flow`, `by` (owner, team, stage, approval), `from` (i), `to`
    (j), `from_person`, `to_person`, `to_team`, `given_at`, `back_at`, `elapsed`, `working` (the whole loop, from
    giving to getting back).

    A refused approval is one. Slips, and the way back of a slip, are none.
    """
    back = handoffs(board).filter((pl.col("ended") == "bounced") & ~pl.col("return_of_slip"))
    rows = timed(back.rename({"ended_at": "back_at"}), board, "given_at", "back_at", "to_person")
    return rows.select("item", "flow", "by", "from", "to", "from_person", "to_person", "to_team", "given_at",
                       "back_at", "elapsed", "working")  # fmt: skip


@once
def stage_order(board: Board) -> pl.DataFrame:
    """`flow`, `stage`, `order`: the place of each stage in its flow, from 0."""
    rows = [(id_, stage.name, n) for id_, flow in board.terms.flows.items() for n, stage in enumerate(flow.stages)]
    shape = {"flow": pl.Categorical, "stage": pl.Categorical, "order": pl.Int64}
    return pl.DataFrame(rows, schema=shape, orient="row")


@while_asked
def returns(board: Board) -> pl.DataFrame:
    """One row per move to an earlier stage of the flow, by item and time: `item`, `flow`, `pos` (row of the event),
    `at`, `stage_from`, `stage_to`, `steps` (how many stages back), `from_done` (it was finished there: a reopening,
    too), `approximate`.

    Stages are compared by their order in the config; moves between columns of one stage, and from or to columns that
    no stage matches, are none.
    """
    came = columns_in(board).select("item", "pos", "at", "stage", "stage_kind")
    placed = came.with_columns(flow=board.items["flow"].gather(came["item"])).join(
        stage_order(board), on=["flow", "stage"], how="left", maintain_order="left"
    )
    same = pl.col("item") == pl.col("item").shift()
    rows = placed.with_columns(
        stage_from=pl.when(same).then(pl.col("stage").shift()),
        steps=pl.when(same).then(pl.col("order").shift() - pl.col("order")),
        from_done=(pl.col("stage_kind").shift().cast(pl.String) == "done").fill_null(False),
    ).filter((pl.col("steps") > 0).fill_null(False))  # fmt: skip
    told = board.events["approximate"].gather(rows["pos"].clip(lower_bound=0)) if rows.height else rows["from_done"]
    return rows.with_columns(approximate=told).select(
        "item", "flow", "pos", "at", "stage_from", "steps", "from_done", "approximate", stage_to="stage"
    )
