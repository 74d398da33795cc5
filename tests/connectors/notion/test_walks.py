"""A walk meets every row once, however small Notion's limits are against the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Rejected
from connectors.notion import walks

LAW = settings(derandomize=True, max_examples=150, deadline=None)
START = datetime(2026, 1, 1, tzinfo=UTC)


def _at(minute: int) -> str:
    return (START + timedelta(minutes=minute)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Shelf:
    """Answers queries as Notion does, with pages of `page` and an end after `cap` rows a query."""

    def __init__(self, minutes: list[int], page: int, cap: int, refuse: int = 0) -> None:
        self.rows = [
            {"object": "page", "id": f"{n:03}", "properties": {}, "created_time": _at(m), "last_edited_time": _at(m)}
            for n, m in enumerate(minutes)
        ]
        self.page, self.cap, self.refuse, self.asked = page, cap, refuse, 0

    def query(self, id_: str, *, sorts: Any, start_cursor: str | None = None, **body: Any) -> Any:
        self.asked += 1
        if start_cursor and self.refuse:
            self.refuse -= 1
            raise Rejected("400: start_cursor is not valid", status=400)
        by = sorts[0]["timestamp"]
        start = body["filter"][by]["on_or_after"] if body["filter"] else ""
        found = sorted((row for row in self.rows if row[by] >= start), key=lambda row: (row[by], row["id"]))
        reachable, at = found[: self.cap], int(start_cursor or 0)
        more = at + self.page < len(reachable)
        status = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
        return {
            "results": reachable[at : at + self.page],
            "has_more": more,
            "next_cursor": str(at + self.page) if more else None,
            "request_status": status if len(found) > self.cap else {"type": "complete"},
        }


def _walked(shelf: Shelf, start: str | None = None) -> list[str]:
    pages = list(walks.walk(shelf, "ds", "created_time", start))  # type: ignore[arg-type]
    assert [last for _, _, last in pages] == [False] * (len(pages) - 1) + [True]
    for rows, reached, _ in pages:
        assert not rows or reached == rows[-1]["created_time"]
    return [row["id"] for rows, _, _ in pages for row in rows]


@LAW
@given(st.lists(st.integers(0, 12), max_size=40), st.integers(1, 4), st.integers(0, 2))
def test_every_row_once_across_windows_and_refused_cursors(minutes: list[int], page: int, refuse: int) -> None:
    densest = max((minutes.count(minute) for minute in minutes), default=0)
    shelf = Shelf(minutes, page, cap=densest + 2, refuse=refuse)
    assert sorted(_walked(shelf)) == [row["id"] for row in shelf.rows]


def test_a_minute_with_more_rows_than_a_query_holds_fails_loudly() -> None:
    with pytest.raises(walks.TooDense, match="more than 10,000 rows"):
        _walked(Shelf([1, 5, 5, 5, 5, 5, 9], page=2, cap=3))


def test_a_walk_can_be_taken_up_where_it_was_left() -> None:
    shelf = Shelf([1, 2, 2, 3, 4], page=2, cap=100)
    first = next(walks.walk(shelf, "ds", "created_time"))  # type: ignore[arg-type]
    rest = _walked(shelf, first[1])
    assert {row["id"] for row in first[0]} | set(rest) == {row["id"] for row in shelf.rows}


def test_a_walk_costs_one_request_a_page() -> None:
    shelf = Shelf(list(range(40)), page=10, cap=100)
    _walked(shelf)
    assert shelf.asked == 4


def test_a_cursor_refused_again_and_again_is_reported() -> None:
    with pytest.raises(Rejected, match="start_cursor"):
        _walked(Shelf(list(range(9)), page=2, cap=100, refuse=99))


def test_the_next_increment_begins_two_whole_minutes_earlier() -> None:
    assert walks.since("2026-07-04T09:13:00.000Z") == "2026-07-04T09:11:00.000Z"
    assert walks.since("2026-07-04T09:09:45.607+00:00") == "2026-07-04T09:07:00.000Z"


@pytest.mark.parametrize(("rows", "requests"), [(1, 1), (99, 99), (100, 100), (1000, 1010)])
def test_what_a_walk_costs_at_any_size(rows: int, requests: int) -> None:
    """A hundredth of the real thing: a row stands for a page of 100, 100 rows for Notion's end at 10,000."""
    shelf = Shelf(list(range(rows)), page=1, cap=100)
    assert len(_walked(shelf)) == rows
    assert shelf.asked <= requests
