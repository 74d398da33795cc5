"""Walking through a data source's rows to the true end, across Notion's limit of 10,000 rows a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from connectors.errors import Garbled, Rejected
from connectors.notion.mapping import instant
from connectors.notion.sdk import Notion

Json = Any
Row = Mapping[str, Json]
By = Literal["created_time", "last_edited_time"]

OVERLAP = timedelta(minutes=2)
"""Notion rounds times down to the minute, and two edits within one minute share a timestamp."""
_RESTARTS = 3


class TooDense(Garbled):
    """More than 10,000 rows share one minute, so no window of time can tell them apart."""


def newest_edit(notion: Notion, data_source: str) -> str | None:
    """The time of the latest edit in Notion's own clock: the mark from which the next pull goes on."""
    sorts = [{"timestamp": "last_edited_time", "direction": "descending"}]
    rows = _rows(notion.query(data_source, sorts=sorts, page_size=1))
    return rows[0]["last_edited_time"] if rows else None


def since(mark: str) -> str:
    """Where to go on after a mark: a little before it, on a full minute."""
    start = instant(mark) - OVERLAP
    return _iso(start.replace(second=0, microsecond=0))


def later(one: str | None, other: str | None) -> str | None:
    """The later of two marks."""
    return max((mark for mark in (one, other) if mark), key=instant, default=None)


def walk(
    notion: Notion, data_source: str, by: By, start: str | None = None, also: Mapping[str, Json] | None = None,
    only: Sequence[str] | None = None,
) -> Iterator[tuple[list[Row], str | None, bool]]:  # fmt: skip
    """Every row from `start` on, oldest first, page by page, each row once.

    With each page the time reached and whether it is the last page; at least one page comes. Above 10,000 rows a
    query ends with `request_status: incomplete`, and the walk goes on in a new window from the last row's time. A
    refused cursor restarts the window. `only`: ids of the properties that rows come with. Raises TooDense.
    """
    edge: set[str] = set()  # ids already seen of the time reached
    window, reached, cursor, restarts = start, start, None, 0
    while True:
        try:
            answer = _ask(notion, data_source, by, _filter(by, window, also), cursor, only)
        except Rejected as error:
            if cursor is None or error.status != 400 or restarts == _RESTARTS:
                raise
            window, cursor, restarts = reached, None, restarts + 1
            continue
        rows, last = _rows(answer), _is_end(answer)
        new = [row for row in rows if row["id"] not in edge]
        reached, edge = _edge(rows, by, reached, edge)
        if new or last:
            yield new, reached, last
        if last:
            return
        cursor = answer["next_cursor"] if answer.get("has_more") else None
        if cursor is None:
            if reached == window:
                raise TooDense(f"data source {data_source} holds more than 10,000 rows with {by} {window}")
            window = reached


def _ask(
    notion: Notion, data_source: str, by: By, condition: Json, cursor: str | None, only: Sequence[str] | None
) -> Json:  # fmt: skip
    sorts = [{"timestamp": by, "direction": "ascending"}]
    return notion.query(data_source, only=only, filter=condition, sorts=sorts, start_cursor=cursor)


def _is_end(answer: Json) -> bool:
    incomplete = (answer.get("request_status") or {}).get("type") == "incomplete"
    return not answer.get("has_more") and not incomplete


def _rows(answer: Json) -> list[Row]:
    # a wiki lists data sources, too, and a row we may not read comes without its properties
    return [row for row in answer["results"] if row.get("object") == "page" and "properties" in row]


def _edge(rows: list[Row], by: By, reached: str | None, edge: set[str]) -> tuple[str | None, set[str]]:
    if not rows:
        return reached, edge
    last = str(rows[-1][by])
    ids = {row["id"] for row in rows if row[by] == last}
    return last, (ids | edge if last == reached else ids)


def _filter(by: By, start: str | None, also: Mapping[str, Json] | None) -> Json:
    from_start = {"timestamp": by, by: {"on_or_after": start}} if start else None
    if from_start and also:
        return {"and": [from_start, also]}
    return from_start or also


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
