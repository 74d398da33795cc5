"""Rich text and property values as escaped HTML."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from connectors.sandbox.core import Json
from connectors.sandbox.notion import values
from connectors.sandbox.notion.names import Names
from connectors.sandbox.notion.records import Page, Property

_MARKS = (("bold", "b"), ("italic", "i"), ("strikethrough", "s"), ("underline", "u"), ("code", "code"))


def safe_url(url: str) -> str:
    """The URL for an attribute; `#` for one that is no web, mail or local address."""
    return escape(url) if urlsplit(url.strip()).scheme.lower() in ("http", "https", "mailto", "") else "#"


def rich(items: list[Json]) -> str:
    """Rich text with its looks and links."""
    return "".join(_item(item) for item in items)


def _item(item: Json) -> str:
    said = escape(item["plain_text"]).replace("\n", "<br>")
    for mark, tag in _MARKS:
        if item["annotations"][mark]:
            said = f"<{tag}>{said}</{tag}>"
    if item["type"] == "mention" and item["mention"]["type"] in ("page", "database"):
        inner = item["mention"][item["mention"]["type"]]
        return f'<a href="/pages/{escape(inner["id"])}">{said}</a>'
    color = item["annotations"]["color"]
    if color != "default":
        said = f'<span class="color-{escape(color)}">{said}</span>'
    return f'<a href="{safe_url(item["href"])}" rel="noreferrer">{said}</a>' if item["href"] else said


def value_html(names: Names, page: Page, prop: Property) -> str:
    """What a cell shows."""
    return _shown(names, prop.type, values.whole(page, prop, names))


def _shown(names: Names, type_: str, value: Json) -> str:
    if value is None or value == []:
        return ""
    if type_ in ("title", "rich_text"):
        return rich(value)
    if type_ in ("select", "status"):
        return _tag(value)
    if type_ == "multi_select":
        return " ".join(_tag(one) for one in value)
    if type_ == "checkbox":
        return "☑" if value else "☐"
    if type_ == "date":
        return escape(value["start"][:16].replace("T", " ") + (f" → {value['end'][:16]}" if value["end"] else ""))
    if type_ in ("people", "created_by", "last_edited_by"):
        people = value if isinstance(value, list) else [value]
        return ", ".join(escape(one.get("name") or one["id"]) for one in people)
    if type_ == "url":
        return f'<a href="{safe_url(value)}" rel="noreferrer">{escape(value)}</a>'
    return _other(names, type_, value)


def _other(names: Names, type_: str, value: Json) -> str:
    if type_ == "relation":
        return ", ".join(_related(names, one["id"]) for one in value)
    if type_ == "unique_id":
        return escape("-".join(str(part) for part in (value["prefix"], value["number"]) if part is not None))
    if type_ == "files":
        return ", ".join(escape(one["name"]) for one in value)
    if type_ in ("formula", "rollup"):
        inner = value.get(value["type"])
        if value["type"] == "array":
            return ", ".join(_shown(names, one["type"], one[one["type"]]) for one in inner)
        return _shown(names, value["type"], inner)
    if type_ == "verification":
        return escape(value.get("state", ""))
    if type_ in ("created_time", "last_edited_time"):
        return escape(value[:16].replace("T", " "))
    return "" if type_ == "button" else escape(f"{value:g}" if isinstance(value, float) else str(value))


def _tag(value: Json) -> str:
    return f'<span class="tag color-{escape(value["color"])}">{escape(value["name"])}</span>'


def _related(names: Names, id_: str) -> str:
    page = names.store.nodes.get(id_)
    said = names.title(page) if page else id_
    return f'<a href="/pages/{escape(id_)}">{escape(said or "Untitled")}</a>'
