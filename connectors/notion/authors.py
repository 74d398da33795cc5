"""By whom Notion says the blocks of a page were written: asked where our own notes do not tell.

Every block names who made it and who edited it last (reference, "Block object").
"""

from __future__ import annotations

from typing import Any

from connectors.notion.sources import Sources

Json = Any


class Authors:
    """One request a hundred blocks, and one for each of ours that holds others, such as the rows of a table."""

    def __init__(self, sources: Sources) -> None:
        self._notion, self._me = sources.notion, sources.me

    def others(self, page: str, count: int) -> list[bool]:
        """For each top-level block whether somebody else made or changed it; empty when there are not `count`."""
        blocks = list(self._notion.children(page))
        return [self._by_others(one) for one in blocks] if len(blocks) == count else []

    def _by_others(self, block: Json) -> bool:
        told = {(block.get(by) or {}).get("id") for by in ("created_by", "last_edited_by")}
        if told != {self._me()} or str(block.get("type")).startswith("child_"):
            return True
        return bool(block.get("has_children")) and any(map(self._by_others, self._notion.children(block["id"])))
