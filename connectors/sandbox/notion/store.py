"""The workspace as records: who is who, what hangs where, who may see it, and what is told to subscribers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from connectors.sandbox.core import Json, Somebody, World, stable_uuid
from connectors.sandbox.notion.errors import ApiError, invalid
from connectors.sandbox.notion.records import (
    Block,
    Comment,
    Database,
    DataSource,
    Node,
    Page,
    ParentKind,
    Upload,
    View,
)  # fmt: skip
from connectors.sandbox.notion.settings import Settings
from connectors.sandbox.notion.times import minute
from connectors.sandbox.notion.webhooks import Herald

N = TypeVar("N", bound=Node)

KINDS: dict[type[Node], str] = {Page: "page", Database: "database", DataSource: "data_source", Block: "block"}


class Store:
    """The records and what is common to all acts. Every act happens at `world.tick()`, by an actor."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings = Settings()
        self.nodes: dict[str, Node] = {}
        self.top: list[str] = []
        self.comments: dict[str, Comment] = {}
        self.resolved: set[str] = set()
        self.views: dict[str, View] = {}
        self.view_queries: dict[str, list[str]] = {}
        self.uploads: dict[str, Upload] = {}
        self.groups: dict[str, str] = {}
        self.tasks: dict[str, Json] = {}
        self.shared: set[str] = set()
        self.herald = Herald(world)
        self.changes = 0
        self._ids = 0

    # ---- ids and people ---------------------------------------------------------------------------------

    def new_id(self, kind: str) -> str:
        """A uuid that nothing else has; the same in every run of the same acts."""
        self._ids += 1
        return stable_uuid("notion", kind, str(self._ids))

    def who(self, by: Somebody | str) -> Somebody:
        """The person of this name or id; KeyError for an unknown one."""
        found = self.world.people.find(by) if isinstance(by, str) else by
        if found is None:
            raise KeyError(f"nobody is called {by!r}")
        return found

    # ---- the tree ---------------------------------------------------------------------------------------

    def find(self, id_: str, type_: type[N]) -> N | None:
        """The record of this id and type, or None."""
        node = self.nodes.get(id_)
        return node if isinstance(node, type_) else None

    def node(self, id_: str, type_: type[N]) -> N:
        """The record of this id and type; 404 as Notion says it when there is none."""
        found = self.find(id_, type_)
        if found is None:
            raise self.not_found(KINDS[type_], id_)
        return found

    def not_found(self, kind: str, id_: str) -> ApiError:
        """404: missing and not shared look the same."""
        name = self.world.people.bot.name
        return ApiError(
            404,
            "object_not_found",
            f"Could not find {kind} with ID: {id_}. Make sure the relevant pages and databases are shared with your "
            f'integration "{name}".',
            additional_data={"integration_id": self.world.people.bot.uuid},
        )

    def up(self, node: Node) -> Iterator[Node]:
        """The node and everything above it."""
        seen: Node | None = node
        while seen is not None:
            yield seen
            seen = self.nodes.get(seen.parent)

    def visible(self, node: Node, actor: Somebody) -> bool:
        """Persons see everything; the bot what is shared with it and what lies below."""
        return not actor.is_bot or any(one.id in self.shared for one in self.up(node))

    def trashed(self, node: Node) -> bool:
        """Whether it or anything above it is in the trash."""
        return any(one.in_trash for one in self.up(node))

    def writable(self, node: Node) -> None:
        """400 when it lies in the trash."""
        if self.trashed(node):
            raise invalid("Can't edit block that is archived. You must unarchive the block before editing.")

    def page_of(self, node: Node) -> Node:
        """The page, or the nearest thing that is no block, on which this stands."""
        return next(one for one in self.up(node) if not isinstance(one, Block))

    def below(self, node: Node) -> Iterator[Node]:
        """Everything under it, itself not included; rows and data sources too."""
        ids = list(node.children)
        if isinstance(node, Database):
            ids += node.sources
        if isinstance(node, DataSource):
            ids += node.rows
        for id_ in ids:
            child = self.nodes[id_]
            yield child
            yield from self.below(child)

    def share(self, id_: str) -> None:
        """Share a page or database, and so everything below it, with the bot."""
        self.shared.add(self.nodes[id_].id)

    # ---- writing ----------------------------------------------------------------------------------------

    def place(self, kind: ParentKind, parent: str, node: Node, at: int | None = None) -> None:
        """Put a new node into the tree; `at`: where among its parent's children (None: last)."""
        self.nodes[node.id] = node
        siblings = self.top if kind == "workspace" else self.nodes[parent].children
        if isinstance(node, DataSource) or kind == "data_source":
            return
        siblings.insert(len(siblings) if at is None else at, node.id)

    def touch(self, node: Node, at: datetime, by: Somebody) -> None:
        """Note who edited it last, and when."""
        node.edited, node.edited_by = at, by.uuid
        self.changes += 1

    def content_changed(self, node: Node, at: datetime, by: Somebody, blocks: list[str]) -> None:
        """Something on a page changed: the page's time moves (a setting), subscribers hear of it."""
        self.changes += 1
        page = self.page_of(node)
        if self.settings.content_moves_edited_time:
            self.touch(page, at, by)
        told = [{"id": id_, "type": "block"} for id_ in blocks]
        self.tell("page.content_updated", page, by, updated_blocks=told)

    def tell(self, event: str, node: Node, by: Somebody, **data: Json) -> None:
        """Let the subscribers know, if the bot may see it."""
        if self.herald.subscriptions and self.visible(node, self.world.people.bot):
            parent = self.parent_entity(node)
            self.herald.note(event, {"id": node.id, "type": KINDS[type(node)]}, by, {"parent": parent} | data)

    def parent_entity(self, node: Node) -> Json:
        """A parent as webhook deliveries show it."""
        if node.parent_kind == "data_source":
            source = self.nodes[node.parent]
            return {"id": source.parent, "type": "database", "data_source_id": source.id}
        if node.parent_kind == "workspace":
            return {"id": self.settings.workspace_id, "type": "space"}
        return {"id": node.parent, "type": node.parent_kind}

    def hour_from_now(self) -> str:
        """When a file's URL would expire."""
        return minute(self.world.now() + timedelta(hours=1))

    def upload_times(self, upload: Upload) -> tuple[str, str]:
        """When an upload was made, and when it goes away if nothing uses it."""
        return minute(upload.created), minute(upload.created + timedelta(hours=1))
