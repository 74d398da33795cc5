"""Times as Notion writes them: whole minutes for pages, blocks and data sources, milliseconds for databases."""

from __future__ import annotations

from datetime import datetime


def minute(instant: datetime) -> str:
    """`2026-07-04T09:13:00.000Z`: rounded down to the minute (recorded for pages, blocks, data sources)."""
    return f"{instant:%Y-%m-%dT%H:%M}:00.000Z"


def exact(instant: datetime) -> str:
    """`2026-07-04T09:13:00.290+00:00`: as databases and views carry it."""
    return instant.isoformat(timespec="milliseconds")
