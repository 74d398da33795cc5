"""Records as the JSON of a response, at the version that was asked for.

At 2025-09-03 objects carry `archived` beside `in_trash` (recorded); at 2026-03-11 it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from connectors.sandbox.core import Json
from connectors.sandbox.notion import schema, texts, values
from connectors.sandbox.notion.pages import TITLE
from connectors.sandbox.notion.records import (
    Block,
    Comment,
    Database,
    DataSource,
    Node,
    Page,
    Property,
    Upload,
    View,
)  # fmt: skip
from connectors.sandbox.notion.times import exact, minute

if TYPE_CHECKING:
    from connectors.sandbox.notion.tables import Tables

_PLAIN = {"chart": {"type": "chart", "chart_type": "column"}}


class Shapes:
    """Shows records. `old`: as of version 2025-09-03."""

    def __init__(self, store: Tables, *, old: bool) -> None:
        self.store, self.names, self.old = store, store.names, old

    def of(self, node: Node) -> Json:
        """A page, database, data source or block, each as what it is."""
        if isinstance(node, Page):
            return self.page(node)
        if isinstance(node, Database):
            return self.database(node)
        if isinstance(node, DataSource):
            return self.data_source(node)
        return self.block(node)

    def _ended(self, shown: dict[str, Json], in_trash: bool) -> Json:
        if self.old:
            shown["archived"] = in_trash
        return shown

    def _stamps(self, node: Node) -> Json:
        return {
            "created_time": minute(node.created),
            "last_edited_time": minute(node.edited),
            "created_by": {"object": "user", "id": node.created_by},
            "last_edited_by": {"object": "user", "id": node.edited_by},
        }

    def parent(self, node: Node) -> Json:
        """Where it hangs."""
        if isinstance(node, DataSource) and node.synced_from:
            return {"type": "data_source_id", "data_source_id": node.synced_from, "database_id": node.parent}
        if node.parent_kind == "workspace":
            return {"type": "workspace", "workspace": True}
        if node.parent_kind == "data_source":
            database = self.store.nodes[node.parent].parent
            return {"type": "data_source_id", "data_source_id": node.parent, "database_id": database}
        return {"type": f"{node.parent_kind}_id", f"{node.parent_kind}_id": node.parent}

    def properties(self, page: Page) -> Iterable[Property]:
        """The properties that a page has."""
        source = self.store.nodes.get(page.parent)
        return source.properties.values() if isinstance(source, DataSource) else (TITLE,)

    def page(self, page: Page, only: frozenset[str] | None = None) -> Json:
        """A page. `only`: ids of the properties to show."""
        props = [prop for prop in self.properties(page) if only is None or prop.id in only]
        in_trash = self.store.trashed(page)
        shown = {
            "object": "page", "id": page.id, **self._stamps(page), "cover": page.cover, "icon": page.icon,
            "parent": self.parent(page), "in_trash": in_trash, "is_archived": page.is_archived,
            "is_locked": page.is_locked,
            "properties": {prop.name: values.show(page, prop, self.names) for prop in props},
            "url": self.names.url(page), "public_url": None,
        }  # fmt: skip
        return self._ended(shown, in_trash)

    def database(self, database: Database) -> Json:
        """A database: its container attributes and the list of its data sources."""
        sources = [self.store.node(id_, DataSource) for id_ in database.sources]
        in_trash = self.store.trashed(database)
        shown = {
            "object": "database", "id": database.id, "title": database.title, "description": database.description,
            "parent": self.parent(database), "is_inline": database.is_inline, "in_trash": in_trash,
            "is_locked": database.is_locked, "created_time": exact(database.created),
            "last_edited_time": exact(database.edited),
            "data_sources": [{"id": s.id, "name": texts.plain(s.title)} for s in sources if not s.in_trash],
            "icon": database.icon, "cover": database.cover, "url": self.names.url(database), "public_url": None,
        }  # fmt: skip
        return self._ended(shown, in_trash)

    def data_source(self, source: DataSource) -> Json:
        """A data source with its schema."""
        database = self.store.node(source.parent, Database)
        in_trash = self.store.trashed(source)
        shown = {
            "object": "data_source", "id": source.id, "cover": None, "icon": source.icon, **self._stamps(source),
            "title": source.title, "description": source.description, "is_inline": database.is_inline,
            "properties": {prop.name: self._schema(source, prop) for prop in source.properties.values()},
            "parent": self.parent(source), "database_parent": self.parent(database),
            "url": self.names.url(database), "public_url": None, "in_trash": in_trash,
        }  # fmt: skip
        return self._ended(shown, in_trash)

    def _schema(self, source: DataSource, prop: Property) -> Json:
        shown = schema.shown(prop)
        if prop.type == "relation":
            target = self.store.nodes.get(prop.config["data_source_id"])
            shown["relation"] = {"database_id": target.parent if target else None, **prop.config}
        if prop.type == "rollup":
            shown["rollup"] = self._rollup(source, prop)
        return shown

    def _rollup(self, source: DataSource, prop: Property) -> Json:
        """A rollup's configuration with ids and names of both properties, however it was given."""
        given = prop.config
        key = given.get("relation_property_id") or given.get("relation_property_name") or ""
        relation = source.property(key)
        target = self.store.find(relation.config.get("data_source_id", ""), DataSource) if relation else None
        key = given.get("rollup_property_id") or given.get("rollup_property_name") or ""
        rolled = target.property(key) if target else None
        return {
            "relation_property_name": relation.name if relation else given.get("relation_property_name", ""),
            "rollup_property_name": rolled.name if rolled else given.get("rollup_property_name", ""),
            "relation_property_id": relation.id if relation else "",
            "rollup_property_id": rolled.id if rolled else "",
            "function": given.get("function", "show_original"),
        }

    def block(self, node: Node) -> Json:
        """A block; pages and databases appear as `child_page` and `child_database`."""
        in_trash = self.store.trashed(node)
        if isinstance(node, Block):
            type_, content = node.type, node.content
        else:
            type_ = "child_page" if isinstance(node, Page) else "child_database"
            content = {"title": self.names.title(node)}
        if type_ == "unsupported" and "block_type" not in content:
            content = {"block_type": "unknown"}
        has_children = not isinstance(node, Database) and any(
            not self.store.nodes[id_].in_trash for id_ in node.children
        )
        shown = {
            "object": "block", "id": node.id, "parent": self.parent(node), **self._stamps(node),
            "has_children": has_children, "in_trash": in_trash, "type": type_, type_: content,
        }  # fmt: skip
        return self._ended(shown, in_trash)

    def comment(self, comment: Comment) -> Json:
        """A comment; without `attachments` when it has none."""
        kind = f"{comment.parent_kind}_id"
        shown = {
            "object": "comment", "id": comment.id, "parent": {"type": kind, kind: comment.parent},
            "discussion_id": comment.discussion, "created_time": minute(comment.created),
            "last_edited_time": minute(comment.edited), "created_by": {"object": "user", "id": comment.created_by},
            "rich_text": comment.rich_text, "display_name": comment.display_name,
        }  # fmt: skip
        return shown | ({"attachments": comment.attachments} if comment.attachments else {})

    def view(self, view: View) -> Json:
        """A view."""
        hex_ids = view.database.replace("-", ""), view.id.replace("-", "")
        return {
            "object": "view", "id": view.id, "parent": {"type": "database_id", "database_id": view.database},
            "data_source_id": view.source, "name": view.name, "type": view.type,
            "created_time": exact(view.created), "created_by": {"object": "user", "id": view.created_by},
            "last_edited_time": exact(view.edited), "last_edited_by": {"object": "user", "id": view.edited_by},
            "url": f"{self.store.settings.site}{hex_ids[0]}?v={hex_ids[1]}",
            "filter": view.settings.get("filter"), "sorts": view.settings.get("sorts"),
            "quick_filters": view.settings.get("quick_filters"),
            "configuration": view.settings.get("configuration") or _PLAIN.get(view.type, {"type": view.type}),
        }  # fmt: skip

    def upload(self, upload: Upload, base: str) -> Json:
        """A file upload. `base`: what its upload URL starts with."""
        person = self.store.world.people.find(upload.created_by)
        made = self.store.upload_times(upload)
        shown: dict[str, Json] = {
            "object": "file_upload", "id": upload.id, "created_time": made[0],
            "created_by": {"id": upload.created_by, "type": "bot" if person and person.is_bot else "person"},
            "last_edited_time": made[0], "expiry_time": None if upload.attached else made[1],
        }  # fmt: skip
        if upload.status == "pending":
            shown["upload_url"] = f"{base}/v1/file_uploads/{upload.id}/send"
            if upload.mode == "multi_part":
                shown["complete_url"] = f"{base}/v1/file_uploads/{upload.id}/complete"
        done = upload.status == "uploaded"
        shown |= {
            "in_trash": False, "status": upload.status, "filename": upload.filename,
            "content_type": upload.content_type, "content_length": len(upload.content) if done else None,
        }  # fmt: skip
        if upload.total_parts:
            shown["number_of_parts"] = {"total": upload.total_parts, "sent": len(upload.parts)}
        return self._ended(shown, False)
