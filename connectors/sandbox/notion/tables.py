"""Acts on databases, data sources and their schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy

from connectors.sandbox.core import Json, Somebody
from connectors.sandbox.notion import schema, texts
from connectors.sandbox.notion.errors import ApiError, invalid
from connectors.sandbox.notion.pages import Pages
from connectors.sandbox.notion.records import Database, DataSource, Page, ParentKind, Property


class Tables(Pages):
    """Databases and data sources. `by`: a person's name or id, or the person."""

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
        told = self._all_or_nothing(source, changes)
        self.touch(source, instant, actor)
        self.tell("data_source.schema_updated", source, actor, updated_properties=told)
        return source

    def _all_or_nothing(self, source: DataSource, changes: Mapping[str, Json]) -> list[Json]:
        """Change properties; where one cannot be, every schema is as it was before."""
        sources = [node for node in self.nodes.values() if isinstance(node, DataSource)]
        before = [(one, deepcopy(one.properties)) for one in sources]
        try:
            return [self._change_property(source, n, body, f"body.properties.{n}") for n, body in changes.items()]
        except ApiError:
            for one, properties in before:
                one.properties = properties
            raise

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
        body = texts.check_object(body, path)
        new_name = texts.check_text(body, "name", path)
        if new_name and any(p.name == new_name and p is not prop for p in source.properties.values()):
            raise invalid(f"Cannot rename to {new_name}: a property with this name already exists.")
        type_ = next((t for t in schema.TYPES if t in body), prop.type)
        changes_type = type_ != prop.type
        if changes_type:
            if "title" in (type_, prop.type):
                raise invalid("Cannot change the type of, or to, a title property.")
            prop.type, prop.config, prop.options = type_, {}, []
        prop.name = new_name or prop.name
        prop.description = body.get("description", prop.description)
        schema.configure(prop, body.get(type_), self.new_id, f"{path}.{type_}")
        if changes_type:
            for id_ in source.rows:
                self.node(id_, Page).values.pop(prop.id, None)


def _dual(target: str, other: Property) -> Json:
    inner = {"synced_property_id": other.id, "synced_property_name": other.name}
    return {"data_source_id": target, "type": "dual_property", "dual_property": inner}
