"""How instants and values are written into columns: microseconds and JSON, and text that every database takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, overload

import orjson

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@overload
def micros(instant: datetime) -> int: ...
@overload
def micros(instant: None) -> None: ...
def micros(instant: datetime | None) -> int | None:
    """Whole microseconds since 1970 in UTC; exact, unlike `timestamp()`."""
    return None if instant is None else (instant - _EPOCH) // _MICROSECOND


@overload
def instant(stored: int) -> datetime: ...
@overload
def instant(stored: None) -> None: ...
def instant(stored: int | None) -> datetime | None:
    """The instant behind stored microseconds."""
    return None if stored is None else _EPOCH + timedelta(microseconds=stored)


def plain(text: str) -> str:
    """Text that both databases take: NUL and lone surrogates become U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "�")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def dump(value: object) -> str:
    """JSON text, keys sorted, so that equal values are equal texts."""
    return orjson.dumps(_scrub(value), option=orjson.OPT_SORT_KEYS | orjson.OPT_NAIVE_UTC).decode()


def load(text: str) -> Any:
    """What `dump` wrote; lists come back as tuples."""
    if text == "[]":  # most are
        return ()
    return _tuples(orjson.loads(text))


def _scrub(value: object) -> object:
    match value:
        case str():
            return plain(value)
        case Mapping():
            return {plain(str(key)): _scrub(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_scrub(inner) for inner in value]
    return value


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple([_tuples(inner) if isinstance(inner, (list, dict)) else inner for inner in value])
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    return value
