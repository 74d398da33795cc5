"""What asking again, sending back and being late came to, where the config prices it; never added up. Pure.

What waiting costs stands in the card of each rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.document import Block, Bullets, Heading, Paragraph, Span, line
from rules.base import Board
from rules.friction import figures
from sync.pages.leaks import SPAN, SPAN_WORDS

COSTS = "What it came to"
_WHAT = {
    "chaser": "Asking again", "bounce": "Sending back", "reopen": "Opening again",
    "delay": "Being late",
}  # fmt: skip


def costs(board: Board) -> Iterator[Block]:
    """One line a figure; nothing where there is none."""
    found = [one for one in figures(board, SPAN) if one.what in _WHAT]
    if not found:
        return
    yield Heading(line(COSTS))
    lines = [line(Span(f"{_WHAT.get(one.what, one.what)}: ", bold=True), f"{one.formula}.") for one in found]
    yield Bullets(tuple(lines))
    late = ", and of all that is late now" if any(one.what == "delay" for one in found) else ""
    yield Paragraph(line(f"Of {SPAN_WORDS}{late}. These figures are of different sorts: they are not added up."))
