"""How long each item has been, or was, in work or in a stage, up to this morning: what forecasts are drawn from.

Up to the morning, so that what a forecast says changes once a day and not with every hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

from rules.base import Board
from rules.calendars import worked_between
from rules.dates import morning_of
from rules.flow import stays
from rules.now import standing

Of = Literal["flow", "stage"]
Like = Literal["type", "priority", "team"]
_WORK = ("active", "waiting")


def lives(board: Board, of: Of, like: Sequence[Like], working: bool) -> pl.DataFrame:
    """One row per item (and stage, if `of` is that): `item`, `group` (what it is compared with), `place` (the stage,
    or nothing), `begun`, `us` (how long, in microseconds), `ended` (false: it went on, or was lost from sight)."""
    morning = morning_of(board)
    spans = _in_work(board) if of == "flow" else _in_stages(board)
    spans = spans.with_columns(stop=pl.min_horizontal(pl.col("stop").fill_null(morning), pl.lit(morning)),
                               ended=pl.col("ended") & (pl.col("stop") <= morning).fill_null(False))  # fmt: skip
    spans = spans.with_columns(pl.min_horizontal("begun", "stop").alias("from"))
    lengths = (
        worked_between(board, spans, spans["from"], spans["stop"]) if working
        else (spans["stop"] - spans["from"]).dt.total_microseconds()
    )  # fmt: skip
    rows = spans.with_columns(us=lengths)
    if of == "stage":
        rows = rows.group_by("item", "place", maintain_order=True).agg(
            pl.col("begun").first(), pl.col("us").sum(), pl.col("ended").last()
        )
    seen = rows.filter(pl.col("begun") <= morning) if rows.height else rows
    return seen.with_columns(group=_groups(board, seen, like)).select(
        "item", "group", "place", "begun", "us", "ended"
    )


def _groups(board: Board, rows: pl.DataFrame, like: Sequence[Like]) -> pl.Series:
    """The name of everything that is comparable: the flow, the stage, and what the rule asks to be alike."""
    items = board.items
    traits = {"type": items["kind"], "priority": items["priority"], "team": standing(board)["team"]}
    parts = [items["flow"], *(traits[one] for one in like)]
    named = [part.gather(rows["item"]).cast(pl.String).fill_null("") for part in parts]
    return pl.select(pl.concat_str(*named, rows["place"].fill_null(""), separator="\x1f")).to_series()


def _ends(board: Board) -> pl.DataFrame:
    """One row per item: `finished_at`, and `lost` (when it was last seen, where it is gone)."""
    now = standing(board).select("item", "finished_at", "state")
    gone = now.filter(pl.col("state").cast(pl.String) == "gone").select("item")
    last = board.events.lazy().join(gone.lazy(), on="item", how="semi").group_by("item").agg(lost=pl.col("at").max())
    return now.join(last.collect(), on="item", how="left", maintain_order="left").select("finished_at", "lost")


def _in_work(board: Board) -> pl.DataFrame:
    """From the first entry into an active stage to the last finish; in the backlog an item is watched no more."""
    now = standing(board)
    back = pl.when(now["state"].cast(pl.String) == "backlog").then(now["entered_at"])
    rows = pl.concat([now.select("item", begun="started_at"), _ends(board)], how="horizontal").with_columns(back=back)
    return rows.filter(pl.col("begun").is_not_null()).select(
        "item", "begun", place=pl.lit(None, pl.String), stop=pl.coalesce("finished_at", "lost", "back"),
        ended=pl.col("finished_at").is_not_null(),
    )  # fmt: skip


def _in_stages(board: Board) -> pl.DataFrame:
    """Each stay in an active or waiting stage, until the item left or was finished."""
    rows = stays(board).filter(pl.col("stage_kind").cast(pl.String).is_in(_WORK) & pl.col("stage").is_not_null())
    ends = _ends(board)
    rows = rows.with_columns(done=ends["finished_at"].gather(rows["item"]), lost=ends["lost"].gather(rows["item"]))
    out = pl.min_horizontal("left_at", "done")
    return rows.select(
        "item", begun="entered_at", place=pl.col("stage").cast(pl.String), stop=pl.coalesce(out, "lost"),
        ended=out.is_not_null(),
    )  # fmt: skip
