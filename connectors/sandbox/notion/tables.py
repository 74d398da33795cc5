"""Acts on databases, data sources, pages and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.sandbox.core import Json, Somebody
from connectors.sandbox.notion import schema, texts, values
from connectors.sandbox.notion.blocks import Draft
from connectors.sandbox.notion.contents import Contents
from connectors.sandbox.notion.errors import invalid
from connectors.sandbox.notion.markdown_read import parse
from connectors.sandbox.notion.records import Database, DataSource, Node, Page, ParentKind, Property

TITLE = Property("title", "title", "title")


class Tables(Contents):
    """Everything that is made, apart from blocks. `by`: a person's name or id, or the person."""

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
        children: Sequence[Draft] = (), icon: Json = None,
    ) -> Page:  # fmt: skip
        """A row. `row`: by property name or id, plain (text, numbers, names of options and people, page ids) or in
        request form; values of formulas and rollups as the API shows them."""
        source = self.nodes[source_id]
        assert isinstance(source, DataSource)
        page = self._new_page(by, "data_source", source_id)
        self._set(page, source, row)
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

    def set_title(self, page: Page, row: Mapping[str, Json]) -> None:
        """Give a page that is just being made its title, as a request says it."""
        self._set(page, None, row)

    def set_properties(self, by: Somebody | str, page_id: str, row: Mapping[str, Json]) -> Page:
        """Set some of a page's properties, given as for `create_row`; the others stay."""
        page = self.node(page_id, Page)
        source = self.nodes.get(page.parent)
        actor, instant = self.who(by), self.world.tick()
        told = self._set(page, source if isinstance(source, DataSource) else None, row)
        self.touch(page, instant, actor)
        if "title" in told:
            self.tell("page.content_updated", page, actor, updated_blocks=[])
        self.tell("page.properties_updated", page, actor, updated_properties=told)
        return page

    def _set(self, page: Page, source: DataSource | None, row: Mapping[str, Json]) -> list[str]:
        """Check all values first, then keep them; the ids of the properties."""
        read: dict[str, Json] = {}
        for name, value in row.items():
            prop = source.property(name) if source else (TITLE if name in ("title", "Title", "Name") else None)
            if prop is None:
                raise invalid(f"{name} is not a property that exists.")
            if prop.type in values.READ_ONLY:
                read[prop.id] = value
            else:
                read[prop.id] = values.read(
                    prop, values.from_plain(prop, value), self.names, f"body.properties.{name}"
                )
        before = {id_: page.values.get(id_) for id_ in read}
        page.values |= read
        self._relate_back(page, source, before)
        return list(read)

    def _relate_back(self, page: Page, source: DataSource | None, before: Mapping[str, Json]) -> None:
        """Keep the other side of two-way relations."""
        for id_, old in before.items():
            prop = source.properties.get(id_) if source else None
            other_id = (prop.config.get("dual_property") or {}).get("synced_property_id") if prop else None
            if prop is None or prop.type != "relation" or not other_id:
                continue
            now = page.values[id_] or []
            for row_id in {*now, *(old or [])}:
                related = self.nodes[row_id]
                assert isinstance(related, Page)
                kept = [one for one in related.values.get(other_id) or [] if one != page.id]
                related.values[other_id] = [*kept, page.id] if row_id in now else kept

    # ---- databases --------------------------------------------------------------------------------------

    def create_database(
        self, by: Somebody | str, title: str | list[Json], parent: str | None, properties: Mapping[str, Json], *,
        inline: bool = False, description: Sequence[Json] = (), icon: Json = None, cover: Json = None,
    ) -> Database:  # fmt: skip
        """A database with one data source. `properties`: configurations by name as requests send them; a title
        property is added when there is none. Options of a status may name their `group`."""
        actor, instant = self.who(by), self.world.tick()
        said = texts.simple(title) if isinstance(title, str) else title
        kind: ParentKind = "page" if parent else "workspace"
        database = Database(
            self.new_id("database"), kind, parent or self.settings.workspace_id, instant, actor.uuid, instant,
            actor.uuid, title=said, description=list(description), icon=icon, cover=cover, is_inline=inline,
        )  # fmt: skip
        source = self._new_source(database, said, properties, actor)
        self.place(kind, database.parent, database)
        database.sources.append(source.id)
        self.nodes[source.id] = source
        self.changes += 1
        self.tell("database.created", database, actor)
        self.tell("data_source.created", source, actor)
        return database

    def create_source(
        self, by: Somebody | str, database_id: str, title: str | list[Json], properties: Mapping[str, Json]
    ) -> DataSource:  # fmt: skip
        """One more data source in a database."""
        database, actor = self.node(database_id, Database), self.who(by)
        self.world.tick()
        said = texts.simple(title) if isinstance(title, str) else title
        source = self._new_source(database, said, properties, actor)
        self.nodes[source.id] = source
        database.sources.append(source.id)
        self.changes += 1
        self.tell("data_source.created", source, actor)
        return source

    def _new_source(
        self, database: Database, title: list[Json], properties: Mapping[str, Json], by: Somebody
    ) -> DataSource:
        now = self.world.now()
        source = DataSource(
            self.new_id("source"), "database", database.id, now, by.uuid, now, by.uuid, title=title,
        )  # fmt: skip
        for name, body in properties.items():
            self._add_property(source, name, body, f"body.properties.{name}")
        if "title" not in source.properties:
            source.properties = {"title": Property("title", "Name", "title")} | source.properties
        return source

    def _add_property(self, source: DataSource, name: str, body: Json, path: str) -> Property:
        prop = schema.new_property(source, name, body, self.new_id, path)
        if prop.type == "relation":
            target = self.find(prop.config["data_source_id"], DataSource)
            if target is None:
                raise self.not_found("data_source", prop.config["data_source_id"])
            if prop.config["type"] == "dual_property":
                self._mirror(source, prop, target)
        source.properties[prop.id] = prop
        return prop

    def _mirror(self, source: DataSource, prop: Property, target: DataSource) -> None:
        wished = prop.config["dual_property"].get("synced_property_name")
        name = wished or f"Related to {texts.plain(source.title)} ({prop.name})"
        back = Property(schema.property_id(target, self.new_id), name, "relation")
        back.config = _dual(source.id, prop)
        target.properties[back.id] = back
        prop.config = _dual(target.id, back)

    def change_schema(self, by: Somebody | str, source_id: str, changes: Mapping[str, Json]) -> DataSource:
        """Add, rename, reconfigure or (None) remove properties, by name or id."""
        source, actor, instant = self.node(source_id, DataSource), self.who(by), self.world.tick()
        told: list[Json] = []
        for name, body in changes.items():
            told.append(self._change_property(source, name, body, f"body.properties.{name}"))
        self.touch(source, instant, actor)
        self.tell("data_source.schema_updated", source, actor, updated_properties=told)
        return source

    def _change_property(self, source: DataSource, name: str, body: Json, path: str) -> Json:
        prop = source.property(name)
        if prop is None:
            if body is None:
                raise invalid(f"{name} is not a property that exists.")
            prop = self._add_property(source, name, body, path)
            return {"id": prop.id, "name": prop.name, "action": "created"}
        if body is None:
            if prop.type == "title":
                raise invalid("Cannot delete title property.")
            del source.properties[prop.id]
            return {"id": prop.id, "name": prop.name, "action": "deleted"}
        self._reconfigure(source, prop, body, path)
        return {"id": prop.id, "name": prop.name, "action": "updated"}

    def _reconfigure(self, source: DataSource, prop: Property, body: Json, path: str) -> None:
        new_name = body.get("name")
        if new_name and any(p.name == new_name and p is not prop for p in source.properties.values()):
            raise invalid(f"Cannot rename to {new_name}: a property with this name already exists.")
        type_ = next((t for t in schema.TYPES if t in body), prop.type)
        if type_ != prop.type:
            if "title" in (type_, prop.type):
                raise invalid("Cannot change the type of, or to, a title property.")
            prop.type, prop.config, prop.options = type_, {}, []
            for id_ in source.rows:
                row = self.nodes[id_]
                assert isinstance(row, Page)
                row.values.pop(prop.id, None)
        prop.name = new_name or prop.name
        prop.description = body.get("description", prop.description)
        schema.configure(prop, body.get(type_) or {}, self.new_id, f"{path}.{type_}")

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


def _dual(target: str, other: Property) -> Json:
    inner = {"synced_property_id": other.id, "synced_property_name": other.name}
    return {"data_source_id": target, "type": "dual_property", "dual_property": inner}


def _carried(page: Page, old: Node | None, target: DataSource) -> dict[str, Json]:
    carried: dict[str, Json] = {"title": page.values.get("title", [])}
    for prop in old.properties.values() if isinstance(old, DataSource) else ():
        same = target.property(prop.name)
        if same and same.type == prop.type and prop.id in page.values and prop.type not in schema.CHOICES:
            carried[same.id] = page.values[prop.id]
    return carried
