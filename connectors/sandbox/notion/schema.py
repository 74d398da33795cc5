"""Properties of a data source: from a request's configuration to a record, and to what a response shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote
from uuid import UUID

from connectors.sandbox.core import Json
from connectors.sandbox.notion.errors import bad_body, check_length, invalid
from connectors.sandbox.notion.names import uuid_of
from connectors.sandbox.notion.records import DataSource, Option, Property
from connectors.sandbox.notion.texts import check_color, check_object, check_text

NewId = Callable[[str], str]

TYPES = (
    "title", "rich_text", "number", "select", "multi_select", "status", "date", "people", "files", "checkbox", "url",
    "email", "phone_number", "formula", "relation", "rollup", "created_time", "created_by", "last_edited_time",
    "last_edited_by", "unique_id", "button", "verification", "place", "location", "last_visited_time",
)  # fmt: skip
CHOICES = ("select", "multi_select", "status")
GROUPS = {"To-do": "gray", "In progress": "blue", "Complete": "green"}
COLORS = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:;<=>?@\\^_`{|}~"
_DEFAULT_STATUS = (("Not started", "To-do"), ("In progress", "In progress"), ("Done", "Complete"))


def property_id(source: DataSource, new_id: NewId) -> str:
    """A short id as Notion makes them, percent-encoded, that no property of the source has."""
    while True:
        number = UUID(new_id("property")).int
        signs = ""
        for _ in range(4):
            number, at = divmod(number, len(_SIGNS))
            signs += _SIGNS[at]
        id_ = quote(signs, safe="")
        if id_ not in source.properties:
            return id_


def new_property(source: DataSource, name: str, body: Json, new_id: NewId, path: str) -> Property:
    """The property that this configuration describes; 400 when it describes none."""
    type_ = config_type(body, path)
    if type_ == "title" and "title" in source.properties:
        raise invalid("Cannot create a second title property: a data source has exactly one.")
    if source.property(name):
        raise invalid(f"Cannot create property {name}: a property with this name already exists.")
    id_ = "title" if type_ == "title" else property_id(source, new_id)
    made = Property(id_, name, type_, description=check_text(body, "description", path))
    configure(made, body[type_], new_id, f"{path}.{type_}")
    if type_ == "status" and not made.options:
        made.options = [Option(new_id("option"), n, "default", None, g) for n, g in _DEFAULT_STATUS]
    return made


def config_type(body: Json, path: str) -> str:
    """Which type a configuration is for."""
    if not isinstance(body, Mapping):
        raise bad_body(path, "should be an object.")
    found = next((t for t in TYPES if t in body), None)
    if found is None:
        raise bad_body(path, f"should have one of the property types, such as `{path}.rich_text`.")
    return found


def configure(prop: Property, config: Json, new_id: NewId, path: str) -> None:
    """Apply a configuration to a property: options are kept by id or name, left out ones go."""
    config = check_object(config or {}, path)
    if prop.type in CHOICES:
        if "options" in config:
            prop.options = _options(prop, config["options"], new_id, path)
        return
    if prop.type == "number":
        prop.config = {"format": config.get("format", prop.config.get("format", "number"))}
    elif prop.type == "formula":
        prop.config = {"expression": config.get("expression", prop.config.get("expression", ""))}
    elif prop.type == "unique_id":
        prop.config = {"prefix": config.get("prefix", prop.config.get("prefix"))}
    elif prop.type == "relation":
        prop.config = _relation(prop, config, path)
    elif prop.type == "rollup":
        prop.config = prop.config | dict(config)


def _relation(prop: Property, config: Json, path: str) -> Json:
    target = config.get("data_source_id") or prop.config.get("data_source_id")
    if not target:
        raise bad_body(f"{path}.data_source_id", "should be defined, instead was `undefined`.")
    target = uuid_of(target)
    kind = "dual_property" if "dual_property" in config else "single_property"
    inner = check_object(config.get(kind) or {}, f"{path}.{kind}")
    kept = prop.config if prop.config.get("data_source_id") == target else {}
    return {"data_source_id": target, "type": kind, kind: kept.get(kind) or inner}


def _options(prop: Property, wanted: Json, new_id: NewId, path: str) -> list[Option]:
    if not isinstance(wanted, list):
        raise bad_body(f"{path}.options", "should be an array.")
    check_length(f"{path}.options", len(wanted), 100)
    kept: list[Option] = []
    for at, body in enumerate(wanted):
        body = check_object(body, f"{path}.options[{at}]")
        name, id_ = check_text(body, "name", path), check_text(body, "id", path)
        option = prop.option(id_) if id_ else prop.option(name or "")
        if option is None:
            if not name:
                raise bad_body(f"{path}.options[{at}].name", "should be defined, instead was `undefined`.")
            option = new_option(prop, name, new_id)
        if name and any(o.name == name and o is not option for o in kept):
            raise invalid(f"Cannot have two options with the same name: {name}.")
        option.name = name or option.name
        option.color = check_color(body.get("color", option.color), f"{path}.options[{at}].color")
        option.description = check_text(body, "description", path) or option.description
        option.group = body.get("group", option.group)
        kept.append(option)
    return kept


def new_option(prop: Property, name: str, new_id: NewId) -> Option:
    """An option not yet in the property; a new status option belongs to the To-do group."""
    if prop.type != "status" and "," in name:
        raise invalid("Invalid select option, commas not allowed: " + name)
    check_length(f"properties.{prop.name}.{prop.type}.name", len(name), 100)
    color = "default" if prop.type == "status" else COLORS[len(prop.options) % len(COLORS)]
    return Option(new_id("option"), name, color, None, "To-do" if prop.type == "status" else "")


def shown(prop: Property) -> Json:
    """The property as a data source's `properties` show it."""
    return {
        "id": prop.id, "name": prop.name, "description": prop.description, "type": prop.type,
        prop.type: _config(prop),
    }  # fmt: skip


def _config(prop: Property) -> Json:
    if prop.type not in CHOICES:
        return prop.config
    options = [{"id": o.id, "name": o.name, "color": o.color, "description": o.description} for o in prop.options]
    if prop.type != "status":
        return {"options": options}
    groups = [
        {
            "id": quote(f"{prop.id}-{at}"), "name": name, "color": color,
            "option_ids": [o.id for o in prop.options if o.group == name],
        }
        for at, (name, color) in enumerate(GROUPS.items())
    ]  # fmt: skip
    return {"options": options, "groups": groups}
