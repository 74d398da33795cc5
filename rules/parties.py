"""Changes of a responsible party: of the owner, the team, the stage's owner, and approvals that were asked for.

Each yields the same columns: `item`, `pos` (row of the event), `by`, `given_at`, `from` and `to` (display names),
`from_person`, `to_person`, `to_team`, `giver` and `receiver` (parties), `next_pos`, `next_at` (the next change of the
same responsibility) and `back` (whether that gives it back).
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rules.base import Board
from rules.flow import columns_in, person_of
from rules.once import once
from rules.owners import owner_at, told_of
from rules.touches import team_parties

REQUESTER = "requester"
_SHAPE = (
    "item", "pos", "by", "given_at", "from", "to", "from_person", "to_person", "to_team", "giver", "receiver",
    "next_pos", "next_at", "back",
)  # fmt: skip


def changes(board: Board) -> Iterator[pl.DataFrame]:
    """The direct changes between two known parties, one frame per kind of responsibility."""
    yield _of_owner(board)
    yield _of_team(board)
    yield _of_stage(board)
    yield _of_approval(board)


def _direct(rows: pl.DataFrame) -> pl.DataFrame:
    """From rows `item`, `pos`, `at`, `was`, `new`: the changes between two known values, and what came next."""
    same = (pl.col("item") == pl.col("item").shift(-1)).fill_null(False)
    return (
        rows.filter(pl.col("was").ne_missing(pl.col("new")))
        .with_columns(
            next_pos=pl.when(same).then(pl.col("pos").shift(-1)),
            next_at=pl.when(same).then(pl.col("at").shift(-1)),
            back=same & (pl.col("new").shift(-1) == pl.col("was")).fill_null(False),
        )
        .filter(pl.col("was").is_not_null() & pl.col("new").is_not_null())
        .rename({"at": "given_at"})
    )


def _was() -> pl.Expr:
    """What held before: the vendor's word, else what the event before left."""
    before = pl.when(pl.col("item") == pl.col("item").shift()).then(pl.col("new").shift())
    return pl.coalesce("old", before)


def _of_owner(board: Board) -> pl.DataFrame:
    rows = _direct(told_of(board, "owner").with_columns(was=_was()))
    giver, receiver = person_of(board, rows["was"]), person_of(board, rows["new"])
    named = rows.with_columns(
        pl.lit("owner", dtype=pl.Categorical).alias("by"),
        pl.coalesce(_names(board).gather(giver), "was").alias("from"),
        pl.coalesce(_names(board).gather(receiver), "new").alias("to"),
        from_person=giver, to_person=receiver, to_team=pl.lit(None, dtype=pl.Categorical),
        giver=giver, receiver=receiver,
    )  # fmt: skip
    return named.select(_SHAPE)


def _of_team(board: Board) -> pl.DataFrame:
    rows = _direct(told_of(board, "team").with_columns(was=_was()))
    return _between_teams(board, rows, "team")


def _of_stage(board: Board) -> pl.DataFrame:
    """Moves into a stage that another team (or the requester) answers for."""
    before = pl.when(pl.col("item") == pl.col("item").shift()).then(pl.col("stage_owner").shift())
    rows = columns_in(board).select("item", "pos", "at", was=before, new="stage_owner")
    return _between_teams(board, _direct(rows), "stage")


def _between_teams(board: Board, rows: pl.DataFrame, by: str) -> pl.DataFrame:
    asker = board.items["created_by"].gather(rows["item"])
    parties = team_parties(board).select("team", "party")

    def party(names: pl.Series) -> pl.Series:
        found = names.to_frame("team").join(parties, on="team", how="left", maintain_order="left")["party"]
        return pl.select(pl.when(names.cast(pl.String) == REQUESTER).then(asker).otherwise(found)).to_series()

    nobody = pl.lit(None, dtype=pl.UInt32)
    asked = pl.col("new").cast(pl.String) == REQUESTER
    named = rows.with_columns(
        pl.lit(by, dtype=pl.Categorical).alias("by"), pl.col("was").alias("from"), pl.col("new").alias("to"),
        from_person=nobody, to_person=pl.when(asked).then(asker), to_team=pl.when(~asked).then("new"),
        giver=party(rows["was"]), receiver=party(rows["new"]),
    )  # fmt: skip
    return named.select(_SHAPE)


def _of_approval(board: Board) -> pl.DataFrame:
    """An approval set to pending gives the item from the one who asks to its owner; a refusal gives it back."""
    told = told_of(board, "approval")
    new, same = pl.col("new").cast(pl.String), (pl.col("item") == pl.col("item").shift(-1)).fill_null(False)
    receiver = owner_at(board, told["item"], told["pos"])
    rows = told.with_columns(
        pl.lit("approval", dtype=pl.Categorical).alias("by"),
        _names(board).gather(told["actor"]).alias("from"), _names(board).gather(receiver).alias("to"),
        given_at="at", from_person="actor", giver="actor", to_person=receiver, receiver=receiver,
        to_team=pl.lit(None, dtype=pl.Categorical),
        next_pos=pl.when(same).then(pl.col("pos").shift(-1)), next_at=pl.when(same).then(pl.col("at").shift(-1)),
        back=(same & new.shift(-1).is_in(["rejected", "changes_requested"])).fill_null(False),
    )  # fmt: skip
    asked = (new == "pending") & (pl.col("giver") != pl.col("receiver"))
    return rows.filter(asked.fill_null(False)).select(_SHAPE)


@once
def _names(board: Board) -> pl.Series:
    return board.people["name"].cast(pl.Categorical)
