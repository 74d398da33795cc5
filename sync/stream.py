"""Rows of a query as columns: driver rows in batches, no objects in between, memory bounded by the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select

_BATCH = 50_000

Schema = Mapping[str, Any]
"""Name and data type of each column, in the order of the query. Datetimes are read from microseconds."""


def frame(connection: Connection, query: Select[Any], schema: Schema) -> pl.DataFrame:
    """Everything that a query gives."""
    parts = [_columns(rows, schema) for rows in _batches(connection, query)]
    return pl.concat(parts, rechunk=True) if parts else pl.DataFrame(schema=schema)


def _columns(rows: Sequence[tuple[Any, ...]], schema: Schema) -> pl.DataFrame:
    names = zip(schema.items(), zip(*rows, strict=True), strict=True)
    return pl.DataFrame([_series(name, values, dtype) for (name, dtype), values in names])


def _series(name: str, values: tuple[Any, ...], dtype: Any) -> pl.Series:
    if isinstance(dtype, pl.Datetime):
        return pl.Series(name, values, pl.Int64).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if dtype == pl.Boolean:  # SQLite has 0 and 1
        return pl.Series(name, values, strict=False).cast(pl.Boolean)
    if isinstance(dtype, pl.Categorical | pl.Enum) or dtype == pl.Categorical:
        return pl.Series(name, values, pl.String).cast(dtype)
    return pl.Series(name, values, dtype)


def _batches(connection: Connection, query: Select[Any]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The driver's own rows: twice as quick as SQLAlchemy's. PostgreSQL keeps the rest on its side."""
    compiled = query.compile(connection, compile_kwargs={"render_postcompile": True})
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with driver.cursor(name="handrail_stream") as cursor:
            cursor.itersize = _BATCH
            cursor.execute(str(compiled), compiled.params)
            while rows := cursor.fetchmany(_BATCH):
                yield rows
        return
    places = [compiled.params[name] for name in compiled.positiontup or ()]
    cursor = driver.execute(str(compiled), places)
    try:
        while rows := cursor.fetchmany(_BATCH):
            yield rows
    finally:
        cursor.close()
