"""The survival of past items, by hand and against a slow reference."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.survival import Past

LIVES = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def past(lives: list[tuple[int, bool]]) -> Past:
    return Past.of(pl.Series("us", [us for us, _ in lives], dtype=pl.Int64), pl.Series([over for _, over in lives]))


def ask(lives: list[tuple[int, bool]], age: int, promise: int) -> dict[str, float]:
    told = past(lives).ask(pl.Series([age], dtype=pl.Int64), pl.Series([promise], dtype=pl.Int64))
    return told.row(0, named=True)


def test_by_hand() -> None:
    """Ended after 2, 4, 6; went on at 3, 7. At 4: three at risk, one ended; at 6: two at risk, one ended."""
    told = ask([(2, True), (3, False), (4, True), (6, True), (7, False)], 3, 6)
    assert told["chance"] == pytest.approx(2 / 3 * 1 / 2)
    assert (told["reached"], told["past"], told["open"]) == (3, 1, 1)


def test_nobody_went_on() -> None:
    assert ask([(5, True)] * 3, 1, 5)["chance"] == 0.0
    assert ask([(5, True)] * 3, 1, 4)["chance"] == 1.0


def test_without_open_ones_it_is_the_plain_share() -> None:
    assert ask([(6, True)] * 9 + [(10, True)] * 31, 4, 8) == {
        "reached": 40, "past": 31, "open": 0, "chance": pytest.approx(31 / 40),
    }  # fmt: skip


@settings(derandomize=True, max_examples=150, deadline=None)
@given(LIVES, st.integers(0, 12), st.integers(0, 12))
def test_against_the_slow_estimate(lives: list[tuple[int, bool]], age: int, more: int) -> None:
    promise = age + more
    slow = 1.0
    for at in sorted({us for us, over in lives if over and age <= us <= promise}):
        watched = sum(us >= at for us, _ in lives)
        died = sum(us == at and over for us, over in lives)
        slow *= 1 - died / watched
    told = ask(lives, age, promise)
    assert told["chance"] == pytest.approx(slow, abs=1e-12)
    known = [us for us, over in lives if us >= age and (over or us > promise)]
    assert (told["reached"], told["past"]) == (len(known), sum(us > promise for us in known))
    assert told["open"] == sum(us >= age and not over and us <= promise for us, over in lives)
