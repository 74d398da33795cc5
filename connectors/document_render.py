"""A document as GitHub-flavoured Markdown and as plain lines for a terminal."""

from __future__ import annotations

import re

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

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
)
from connectors.document import plain as words_alone

_NEWLINE = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_GFM_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$&!#])")
_GFM_LEAD = re.compile(r"^(\s*)(?:(\d+)([.)])|([-+=]))")


# ---- Markdown ------------------------------------------------------------------------------------------------


def markdown(document: Document) -> str:
    """GitHub-flavoured Markdown, ending in one newline."""
    return "\n\n".join(_md_block(block) for block in document.blocks) + "\n" if document.blocks else ""


def _md_block(block: Block) -> str:
    match block:
        case Heading(words, level):
            return "#" * min(max(level, 1), 3) + " " + _md_line(words)
        case Paragraph(words):
            return _md_line(words)
        case Bullets(items):
            return "\n".join("- " + _md_line(item) for item in items)
        case Table():
            return _md_table(block)
        case Callout(words, icon, _):
            return "> " + (icon + " " if icon else "") + _md_line(words)
        case Toggle(words, blocks):
            inner = "\n\n".join(_md_block(inner) for inner in blocks)
            return f"<details>\n<summary>{_html(words_alone(words))}</summary>\n\n{inner}\n\n</details>"
        case Divider():
            return "---"


def _md_table(table: Table) -> str:
    rows = [table.header, *table.full_rows()]
    lines = ["| " + " | ".join(_md_line(cell) for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(table.header), *lines[1:]])


def _md_line(words: Line) -> str:
    body = "".join(_md_span(span) for span in words).strip()
    return _GFM_LEAD.sub(lambda m: f"{m[2]}\\{m[3]}" if m[2] else f"\\{m[4]}", body)


def _md_span(span: Span) -> str:
    text = _GFM_SPECIAL.sub(r"\\\1", span.text)
    core = text.strip()
    if not core:
        return _NEWLINE.sub("<br>", text)
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if span.code:
        core = f"<code>{_html(span.text.strip()).replace('|', '&#124;')}</code>"
    if span.bold:
        core = f"**{core}**"
    if span.link:
        core = f"[{core}](<{_md_url(span.link)}>)"
    return _NEWLINE.sub("<br>", before + core + after)


def _md_url(url: str) -> str:
    return re.sub(r"[<>\s|\\]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url)


def _html(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"[*_`~$\[\]\\]", lambda found: f"&#{ord(found[0])};", text)


# ---- plain lines ---------------------------------------------------------------------------------------------


def text(document: Document, width: int) -> str:
    """Lines of at most `width` cells (wide characters count two), ending in one newline; no colour, no bars."""
    console = Console(
        width=max(width, 20), color_system=None, force_terminal=False, legacy_windows=False, _environ={}
    )
    with console.capture() as shown:
        for number, block in enumerate(document.blocks):
            if number:
                console.line()
            for part in _text_block(block, width):
                console.print(part)
    return "\n".join(row.rstrip() for row in shown.get().split("\n"))


def _text_block(block: Block, width: int) -> list[RenderableType]:
    match block:
        case Heading(words, level):
            head = Text(_text_line(words))
            return [head, Text("=" * min(head.cell_len, width))] if level == 1 else [head]
        case Paragraph(words):
            return [Text(_text_line(words))]
        case Bullets(items):
            return [_hanging("-", _text_line(item)) for item in items]
        case Table():
            return [_grid(block)]
        case Callout(words, icon, _):
            return [_hanging(icon or "!", _text_line(words))]
        case Toggle(words, blocks):
            inner = [part for inner in blocks for part in _text_block(inner, width - 2)]
            return [Text(_text_line(words)), *(Padding(part, (0, 0, 0, 2)) for part in inner)]
        case Divider():
            return [Text("-" * width)]


def _text_line(words: Line) -> str:
    shown = (f"{span.text} <{span.link}>" if span.link and span.link != span.text else span.text for span in words)
    return _NEWLINE.sub("\n", "".join(shown))


def _hanging(mark: str, words: str) -> Grid:
    grid = Grid(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark), Text(words))
    return grid


def _grid(table: Table) -> Grid:
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for cell in table.header:
        grid.add_column(Text(words_alone(cell)), overflow="fold")
    for row in table.full_rows():
        grid.add_row(*(Text(words_alone(cell)) for cell in row))
    return grid
