"""What Notion says, in the model's words: rows, people, rows of our own table. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import unquote

import orjson

from connectors.addresses import found_in
from connectors.base import OwnRow
from connectors.errors import Garbled
from connectors.model import Field, ItemKind, Person, Placement, Presence, Ref, Value, WorkItem
from connectors.notion.schema import Binding, Property
from connectors.notion.values import NOTHING, Reading, reading

Json = Any
Row = Mapping[str, Json]

KINDS: Mapping[str, ItemKind] = {
    "work": "page", "ideas": "idea", "experiments": "experiment", "pages": "page",
}  # fmt: skip
COMMA = "\u201a"
"""Stands for a comma in our own option names: Notion refuses commas there (Notion's reference, property values)."""


def instant(text: str) -> datetime:
    """Both of Notion's ways to write an instant (`…:00.000Z`, `….607+00:00`), in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def work_item(source: str, binding: Binding, row: Row) -> WorkItem:
    """A row of a data source. Raises Garbled when it is not the page object that Notion documents."""
    try:
        item = _work_item(source, binding, row)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Garbled(f"page {row.get('id', 'without an id')} is not what Notion documents: {error!r}") from error
    return dataclasses.replace(item, version=_version(binding, item))


def _version(binding: Binding, item: WorkItem) -> str:
    """A hash of the row as the model sees it: edits within one of Notion's minutes still differ.

    Our own properties count while they hold something, so that making them changes no row. What is read beside the
    row counts by its name.
    """
    told = tuple(one for one in item.fields if one.value is not None or one.id not in binding.own)
    beside = [*(prop.id for prop in binding.complete), *(["body"] if binding.body else [])]
    hashed = orjson.dumps([dataclasses.replace(item, fields=told), *beside], default=list)
    return hashlib.sha256(hashed).hexdigest()[:24]


def _work_item(source: str, binding: Binding, row: Row) -> WorkItem:
    properties = _by_id(row)
    owner, helpers, group = _owners(binding.owner, properties)
    status, _ = _read(binding.status, properties)
    due, _ = _read(binding.due, properties)
    return WorkItem(
        ref=Ref(source, row["id"]),
        kind=KINDS[binding.role],
        title=title_of(row),
        url=row.get("url") or "",
        created_at=instant(row["created_time"]),
        modified_at=instant(row["last_edited_time"]),
        version="",
        placements=(Placement(home_of(row) or binding.schema.id, status if isinstance(status, str) else None),),
        created_by=(row.get("created_by") or {}).get("id"),
        owner=owner,
        helpers=helpers,
        due=_last_day(due),
        fields=tuple(_fields(binding, properties, group)),
        links=tuple(dict.fromkeys(_links(binding, properties))),
        presence=presence(row),
    )


def home_of(row: Row) -> str | None:
    """The data source that a row belongs to, None for a page that is no row."""
    parent = row.get("parent") or {}
    return parent.get("data_source_id")


def presence(row: Row) -> Presence:
    """In the trash, archived (a state of its own since 2026), or there."""
    if row.get("in_trash"):
        return "trashed"
    return "archived" if row.get("is_archived") else "present"


def title_of(row: Row) -> str:
    """The words of the title property, whatever its name."""
    titles = (body for body in row["properties"].values() if body.get("type") == "title")
    return next((reading(body)[1] for body in titles), "")


def _by_id(row: Row) -> dict[str, Row]:
    return {unquote(body["id"]): body for body in row["properties"].values()}


def _read(prop: Property | None, properties: Mapping[str, Row]) -> Reading:
    body = properties.get(prop.id) if prop else None
    return reading(body) if body else NOTHING


def _owners(prop: Property | None, properties: Mapping[str, Row]) -> tuple[str | None, tuple[str, ...], Row | None]:
    """The first person, the others, and the first group: a group is a team, nobody's name."""
    body = properties.get(prop.id) if prop else None
    who = (body.get(body["type"]) or ()) if body else ()
    listed = [who] if isinstance(who, Mapping) else list(who)
    people = [one["id"] for one in listed if one.get("object") != "group"]
    group = next((one for one in listed if one.get("object") == "group"), None)
    return (people[0] if people else None), tuple(people[1:]), group


def _fields(binding: Binding, properties: Mapping[str, Row], group: Row | None) -> Iterator[Field]:
    team_is_known = False
    for prop in binding.fields:
        value, text = _read(prop, properties)
        if prop.mark and prop.type in ("select", "status"):
            text = text.replace(COMMA, ",")
        team_is_known |= prop == binding.team and value is not None
        if not (prop == binding.team and value is None and group):
            yield Field(prop.id, prop.name, prop.type, value, text)
    if group and not team_is_known:
        id_, name = (binding.team.id, binding.team.name) if binding.team else ("group", "Team")
        yield Field(id_, name, "group", group["id"], group.get("name") or group["id"])


def _links(binding: Binding, properties: Mapping[str, Row]) -> Iterator[str]:
    """What a row names others by: addresses in its link and in URL properties, ids of pages in relations."""
    for prop in (binding.link, *binding.fields):
        body = properties.get(prop.id) if prop else None
        if prop is None or body is None:
            continue
        value, text = reading(body)
        if prop.type == "relation":
            yield from value if isinstance(value, tuple) else ()
        elif prop == binding.link or prop.type == "url":
            parts = body.get("rich_text") or ()
            yield from (part["href"] for part in parts if (part.get("href") or "").startswith("http"))
            yield from found_in(text)


def _last_day(due: Value) -> str | None:
    last = due[-1] if isinstance(due, tuple) and due else due
    return last if isinstance(last, str) else None


# ---- people --------------------------------------------------------------------------------------------------


def person(source: str, user: Row, me: str | None, bots: Iterable[str] = ()) -> Person:
    """A user or group object. `bots`: ids, names or addresses that the config lists."""
    email = (user.get("person") or {}).get("email")
    name = user.get("name") or user["id"]
    kind: Literal["person", "bot", "group", "own"] = "person"
    if user["id"] == me:
        kind = "own"
    elif user.get("object") == "group":
        kind = "group"
    elif user.get("type") == "bot" or {user["id"], name, email} & set(bots):
        kind = "bot"
    return Person(Ref(source, user["id"]), name, email, kind)


def users_in(row: Row) -> Iterator[Row]:
    """The users and groups that a row names in full; partial ones (an id alone) are left out."""
    for body in row.get("properties", {}).values():
        who = (
            body.get(body.get("type", "")) if body.get("type") in {"people", "created_by", "last_edited_by"} else None
        )
        for one in [who] if isinstance(who, Mapping) else who or ():
            if one.get("name"):
                yield one


# ---- our own rows --------------------------------------------------------------------------------------------


def own_row(row: Row, columns: Mapping[str, str], key_field: str) -> OwnRow:
    """A row of our own table. `columns`: our name of each column → its property id, so that renaming is harmless."""
    values = own_values(row, columns)
    key = values.get(key_field)
    return OwnRow(
        key=key if isinstance(key, str) else "",
        remote=row["id"],
        url=row.get("url") or "",
        values=values,
        edited_at=instant(row["last_edited_time"]),
        edited_by=(row.get("last_edited_by") or {}).get("id"),
        trashed=presence(row) != "present",
    )


def own_values(row: Row, columns: Mapping[str, str]) -> dict[str, Value]:
    """What our columns hold, in the form in which changes write them: an option by name, a date by its day."""
    properties = _by_id(row)
    held = {name: properties[id_] for name, id_ in columns.items() if id_ in properties}
    return {name: own_value(body) for name, body in held.items() if body["type"] != "last_edited_by"}


def own_value(body: Row) -> Value:
    """One property's value as a change would write it."""
    value, text = reading(body)
    if value is None:
        return None
    match body["type"]:
        case "select" | "status":
            return text.replace(COMMA, ",")
        case "multi_select":
            return tuple(option["name"].replace(COMMA, ",") for option in body["multi_select"])
        case "date":
            first = value[0] if isinstance(value, tuple) else value
            return str(first)
        case _:
            return value
