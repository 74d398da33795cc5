"""What we say in Notion's markdown is what a reader sees: every text survives the pretend Notion's own parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.document import (
    Block,
    Bullets,
    Callout,
    Divider,
    Document,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Toggle,
    line,
    plain,
)
from connectors.notion.markdown import MOST_BLOCKS, MOST_BYTES, escape, link, parts, render
from connectors.notion.texts import LONGEST, clean, rich_text
from connectors.sandbox.core import World
from connectors.sandbox.notion import NotionSide

LAW = settings(derandomize=True, max_examples=80, deadline=None)
NASTY = st.text("a1 \\*~`$[]<>{}|^_#-+.>!:=\n\t\r\u2028\x00\x85é日🚀\"'()/&;", max_size=24)
texts = NASTY | st.text(max_size=20)
spans = st.builds(Span, texts, st.booleans(), st.booleans(), st.none() | st.just("https://x.test/a(b)?c=d e"))
lines = st.lists(spans, min_size=1, max_size=3).map(tuple)


class Pretend:
    """A page in the pretend Notion, and what stands on it after it parsed some markdown."""

    def __init__(self) -> None:
        self.world = World()
        self.side: Any = NotionSide(self.world)
        self.page = self.side.create_page(self.world.people.bot, "Page").id

    def read(self, markdown: str) -> list[tuple[str, str]]:
        """Type and plain text of every block, depth first; a table row's cells joined by a bar."""
        with self.world.lock:
            self.side.replace_markdown(self.world.people.bot, self.page, markdown)
        return list(self._below(self.page))

    def _below(self, id_: str) -> Iterator[tuple[str, str]]:
        for child in self.side.nodes[id_].children:
            block = self.side.nodes[child]
            if block.in_trash:
                continue
            cells = block.content.get("cells")
            said = " | ".join(map(_said, cells)) if cells else _said(block.content.get("rich_text", []))
            yield block.type, said
            yield from self._below(child)


def _said(rich: list[Any]) -> str:
    return "".join(part["plain_text"] for part in rich)


@pytest.fixture(scope="module")
def pretend() -> Pretend:
    return Pretend()


def seen(text: str) -> str:
    """A text as a reader sees it: one kind of break, no blanks at the ends, a tab is a blank."""
    return clean(text).replace("\t", " ").strip()


@LAW
@given(text=texts)
@example(text="a</td><td>b|c")
@example(text="\\<br>\\")
@example(text="1. first\n- second\n# third")
@example(text="_a_ snake_case __b__ *c* `d` $e$ [f](g)")
def test_any_text_in_a_table_cell_is_what_is_read(pretend: Pretend, text: str) -> None:
    table = Table((line("What"), line("Where")), ((line(text), line("x")), ((), line(text))))
    rows = [said for kind, said in pretend.read(render(Document((table,)))) if kind == "table_row"]
    assert rows == ["What | Where", f"{seen(text)} | x", f" | {seen(text)}"]


@LAW
@given(text=texts)
@example(text="12) not a list")
@example(text="---")
@example(text="> no quote")
@example(text="| no | table |")
@example(text="<details>")
@example(text="- [ ] no box")
def test_any_text_is_one_paragraph_one_bullet_and_one_callout(pretend: Pretend, text: str) -> None:
    said = seen(text)
    blocks = (Paragraph(line(text)), Bullets((line(text),)), Callout(line(text), "⚠️", "yellow"), Divider())
    found = [(kind, words) for kind, words in pretend.read(render(Document(blocks)))]
    bullet = ["bulleted_list_item"] if said else []  # a bullet without words is left out
    assert [kind for kind, _ in found if kind != "paragraph"] == [*bullet, "callout", "divider"]
    assert [words for _, words in found if words] == ([said] * 3 if said else [])


@LAW
@given(words=lines)
def test_spans_stand_side_by_side_whatever_their_look(pretend: Pretend, words: Line) -> None:
    found = pretend.read(render(Document((Heading(words), Toggle(words, (Paragraph(line("inside")),))))))
    said = re.sub(r"\s+", " ", seen(plain(words)))
    heading = [("heading_2", said)] if said else []
    assert [(kind, re.sub(r"\s+", " ", text).strip()) for kind, text in found] == [
        *heading,
        ("toggle", said),
        ("paragraph", "inside"),
    ]


def test_looks_and_links_arrive(pretend: Pretend) -> None:
    words = line(Span("bold ", bold=True), Span("Brief [1]", link="https://x.test/a (b)"), Span("f(x)", code=True))
    pretend.read(render(Document((Paragraph(words),))))
    below = [pretend.side.nodes[id_] for id_ in pretend.side.nodes[pretend.page].children]
    (block,) = (block for block in below if not block.in_trash)
    shown = [
        (part["plain_text"], part["annotations"]["bold"], part["annotations"]["code"], part["href"])
        for part in block.content["rich_text"]
    ]
    assert ("bold", True, False, None) in shown
    assert ("Brief [1]", False, False, "https://x.test/a%20%28b%29") in shown
    assert ("f(x)", False, True, None) in shown


def test_an_address_that_notion_refuses_leaves_its_words() -> None:
    assert link("far", "https://x.test/" + "a" * LONGEST) == "far"
    assert link("", "https://x.test/") == ""
    assert link("a]b", "javascript:alert(1)\n") == "[a\\]b](javascript:alert%281%29)"


def test_every_special_character_is_escaped() -> None:
    assert escape("\\*~`$[]<>{}|^") == "".join("\\" + one for one in "\\*~`$[]<>{}|^")


# ---- long pages ----------------------------------------------------------------------------------------------


def _rows(count: int, size: int = 1) -> Table:
    return Table((line("n"),), tuple((line(f"{number} {'x' * size}"),) for number in range(count)))


@pytest.mark.parametrize(
    "block",
    [
        _rows(2500),
        _rows(400, 3000),
        Bullets(tuple(line(str(number)) for number in range(2500))),
        Toggle(line("more"), (_rows(1500), Paragraph(line("end")))),
        Toggle(line("more"), (_rows(2500),)),
    ],
)
def test_a_long_block_is_told_in_parts_that_fit_and_nothing_is_lost(pretend: Pretend, block: Block) -> None:
    whole = parts(Document((Heading(line("All of it")), block)))
    assert len(whole) > 1
    for part in whole:
        assert len(part.encode()) <= MOST_BYTES
        assert part.count("<tr>") + part.count("\n- ") <= MOST_BLOCKS
    numbers = [said for part in whole for kind, said in pretend.read(part) if said[:1].isdigit()]
    assert [int(said.split()[0]) for said in numbers] == list(range(len(numbers)))
    assert len(numbers) in {400, 1500, 2500}


def test_a_document_without_blocks_is_one_empty_part() -> None:
    assert parts(Document(())) == [""]


# ---- text in properties --------------------------------------------------------------------------------------


@LAW
@given(st.text(max_size=50).map(lambda text: text * 120))
def test_rich_text_is_cut_into_pieces_that_fit_and_says_the_same(text: str) -> None:
    pieces = [part["text"]["content"] for part in rich_text(text)]
    assert "".join(pieces) == clean(text)
    assert all(0 < len(piece.encode("utf-16-le")) // 2 <= LONGEST for piece in pieces)


def test_rich_text_beyond_a_hundred_pieces_ends_in_an_ellipsis() -> None:
    pieces = rich_text("x" * 300_000)
    assert len(pieces) == 100
    assert pieces[-1]["text"]["content"].endswith("…")


def test_half_a_character_does_not_reach_the_wire() -> None:
    assert clean("a\ud83db\x00\r\nc") == "a\ufffdb\nc"
