"""Comments on words of a page of ours: which of its blocks are held because a conversation hangs on them.

A comment hangs on a block's words and may go when they do; nothing in a page's text tells of it. Webhooks do, with
the block (`comment.created`), so those blocks are noted, and left as they are while Notion lists a comment on them:
the unresolved ones only (reference, "List comments").
"""

from __future__ import annotations

import json
from typing import Any

from connectors.errors import Missing, NotGranted
from connectors.notion.doubles import places
from connectors.notion.ids import normal_id
from connectors.notion.notes import own_page
from connectors.notion.sources import Sources

Json = Any

_LEVELS = 5
"""How deep a block of ours may lie: a cell's row in a table in a toggle."""
_MOST = 50
"""Blocks remembered of one page; the latest."""


class Comments:
    """Noted by page. One request for each noted block, and where any has a comment, one for the page's blocks."""

    def __init__(self, sources: Sources) -> None:
        self._notion, self._notes = sources.notion, sources.notes

    def heard(self, hint: str) -> bool:
        """Take a hint that names a block of a page of ours; False when it is about something else."""
        page, _, block = hint.partition("#")
        if not block or normal_id(page) not in self._ours():
            return False
        here, known = normal_id(page), self._known(normal_id(page))
        self._note(here, [*(one for one in known if one != block), block][-_MOST:])
        return True

    def held(self, page: str, count: int) -> set[int]:
        """The places among a page's `count` top-level blocks that a comment hangs on, in the block or inside it."""
        known = self._known(page)
        alive = [block for block in known if self._discussed(block)]
        if alive != known:
            self._note(page, alive)
        if not alive:
            return set()
        at = {block["id"]: number for number, block in enumerate(self._notion.children(page))}
        if len(at) != count:  # its text does not say which block is which: none can be spared
            return set()
        tops = (self._top(block, at) for block in alive)
        return {at[top] for top in tops if top is not None}

    def _top(self, block: str, at: dict[str, int]) -> str | None:
        for _ in range(_LEVELS):
            if block in at:
                return block
            try:
                parent = self._notion.block(block).get("parent") or {}
            except Missing:
                return None
            block = str(parent.get("block_id") or "")
            if not block:
                return None
        return None

    def _discussed(self, block: str) -> bool:
        """Not asked twice: a comment that may not be read counts as one."""
        try:
            return self._notion.has_comments(block)
        except Missing:
            return False
        except NotGranted:
            return True

    def _ours(self) -> set[str]:
        keys = [key for key, place in places(self._notes).items() if place["kind"] == "page"]
        pages = (own_page(self._notes.get(f"page:{key}")) for key in keys)
        return {page.id for page in pages if page}

    def _known(self, page: str) -> list[str]:
        try:
            return list(json.loads(self._notes.get(f"comments:{page}") or "[]"))
        except ValueError:
            return []

    def _note(self, page: str, blocks: list[str]) -> None:
        if blocks:
            self._notes.set(f"comments:{page}", json.dumps(blocks))
        else:
            self._notes.forget(f"comments:{page}")
