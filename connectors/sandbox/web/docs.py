"""Pages of the pretend Notion: what there is as a tree, each page rendered, each database as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.sandbox.core import World
from connectors.sandbox.loaded import Loaded
from connectors.sandbox.web.markup import Html, Piece, link, page, tag, when

if TYPE_CHECKING:
    from connectors.sandbox.notion.records import Node
    from connectors.sandbox.notion.store import Store


class Docs:
    """Draws what is in the pretend Notion."""

    def __init__(self, world: World, loaded: Loaded) -> None:
        self._world = world
        self._zone = ZoneInfo(loaded.timezone)

    @property
    def _store(self) -> Store:
        store: Store = self._world.notion  # the side is its own store
        return store

    def tree(self) -> Html:
        """Every page and database, by its place."""
        items = [self._branch(id_, 0) for id_ in self._store.top]
        return tag("ul", items, class_="plain") if items else tag("p", "No pages yet.", class_="soft")

    def _branch(self, id_: str, depth: int) -> Piece:
        from connectors.sandbox.notion.records import Database, Page

        node = self._store.nodes.get(id_)
        if node is None or node.in_trash:
            return None
        below = [self._branch(child, depth + 1) for child in node.children]
        if not isinstance(node, (Page, Database)):
            return below
        rows = sum(len(self._rows(source)) for source in node.sources) if isinstance(node, Database) else None
        about = f" {rows} rows" if rows is not None else ""
        sign = "▦ " if rows is not None else "▤ "
        line = tag(
            "li", tag("span", sign, class_="soft"), link(f"/pages/{node.id}", self.title(node)),
            tag("span", about, class_="soft small"), style=f"padding-left:{depth * 1.4}rem",
        )  # fmt: skip
        return [line, below]

    def _rows(self, source: str) -> list[str]:
        rows: list[str] = getattr(self._store.nodes[source], "rows", [])
        return [id_ for id_ in rows if not self._store.nodes[id_].in_trash]

    def title(self, node: Node) -> str:
        """A page's or database's title."""
        return str(self._world.notion.names.title(node)) or "Untitled"

    def show(self, id_: str) -> str | None:
        """A page, a row or a database; None when there is none of this id."""
        from connectors.sandbox.notion.html import database_html, page_html
        from connectors.sandbox.notion.records import Database, DataSource, Page

        node = self._store.nodes.get(id_)
        if isinstance(node, DataSource):
            node = self._store.nodes.get(node.parent)
        if isinstance(node, Page):
            drawn = page_html(self._world.notion, node.id)
        elif isinstance(node, Database):
            drawn = database_html(self._world.notion, node.id)
        else:
            return None
        person = self._world.people.find(node.edited_by)
        edited = ["Edited ", when(node.edited.astimezone(self._zone)), f" by {person.name}" if person else None]
        trash = tag("p", "In the trash.", class_="late") if self._store.trashed(node) else None
        trail = [(f"/pages/{one.id}", self.title(one)) for one in self._above(node)]
        return page(
            self.title(node), trash, tag("article", Html(drawn), class_="doc"), tag("p", edited, class_="soft small"),
            trail=trail, wide=isinstance(node, Database), heading=False,
        )  # fmt: skip

    def _above(self, node: Node) -> list[Node]:
        from connectors.sandbox.notion.records import Database, Page

        above: list[Node] = [one for one in self._store.up(node) if isinstance(one, (Page, Database))]
        return above[:0:-1]
