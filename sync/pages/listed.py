"""Single items in lists and tables: title and link, or that there is one that readers may not see. Pure."""

from __future__ import annotations

from connectors.document import Line, Span, line
from sync.pages.matter import Matter
from sync.pages.publish import HIDDEN


def item_line(matter: Matter, item: int) -> Line:
    """The title of an item (by its row) on one line, to click on."""
    ref, title, url = matter.board.items.select("ref", "title", "url").row(item)
    if ref in matter.secret:
        return line(HIDDEN.capitalize())
    return line(Span(" ".join(title.split()) or "untitled", link=url or None))
