"""A page that people can read, and that any vendor takes at once: what is too long is cut, and says so. Pure.

Real pages hold some hundred lines. What could make one longer without end (thousands of flows, stages or rules) is
cut where it stands: first the ends of long lists, then the ends of long sections.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

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
    to_data,
)
from rules.language import counted

LINES, SIZE = 600, 120_000
"""The longest page: lines, and bytes of its words and addresses as they are at worst when escaped. A quarter of what
Notion takes in one request, so that a rewrite, which names the old words and the new, fits one, too."""
LONGEST = 1_000
"""The longest run of words of one look, in characters."""
_LEAST = 3
_MARKUP = 40
"""Bytes of markup that a line or a cell may take."""


def fitted(page: Document, table: str | None = None) -> Document:
    """The page, within the room there is. `table`: where the findings table is."""
    short = [_calm(block) for block in page.blocks]
    if _fits(short):
        return Document(tuple(short))
    low, high = _LEAST, max(map(_rows, short), default=0)
    while low < high:  # the most rows a list may keep
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _fits(_cut_lists(short, middle, table)) else (low, middle - 1)
    return Document(tuple(_cut_sections(_cut_lists(short, low, table), table)))


def _fits(blocks: Sequence[Block]) -> bool:
    return sum(map(_lines, blocks)) <= LINES and sum(map(_size, blocks)) <= SIZE


def _cut_lists(blocks: Sequence[Block], keep: int, table: str | None) -> list[Block]:
    """Every list with so many rows at most; below it how many more there were."""
    found: list[Block] = []
    for block in blocks:
        more = _rows(block) - keep
        match block:
            case Bullets(items) if more > 0:
                found += [Bullets(items[:keep]), _left_out(more, table)]
            case Table(header, rows) if more > 0:
                found += [Table(header, rows[:keep]), _left_out(more, table)]
            case Toggle(words, inner):
                found.append(Toggle(words, tuple(_cut_lists(inner, keep, table))))  # type: ignore[arg-type]
            case _:
                found.append(block)
    return found


def _cut_sections(blocks: Sequence[Block], table: str | None) -> Iterator[Block]:
    """Whole, or each section with as much of its beginning as its share of the room lets it have."""
    if _fits(blocks):
        yield from blocks
        return
    sections = _sections(blocks)
    lines, size = (
        _share([sum(map(_lines, one)) for one in sections], LINES - 2 * len(sections)),
        _share([sum(map(_size, one)) for one in sections], SIZE - 500 * len(sections)),
    )
    for section in sections:
        yield from _begun(section, lines, size, table)


def _sections(blocks: Sequence[Block]) -> list[list[Block]]:
    found: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, Heading) and block.level <= 2:
            found.append([])
        found[-1].append(block)
    return [section for section in found if section]


def _share(sizes: Sequence[int], room: int) -> int:
    """The most that each may have so that all together stay within the room: the small ones keep what they have."""
    left, waiting = room, len(sizes)
    for size in sorted(sizes):
        if size * waiting > left:
            return max(left // waiting, 1)
        left, waiting = left - size, waiting - 1
    return max(sizes, default=0)


def _begun(section: Sequence[Block], lines: int, size: int, table: str | None) -> Iterator[Block]:
    for number, block in enumerate(section):
        lines, size = lines - _lines(block), size - _size(block)
        if lines < 0 or size < 0:
            yield _left_out(sum(map(_lines, section[number:])), table)
            return
        yield block


def _left_out(more: int, table: str | None) -> Paragraph:
    where = Span("the findings table", link=table)
    return Paragraph(line(
        f"{counted(more, 'more line')} would make this page too long, so {'it is' if more == 1 else 'they are'} left "
        "out: every finding is in ", where, ", the whole page in ", Span("handrail report", code=True), ".",
    ))  # fmt: skip


# ---- how long something is -----------------------------------------------------------------------------------


def _rows(block: Block) -> int:
    match block:
        case Bullets(items):
            return len(items)
        case Table(_, rows):
            return len(rows)
        case Toggle(_, inner):
            return max(map(_rows, inner), default=0)
        case _:
            return 0


def _lines(block: Block) -> int:
    match block:
        case Bullets() | Table():
            return _rows(block) + isinstance(block, Table)
        case Toggle(_, inner):
            return 1 + sum(map(_lines, inner))
        case _:
            return 1


def _size(block: Block) -> int:
    return _weight(to_data(Document((block,))))


def _weight(data: object) -> int:
    """Bytes of all words and addresses below; each may be escaped, so it counts twice."""
    if isinstance(data, dict):
        return _MARKUP * ("text" in data) + sum(
            2 * len(value.encode("utf-8", "replace")) if isinstance(value, str) else _weight(value)
            for value in data.values()
        )
    return sum(map(_weight, data)) if isinstance(data, list) else 0


def _calm(block: Block) -> Block:
    """The block with no run of words longer than what a reader, and a vendor, takes."""
    match block:
        case Bullets(items):
            return Bullets(tuple(map(_short, items)))
        case Table(header, rows):
            return Table(tuple(map(_short, header)), tuple(tuple(map(_short, row)) for row in rows))
        case Toggle(words, inner):
            return Toggle(_short(words), tuple(map(_calm, inner)))  # type: ignore[arg-type]
        case Heading(words) | Paragraph(words) | Callout(words):
            return replace(block, words=_short(words))
        case Divider():
            return block


def _short(words: Line) -> Line:
    return tuple(
        replace(span, text=span.text[: LONGEST - 1] + "…") if len(span.text) > LONGEST else span for span in words
    )
