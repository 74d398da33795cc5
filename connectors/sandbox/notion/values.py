"""Property values: from a request to what is kept, and from what is kept to a response.

Per request at most 100 options, relations, people (request limits page); responses cut references at 25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.sandbox.core import Json
from connectors.sandbox.notion import texts
from connectors.sandbox.notion.errors import bad_body, check_length, invalid
from connectors.sandbox.notion.records import Option, Page, Property
from connectors.sandbox.notion.schema import new_option
from connectors.sandbox.notion.times import minute

if TYPE_CHECKING:
    from connectors.sandbox.notion.names import Names

READ_ONLY = frozenset({
    "formula", "rollup", "created_time", "created_by", "last_edited_time", "last_edited_by", "unique_id", "button",
    "location", "last_visited_time",
})  # fmt: skip
REFERENCES = 25
LISTS = frozenset({"title", "rich_text", "people", "relation", "files", "multi_select"})
STRINGS = {"url": 2000, "email": 200, "phone_number": 200}


def read(prop: Property, body: Json, names: Names, path: str) -> Json:
    """The value to keep; 400 where the request's value is wrong. Unknown select options are added."""
    if not isinstance(body, Mapping):
        body = {prop.type: body}
    given = body.get("type") or next((k for k in body if k not in ("id", "name", "has_more")), None)
    if prop.type in READ_ONLY:
        raise invalid(f"{prop.name} is {prop.type}, which cannot be updated.")
    if given != prop.type or prop.type not in body:
        raise invalid(f"{prop.name} is expected to be {prop.type}.")
    value, path = body[prop.type], f"{path}.{prop.type}"
    if prop.type in LISTS:
        return _list(prop, value, names, path)
    if value is None:
        return False if prop.type == "checkbox" else None
    return _single(prop, value, names, path)


def _list(prop: Property, value: Json, names: Names, path: str) -> Json:
    if not isinstance(value, list):
        raise bad_body(path, "should be an array.")
    if prop.type in ("title", "rich_text"):
        return texts.rich_text(value, path, names.mention)
    check_length(path, len(value), 100)
    if prop.type == "multi_select":
        return list(dict.fromkeys(_option(prop, one, names, f"{path}[{at}]").id for at, one in enumerate(value)))
    if prop.type == "people":
        return [names.person_id(one, f"{path}[{at}]") for at, one in enumerate(value)]
    if prop.type == "relation":
        return [names.related_id(one, prop, f"{path}[{at}]") for at, one in enumerate(value)]
    return [names.file(one, f"{path}[{at}]") for at, one in enumerate(value)]


def _single(prop: Property, value: Json, names: Names, path: str) -> Json:
    if prop.type in ("select", "status"):
        return _option(prop, value, names, path).id
    if prop.type == "date":
        return texts.date_value(value, path)
    if prop.type == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise bad_body(path, f'should be a number, instead was `"{value}"`.')
    if prop.type == "verification":
        return {"verified_by": None, "date": None, **texts.check_object(value, path)}
    if prop.type == "checkbox" and not isinstance(value, bool):
        raise bad_body(path, f'should be a boolean, instead was `"{value}"`.')
    if prop.type in STRINGS:
        if not isinstance(value, str):
            raise bad_body(path, f"should be a string, instead was `{value}`.")
        check_length(path, len(value), STRINGS[prop.type])
        return value or None
    return value


def _option(prop: Property, body: Json, names: Names, path: str) -> Option:
    if not isinstance(body, Mapping) or not (body.get("id") or body.get("name")):
        raise bad_body(f"{path}.name", "should be defined, instead was `undefined`.")
    wanted = str(body.get("id") or body.get("name"))
    option = next((o for o in prop.options if wanted == (o.id if body.get("id") else o.name)), None)
    if option is None:
        if prop.type == "status" or body.get("id"):
            raise invalid(f'Invalid {prop.type} option. {prop.type.capitalize()} option "{wanted}" does not exist.')
        option = new_option(prop, wanted, names.new_id)
        prop.options.append(option)
    return option


# ---- showing -------------------------------------------------------------------------------------------------


def show(page: Page, prop: Property, names: Names, *, cut: bool = True) -> Json:
    """The value as a page's `properties` show it. `cut`: lists of references stop at 25."""
    value = whole(page, prop, names)
    shown: dict[str, Json] = {"id": prop.id, "type": prop.type, prop.type: value}
    if prop.type == "relation":
        shown["has_more"] = cut and len(value) > REFERENCES
    if cut and isinstance(value, list) and len(value) > REFERENCES and prop.type in LISTS:
        shown[prop.type] = _cut(prop.type, value)
    return shown


def _cut(type_: str, value: list[Json]) -> list[Json]:
    if type_ in ("people", "relation"):
        return value[:REFERENCES]
    if type_ not in ("title", "rich_text"):
        return value
    mentions = [at for at, item in enumerate(value) if item["type"] == "mention"]
    return value[: mentions[REFERENCES]] if len(mentions) > REFERENCES else value


def whole(page: Page, prop: Property, names: Names) -> Json:
    """The complete value under the type's key."""
    type_ = prop.type
    value = page.values.get(prop.id)
    if type_ in ("select", "status"):
        return names.option(prop, value) if value else None
    if type_ == "multi_select":
        return [one for one in (names.option(prop, id_) for id_ in value or ()) if one]
    if type_ == "people":
        return [names.person(id_) for id_ in value or ()]
    if type_ == "relation":
        return [{"id": id_} for id_ in value or ()]
    if type_ in LISTS:
        return value or []
    if type_ == "checkbox":
        return bool(value)
    return _derived(page, prop, names) if type_ in READ_ONLY else value


def _derived(page: Page, prop: Property, names: Names) -> Json:
    type_ = prop.type
    if type_ == "created_time":
        return minute(page.created)
    if type_ == "last_edited_time":
        return minute(page.edited)
    if type_ in ("created_by", "last_edited_by"):
        return names.person(page.created_by if type_ == "created_by" else page.edited_by)
    if type_ == "unique_id":
        return {"prefix": prop.config.get("prefix"), "number": page.number}
    seeded = page.values.get(prop.id)
    if seeded is not None:
        return seeded
    if type_ == "formula":
        return {"type": "string", "string": None}
    if type_ == "rollup":
        return {"type": "array", "array": [], "function": prop.config.get("function", "show_original")}
    return {} if type_ == "button" else None


def from_plain(prop: Property, value: Json, names: Names) -> Json:
    """A request value from a plain one, for acts: text, numbers, names of options and people, ids of pages."""
    type_ = prop.type
    if isinstance(value, Mapping) and type_ in value:
        return value
    if type_ in ("title", "rich_text"):
        return {type_: [{"text": {"content": piece["plain_text"]}} for piece in texts.simple(str(value or ""))]}
    if type_ in ("select", "status"):
        return {type_: {"name": value} if value else None}
    if type_ == "multi_select":
        return {type_: [{"name": name} for name in value or ()]}
    if type_ == "people":
        people = value if isinstance(value, list | tuple) else [value] if value else []
        return {type_: [{"id": names.somebody(one)} for one in people]}
    if type_ == "relation":
        return {type_: [{"id": id_} for id_ in value or ()]}
    if type_ == "date":
        return {type_: {"start": value} if isinstance(value, str) else value}
    return {type_: value}
