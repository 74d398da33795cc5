"""Requests that are much alike: their titles share all words that matter, or all but one, or all before a colon.

Each title becomes a set of plain words (no figures, no months, no filler, no plural s). A title belongs to its whole
set, to that set less each single word, and to the set of what stands before its first colon, dash or bracket; the
set that most titles share is the group of each. Grouping is columnar and linear in the words: no title is ever
compared with another.
"""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.once import while_asked

_WORDS = """
a an and are as at by for from in into is it its of on or our per please request requested the their this to up us
via we with your need needed needs new asap urgent re fw fwd copy week weekly month monthly day daily quarter
january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri q
"""
_FILLER = _WORDS.split()
_MOST = 8
"""Words beyond this many, in alphabetical order, are not looked at."""
_SLICE = 100_000


@while_asked
def word_sets(board: Board) -> pl.DataFrame:
    """`item`, `words` (sorted, each once): titles with at least two words that matter."""
    return _in_slices(board.items.select("item", text="title"))


@while_asked
def heads(board: Board) -> pl.DataFrame:
    """The same of what stands before a title's first colon, dash or bracket, where there is one."""
    parts = board.items.select("item", text=pl.col("title").str.extract(r"^([^:|(\[#]*?)(?:[:|(\[#]| [-–—] )"))
    return _in_slices(parts.filter(pl.col("text").is_not_null()))


def _in_slices(rows: pl.DataFrame) -> pl.DataFrame:
    """Title by title, many at once: the words of all titles together would take several times the room."""
    return pl.concat([_sets(part) for part in rows.iter_slices(_SLICE)] or [_sets(rows)])


def _sets(rows: pl.DataFrame) -> pl.DataFrame:
    plain = pl.col("text").str.to_lowercase().str.replace_all(r"[^\p{L}]+", " ").str.strip_chars().str.split(" ")
    rows = rows.select("item", word=plain).explode("word").with_columns(
        pl.when(pl.col("word").str.len_chars() > 3).then(pl.col("word").str.strip_suffix("s")).otherwise("word")
    )  # fmt: skip
    rows = rows.filter((pl.col("word").str.len_chars() > 1) & ~pl.col("word").is_in(_FILLER)).unique(["item", "word"])
    sets = rows.sort("item", "word").group_by("item", maintain_order=True).agg(words=pl.col("word").head(_MOST))
    return sets.filter(pl.col("words").list.len() >= 2)


def groups(board: Board, among: pl.Series) -> pl.DataFrame:
    """`item`, `core` (the words its group shares): each of the items (true in `among`, by item) in the largest group
    of titles that share all its words, all but one of three and more, or all before a colon; ties by the words."""
    sets = word_sets(board).filter(among.gather(word_sets(board)["item"]))
    whole = sets.select("item", core=pl.col("words").list.join(" "))
    less = [
        sets.filter((pl.col("words").list.len() >= 3) & (pl.col("words").list.len() > left_out)).select(
            "item",
            core=pl.concat_list(
                pl.col("words").list.head(left_out), pl.col("words").list.slice(left_out + 1)
            ).list.join(" "),
        )
        for left_out in range(_MOST)
    ]  # fmt: skip
    head = heads(board).filter(among.gather(heads(board)["item"]))
    shared = pl.concat([whole, *less, head.select("item", core=pl.col("words").list.join(" "))]).unique()
    sizes = shared.group_by("core").agg(size=pl.len())
    ranked = shared.join(sizes, on="core").sort("item", "size", "core", descending=[False, True, False])
    return ranked.unique("item", keep="first", maintain_order=True).select("item", "core")
