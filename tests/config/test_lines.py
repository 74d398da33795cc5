"""The line finder against tomllib, on documents of every shape."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import toml
from sync.config.lines import find_lines, line_of

TRICKY = '''\
# a comment with = and [brackets]
schema = 1
"quoted.key" = 'literal # no comment'
a.b . c = { x = 1, "y\\u0041" = [1, 2] }  # inline
text = """
[not.a.table]
k = "v"
"""
list = [
  "one",   # the first
  { name = "two", deep = [ [1], [
    2 ] ] },

  \'\'\'three
lines\'\'\',
]

[table.sub]
when = 2026-01-02 10:00:00Z
[[many]]
k = 1.5
[[many]]
k = 2
[many.inner]
z = true
'''


def paths(value: Any, above: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every path in a parsed document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {one for key, below in items for one in ((*above, key), *paths(below, (*above, key)))}


def test_every_key_of_a_tricky_document_has_its_line() -> None:
    lines = find_lines(TRICKY)
    assert paths(tomllib.loads(TRICKY)) == set(lines)
    assert lines["schema",] == 2
    assert lines["quoted.key",] == 3
    assert lines["a", "b", "c", "yA", 1] == 4
    assert lines["text",] == 5
    assert lines["list", 0] == 10
    assert lines["list", 1, "deep", 1, 0] == 12
    assert lines["list", 2] == 14
    assert lines["table", "sub", "when"] == 19
    assert lines["many", 1, "k"] == 23
    assert lines["many", 1, "inner", "z"] == 25


def test_windows_line_ends_count_once() -> None:
    assert find_lines("a = 1\r\n\r\n[b]\r\nc = 2\r\n")["b", "c"] == 4


def test_a_key_that_is_not_there_stands_where_its_table_is() -> None:
    lines = find_lines("[a]\nb = 1\n")
    assert line_of(lines, ("a", "missing", 3)) == 1
    assert line_of(lines, ("nowhere",)) is None


SCALARS = st.one_of(st.text(max_size=12), st.integers(-999, 999), st.booleans())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=8,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=8), VALUES), min_size=1, max_size=6, unique_by=lambda pair: pair[0]))
def test_written_one_a_line_each_key_is_found_on_its_line(pairs: list[tuple[str, Any]]) -> None:
    text = "\n".join(f"{toml.key(name)} = {toml.value(value)}" for name, value in pairs)
    parsed, lines = tomllib.loads(text), find_lines(text)
    assert paths(parsed) == set(lines)
    assert [lines[name,] for name in parsed] == list(range(1, len(pairs) + 1))


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing"])
def test_an_empty_document_has_no_lines(text: str) -> None:
    assert find_lines(text) == {}
