"""Acts on what stands on a page: blocks are added, changed, put away, and replaced by what markdown says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from difflib import SequenceMatcher

from connectors.sandbox.core import Json, Somebody
from connectors.sandbox.notion.blocks import Draft
from connectors.sandbox.notion.errors import invalid
from connectors.sandbox.notion.markdown_read import parse
from connectors.sandbox.notion.markdown_write import Written, write
from connectors.sandbox.notion.names import Names
from connectors.sandbox.notion.records import Block, Database, DataSource, Node, Page, ParentKind
from connectors.sandbox.notion.store import Store


class Contents(Store):
    """Blocks and markdown."""

    names: Names

    def append(
        self, by: Somebody | str, parent: str, drafts: Sequence[Draft], at: int | None = None
    ) -> list[Block]:  # fmt: skip
        """Put new blocks under a page or block; `at`: before the child of this index (None: last)."""
        node, actor, instant = self.nodes[parent], self.who(by), self.world.tick()
        made = self._grow(node, drafts, instant, actor, at)
        self.content_changed(node, instant, actor, [block.id for block in made])
        return made

    def _grow(
        self, parent: Node, drafts: Sequence[Draft], instant: datetime, by: Somebody, at: int | None = None
    ) -> list[Block]:
        made = []
        for offset, draft in enumerate(drafts):
            made.append(block := self._plant(parent, draft, instant, by, None if at is None else at + offset))
            self._grow(block, draft.children, instant, by)
        return made

    def _plant(self, parent: Node, draft: Draft, instant: datetime, by: Somebody, at: int | None) -> Block:
        kind: ParentKind = "page" if isinstance(parent, Page) else "block"
        block = Block(
            self.new_id("block"), kind, parent.id, instant, by.uuid, instant, by.uuid,
            type=draft.type, content=draft.content,
        )  # fmt: skip
        self.place(kind, parent.id, block, at)
        return block

    def change_block(self, by: Somebody | str, block: Block, content: Json) -> None:
        """Give a block other content."""
        actor, instant = self.who(by), self.world.tick()
        block.content = content
        self.touch(block, instant, actor)
        self.content_changed(block, instant, actor, [block.id])

    def put_away(self, by: Somebody | str, id_: str, away: bool = True) -> Node:
        """Into the trash, or out of it: a page, block, database or data source."""
        node, actor, instant = self.nodes[id_], self.who(by), self.world.tick()
        if node.in_trash == away:
            return node
        node.in_trash = away
        self.touch(node, instant, actor)
        if isinstance(node, Block):
            self.content_changed(node, instant, actor, [node.id])
        else:
            kind = {Page: "page", Database: "database", DataSource: "data_source"}[type(node)]
            self.tell(f"{kind}.{'deleted' if away else 'undeleted'}", node, actor)
        return node

    # ---- markdown ---------------------------------------------------------------------------------------

    def markdown(self, id_: str) -> Written:
        """The page (or what is under a block) as enhanced markdown."""
        return write(self, self.nodes[id_])

    def replace_markdown(
        self, by: Somebody | str, page_id: str, markdown: str, *, allow_deleting: bool = False
    ) -> None:  # fmt: skip
        """Make the page say this. Blocks that stay the same, or change only their text, keep their ids.

        400 when a child page or database would go and `allow_deleting` is false.
        """
        page, actor, instant = self.nodes[page_id], self.who(by), self.world.tick()
        drafts = parse(markdown, self.names)
        kept = {draft.id for draft in drafts if draft.id}
        lost = [one for one in self._living(page) if not isinstance(one, Block) and one.id not in kept]
        if lost and not allow_deleting:
            titles = ", ".join(f'"{self.names.title(one) or "Untitled"}" ({one.id})' for one in lost)
            raise invalid(
                f"Child pages or databases would go with this content: {titles}. "
                "Keep them in the content, or set allow_deleting_content to true."
            )
        changed: list[str] = []
        self._match(page, drafts, instant, actor, changed)
        if changed:
            self.content_changed(page, instant, actor, changed)

    def _living(self, parent: Node) -> list[Node]:
        return [self.nodes[id_] for id_ in parent.children if not self.nodes[id_].in_trash]

    def _match(
        self, parent: Node, drafts: Sequence[Draft], instant: datetime, by: Somebody, changed: list[str]
    ) -> None:  # fmt: skip
        old = self._living(parent)
        gone = [id_ for id_ in parent.children if self.nodes[id_].in_trash]
        order: list[str] = []
        named = {draft.id for draft in drafts if draft.id}
        keys = [one.id if one.id in named else _key(one) for one in old]
        matcher = SequenceMatcher(None, keys, [_draft_key(d) for d in drafts], autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            pairs = (
                list(zip(old[i1:i2], drafts[j1:j2], strict=True))
                if tag == "equal"
                else _pair(old[i1:i2], drafts[j1:j2])
            )
            paired = {id(draft): node for node, draft in pairs}
            stay = {node.id for node, _ in pairs}
            for node in old[i1:i2]:
                if node.id not in stay:
                    node.in_trash = True
                    self.touch(node, instant, by)
                    gone.append(node.id)
                    changed.append(node.id)
            order += [self._settle(parent, paired.get(id(d)), d, instant, by, changed) for d in drafts[j1:j2]]
        parent.children = order + [id_ for id_ in gone if id_ not in order]

    def _settle(
        self, parent: Node, node: Node | None, draft: Draft, instant: datetime, by: Somebody, changed: list[str]
    ) -> str:
        if draft.id:
            child = self.nodes[draft.id]
            if child.in_trash:
                child.in_trash = False
                changed.append(child.id)
            return draft.id
        if not isinstance(node, Block):
            block = self._plant(parent, draft, instant, by, None)
            self._grow(block, draft.children, instant, by)
            changed.append(block.id)
            return block.id
        if node.content != draft.content:
            node.content = draft.content
            self.touch(node, instant, by)
            changed.append(node.id)
        self._match(node, draft.children, instant, by, changed)
        return node.id


def _key(node: Node) -> str:
    return f"{node.type}\0{_comparable(node.content)}" if isinstance(node, Block) else node.id


def _draft_key(draft: Draft) -> str:
    return draft.id or f"{draft.type}\0{_comparable(draft.content)}"


def _comparable(content: Json) -> str:
    return repr(sorted(content.items())) if isinstance(content, dict) else repr(content)


def _pair(old: Sequence[Node], new: Sequence[Draft]) -> list[tuple[Node, Draft]]:
    """Those of one type, in order: they keep their ids and change their content."""
    pairs: list[tuple[Node, Draft]] = []
    start = 0
    for draft in new:
        for at in range(start, len(old)):
            node = old[at]
            if not draft.id and isinstance(node, Block) and node.type == draft.type:
                pairs.append((node, draft))
                start = at + 1
                break
    return pairs
