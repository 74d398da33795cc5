"""Custom field values, from Asana's shapes to ours."""

from __future__ import annotations

from typing import Any

from connectors.model import Value

Json = Any

KINDS: tuple[str, ...] = ("enum", "multi_enum", "number", "text", "date", "people")
_VALUE_KEYS = {
    "enum": "enum_value", "multi_enum": "multi_enum_values", "number": "number_value", "text": "text_value",
    "date": "date_value", "people": "people_value",
}  # fmt: skip


def current(field: Json) -> tuple[Value, str]:
    """The value of a task's custom field, and what a person sees.

    Options and people by gid, several as a tuple; dates as text; None when empty. A formula, or a type that is
    not known here, has only its `display_value`.
    """
    kind = field.get("resource_subtype") or ""
    raw = field.get(_VALUE_KEYS.get(kind, "display_value"))
    value, text = _translated(kind, raw)
    if kind == "number" and value is not None:
        text = field.get("display_value") or text
    return value, text


def changed(story: Json, side: str) -> tuple[str | None, str | None]:
    """The `old` or `new` value of a custom field story, as one text by id and one by name; None when empty.

    Only the keys of the field's own type are filled, so the first one with a value is the value.
    """
    for kind in KINDS:
        key = _VALUE_KEYS[kind]
        raw = story.get(f"{side}_{key}")
        if raw not in (None, [], ""):
            value, text = _translated(kind, raw)
            return as_text(value), text or None
    return None, None


def as_text(value: Value) -> str | None:
    """A value as one line: ids of several joined by commas, whole numbers without a fraction."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _translated(kind: str, raw: Json) -> tuple[Value, str]:
    if raw in (None, [], ""):
        return None, ""
    if kind == "enum":
        return raw["gid"], raw.get("name") or ""
    if kind in ("multi_enum", "people"):
        return tuple(one["gid"] for one in raw), ", ".join(one.get("name") or "" for one in raw)
    if kind == "date":
        day = date_text(raw)
        return day, day or ""
    if kind == "number":
        return raw, as_text(raw) or ""
    return raw, str(raw)


def date_text(dates: Json) -> str | None:
    """The instant if there is one, else the day. Tasks say `date`, `date_time`; stories `due_on`, `due_at`."""
    if isinstance(dates, str):
        return dates
    for key in ("date_time", "due_at", "date", "due_on", "start_on"):
        if dates.get(key):
            return str(dates[key])
    return None
