"""A page as a small tree that names no vendor: what the engine builds, and every connector renders its own way.

Text in a span is plain: it is never read as markup, so nobody needs to escape a task's title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Color = Literal["default", "gray", "blue", "green", "yellow", "orange", "red"]
"""How loud a callout is. Renderers without colours leave it out."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some words of one look. A newline is a break within the same paragraph or cell."""

    text: str
    bold: bool = False
    code: bool = False
    link: str | None = None


Line = tuple[Span, ...]
"""Words that stand together: a paragraph, a heading, a bullet, a table cell."""


def line(*parts: str | Span) -> Line:
    """A line of plain words and spans."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def plain(words: Iterable[Span]) -> str:
    """The words alone."""
    return "".join(span.text for span in words)


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 (largest) to 3. The page's own title is not part of the document."""

    words: Line
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order."""

    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Every row has as many cells as the header; missing ones are empty."""

    header: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]

    def full_rows(self) -> Iterable[tuple[Line, ...]]:
        """The rows, each brought to the header's width."""
        width = len(self.header)
        return ((row + ((),) * width)[:width] for row in self.rows)


@dataclass(frozen=True, slots=True)
class Callout:
    """Words set apart. `icon`: one emoji, or empty."""

    words: Line
    icon: str = ""
    color: Color = "default"


@dataclass(frozen=True, slots=True)
class Divider:
    """A rule across the page."""


@dataclass(frozen=True, slots=True)
class Toggle:
    """A part that a reader opens. Toggles hold no toggles: two levels is what every vendor can take at once."""

    words: Line
    blocks: tuple[Heading | Paragraph | Bullets | Table | Callout | Divider, ...]


Block = Heading | Paragraph | Bullets | Table | Callout | Divider | Toggle
_KINDS: Mapping[str, type[Block]] = {
    kind.__name__.lower(): kind for kind in (Heading, Paragraph, Bullets, Table, Callout, Divider, Toggle)
}


@dataclass(frozen=True, slots=True)
class Document:
    """A page's content, top to bottom."""

    blocks: tuple[Block, ...]


def to_markdown_gfm(document: Document) -> str:
    """As GitHub-flavoured Markdown; every text is escaped."""
    from connectors.document_render import markdown

    return markdown(document)


def to_text(document: Document, width: int = 100, *, links: bool = True) -> str:
    """As plain lines of at most `width` cells; with `links` each address stands after its words in angle brackets."""
    from connectors.document_render import text

    return text(document if links else unlinked(document), width)


def unlinked(document: Document) -> Document:
    """The same words, leading nowhere."""
    return relinked(document, lambda _: "")


def relinked(document: Document, change: Callable[[str], str]) -> Document:
    """The same words, every link changed; one that becomes empty leads nowhere."""
    return from_data([_relinked(block, change) for block in to_data(document)])


def _relinked(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, dict):
        return {key: change(value) if key == "link" else _relinked(value, change) for key, value in data.items()}
    return [_relinked(one, change) for one in data] if isinstance(data, list) else data


# ---- as data, for a plan file --------------------------------------------------------------------------------


def to_data(document: Document) -> list[dict[str, Any]]:
    """As lists and dicts of plain JSON values; `from_data` reads them back equal."""
    return [_block_data(block) for block in document.blocks]


def from_data(data: Sequence[Mapping[str, Any]]) -> Document:
    """What `to_data` gave. ValueError names what is no block."""
    return Document(tuple(_block(entry) for entry in data))


def _line_data(words: Line) -> list[dict[str, Any]]:
    return [
        {"text": span.text}
        | ({"bold": True} if span.bold else {})
        | ({"code": True} if span.code else {})
        | ({"link": span.link} if span.link else {})
        for span in words
    ]


def _line(data: Sequence[Mapping[str, Any]]) -> Line:
    return tuple(Span(e["text"], e.get("bold", False), e.get("code", False), e.get("link") or None) for e in data)


def _block_data(block: Block) -> dict[str, Any]:
    match block:
        case Heading(words, level):
            return {"block": "heading", "words": _line_data(words), "level": level}
        case Paragraph(words):
            return {"block": "paragraph", "words": _line_data(words)}
        case Bullets(items):
            return {"block": "bullets", "items": [_line_data(item) for item in items]}
        case Table(header, rows):
            cells = [[_line_data(cell) for cell in row] for row in rows]
            return {"block": "table", "header": [_line_data(cell) for cell in header], "rows": cells}
        case Callout(words, icon, color):
            return {"block": "callout", "words": _line_data(words), "icon": icon, "color": color}
        case Toggle(words, blocks):
            return {"block": "toggle", "words": _line_data(words), "blocks": [_block_data(b) for b in blocks]}
        case Divider():
            return {"block": "divider"}


def _block(data: Mapping[str, Any]) -> Block:
    kind = _KINDS.get(data.get("block", ""))
    if kind is None:
        raise ValueError(f"{data.get('block')!r} is no kind of block; there are {', '.join(_KINDS)}")
    fields: dict[str, Any] = {name: data[name] for name in ("level", "icon", "color") if name in data}
    if "words" in data:
        fields["words"] = _line(data["words"])
    if "items" in data:
        fields["items"] = tuple(_line(item) for item in data["items"])
    if "header" in data:
        fields["header"] = tuple(_line(cell) for cell in data["header"])
        fields["rows"] = tuple(tuple(_line(cell) for cell in row) for row in data["rows"])
    if "blocks" in data:
        fields["blocks"] = tuple(_block(entry) for entry in data["blocks"])
    return kind(**fields)
