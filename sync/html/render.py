"""A document as HTML: sections under their headings, cards, tables that fold on a phone. All text is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from urllib.parse import urlsplit

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
    plain,
)

_NEWLINE = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_NUMBER = re.compile(r"[\d.,]+( %)?")


def escape(text: str) -> str:
    """Text for an element or an attribute in quotation marks; what HTML cannot hold becomes U+FFFD."""
    return html.escape(_CONTROL.sub("�", text), quote=True)


def blocks(document: Document, figures: Mapping[str, str]) -> str:
    """The blocks, each second-level heading with what follows it as a section.

    `figures`: HTML by the words of a second-level heading, put at the end of that section.
    """
    parts: list[str] = []
    for head, content in _sections(document.blocks):
        name = plain(head.words) if head else ""
        inner = [*([_block(head)] if head else []), *_cards(content), figures.get(name, "")]
        parts.append(f"<section>\n{''.join(inner)}</section>\n" if head else "".join(inner))
    return "".join(parts)


def _sections(found: Sequence[Block]) -> Iterator[tuple[Heading | None, list[Block]]]:
    head: Heading | None = None
    content: list[Block] = []
    for block in found:
        if isinstance(block, Heading) and block.level <= 2:
            if head or content:
                yield head, content
            head, content = block, []
        else:
            content.append(block)
    if head or content:
        yield head, content


def _cards(content: Sequence[Block]) -> Iterator[str]:
    """What stands under a third-level heading is a card with it; cards side by side where there is room."""
    card = 0
    keyed: list[tuple[int, Block]] = []
    for block in content:
        card += isinstance(block, Heading)
        keyed.append((card, block))
    cards = [
        f'<article class="card">\n{"".join(_block(block) for _, block in some)}</article>\n'
        for number, some in groupby(keyed, key=lambda pair: pair[0])
        if number
    ]
    yield from (_block(block) for number, block in keyed if not number)
    if cards:
        yield f'<div class="cards">\n{"".join(cards)}</div>\n'


def _block(block: Block) -> str:
    match block:
        case Heading(words, level):
            level = min(max(level, 2), 3)
            return f"<h{level}>{_line(words)}</h{level}>\n"
        case Paragraph(words):
            return f"<p>{_line(words)}</p>\n"
        case Bullets(items):
            return "<ul>\n" + "".join(f"<li>{_line(item)}</li>\n" for item in items) + "</ul>\n"
        case Table():
            return _table(block)
        case Callout(words, icon, color):
            mark = f'<span class="icon" aria-hidden="true">{escape(icon)}</span>' if icon else ""
            return f'<div class="callout {color}">{mark}<p>{_line(words)}</p></div>\n'
        case Toggle(words, inner):
            return f"<details>\n<summary>{_line(words)}</summary>\n{''.join(map(_block, inner))}</details>\n"
        case Divider():
            return "<hr>\n"


def _table(table: Table) -> str:
    rows = [*table.full_rows()]
    numbers = [
        bool(rows) and all(_NUMBER.fullmatch(plain(row[column])) for row in rows)
        for column in range(len(table.header))
    ]
    look = [' class="n"' if one else "" for one in numbers]
    head = "".join(f'<th scope="col"{one}>{_line(cell)}</th>' for cell, one in zip(table.header, look, strict=True))
    body = "".join(f"<tr>{_row(row, look)}</tr>\n" for row in rows)
    return f'<div class="table"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n'


def _row(row: Sequence[Line], look: Sequence[str]) -> str:
    first, *rest = zip(row, look, strict=True)
    cells = "".join(f"<td{one}>{_line(cell)}</td>" for cell, one in rest)
    return f'<th scope="row"{first[1]}>{_line(first[0])}</th>{cells}'


def _line(words: Line) -> str:
    return "".join(_span(span) for span in words)


def _span(span: Span) -> str:
    text = _NEWLINE.sub("<br>", escape(span.text))
    if span.code:
        text = f"<code>{text}</code>"
    if span.bold:
        text = f"<strong>{text}</strong>"
    if span.link and urlsplit(span.link).scheme in ("http", "https"):
        text = f'<a href="{escape(span.link)}"><bdi>{text}</bdi></a>'
    return text
