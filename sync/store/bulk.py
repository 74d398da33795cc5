"""Many rows at once, by the quickest way that each database has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]

_CHUNK = 500  # ids in one IN (…): below every limit on variables
_COPY_FROM = 200  # rows from which PostgreSQL's COPY is worth its fixed cost


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in pieces that fit into one statement."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def inserting(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what happens on a conflict."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def put(connection: Connection, table: Table, rows: Sequence[Row], *, replace: bool = True) -> None:
    """Insert rows; one whose primary key exists already replaces it, or is left out without `replace`."""
    if not rows:
        return
    insert = inserting(connection, table)
    keys = [column.name for column in table.primary_key]
    updated = {name: insert.excluded[name] for name in rows[0] if name not in keys} if replace else {}
    statement: Insert = (
        insert.on_conflict_do_update(index_elements=keys, set_=updated)
        if updated
        else insert.on_conflict_do_nothing(index_elements=keys)
    )
    connection.execute(statement, list(rows))


def add(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> None:
    """Insert rows that are known to be new, as tuples in the order of `names`."""
    if not rows:
        return
    listed = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql" and len(rows) >= _COPY_FROM:
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    places = ", ".join([mark] * len(names))
    connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({listed}) VALUES ({places})', list(rows))  # noqa: S608
