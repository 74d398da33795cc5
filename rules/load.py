"""What owners, teams and stages have in hand, and what came and went: the figures of the overload rule.

In hand is what is open in an active or waiting stage: a backlog is not work in progress.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from rules.base import Board
from rules.dates import morning_of
from rules.flow import ownerships, stays, team_spells, timed
from rules.now import standing

Per = Literal["owner", "team", "stage"]


def in_hand(board: Board, per: Per, asked: pl.Series) -> pl.DataFrame:
    """One row per item in hand, by group and start: `item`, `group` (an owner's key, a team, `flow/stage`), `name`,
    `since` (when the item was started, or came to where it waits), `came` (when it came to the group), `due`,
    `elapsed`, `working`."""
    now, items = standing(board), board.items
    group, name = _groups(board, per)
    rows = now.select("item", "state", "stage_kind", since=pl.coalesce("started_at", "entered_at")).with_columns(
        group=group, name=name, due=items["due"], asked=asked, none=pl.lit(None, items["created_at"].dtype)
    )
    going = pl.col("stage_kind").cast(pl.String).is_in(["active", "waiting"])
    held = rows.filter((pl.col("state") == "open") & going & pl.col("asked") & pl.col("group").is_not_null())
    came = _came(board, per).unique("item", keep="last", maintain_order=True)
    held = held.join(came.select("item", "came"), on="item", how="left", maintain_order="left")
    held = held.with_columns(came=pl.coalesce("came", "since"))
    return timed(held, board, "since", "none").sort("group", "since", "item")


def came_and_went(board: Board, per: Per, asked: pl.Series, window: timedelta) -> pl.DataFrame:
    """`group`, `name`, `arrived`, `finished`: items that came to a group in the window, and items of it that were
    finished in the window."""
    group, name = _groups(board, per)
    groups = pl.DataFrame({"item": board.items["item"], "group": group, "name": name, "asked": asked})
    groups = groups.filter(pl.col("asked") & pl.col("group").is_not_null())
    begin = morning_of(board) - window
    came = _came(board, per).filter(pl.col("came") > begin).unique(["item"])
    ended = standing(board).filter(pl.col("finished_at") > begin).select("item", ended=pl.lit(True))
    rows = groups.join(came.select("item", here=pl.lit(True)), on="item", how="left").join(
        ended, on="item", how="left"
    )
    return rows.group_by("group").agg(
        pl.col("name").first(), arrived=pl.col("here").sum(), finished=pl.col("ended").sum()
    ).sort("group")  # fmt: skip


def _groups(board: Board, per: Per) -> tuple[pl.Series, pl.Series]:
    """The group of every item as it stands, by id and by name."""
    now = standing(board)
    if per == "owner":
        return board.people["key"].gather(now["owner"]), now["owner_name"].cast(pl.String)
    if per == "team":
        return now["team"].cast(pl.String), now["team"].cast(pl.String)
    stage = now["stage"].cast(pl.String)
    flow = board.items["flow"].cast(pl.String).fill_null("")
    return pl.select(pl.when(stage.is_not_null()).then(flow + "/" + stage)).to_series(), stage


def _came(board: Board, per: Per) -> pl.DataFrame:
    """`item`, `came`: each time an item came to a group of this sort, by item and time."""
    if per == "owner":
        return ownerships(board).select("item", came="since")
    if per == "team":
        return team_spells(board).select("item", came="since")
    moved = pl.col("stage").ne_missing(pl.col("stage").shift()) | (pl.col("item") != pl.col("item").shift())
    return stays(board).filter(moved.fill_null(True)).select("item", came="entered_at")


def week_of(board: Board) -> tuple[datetime, datetime]:
    """Monday, and the Monday after, of the board's week in the calendar's zone."""
    local = board.now.astimezone(ZoneInfo(board.terms.hours.timezone))
    monday = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return monday, monday + timedelta(days=7)
