"""How a page changes, line by line under its headings: what a reviewer reads before it is written. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from connectors.document import Block, Bullets, Callout, Divider, Document, Heading, Line, Paragraph, Table, Toggle
from connectors.document import plain as words_of

MOST, MOST_NEW = 40, 12
"""So many lines of a rewritten page, and of a new one, are shown; how many more there are is said."""


class PageLine(NamedTuple):
    """One line that goes or comes. `section`: the headings above it, `In hand and waiting › Ideas`."""

    section: str
    sign: Literal["-", "+"]
    text: str


def page_moves(before: Document | None, after: Document) -> tuple[PageLine, ...]:
    """The lines that go and come, in the order of the page; where words move to another address is no line."""
    old, new = ([*_lines(page)] for page in (before or Document(()), after))
    found: list[PageLine] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            found += [PageLine(section, "-", text) for section, text in old[a:b]]
            found += [PageLine(section, "+", text) for section, text in new[c:d]]
    return tuple(found)


def by_section(moves: Sequence[PageLine], most: int) -> Iterator[tuple[str, list[PageLine]]]:
    """The first `most` lines, in runs of one section."""
    run: list[PageLine] = []
    for one in moves[:most]:
        if run and run[0].section != one.section:
            yield run[0].section, run
            run = []
        run.append(one)
    if run:
        yield run[0].section, run


def _lines(page: Document) -> Iterator[tuple[str, str]]:
    """Section and words of every line; of a table, a line is a row."""
    above: list[tuple[int, str]] = []
    for block in page.blocks:
        if isinstance(block, Heading):
            above = [(level, said) for level, said in above if level < block.level]
            above.append((block.level, _one(block.words)))
        yield from ((" › ".join(said for _, said in above), text) for text in _said(block))


def _said(block: Block) -> Iterable[str]:
    match block:
        case Heading(words) | Paragraph(words) | Callout(words):
            return [_one(words)]
        case Bullets(items):
            return [f"• {_one(item)}" for item in items]
        case Table(header):
            return [" | ".join(map(_one, row)) for row in (header, *block.full_rows())]
        case Toggle(words, blocks):
            return [_one(words), *(text for each in blocks for text in _said(each))]
        case Divider():
            return ["———"]


def _one(words: Line) -> str:
    return " ".join(words_of(words).split())
