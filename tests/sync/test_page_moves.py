"""What goes and comes on a page: every line once, under its heading; nothing for words that only lead elsewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from connectors.document import Bullets, Document, Heading, Paragraph, Span, Table, Toggle, line
from sync.plan.page_moves import PageLine, by_section, page_moves

LINES = st.lists(st.sampled_from(["a", "b", "c | d", "<i>"]), max_size=6)
OLD = Document((
    Paragraph(line("As of Monday.")),
    Heading(line("What leaks")),
    Heading(line("Handoff stall"), 3),
    Bullets((line(Span("Since: ", bold=True), "7 items"), line(Span("brief", link="https://example.com/1")))),
    Heading(line("Ideas")),
    Table((line("Idea"), line("Since")), ((line("one"), line("May")), (line("two"), line("June")))),
    Toggle(line("More"), (Paragraph(line("inside")),)),
))  # fmt: skip


def test_what_changed_stands_under_its_headings() -> None:
    blocks = list(OLD.blocks)
    blocks[3] = Bullets((line("Since: 8 items"), line(Span("brief", link="https://example.com/other"))))
    table = blocks[5]
    assert isinstance(table, Table)
    blocks[5] = replace(table, rows=table.rows[:1])
    assert page_moves(OLD, Document(tuple(blocks))) == (
        PageLine("What leaks › Handoff stall", "-", "• Since: 7 items"),
        PageLine("What leaks › Handoff stall", "+", "• Since: 8 items"),
        PageLine("Ideas", "-", "two | June"),
    )
    assert page_moves(OLD, OLD) == ()


def test_a_new_page_comes_whole() -> None:
    moves = page_moves(None, OLD)
    assert {one.sign for one in moves} == {"+"}
    assert len(moves) == 11
    shown = [*by_section(moves, 5)]
    assert [section for section, _ in shown] == ["", "What leaks", "What leaks › Handoff stall"]
    assert sum(len(lines) for _, lines in shown) == 5


@given(LINES, LINES)
def test_the_lines_that_go_and_come_are_the_whole_difference(old: list[str], new: list[str]) -> None:
    before, after = (Document(tuple(Paragraph(line(text)) for text in some)) for some in (old, new))
    moves = page_moves(before, after)
    gone, come = (Counter(one.text for one in moves if one.sign == sign) for sign in "-+")
    assert Counter(old) - gone + come == Counter(new)
    assert not gone - Counter(old)
