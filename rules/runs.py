"""What one person does in one sitting: runs of instants with short gaps, found in one sort."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

GAP = timedelta(minutes=15)
FEWEST = 3
_MS = 1 << 42


def sittings(rows: pl.DataFrame, by: list[str], at: str) -> pl.Series:
    """For each row the number of its sitting: rows alike in `by` follow each other by less than 15 minutes.

    Instants count in whole milliseconds. Rows with a null in `by` or `at` are in none (null).
    """
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in [*by, at])
    group = pl.col("__of").cast(pl.Int64) * _MS + pl.col(at).dt.epoch("ms")
    many = rows.select(*by, at, row=pl.int_range(pl.len(), dtype=pl.UInt32)).filter(known)
    kinds = many.select(by).unique(maintain_order=True).with_row_index("__of")
    keyed = many.join(kinds, on=by, how="left", maintain_order="left").select("row", key=group).sort("key")
    apart = (pl.col("key") - pl.col("key").shift() >= GAP // timedelta(milliseconds=1)).fill_null(True)
    found = keyed.select("row", sitting=apart.cum_sum().cast(pl.UInt32))
    numbers = pl.repeat(None, rows.height, dtype=pl.UInt32, eager=True)
    return numbers.scatter(found["row"], found["sitting"])


def bunches(rows: pl.DataFrame, sitting: pl.Series) -> pl.DataFrame:
    """`sitting`, `items`: the sittings with three different items or more."""
    pairs = rows.select("item").with_columns(sitting=sitting).drop_nulls().unique()
    return pairs.group_by("sitting").agg(items=pl.len()).filter(pl.col("items") >= FEWEST)
