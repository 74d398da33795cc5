"""Asana's rich text: valid XML below one `<body>` (asana-facts §8)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html import escape

from connectors.sandbox.asana.errors import bad

_ALLOWED = frozenset(
    {
        "body", "strong", "em", "u", "s", "code", "pre", "a", "ol", "ul", "li", "h1", "h2", "blockquote", "hr", "img",
        "table", "tr", "td", "br",
    }
)  # fmt: skip


def as_html(text: str) -> str:
    """Plain text as Asana shows it in `html_text`."""
    return f"<body>{escape(text, quote=False)}</body>"


def as_text(html: str) -> str:
    """The plain text of rich text. 400 when it is not XML below `<body>`, or uses another tag."""
    try:
        # Entity bombs are no concern on a loopback sandbox fed by its own user.
        root = ET.fromstring(html)  # noqa: S314
    except ET.ParseError as error:
        raise bad("xml_text: XML is invalid") from error
    if root.tag != "body":
        raise bad("xml_text: XML is invalid: the root element must be <body>")
    for element in root.iter():
        if element.tag not in _ALLOWED:
            raise bad(f"xml_text: XML is invalid: <{element.tag}> is not supported")
    return "".join(_text(root)).strip()


def _text(element: ET.Element) -> list[str]:
    parts = [element.text or ""]
    for child in element:
        if child.tag in ("li", "h1", "h2", "hr", "br", "tr"):
            parts.append("\n")
        parts.extend(_text(child))
        parts.append(child.tail or "")
    return parts
