"""Changes as plain data and back: what plan files carry, and what the ledger keeps so that a write can be undone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from connectors import document
from connectors.model import (
    Change,
    EnsureFields,
    EnsureTable,
    OwnField,
    PostComment,
    PostStatus,
    PutAway,
    PutBrief,
    PutPage,
    PutRow,
    Ref,
    SetFields,
    Value,
)

TRASH = "in the trash"
"""How the ledger speaks of something that was put away, as if it were a field."""
WORDS = "words"
"""And of what was posted: a hash of its words."""
KINDS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        EnsureFields,
        EnsureTable,
        SetFields,
        PutRow,
        PutPage,
        PutAway,
        PostStatus,
        PostComment,
        PutBrief,
    )
}


def to_data(change: Change) -> dict[str, Any]:
    """A change as values that JSON knows; `is` names its kind."""
    data: dict[str, Any] = {"is": type(change).__name__}
    for field in fields(change):
        value = getattr(change, field.name)
        match value:
            case Ref():
                data[field.name] = str(value)
            case document.Document():
                data[field.name] = document.to_data(value)
            case tuple() if field.name == "fields":
                data[field.name] = [asdict(own) for own in value]
            case tuple() if field.name == "expect":
                data[field.name] = [document.to_data(one) for one in value]
            case Mapping():
                data[field.name] = dict(value)
            case _:
                data[field.name] = value
    return data


def from_data(data: Mapping[str, Any]) -> Change:
    """The change behind `to_data`; keys that this version does not know are left out."""
    kind = KINDS[data["is"]]
    known = {field.name for field in fields(kind)}
    values = {name: value for name, value in data.items() if name in known}
    for name in ("ref", "container"):
        if name in values:
            values[name] = Ref.parse(values[name])
    if "document" in values:
        values["document"] = document.from_data(values["document"])
    if "expect" in values:
        values["expect"] = tuple(map(document.from_data, values["expect"]))
    if "fields" in values:
        values["fields"] = tuple(
            OwnField(own["name"], own["type"], tuple(own["options"])) for own in values["fields"]
        )
    change: Change = kind(**values)
    return change


def wanted_of(change: Change) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
    """What a change expects to find, and what it leaves behind, by field name."""
    match change:
        case SetFields(values=values, before=before) | PutRow(values=values, before=before):
            return before, values
        case PutPage(digest=digest):
            return {}, {"digest": digest}
        case PutAway(away=away):
            return {TRASH: not away}, {TRASH: away}
        case PostStatus() | PostComment():
            return {}, {WORDS: words_of(change)}
        case _:
            return {}, {}


def words_of(change: PostStatus | PostComment) -> str:
    """A short hash of what a post says."""
    head = f"{change.status} {change.title} " if isinstance(change, PostStatus) else ""
    return hashlib.sha256((head + change.text).encode()).hexdigest()[:16]
