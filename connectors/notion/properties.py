"""What we write, as Notion takes it: definitions and values of properties, and whether a value stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import Rejected
from connectors.model import OwnField, OwnType, Value
from connectors.notion.mapping import COMMA
from connectors.notion.schema import KEY, OWN, Property
from connectors.notion.texts import LONGEST, clean, rich_text

Json = Any

EDITED_BY = "Edited by"
"""The column by which our own row writes are told from people's edits."""
TITLE = "Finding"

TYPES: Mapping[OwnType, str] = {
    "option": "select", "date": "date", "text": "rich_text", "number": "number", "url": "url",
}  # fmt: skip
_FITTING: Mapping[OwnType, frozenset[str]] = {
    "option": frozenset({"select", "status"}),
    "date": frozenset({"date"}),
    "text": frozenset({"rich_text", "title"}),
    "number": frozenset({"number"}),
    "url": frozenset({"url"}),
}


def definition(own: OwnField, *, key: bool = False) -> dict[str, Json]:
    """A property of ours, as a schema request defines it. `key`: it holds the keys by which we know our rows."""
    kind = TYPES[own.type]
    options = {"options": [{"name": option_name(name)} for name in own.options]} if own.type == "option" else {}
    description = f"{KEY} Leave it as it is." if key else f"{OWN} A value that a person changes is left alone."
    return {"type": kind, kind: options, "description": description}


def table_definition(fields: Sequence[OwnField], key_field: str) -> dict[str, Json]:
    """All columns of our own table: title, key, the given ones, and who edited a row last."""
    named = {own.name: own for own in fields}
    columns: dict[str, Json] = {TITLE: {"type": "title", "title": {}}}
    columns |= {name: definition(own) for name, own in named.items() if name not in {TITLE, EDITED_BY, key_field}}
    columns[key_field] = definition(OwnField(key_field, "text"), key=True)
    columns[EDITED_BY] = {"type": "last_edited_by", "last_edited_by": {}, "description": f"{OWN} Read only."}
    return columns


def fits(own: OwnField, prop: Property) -> bool:
    """Whether a property that exists can hold what we write there."""
    return prop.type in _FITTING[own.type]


def option_name(name: str) -> str:
    """An option's name as Notion accepts it: no comma, at most 100 characters."""
    return " ".join(clean(name).replace(",", COMMA).split())[:100]


def written(prop: Property, value: Value) -> dict[str, Json]:
    """A property's value for a page request; None empties it. Rejected when the property cannot hold it."""
    kind = prop.type
    if kind in {"title", "rich_text"}:
        return {kind: rich_text("" if value is None else str(value))}
    if value is None:
        return {kind: None if kind not in {"multi_select", "people", "relation", "files"} else []}
    match kind:
        case "select" | "status":
            return {kind: _option(prop, str(value))}
        case "multi_select":
            names = value if isinstance(value, tuple) else (str(value),)
            return {kind: [_option(prop, name) for name in names]}
        case "date":
            start, end = value if isinstance(value, tuple) and len(value) == 2 else (str(value), None)
            return {kind: {"start": start, "end": end} if end else {"start": start}}
        case "number" if isinstance(value, int | float):
            return {kind: value}
        case "checkbox":
            return {kind: bool(value)}
        case "url" | "email" | "phone_number":
            return {kind: clean(str(value))[:LONGEST]}
    raise Rejected(f"property {prop.name!r} is of type {kind}, which cannot hold {value!r}")


def _option(prop: Property, name: str) -> dict[str, str]:
    # by id where the option exists: a name may have been renamed by a person, and Notion cannot add a status by name
    wanted = option_name(name)
    known = next((id_ for id_, label in prop.options if label == wanted), None)
    return {"id": known} if known else {"name": wanted}


def same(one: Value, other: Value) -> bool:
    """Whether two values say the same: 3 is 3.0, "" is nothing, a line break is a line break."""
    return _canonical(one) == _canonical(other)


def _canonical(value: Value) -> Value:
    if isinstance(value, str):
        return clean(value) or None
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value or None if isinstance(value, tuple) else value
