"""Times as Asana writes them and as it reads them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_LOST_PLUS = re.compile(r"(T[0-9:.]+) (\d\d:?\d\d)$")


def iso(instant: datetime) -> str:
    """`2026-01-31T12:00:00.000Z`."""
    return instant.isoformat(timespec="milliseconds")[:-6] + "Z"


def read_instant(text: str) -> datetime | None:
    """An ISO 8601 time or date, UTC where it names no offset; None when it is neither.

    A `+` that a query string turned into a space is a `+` again.
    """
    try:
        instant = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text.strip()))
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def is_date(text: object) -> bool:
    """Whether this is a date as `YYYY-MM-DD`."""
    try:
        return isinstance(text, str) and len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
