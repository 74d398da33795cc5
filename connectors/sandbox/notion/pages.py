"""Acts on pages and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.sandbox.core import Json, Somebody
from connectors.sandbox.notion import schema, texts, values
from connectors.sandbox.notion.blocks import Draft
from connectors.sandbox.notion.contents import Contents
from connectors.sandbox.notion.errors import invalid
from connectors.sandbox.notion.markdown_read import parse
from connectors.sandbox.notion.records import DataSource, Node, Page, ParentKind, Property

TITLE = Property("title", "title", "title")


class Pages(Contents):
    """Pages and rows: made, given values, moved. `by`: a person's name or id, or the person."""

    def create_page(
        self, by: Somebody | str, title: str | list[Json], parent: str | None = None, *, markdown: str = "",
        children: Sequence[Draft] = (), icon: Json = None, at: int | None = None,
    ) -> Page:  # fmt: skip
        """A page under a page, or at the top of the workspace (`parent` None)."""
        kind: ParentKind = "page" if parent else "workspace"
        page = self._new_page(by, kind, parent or self.settings.workspace_id)
        page.values["title"] = texts.simple(title) if isinstance(title, str) else title
        page.icon = icon
        self.place(kind, page.parent, page, at)
        self._fill(by, page, markdown, children)
        return page

    def create_row(
        self, by: Somebody | str, source_id: str, row: Mapping[str, Json], *, markdown: str = "",
        children: Sequence[Draft] = (), icon: Json = None, ready: bool = False,
    ) -> Page:  # fmt: skip
        """A row. `row`: by property name or id, plain (text, numbers, names of options and people, page ids) or in
        request form; values of formulas and rollups as the API shows them. `ready`: as `read_values` gave them."""
        source = self.node(source_id, DataSource)
        page = self._new_page(by, "data_source", source_id)
        self._set(page, source, row, ready)
        for prop in source.properties.values():
            if prop.type == "status" and prop.id not in page.values and prop.options:
                page.values[prop.id] = prop.options[0].id
        page.icon = icon
        source.numbered += 1
        page.number = source.numbered
        self.place("data_source", source_id, page)
        source.rows.append(page.id)
        self._fill(by, page, markdown, children)
        return page

    def _new_page(self, by: Somebody | str, kind: ParentKind, parent: str) -> Page:
        actor, instant = self.who(by), self.world.tick()
        self.changes += 1
        return Page(self.new_id("page"), kind, parent, instant, actor.uuid, instant, actor.uuid)

    def _fill(self, by: Somebody | str, page: Page, markdown: str, children: Sequence[Draft]) -> None:
        drafts = [*parse(markdown, self.names), *children] if markdown else children
        self._grow(page, drafts, page.created, self.who(by))
        self.tell("page.created", page, self.who(by))

    def set_properties(
        self, by: Somebody | str, page_id: str, row: Mapping[str, Json], *, ready: bool = False
    ) -> Page:  # fmt: skip
        """Set some of a page's properties, given as for `create_row`; the others stay."""
        page = self.node(page_id, Page)
        source = self.nodes.get(page.parent)
        actor, instant = self.who(by), self.world.tick()
        told = self._set(page, source if isinstance(source, DataSource) else None, row, ready)
        self.touch(page, instant, actor)
        if "title" in told:
            self.tell("page.content_updated", page, actor, updated_blocks=[])
        self.tell("page.properties_updated", page, actor, updated_properties=told)
        return page

    def read_values(self, source: DataSource | None, row: Mapping[str, Json]) -> dict[str, Json]:
        """A request's property values as they are kept, by property id; 400 where one is wrong."""
        read: dict[str, Json] = {}
        for name, value in texts.check_object(row, "body.properties").items():
            prop = self._property(source, name)
            read[prop.id] = values.read(prop, value, self.names, f"body.properties.{name}")
        return read

    def _property(self, source: DataSource | None, name: str) -> Property:
        prop = source.property(name) if source else (TITLE if name == "title" else None)
        if prop is None:
            raise invalid(f"{name} is not a property that exists.")
        return prop

    def _set(self, page: Page, source: DataSource | None, row: Mapping[str, Json], ready: bool) -> list[str]:
        """Keep values; the ids of the properties. Not `ready`: plain ones, and seeds of computed properties."""
        if not ready:
            props = {name: self._property(source, name) for name in row}
            seeds = {props[name].id: value for name, value in row.items() if props[name].type in values.READ_ONLY}
            plain = {
                name: values.from_plain(props[name], value, self.names)
                for name, value in row.items() if props[name].type not in values.READ_ONLY
            }  # fmt: skip
            row = self.read_values(source, plain) | seeds
        before = {id_: page.values.get(id_) for id_ in row}
        page.values |= row
        self._relate_back(page, source, before)
        return list(row)

    def _relate_back(self, page: Page, source: DataSource | None, before: Mapping[str, Json]) -> None:
        """Keep the other side of two-way relations."""
        for id_, old in before.items():
            prop = source.properties.get(id_) if source else None
            other_id = (prop.config.get("dual_property") or {}).get("synced_property_id") if prop else None
            if prop is None or prop.type != "relation" or not other_id:
                continue
            now = page.values[id_] or []
            for row_id in {*now, *(old or [])}:
                related = self.node(row_id, Page)
                kept = [one for one in related.values.get(other_id) or [] if one != page.id]
                related.values[other_id] = [*kept, page.id] if row_id in now else kept

    # ---- moving and the like ----------------------------------------------------------------------------

    def move(self, by: Somebody | str, page_id: str, parent: str) -> Page:
        """Under another page, or into another data source (properties of the same name and type stay)."""
        page, target = self.node(page_id, Page), self.nodes[parent]
        actor, instant = self.who(by), self.world.tick()
        old = self.nodes.get(page.parent)
        siblings = old.rows if isinstance(old, DataSource) else old.children if old else self.top
        siblings.remove(page.id)
        if isinstance(target, DataSource):
            page.values = _carried(page, old, target)
            target.rows.append(page.id)
            page.parent_kind = "data_source"
        else:
            page.values = {"title": page.values.get("title", [])}
            target.children.append(page.id)
            page.parent_kind = "page"
        page.parent = parent
        self.touch(page, instant, actor)
        self.tell("page.moved", page, actor)
        return page

    def set_marks(self, by: Somebody | str, node: Node, **marks: Json) -> None:
        """Icon, cover, title, is_archived, is_locked and other plain attributes of a record."""
        actor, instant = self.who(by), self.world.tick()
        for name, value in marks.items():
            setattr(node, name, value)
        self.touch(node, instant, actor)
        if "is_locked" in marks and isinstance(node, Page):
            self.tell("page.locked" if marks["is_locked"] else "page.unlocked", node, actor)


def _carried(page: Page, old: Node | None, target: DataSource) -> dict[str, Json]:
    carried: dict[str, Json] = {"title": page.values.get("title", [])}
    for prop in old.properties.values() if isinstance(old, DataSource) else ():
        same = target.property(prop.name)
        if same and same.type == prop.type and prop.id in page.values and prop.type not in schema.CHOICES:
            carried[same.id] = page.values[prop.id]
    return carried
