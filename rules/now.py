"""How each item stands at the board's instant."""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.finish import finishes
from rules.flow import ownerships, stays, team_spells
from rules.once import once, while_asked


@once
def standing(board: Board) -> pl.DataFrame:
    """One row per item, in item order: `item`, `column` (name), `stage`, `stage_kind`, `stage_owner`, `entered_at`,
    `owner` (person), `owner_name`, `team` (the team field's value, else the owner's team), `started_at` (first entry
    into an active stage), `finished_at` (null while open), `state` (backlog, open, done, gone) and `age` (elapsed
    since the start; only for open items)."""
    frame = board.items.select("item", "presence")
    for more in (_places(board), _starts(board), _finished(board), _owners(board), _teams(board)):
        frame = frame.join(more, on="item", how="left", maintain_order="left")
    gone = (pl.col("presence").cast(pl.String) != "present").fill_null(False)
    state = (
        pl.when(pl.col("finished_at").is_not_null()).then(pl.lit("done"))
        .when(gone).then(pl.lit("gone"))
        .when(pl.col("stage_kind").cast(pl.String) == "backlog").then(pl.lit("backlog"))
        .otherwise(pl.lit("open")).cast(pl.Enum(["backlog", "open", "done", "gone"]))
    )  # fmt: skip
    age = pl.when(pl.col("state") == "open").then(pl.lit(board.now).cast(frame["started_at"].dtype)
                                                  - pl.col("started_at"))  # fmt: skip
    team = pl.coalesce("field_team", "owner_team")
    return frame.with_columns(state=state, team=team).with_columns(age=age).drop("presence", "field_team",
                                                                                 "owner_team")  # fmt: skip


def _places(board: Board) -> pl.DataFrame:
    return (
        stays(board).filter(pl.col("left_at").is_null())
        .select("item", "stage", "stage_kind", "stage_owner", "entered_at", column="name")
    )  # fmt: skip


def _starts(board: Board) -> pl.DataFrame:
    active = stays(board).filter(pl.col("stage_kind").cast(pl.String) == "active")
    return active.unique("item", keep="first", maintain_order=True).select("item", started_at="entered_at")


def _finished(board: Board) -> pl.DataFrame:
    return finishes(board).filter(pl.col("reopened_at").is_null()).select("item", "finished_at")


def _owners(board: Board) -> pl.DataFrame:
    now = ownerships(board).filter(pl.col("until").is_null()).select("item", "owner", "key", owned_since="since")
    people = board.people.select("person", owner_team="team", owner_name=pl.col("name").cast(pl.Categorical))
    named = now.join(people, left_on="owner", right_on="person", how="left", maintain_order="left")
    return named.with_columns(owner_name=pl.coalesce("owner_name", "key")).drop("key")


def _teams(board: Board) -> pl.DataFrame:
    return team_spells(board).filter(pl.col("until").is_null()).select("item", field_team="team")


@while_asked
def last_touches(board: Board) -> pl.DataFrame:
    """`item`, `touched_at`: the last event by a person, whoever it was. Own writes, bots and rules do not touch."""
    return (
        board.events.lazy().filter(pl.col("actor_kind") == "person")
        .group_by("item").agg(touched_at=pl.col("at").max()).collect()
    )  # fmt: skip
