"""Rich text: from what a request may send to what a response shows, with the documented size limits.

Limits (request limits page): 100 items an array, 2,000 characters of text and of any URL, 1,000 of an equation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from connectors.sandbox.core import Json
from connectors.sandbox.notion.errors import bad_body, check_length, undefined

PLAIN = {
    "bold": False, "italic": False, "strikethrough": False, "underline": False, "code": False, "color": "default",
}  # fmt: skip

_HUES = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")
COLORS = frozenset({"default", *_HUES, *(f"{hue}_background" for hue in _HUES), "default_background"})

Name = Callable[[str, str], Json]
"""What a mention of (kind, id) looks like: the response's inner object and its plain text, or None if unknown."""


def text(content: str, link: str | None = None, **annotations: Json) -> Json:
    """One response item of type text."""
    return {
        "type": "text",
        "text": {"content": content, "link": {"url": link} if link else None},
        "annotations": PLAIN | annotations,
        "plain_text": content,
        "href": link,
    }


def simple(content: str) -> list[Json]:
    """Plain text as rich text; nothing for an empty string; long text in pieces of 2,000."""
    return [text(content[at : at + 2000]) for at in range(0, len(content), 2000)]


def plain(items: Sequence[Json]) -> str:
    """What a person reads."""
    return "".join(item["plain_text"] for item in items)


def rich_text(items: Json, path: str, name: Name) -> list[Json]:
    """Request items as response items; 400 with the path where one is wrong or too long."""
    if not isinstance(items, list):
        raise bad_body(path, f"should be an array, instead was `{_shown(items)}`.")
    check_length(path, len(items), 100)
    return [_item(item, f"{path}[{at}]", name) for at, item in enumerate(items)]


def check_color(color: Json, path: str) -> Json:
    """The color, if the API knows it; else 400."""
    if not isinstance(color, str) or color not in COLORS:
        raise bad_body(path, f"should be a color, instead was `{_shown(color)}`.")
    return color


def check_object(value: Json, path: str) -> dict[str, Json]:
    """The object that must stand here; else 400."""
    if not isinstance(value, dict):
        raise bad_body(path, f"should be an object, instead was `{_shown(value)}`.")
    return value


def check_text(body: dict[str, Json], name: str, path: str) -> str | None:
    """A string of an object, or None when it is not there; else 400."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise bad_body(f"{path}.{name}", f"should be a string, instead was `{value}`.")
    return value


def _item(item: Json, path: str, name: Name) -> Json:
    item = check_object(item, path)
    looks = check_object(item.get("annotations") or {}, f"{path}.annotations")
    annotations = PLAIN | {k: v for k, v in looks.items() if k in PLAIN}
    check_color(annotations["color"], f"{path}.annotations.color")
    if "text" in item:
        return _text(item["text"], f"{path}.text", annotations)
    if "equation" in item:
        expression = str(check_object(item["equation"], f"{path}.equation").get("expression", ""))
        check_length(f"{path}.equation.expression", len(expression), 1000)
        return _shaped("equation", {"expression": expression}, annotations, expression, None)
    if "mention" in item:
        return _mention(item["mention"], f"{path}.mention", annotations, name)
    raise undefined(f"{path}.text")


def _text(body: Json, path: str, annotations: Json) -> Json:
    content = body.get("content") if isinstance(body, dict) else None
    if not isinstance(content, str):
        raise bad_body(f"{path}.content", f"should be a string, instead was `{_shown(content)}`.")
    check_length(f"{path}.content", len(content), 2000)
    link = check_object(body.get("link") or {}, f"{path}.link").get("url")
    if link is not None and not isinstance(link, str):
        raise bad_body(f"{path}.link.url", "should be a string.")
    if link is not None:
        check_length(f"{path}.link.url", len(link), 2000)
    return text(content, link) | {"annotations": annotations}


def _mention(body: Json, path: str, annotations: Json, name: Name) -> Json:
    body = check_object(body, path)
    kind = next((k for k in ("user", "page", "database", "date", "link_mention", "custom_emoji") if k in body), None)
    if kind is None:
        raise undefined(f"{path}.user")
    if kind == "date":
        date = date_value(body["date"], f"{path}.date")
        shown = date["start"] + (f" → {date['end']}" if date["end"] else "")
        return _shaped("mention", {"type": "date", "date": date}, annotations, shown, None)
    found = name(kind, str(check_object(body[kind], f"{path}.{kind}").get("id", "")))
    if found is None:
        raise bad_body(f"{path}.{kind}.id", "should be the id of something that exists and is shared.")
    inner, shown, href = found
    return _shaped("mention", {"type": kind, kind: inner}, annotations, shown, href)


def _shaped(kind: str, inner: Json, annotations: Json, shown: str, href: str | None) -> Json:
    return {"type": kind, kind: inner, "annotations": annotations, "plain_text": shown, "href": href}


def date_value(body: Json, path: str) -> Json:
    """A date as Notion shows it: days as they are, instants with milliseconds and offset."""
    if not isinstance(body, dict) or not isinstance(body.get("start"), str):
        raise undefined(f"{path}.start")
    end = body.get("end")
    return {
        "start": _moment(body["start"], f"{path}.start"),
        "end": _moment(end, f"{path}.end") if end else None,
        "time_zone": body.get("time_zone"),
    }


def _moment(value: str, path: str) -> str:
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise bad_body(path, f"should be a valid ISO 8601 date string, instead was `{_shown(value)}`.") from None
    if len(value) == 10:
        return value
    return (
        instant.isoformat(timespec="milliseconds")
        if instant.tzinfo
        else f"{instant.isoformat('T', 'milliseconds')}+00:00"
    )


def _shown(value: Json) -> str:
    return "undefined" if value is None else f'"{value}"' if isinstance(value, str) else str(value)
