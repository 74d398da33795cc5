"""What the dated facts say about the flow: where each item was, who had it, and how it stands now.

All lengths of time are `pl.Duration("us")`, whole microseconds, up to the board's instant where something goes on.
"""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.calendars import calendar, worked_between
from rules.once import once

__all__ = [
    "calendar", "columns_in", "homes", "interval_table", "ownerships", "person_of", "stays", "team_spells", "timed",
]  # fmt: skip


def homes(board: Board) -> pl.DataFrame:
    """Moves in the container whose flow an item follows: `item`, `pos` (row in the events), `at`, `old`,
    `new` (column ids; null: none). Moves in other homes of the item are not here."""
    home = board.items["container"].gather(board.events["item"])
    here = board.events["kind"].is_in(["transition", "removed"]) & (board.events["container"] == home)
    return (
        board.events.lazy()
        .select("item", "at", "kind", "old", "new", pos=pl.int_range(pl.len(), dtype=pl.Int64))
        .filter(here)
        .with_columns(new=pl.when(pl.col("kind") == "transition").then("new"))
        .drop("kind")
        .collect()
    )


@once
def columns_in(board: Board) -> pl.DataFrame:
    """Each time an item came into a column, or into none: `item`, `pos` (-1 before the first event), `at`, `column`
    (id), `name`, `stage`, `stage_kind`, `stage_owner`, sorted by item and pos. Repeats are left out."""
    moves = homes(board)
    begun = moves.filter(_first("item") & pl.col("old").is_not_null())
    created = board.items["created_at"].gather(begun["item"])
    before = begun.select("item", at=pl.min_horizontal(created, "at"), column="old", pos=pl.lit(-1, dtype=pl.Int64))
    came = moves.select("item", "at", column="new", pos="pos")
    return (
        pl.concat([before, came])
        .sort("item", "pos")
        .filter(_first("item") | pl.col("column").ne_missing(pl.col("column").shift()))
        .pipe(_with_stages, board)
    )


def _with_stages(came: pl.DataFrame, board: Board) -> pl.DataFrame:
    """Columns by name and stage; a column nobody lists any more is called by its id."""
    known = board.columns.select("container", "column", "name", "stage", "stage_kind", "stage_owner")
    placed = came.with_columns(container=board.items["container"].gather(came["item"]))
    joined = placed.join(known.unique(["container", "column"]), on=["container", "column"], how="left",
                       maintain_order="left")  # fmt: skip
    called = pl.col("name").fill_null(pl.col("column").cast(pl.String)).cast(pl.Categorical)
    return joined.with_columns(name=called).drop("container")


@once
def stays(board: Board) -> pl.DataFrame:
    """One row per stay of an item in a column, by item and time: `item`, `flow`, `column` (id), `name`, `stage`,
    `stage_kind`, `stage_owner`, `entered_at`, `left_at` (null while there), `visit` (1 is the first stay in that
    column), `elapsed`, `working`. Stays of no length are kept."""
    came = columns_in(board)
    left = pl.when(_last("item")).then(None).otherwise(pl.col("at").shift(-1))
    rows = came.with_columns(left_at=left).filter(pl.col("column").is_not_null()).rename({"at": "entered_at"})
    rows = rows.with_columns(
        flow=board.items["flow"].gather(rows["item"]),
        visit=_visits(rows),
    )
    return timed(rows, board, "entered_at", "left_at").select(
        "item", "flow", "column", "name", "stage", "stage_kind", "stage_owner", "entered_at", "left_at", "visit",
        "elapsed", "working",
    )  # fmt: skip


def _visits(rows: pl.DataFrame) -> pl.Series:
    """How often each item has been in that column by then; one sort by (item, column) instead of a million groups."""
    key = rows["item"].cast(pl.UInt64) * (1 << 32) + rows["column"].to_physical()
    ordered = pl.DataFrame({"key": key, "row": pl.int_range(len(key), eager=True)}).sort("key", maintain_order=True)
    place = pl.int_range(pl.len())
    first = pl.when(pl.col("key").ne_missing(pl.col("key").shift())).then(place).forward_fill()
    numbered = ordered.select("row", visit=(place - first + 1).cast(pl.UInt32))
    return numbered.sort("row")["visit"]


def interval_table(board: Board) -> pl.DataFrame:
    """The stays in the columns of the export, by ref and time; lengths in seconds."""
    rows = stays(board)
    return rows.select(
        board.items["ref"].gather(rows["item"]).alias("ref"), "flow", "stage", pl.col("name").alias("column"),
        "entered_at", "left_at", (pl.col("elapsed").dt.total_microseconds() / 1e6).alias("elapsed_seconds"),
        (pl.col("working").dt.total_microseconds() / 1e6).alias("working_seconds"),
    ).sort("ref", "entered_at", maintain_order=True)  # fmt: skip


@once
def ownerships(board: Board) -> pl.DataFrame:
    """One row per spell with an owner, by item and time: `item`, `owner` (person; null: nobody the vendor knows),
    `key`, `since`, `until` (null while it lasts), `elapsed`, `working`."""
    spells = _spells(board, "owner", "key")
    return spells.with_columns(owner=person_of(board, spells["key"])).select(
        "item", "owner", "key", "since", "until", "elapsed", "working"
    )


@once
def team_spells(board: Board) -> pl.DataFrame:
    """One row per spell with a value in the team field: `item`, `team`, `since`, `until`, `elapsed`, `working`."""
    return _spells(board, "team", "team")


def _spells(board: Board, kind: str, name: str) -> pl.DataFrame:
    """Spells of one value; what held before the first event began with the item."""
    told = board.events.lazy().filter(pl.col("kind") == kind).select("item", "at", "old", "new").collect()
    begun = told.filter(_first("item") & pl.col("old").is_not_null())
    created = board.items["created_at"].gather(begun["item"])
    before = begun.select("item", since=pl.min_horizontal(created, "at"), value="old", order=pl.lit(-1, pl.Int64))
    after = told.select("item", since="at", value="new", order=pl.int_range(pl.len(), dtype=pl.Int64))
    until = pl.when(_last("item")).then(None).otherwise(pl.col("since").shift(-1))
    spells = (
        pl.concat([before, after])
        .sort("item", "order")
        .filter(_first("item") | pl.col("value").ne_missing(pl.col("value").shift()))
        .with_columns(until=until)
        .filter(pl.col("value").is_not_null())
        .rename({"value": name})
    )
    return timed(spells, board, "since", "until").select("item", name, "since", "until", "elapsed", "working")


def person_of(board: Board, keys: pl.Series) -> pl.Series:
    """The person behind each key `source:id`; null for a key of nobody listed."""
    people = board.people.select("person", key=pl.col("key").cast(pl.Categorical))
    return keys.to_frame("key").join(people, on="key", how="left", maintain_order="left")["person"]


def timed(rows: pl.DataFrame, board: Board, start: str, end: str, person: str | None = None) -> pl.DataFrame:
    """The rows with `elapsed` and `working` from start to end, or to the board's instant while there is no end.

    `person`: the column with whose time counts, where that person has hours of their own.
    """
    until = rows[end].fill_null(board.now) if rows.height else rows[end]
    working = worked_between(board, rows, rows[start], until, person)
    return rows.with_columns(elapsed=until - rows[start], working=working.cast(pl.Duration("us")))


def _first(column: str) -> pl.Expr:
    return pl.col(column).ne_missing(pl.col(column).shift())


def _last(column: str) -> pl.Expr:
    return pl.col(column).ne_missing(pl.col(column).shift(-1))
