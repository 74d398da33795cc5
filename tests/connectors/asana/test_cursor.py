"""Where the next pull begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.asana.cursor import Cursor
from connectors.asana.mapping import instant
from connectors.errors import Garbled

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def seconds(cursor: Cursor) -> float:
    assert cursor.since
    return (instant(cursor.since) - NOON).total_seconds()


def test_it_goes_back_two_minutes_from_the_newest() -> None:
    listed = [text(NOON - timedelta(hours=5)), text(NOON), text(NOON - timedelta(hours=1))]
    assert seconds(Cursor().after(listed, 0.0)) == -120


def test_a_first_pull_goes_back_as_long_as_its_listing_took() -> None:
    assert seconds(Cursor().after([text(NOON)], 300.0)) == -300


def test_the_overlap_shrinks_to_one_page() -> None:
    listed = [text(NOON - timedelta(milliseconds=number)) for number in range(500)]
    since = Cursor(text(NOON - timedelta(days=1))).after(listed, 5.0)
    assert sum(instant(one) >= instant(since.since or "") for one in listed) == 90


def test_nothing_listed_moves_nothing() -> None:
    cursor = Cursor(text(NOON))
    assert cursor.after([], 9.0) == cursor
    assert Cursor().after([], 9.0).since is not None


@pytest.mark.parametrize("broken", ["{", "[]", '{"until": 1}', '{"since": "yesterday"}', '{"since": 7}', "null"])
def test_a_broken_cursor_is_said(broken: str) -> None:
    with pytest.raises(Garbled, match="is no cursor"):
        Cursor.parse(broken)


@pytest.mark.parametrize("cursor", [Cursor(), Cursor(text(NOON))])
def test_it_is_read_as_it_was_written(cursor: Cursor) -> None:
    assert Cursor.parse(str(cursor)) == cursor
    assert Cursor.parse(None) == Cursor.parse("") == Cursor()


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.integers(-10_000_000, 10_000_000), min_size=1, max_size=300), st.integers(-10_000_000, 10_000_000))
def test_it_never_goes_back_nor_past_the_newest(offsets: list[int], since: int) -> None:
    start = Cursor(text(NOON + timedelta(milliseconds=since)))
    listed = [text(NOON + timedelta(milliseconds=offset)) for offset in offsets]
    newest = max(map(instant, listed))
    following = start.after(listed, 60.0)
    assert instant(following.since or "") >= instant(start.since or "")
    assert instant(following.since or "") <= max(newest, instant(start.since or ""))
    assert following.after(listed, 60.0) == following
