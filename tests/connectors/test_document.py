"""A document survives as data, and its renderings say what it says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.document import (
    Bullets,
    Callout,
    Divider,
    Document,
    Heading,
    Paragraph,
    Span,
    Table,
    Toggle,
    from_data,
    line,
    plain,
    to_data,
    to_markdown_gfm,
    to_text,
)

LAW = settings(derandomize=True, max_examples=60, deadline=None)
spans = st.builds(Span, st.text(max_size=12), st.booleans(), st.booleans(), st.none() | st.just("https://x.test/a"))
lines = st.lists(spans, max_size=3).map(tuple)
flat = st.one_of(
    st.builds(Heading, lines, st.integers(1, 3)),
    st.builds(Paragraph, lines),
    st.builds(Bullets, st.lists(lines, max_size=3).map(tuple)),
    st.builds(
        Table, st.tuples(lines, lines), st.lists(st.lists(lines, max_size=3).map(tuple), max_size=3).map(tuple)
    ),
    st.builds(Callout, lines, st.sampled_from(["", "💡"]), st.sampled_from(["default", "red"])),
    st.just(Divider()),
)
documents = st.lists(flat | st.builds(Toggle, lines, st.lists(flat, max_size=2).map(tuple)), max_size=4).map(
    lambda blocks: Document(tuple(blocks))
)


@LAW
@given(documents)
def test_data_reads_back_equal(document: Document) -> None:
    assert from_data(to_data(document)) == document


@LAW
@given(documents, st.integers(20, 120))
def test_rendering_never_fails_and_is_the_same_twice(document: Document, width: int) -> None:
    assert to_markdown_gfm(document) == to_markdown_gfm(document)
    assert to_text(document, width) == to_text(document, width)


def test_markdown_escapes_what_would_be_markup() -> None:
    row = (line("a|b\n*c*"), line(Span("Brief [x]", link="https://x.test/<y> z")))
    document = Document((Paragraph(line("1. no list")), Table((line("what"), line("where")), (row,))))
    assert to_markdown_gfm(document) == (
        "1\\. no list\n\n"
        "| what | where |\n| --- | --- |\n"
        "| a\\|b<br>\\*c\\* | [Brief \\[x\\]](<https://x.test/%3Cy%3E%20z>) |\n"
    )


def test_a_table_brings_short_and_long_rows_to_the_headers_width() -> None:
    table = Table((line("a"), line("b")), ((line("1"),), (line("1"), line("2"), line("3"))))
    assert [[plain(cell) for cell in row] for row in table.full_rows()] == [["1", ""], ["1", "2"]]


def test_text_counts_wide_characters_as_two_cells() -> None:
    shown = to_text(Document((Paragraph(line("日本語" * 20)),)), 40)
    assert max(len(row) for row in shown.splitlines()) <= 20
    assert shown.replace("\n", "") == "日本語" * 20


def test_an_unknown_block_is_named() -> None:
    with pytest.raises(ValueError, match="'video' is no kind of block"):
        from_data([{"block": "video"}])
