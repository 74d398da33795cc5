"""Text as Notion takes it: no control characters, no half characters, within its lengths. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

LONGEST = 2000
"""Characters in one piece of text, and in an address (Notion's reference, request limits)."""
MOST_PIECES = 100
"""Pieces in one rich text."""

_NEWLINE = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")
_HALF = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """One kind of line break, no control characters; a lone surrogate, which no JSON carries, becomes U+FFFD."""
    return _HALF.sub("\ufffd", _CONTROL.sub("", _NEWLINE.sub("\n", text)))


def rich_text(text: str) -> list[dict[str, Any]]:
    """As a rich text of pieces that fit; what is beyond all pieces is cut, with an ellipsis."""
    pieces = list(_pieces(clean(text)))
    if len(pieces) > MOST_PIECES:
        pieces = [*pieces[: MOST_PIECES - 1], pieces[MOST_PIECES - 1][:-1] + "…"]
    return [{"type": "text", "text": {"content": piece}} for piece in pieces]


def _pieces(text: str) -> Iterator[str]:
    # Notion counts UTF-16 units: characters beyond the first plane count two
    piece, length = "", 0
    for character in text:
        size = 2 if ord(character) > 0xFFFF else 1
        if length + size > LONGEST:
            yield piece
            piece, length = "", 0
        piece, length = piece + character, length + size
    if piece:
        yield piece
