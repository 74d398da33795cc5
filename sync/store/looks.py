"""When a source whose vendor keeps no history was first looked at: what changed before, nobody knows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from sync.store.bulk import Row
from sync.store.codec import instant
from sync.store.schema import MEMORY

_FIRST = "first look "


def first_look(source: str, scope: str, at: int) -> Row:
    """The note that a scope was looked at for the first time. It outlives the scope's cursor."""
    return {"source": source, "key": f"{_FIRST}{scope}", "value": str(at)}


def first_looks(connection: Connection) -> dict[str, datetime]:
    """By source, when its first scope was looked at."""
    query = select(MEMORY).where(MEMORY.c.key.startswith(_FIRST, autoescape=True))
    found: dict[str, int] = {}
    for row in connection.execute(query):
        found[row.source] = min(int(row.value), found.get(row.source, int(row.value)))
    return {source: instant(at) for source, at in sorted(found.items())}
