"""A document in Notion's enhanced markdown, in parts that fit one request each. Pure.

The dialect: developers.notion.com, "Enhanced markdown" (tabs indent; backslash before special characters; tables,
callouts and toggles as tags) and "Request limits".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from connectors.document import (
    Block,
    Bullets,
    Callout,
    Color,
    Divider,
    Document,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Toggle,
)
from connectors.notion.texts import LONGEST, clean

MOST_BLOCKS = 900
MOST_BYTES = 400_000
"""A request may hold 1,000 blocks and 500 KB; some room is left for what Notion counts differently."""

_SPECIAL = re.compile(r"[\\*~`$\[\]<>{}|^]|(?<![^\W_])_|_(?![^\W_])")
_LEAD = re.compile(r"^(?:([-+#])|(\d+)([.)]))")
_IN_URL = re.compile(r"[\s()<>\[\]\\\"|`*{}^]")
_ENDS = re.compile(r"^(?:\s|<br>)+|(?:\s|<br>)+$")
_NO_CODE = re.compile(r"[`<>|\\\[\]$*~\n]")
_T = TypeVar("_T")


def render(document: Document) -> str:
    """The whole document."""
    return "\n".join(row for block in document.blocks for row in _rows(block))


def parts(document: Document) -> list[str]:
    """The document in pieces that fit one request each, in order; at least one."""
    found: list[str] = []
    rows: list[str] = []
    blocks = size = 0
    for block in (piece for whole in document.blocks for piece in _pieces(whole)):
        new = _rows(block)
        heavy = sum(len(row.encode()) + 1 for row in new)
        count = _count(block)
        if rows and (blocks + count > MOST_BLOCKS or size + heavy > MOST_BYTES):
            found.append("\n".join(rows))
            rows, blocks, size = [], 0, 0
        rows, blocks, size = rows + new, blocks + count, size + heavy
    return [*found, "\n".join(rows)]


def escape(text: str) -> str:
    """Plain words so that nothing in them is markup; a line break becomes `<br>`."""
    return _SPECIAL.sub(r"\\\g<0>", clean(text)).replace("\t", " ").replace("\n", "<br>")


def link(text: str, url: str) -> str:
    """Words that lead to an address; the words alone where Notion would refuse the address."""
    return _linked(escape(text), url)


def inline(words: Line) -> str:
    """Spans side by side. Neighbours that are bold share their marks: `****` between them would be read otherwise."""
    shown = ""
    for bold, run in itertools.groupby(_joined(words), key=lambda span: span.bold):
        before, core, after = _core("".join(map(_span, run)))
        shown += f"{before}**{core}**{after}" if bold and core else before + core + after
    return shown


def _joined(words: Line) -> Iterator[Span]:
    for (bold, code, target), run in itertools.groupby(words, key=lambda span: (span.bold, span.code, span.link)):
        yield Span("".join(span.text for span in run), bold, code, target)


def _span(span: Span) -> str:
    before, core, after = _core(escape(span.text))
    if core and span.code and not _NO_CODE.search(clean(span.text)):
        core = f"`{clean(span.text).strip()}`"
    return before + (_linked(core, span.link) if span.link else core) + after


def _linked(words: str, url: str) -> str:
    target = _IN_URL.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), clean(url).strip())
    return f"[{words}]({target})" if target and words.strip() and len(target) <= LONGEST else words


def _core(text: str) -> tuple[str, str, str]:
    # a mark must touch a word, so blanks and breaks at the ends go outside it
    found = re.fullmatch(r"((?:\s|<br>)*)(.*?)((?:\s|<br>)*)", text, re.DOTALL)
    return (found[1], found[2], found[3]) if found else ("", text, "")


def _trimmed(words: Line) -> str:
    return _ENDS.sub("", inline(words))


def _line(words: Line) -> str:
    """Words at the start of a line, where some characters would begin a list or a heading."""
    body = _trimmed(words)
    return _LEAD.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", body)


# ---- blocks --------------------------------------------------------------------------------------------------


def _rows(block: Block) -> list[str]:
    match block:
        case Heading(words, level):
            said = _line(words).replace("<br>", " ")
            return ["#" * min(max(level, 1), 3) + " " + said] if said else []
        case Paragraph(words):
            return [_line(words) or "<empty-block/>"]
        case Bullets(items):
            return ["- " + said for said in map(_line, items) if said]
        case Table():
            return _table(block)
        case Callout():
            return callout(block.words, block.icon, block.color)
        case Toggle(words, blocks):
            inner = [f"\t{row}" for each in blocks for row in _rows(each)]
            return ["<details>", f"<summary>{_line(words).replace('<br>', ' ')}</summary>", *inner, "</details>"]
        case Divider():
            return ["---"]


def _table(table: Table) -> list[str]:
    rows = ['<table header-row="true">']
    for cells in (table.header, *table.full_rows()):
        rows += ["\t<tr>", *(f"\t\t<td>{_trimmed(cell)}</td>" for cell in cells), "\t</tr>"]
    return [*rows, "</table>"]


def callout(words: Line, icon: str, color: Color) -> list[str]:
    """Lines of a callout; colours are Notion's background colours."""
    attributes = f' icon="{icon}"' if icon else ""
    attributes += f' color="{color}_bg"' if color != "default" else ""
    return [f"<callout{attributes}>", f"\t{_line(words)}", "</callout>"]


def _count(block: Block) -> int:
    match block:
        case Bullets(items):
            return len(items)
        case Table(_, rows):
            return len(rows) + 2
        case Toggle(_, blocks):
            return 1 + sum(_count(each) for each in blocks)
        case Callout():
            return 2
        case _:
            return 1


def _pieces(block: Block) -> Iterator[Block]:
    """A block too long for one request as several of its kind, each with the heading words of the whole."""
    heavy = sum(len(row.encode()) + 1 for row in _rows(block))
    if _count(block) <= MOST_BLOCKS and heavy <= MOST_BYTES:
        yield block
        return
    match block:
        case Bullets(items) if len(items) > 1:
            for half in _halves(items):
                yield from _pieces(Bullets(half))
        case Table(header, rows) if len(rows) > 1:
            for some in _halves(rows):
                yield from _pieces(Table(header, some))
        case Toggle(words, blocks) if len(blocks) > 1:
            for few in _halves(blocks):
                yield from _pieces(Toggle(words, few))
        case Toggle(words, (only,)):
            for piece in _pieces(only):
                if not isinstance(piece, Toggle):
                    yield Toggle(words, (piece,))
        case _:
            yield block


def _halves(several: Sequence[_T]) -> tuple[tuple[_T, ...], tuple[_T, ...]]:
    middle = len(several) // 2
    return tuple(several[:middle]), tuple(several[middle:])
