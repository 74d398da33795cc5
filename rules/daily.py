"""The flow day by day: what came, what was finished, what was in hand, and how old it was. A cumulative flow diagram
is the running sum of `arrivals`, `started` and `finished`.

Days are those of the flow's calendar zone. In hand is what was started and not finished, a reopened item again from
its reopening, aged from its first start. What is out of sight now is in hand until its last event: nobody knows more.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from rules.base import INSTANT, Board
from rules.dates import today, zone_of
from rules.finish import finishes
from rules.now import standing
from rules.once import once


@once
def in_work(board: Board) -> pl.DataFrame:
    """One row per spell in which an item was in hand, by item and time: `item`, `flow`, `begun_at`, `until` (null
    while it lasts), `started_at` (its first start)."""
    now = standing(board).select("item", "started_at", "state")
    starts = now.filter(pl.col("started_at").is_not_null()).drop("state")
    done = finishes(board)
    same = (pl.col("item") == pl.col("item").shift(-1)).fill_null(False)
    first = starts.join(done.unique("item", keep="first"), on="item", how="left").select(
        "item", "started_at", begun_at="started_at", until="finished_at"
    )
    again = done.with_columns(until=pl.when(same).then(pl.col("finished_at").shift(-1)))
    again = (
        again.filter(pl.col("reopened_at").is_not_null())
        .join(starts, on="item")
        .select("item", "started_at", begun_at=pl.max_horizontal("reopened_at", "started_at"), until="until")
    )
    spells = pl.concat([first, again])
    last = board.events.lazy().group_by("item").agg(last=pl.col("at").max()).collect()
    gone = now.filter(pl.col("state") == "gone").select("item").join(last, on="item", how="inner")
    spells = spells.join(gone, on="item", how="left").with_columns(until=pl.coalesce("until", "last"))
    flow = board.items["flow"]
    spells = spells.filter(pl.col("until").is_null() | (pl.col("until") >= pl.col("begun_at")))
    return spells.with_columns(flow=flow.gather(spells["item"])).select(
        "item", "flow", "begun_at", "until", "started_at"
    ).sort("item", "begun_at")  # fmt: skip


@once
def daily(board: Board) -> pl.DataFrame:
    """One row per flow and day, without gaps from the flow's first day to the board's: `flow`, `day`, `arrivals`
    (items created), `started`, `finished`, `wip` (in hand at the day's end, or at the board's instant) and
    `total_age` (of what is in hand then, elapsed)."""
    parts = [_of_flow(board, flow) for flow in board.items["flow"].drop_nulls().unique().cast(pl.String).sort()]
    counts = ("arrivals", "started", "finished", "wip")
    shape: dict[str, Any] = {"flow": pl.String, "day": pl.Date, **dict.fromkeys(counts, pl.Int64)}
    shape |= {"total_age": pl.Duration("us")}
    return pl.concat(parts) if parts else pl.DataFrame(schema=shape)


def _of_flow(board: Board, flow: str) -> pl.DataFrame:
    zone = zone_of(board, flow)
    here = (board.items["flow"].cast(pl.String) == flow).fill_null(False)
    spells = in_work(board).filter(pl.col("flow").cast(pl.String) == flow)
    ended = spells.filter(pl.col("until").is_not_null())
    done = finishes(board)
    done = done.filter(here.gather(done["item"]))
    counts = [
        _count(board.items["created_at"].filter(here), zone, "arrivals"),
        _count(standing(board)["started_at"].filter(here), zone, "started"),
        _count(done["finished_at"], zone, "finished"),
        _count(spells["begun_at"], zone, "came", spells["started_at"]),
        _count(ended["until"], zone, "went", ended["started_at"]),
    ]  # fmt: skip
    lows = [low for part in counts if isinstance(low := part["day"].min(), date)]
    last = today(board, flow)
    days = pl.date_range(min([*lows, last]), last, timedelta(days=1), eager=True).alias("day")
    table = days.to_frame()
    for part in counts:
        table = table.join(part, on="day", how="left", maintain_order="left")
    table = table.with_columns(pl.exclude("day").fill_null(0))
    ends = (pl.col("day").cast(pl.Datetime("us")) + pl.duration(days=1)).dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    ).dt.convert_time_zone("UTC").dt.epoch("us")  # fmt: skip
    at = pl.min_horizontal(ends.forward_fill(), pl.lit(board.now, INSTANT).dt.epoch("us"))
    wip = (pl.col("came") - pl.col("went")).cum_sum()
    begun = (pl.col("came_sum") - pl.col("went_sum")).cum_sum()
    return table.select(
        pl.lit(flow).alias("flow"), "day", "arrivals", "started", "finished", wip=wip,
        total_age=(wip * (at // 1_000) - begun).cast(pl.Duration("ms")).cast(pl.Duration("us")),
    )  # fmt: skip


def _count(at: pl.Series, zone: str, name: str, also: pl.Series | None = None) -> pl.DataFrame:
    """How many a day; with `also` the sum of those instants in milliseconds, which fits a million items."""
    days = at.dt.convert_time_zone(zone).dt.date()
    rows = pl.DataFrame({"day": days, "ms": (at if also is None else also).dt.epoch("ms")})
    counted = rows.group_by("day").agg(pl.len().cast(pl.Int64).alias(name), pl.col("ms").sum().alias(f"{name}_sum"))
    return counted if also is not None else counted.drop(f"{name}_sum")
