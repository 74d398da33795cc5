"""When items could not go on: an open dependency, a tag or a field that says so."""

from __future__ import annotations

from typing import Any

import polars as pl

from rules.base import INSTANT, Board
from rules.finish import finishes
from rules.flow import timed
from rules.once import once

UNSET = ("", "0", "false", "no", "none", "off")
"""What a "blocked" field holds when nothing blocks, in any capitals."""
_SHAPE: dict[str, Any] = {
    "item": pl.UInt32,
    "what": pl.String,
    "since": INSTANT,
    "until": INSTANT,
    "known": pl.Boolean,
}


@once
def blocked(board: Board) -> pl.DataFrame:
    """One row per spell in which something blocked an item, by item and time: `item`, `reason` (dependency, tag,
    field), `what` (a ref, the tag's name, the field's text), `since`, `until` (null while it lasts), `known` (false:
    no event tells when it began; taken from the item's creation), `elapsed`, `working`.

    An item waits for another from the day the dependency is told until it is taken away or the other is finished;
    when the other is reopened, again. A dependency on an item that is not on the board counts only where the vendor
    tells how it stands. Spells of several reasons may overlap; `blocked_now` and `blocked_within` count them once.
    """
    spells = [
        part.with_columns(reason=pl.lit(reason, pl.Categorical))
        for reason, part in (("dependency", _by_dependency(board)), ("tag", _by_tag(board)), ("field", _field(board)))
    ]
    rows = pl.concat(spells).sort("item", "since", "reason", "what")
    return timed(rows, board, "since", "until").select(
        "item", "reason", "what", "since", "until", "known", "elapsed", "working"
    )


@once
def blocked_now(board: Board) -> pl.DataFrame:
    """The items that are blocked at the board's instant: `item`, `since` (the earliest of what still blocks them),
    `reasons` and `whats` (lists, by since), `known`."""
    going = blocked(board).filter(pl.col("until").is_null())
    return going.group_by("item", maintain_order=True).agg(
        pl.col("since").min(), reasons=pl.col("reason").cast(pl.String), whats="what", known=pl.col("known").all()
    )


@once
def covers(board: Board) -> pl.DataFrame:
    """Blocked spells joined where they overlap: `item`, `since`, `until` (the board's instant while one lasts)."""
    rows = blocked(board).select("item", "since", until=pl.col("until").fill_null(board.now)).sort("item", "since")
    so_far = pl.col("until").cum_max().shift().over("item")
    apart = (pl.col("since") > so_far).fill_null(True)
    return (
        rows.with_columns(run=apart.cum_sum())
        .group_by("item", "run", maintain_order=True).agg(pl.col("since").min(), pl.col("until").max()).drop("run")
    )  # fmt: skip


def _told(board: Board, kind: str) -> pl.DataFrame:
    events = board.events.lazy().select("item", "at", "kind", "field", "old", "new",
                                        pos=pl.int_range(pl.len(), dtype=pl.Int64))  # fmt: skip
    rows = events.filter(pl.col("kind") == kind).drop("kind").collect()
    return rows.with_columns(pl.col("field", "old", "new").cast(pl.String))


def _created(board: Board, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows `item`, `what` of what no event tells: since the item's creation, as far as known."""
    since = board.items["created_at"].gather(rows["item"])
    open_end = pl.lit(None, INSTANT)
    return rows.with_columns(since=since, until=open_end, known=pl.lit(False)).select(_SHAPE.keys())


def _spells(turns: pl.DataFrame) -> pl.DataFrame:
    """Spells from turns `item`, `what`, `at`, `pos`, `on`: from each on to the next off of the same thing."""
    rows = turns.sort("item", "what", "at", "pos")
    same = (pl.col("item") == pl.col("item").shift()) & (pl.col("what") == pl.col("what").shift())
    was = pl.when(same).then(pl.col("on").shift()).fill_null(False)
    rows = rows.filter(pl.col("on") != was)
    following = (pl.col("item") == pl.col("item").shift(-1)) & (pl.col("what") == pl.col("what").shift(-1))
    ends = rows.with_columns(until=pl.when(following).then(pl.col("at").shift(-1)))
    return ends.filter("on").select("item", "what", since="at", until="until", known=pl.lit(True))


def _by_tag(board: Board) -> pl.DataFrame:
    """Tags that the terms name, capitals aside."""
    names = [name.casefold() for name in board.terms.blocked_tags]
    if not names:
        return pl.DataFrame(schema=_SHAPE)
    told = _told(board, "tag").with_columns(what=pl.coalesce("new", "old"), on=pl.col("new").is_not_null())
    told = told.filter(pl.col("what").str.to_lowercase().is_in(names))
    has = board.items.lazy().select("item", what="tags").explode("what").filter(
        pl.col("what").str.to_lowercase().is_in(names)
    ).collect()  # fmt: skip
    silent = has.join(told, on=["item", "what"], how="anti")
    return pl.concat([_spells(told.select("item", "what", "at", "pos", "on")), _created(board, silent)])


def _field(board: Board) -> pl.DataFrame:
    """The field that means "blocked", while it holds anything but an empty word."""

    def says(name: str) -> pl.Expr:
        return (~pl.col(name).str.strip_chars().str.to_lowercase().is_in(UNSET)).fill_null(False)

    told = _told(board, "blocked").sort("item", "pos")
    text = pl.when(says("new")).then("new").fill_null(strategy="forward").over("item").fill_null("")
    turns = told.with_columns(what=text, on=says("new")).with_columns(place=pl.lit(""))
    spells = _spells(turns.select("item", "at", "pos", "on", "field", what="place")).select(_SHAPE.keys())
    named = spells.join(
        turns.filter("on").select("item", since="at", said="what").unique(["item", "since"], keep="last"),
        on=["item", "since"], how="left", maintain_order="left",
    ).with_columns(what=pl.col("said").fill_null("")).drop("said")  # fmt: skip
    has = board.items.select("item", what="blocked").filter(
        says("what") & ~pl.col("item").is_in(told["item"].implode())
    )
    return pl.concat([named, _created(board, has)])


def _by_dependency(board: Board) -> pl.DataFrame:
    """Dependencies, cut by what is told of the other item: its finishes on the board, else the vendor's word."""
    told = _told(board, "dependency").with_columns(what=pl.coalesce("new", "old"), sub=pl.col("field").fill_null(""))
    told = told.filter(~pl.col("sub").str.starts_with("dependent") & pl.col("what").is_not_null())
    gone = pl.col("sub").str.ends_with("removed") | (pl.col("sub") == "") & pl.col("new").is_null()
    links = told.filter(pl.col("sub").is_in(["dependency_added", "dependency_removed", ""]))
    linked = _spells(links.with_columns(on=~gone).select("item", "what", "at", "pos", "on"))
    pairs = board.items.lazy().select("item", what="waits_for").explode("what").drop_nulls().collect()
    untold = _created(board, pairs.join(links, on=["item", "what"], how="anti"))
    spells = pl.concat([linked, untold])
    if not spells.height:
        return spells
    here = board.items.select(other="item", what="ref")
    spells = spells.join(here, on="what", how="left", maintain_order="left")
    seen, unseen = spells.filter(pl.col("other").is_not_null()), spells.filter(pl.col("other").is_null())
    return pl.concat([
        _less_finished(board, seen), _as_told(told, unseen.drop("other")),
    ]).filter(pl.col("until").is_null() | (pl.col("until") > pl.col("since")))  # fmt: skip


def _less_finished(board: Board, spells: pl.DataFrame) -> pl.DataFrame:
    """The spells without the time in which the other item was finished."""
    done = finishes(board).select(pl.col("item").alias("other"), begin="finished_at", end="reopened_at")
    shape: dict[str, Any] = {"other": pl.UInt32, "open_from": INSTANT, "open_to": INSTANT}
    lives = pl.concat([
        pl.DataFrame(schema=shape),
        done.group_by("other").agg(open_from=pl.lit(None, INSTANT), open_to=pl.col("begin").min()),
        done.sort("other", "begin").select("other", open_from="end", open_to=pl.col("begin").shift(-1).over("other"))
        .filter(pl.col("open_from").is_not_null()),
    ])  # fmt: skip
    rows = spells.join(lives, on="other", how="left")
    since, until = pl.max_horizontal("since", "open_from"), pl.min_horizontal("until", "open_to")
    kept = rows.with_columns(since=since, until=until).filter(pl.col("until").is_null() | (pl.col("until") > since))
    return kept.select(_SHAPE.keys())


def _as_told(told: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Of an item out of sight: open when the dependency was told, until the vendor says it was completed."""
    turns = told.filter(pl.col("sub").str.contains("marked_"))
    turns = turns.with_columns(on=pl.col("sub").str.ends_with("marked_incomplete"))
    starts = spells.filter("known").with_columns(on=pl.lit(True), pos=pl.lit(-1, pl.Int64), at="since")
    ends = spells.filter(pl.col("until").is_not_null()).with_columns(on=pl.lit(False), at="until",
                                                                     pos=pl.lit(1 << 62, pl.Int64))  # fmt: skip
    shape = ["item", "what", "at", "pos", "on"]
    known = turns.join(spells, on=["item", "what"], how="semi")
    return _spells(pl.concat([starts.select(shape), known.select(shape), ends.select(shape)]))
