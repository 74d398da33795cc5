"""The values of Notion's property types, as plain values and as words. Pure.

Shapes: the types of Notion's JavaScript SDK 5.26 (`PageObjectResponse`). Unknown types are kept as JSON text, so
that a change in them is noticed even before we know what they mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.model import Value

Json = Any
Reading = tuple[Value, str]
"""What a property holds, and what a person sees there; an empty property is `(None, "")`."""

NOTHING: Reading = (None, "")
REFERENCES_SHOWN = 25
"""Pages and queries cut relations, people and mentions after so many (Notion's reference on data source queries)."""


def reading(prop: Mapping[str, Json]) -> Reading:
    """The value and the words of one property as a page or a rollup carries it."""
    kind = prop.get("type", "")
    body = prop.get(kind)
    if kind == "relation":
        return _relation(body or [], bool(prop.get("has_more")))
    if kind in _SILENT or body is None:
        return NOTHING
    read = _READERS.get(kind)
    return read(body) if read else (_as_json(body), "")


def plain_text(rich_text: Sequence[Mapping[str, Json]] | None) -> str:
    """The words of a rich text."""
    return "".join(part.get("plain_text") or part.get("text", {}).get("content", "") for part in rich_text or ())


def _text(body: Json) -> Reading:
    words = plain_text(body)
    return (words, words) if words else NOTHING


def _plain(body: Json) -> Reading:
    return (body, str(body)) if body != "" else NOTHING


def _number(body: Json) -> Reading:
    whole = isinstance(body, float) and body.is_integer()
    return body, str(int(body) if whole else body)


def _checkbox(body: Json) -> Reading:
    return bool(body), "yes" if body else "no"


def _option(body: Json) -> Reading:
    return body.get("id") or body.get("name"), body.get("name") or ""


def _options(body: Json) -> Reading:
    return _several([(one.get("id") or one.get("name"), one.get("name") or "") for one in body])


def _date(body: Json) -> Reading:
    start, end = body.get("start"), body.get("end")
    if not start:
        return NOTHING
    return ((start, end), f"{start} – {end}") if end else (start, start)


def _person(body: Json) -> Reading:
    return body.get("id"), body.get("name") or ""


def _people(body: Json) -> Reading:
    return _several([(one.get("id"), one.get("name") or "") for one in body])


def _files(body: Json) -> Reading:
    # names only: the addresses are signed anew on every read
    return _several([(one.get("name") or "", one.get("name") or "") for one in body])


def _relation(body: Json, more: bool) -> Reading:
    ids = tuple(one["id"] for one in body)
    if not ids:
        return NOTHING
    return ids, f"{len(ids)} linked" + (", and more that Notion leaves out" if more else "")


def _unique_id(body: Json) -> Reading:
    number, prefix = body.get("number"), body.get("prefix")
    if number is None:
        return NOTHING
    words = f"{prefix}-{number}" if prefix else str(number)
    return words, words


def _state(body: Json) -> Reading:
    state = body.get("state")
    return (state, state) if state else NOTHING


def _place(body: Json) -> Reading:
    words = (
        body.get("name") or body.get("address") or ", ".join(str(body[key]) for key in ("lat", "lon") if key in body)
    )
    return (words, words) if words else NOTHING


def _formula(body: Json) -> Reading:
    return reading({"type": body.get("type", ""), body.get("type", ""): body.get(body.get("type", ""))})


def _rollup(body: Json) -> Reading:
    if body.get("type") == "array":
        parts = [reading(part) for part in body.get("array") or ()]
        return _several([(words if isinstance(value, tuple) else value, words) for value, words in parts])
    return _formula(body)


def _several(pairs: Sequence[tuple[Json, str]]) -> Reading:
    kept = [(value, words) for value, words in pairs if value is not None]
    if not kept:
        return NOTHING
    return tuple(str(value) for value, _ in kept), ", ".join(words for _, words in kept if words)


def _as_json(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_SILENT = frozenset({"button", "unsupported", "incomplete"})
_READERS: Mapping[str, Callable[[Json], Reading]] = {
    "title": _text, "rich_text": _text, "number": _number, "select": _option, "status": _option,
    "multi_select": _options, "date": _date, "people": _people, "files": _files, "checkbox": _checkbox,
    "boolean": _checkbox, "string": _plain, "url": _plain, "email": _plain, "phone_number": _plain,
    "created_time": _plain, "last_edited_time": _plain, "created_by": _person, "last_edited_by": _person,
    "unique_id": _unique_id, "verification": _state, "place": _place, "formula": _formula, "rollup": _rollup,
}  # fmt: skip
