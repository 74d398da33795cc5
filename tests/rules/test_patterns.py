"""Patterns of column names: what they match, and when two of them can match the same."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.patterns import can_meet, matches

WORDS = ["".join(letters) for size in range(5) for letters in itertools.product("ab*", repeat=size)]


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("Review*", "Review", True),
        ("Review*", "Reviewing now", True),
        ("Review*", "review", False),
        ("*QA*", "In QA today", True),
        (r"Hot \*", "Hot *", True),
        (r"Hot \*", "Hot stuff", False),
        ("[a-z]?", "[a-z]?", True),
        ("[a-z]?", "b", False),
        ("Über*", "Überarbeiten\nzweite Zeile", True),
    ],
)
def test_matches(pattern: str, name: str, expected: bool) -> None:
    assert matches(pattern, name) is expected


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text("ab*", max_size=4), st.text("ab*", max_size=4))
def test_two_patterns_meet_exactly_when_some_name_matches_both(one: str, other: str) -> None:
    names = [word.replace("*", "b") for word in WORDS]
    names += ["".join(letters) for size in range(9) for letters in itertools.product("ab", repeat=size)]
    assert can_meet(one, other) == any(matches(one, name) and matches(other, name) for name in names)
