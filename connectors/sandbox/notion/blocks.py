"""Blocks as requests send them: checked against the documented limits and turned into drafts.

Limits (append block children): 100 children in any array, 2 levels of nesting, 1,000 blocks a request; a table comes
with its rows; `archived` must not be sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connectors.sandbox.core import Json
from connectors.sandbox.notion import texts
from connectors.sandbox.notion.errors import bad_body, check_length, undefined
from connectors.sandbox.notion.names import Names, uuid_of

COLORED = (
    "paragraph", "heading_1", "heading_2", "heading_3", "heading_4", "bulleted_list_item", "numbered_list_item",
    "quote", "to_do", "toggle", "callout",
)  # fmt: skip
HEADINGS = ("heading_1", "heading_2", "heading_3", "heading_4")
MEDIA = ("image", "video", "pdf", "file", "audio")
LINKS = ("embed", "bookmark")
BARE = ("divider", "breadcrumb")
NESTING = (
    *COLORED, "template", "table", "column_list", "column", "synced_block", "tab",
)  # fmt: skip
TYPES = (
    *NESTING, *MEDIA, *LINKS, *BARE, "code", "equation", "table_of_contents", "link_to_page", "table_row",
)  # fmt: skip
MOST_BLOCKS = 1000
MOST_NESTING = 2


@dataclass(slots=True)
class Draft:
    """A block to be. `id`: the child page or database that it stands for."""

    type: str
    content: Json
    children: list[Draft] = field(default_factory=list)
    id: str | None = None


def drafts(bodies: Json, names: Names, path: str) -> list[Draft]:
    """Request blocks as drafts; 400 with the path where one is wrong."""
    made = _drafts(bodies, names, path, 0)
    if sum(1 for _ in walk(made)) > MOST_BLOCKS:
        raise bad_body(path, f"should have at most `{MOST_BLOCKS}` blocks in all.")
    return made


def walk(made: list[Draft]) -> Iterator[Draft]:
    """All drafts, parents before children."""
    for draft in made:
        yield draft
        yield from walk(draft.children)


def _drafts(bodies: Json, names: Names, path: str, depth: int) -> list[Draft]:
    if not isinstance(bodies, list):
        raise bad_body(path, "should be an array.")
    check_length(path, len(bodies), 100)
    return [_draft(body, names, f"{path}[{at}]", depth) for at, body in enumerate(bodies)]


def _draft(body: Json, names: Names, path: str, depth: int) -> Draft:
    if not isinstance(body, Mapping):
        raise bad_body(path, "should be an object.")
    if "archived" in body or "in_trash" in body:
        raise bad_body(f"{path}.{'archived' if 'archived' in body else 'in_trash'}", "should be not present.")
    type_ = next((t for t in TYPES if t in body), None)
    if type_ is None:
        raise bad_body(path, f"should have a block type, such as `{path}.paragraph`.")
    inner = texts.check_object(body[type_] or {}, f"{path}.{type_}")
    below = inner.get("children") or body.get("children") or []
    if below and depth >= MOST_NESTING:
        raise bad_body(f"{path}.{type_}.children", "should be not present, instead was an array.")
    if below and type_ not in NESTING:
        raise bad_body(f"{path}.{type_}.children", "should be not present, instead was an array.")
    if type_ in ("table", "column_list") and not below:
        raise undefined(f"{path}.{type_}.children")
    made = Draft(type_, content(type_, inner, names, f"{path}.{type_}"))
    made.children = _drafts(below, names, f"{path}.{type_}.children", depth + 1)
    if type_ == "table":
        _check_rows(made, f"{path}.table")
    return made


def _check_rows(table: Draft, path: str) -> None:
    for at, row in enumerate(table.children):
        if row.type != "table_row":
            raise undefined(f"{path}.children[{at}].table_row")
        if len(row.content["cells"]) != table.content["table_width"]:
            raise bad_body(
                f"{path}.children[{at}].table_row.cells.length",
                f"should be `{table.content['table_width']}`, instead was `{len(row.content['cells'])}`.",
            )


def content(type_: str, body: Json, names: Names, path: str, before: Json = None) -> Json:
    """What stands under the type's key in a response. `before`: the content that this request updates."""
    body = texts.check_object(body, path)
    if type_ in BARE or type_ in ("column_list", "tab"):
        return {}
    if type_ in MEDIA:
        return _media(type_, body, names, path)
    if type_ in LINKS:
        url = body.get("url")
        if not isinstance(url, str):
            raise undefined(f"{path}.url")
        check_length(f"{path}.url", len(url), 2000)
        return {"url": url, "caption": _caption(body, names, path)}
    if type_ == "table":
        return {
            "table_width": _width(body.get("table_width", (before or {}).get("table_width")), path),
            "has_column_header": bool(body.get("has_column_header", (before or {}).get("has_column_header", False))),
            "has_row_header": bool(body.get("has_row_header", (before or {}).get("has_row_header", False))),
        }
    if type_ == "table_row":
        cells = body.get("cells")
        if not isinstance(cells, list):
            raise undefined(f"{path}.cells")
        check_length(f"{path}.cells", len(cells), 100)
        read = enumerate(cells)
        return {"cells": [texts.rich_text(one, f"{path}.cells[{at}]", names.mention) for at, one in read]}
    return _other(type_, body, names, path, before or {})


def _width(width: Json, path: str) -> int:
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise bad_body(f"{path}.table_width", f"should be a number ≥ `1`, instead was `{width}`.")
    return width


def _other(type_: str, body: Json, names: Names, path: str, before: Json) -> Json:
    if type_ == "equation":
        expression = str(body.get("expression", ""))
        check_length(f"{path}.expression", len(expression), 1000)
        return {"expression": expression}
    if type_ == "table_of_contents":
        return {"color": texts.check_color(body.get("color", "default"), f"{path}.color")}
    if type_ == "column":
        return {"width_ratio": body["width_ratio"]} if "width_ratio" in body else {}
    if type_ == "synced_block":
        return {"synced_from": body.get("synced_from")}
    if type_ == "link_to_page":
        key = next((k for k in ("page_id", "database_id", "comment_id") if k in body), None)
        if key is None:
            raise undefined(f"{path}.page_id")
        return {"type": key, key: uuid_of(body[key]) or str(body[key])}
    return _textual(type_, body, names, path, before)


def _textual(type_: str, body: Json, names: Names, path: str, before: Json) -> Json:
    if "rich_text" not in body and not before:
        raise undefined(f"{path}.rich_text")
    made: dict[str, Json] = dict(before)
    if "rich_text" in body:
        made["rich_text"] = texts.rich_text(body["rich_text"], f"{path}.rich_text", names.mention)
    if type_ == "code":
        made["caption"] = _caption(body, names, path) if "caption" in body or not before else before["caption"]
        made["language"] = body.get("language", before.get("language", "plain text"))
        return made
    if type_ in HEADINGS:
        made["is_toggleable"] = bool(body.get("is_toggleable", before.get("is_toggleable", False)))
    if type_ == "to_do":
        made["checked"] = bool(body.get("checked", before.get("checked", False)))
    if type_ in ("callout", "paragraph"):
        made["icon"] = icon(body.get("icon", before.get("icon")), names, f"{path}.icon")
    if type_ in COLORED:
        made["color"] = texts.check_color(body.get("color", before.get("color", "default")), f"{path}.color")
    return made


def _caption(body: Json, names: Names, path: str) -> Json:
    return texts.rich_text(body.get("caption") or [], f"{path}.caption", names.mention)


def _media(type_: str, body: Json, names: Names, path: str) -> Json:
    made: dict[str, Json] = {"caption": _caption(body, names, path)}
    read = names.file(body, path)
    made |= {"type": read["type"], read["type"]: read[read["type"]]}
    if type_ == "file":
        made["name"] = read["name"]
    return made


def icon(body: Json, names: Names, path: str) -> Json:
    """A page's or callout's icon as shown; None stays None."""
    if body is None:
        return None
    body = texts.check_object(body, path)
    if "emoji" in body:
        return {"type": "emoji", "emoji": body["emoji"]}
    if "external" in body:
        url = texts.check_object(body["external"], f"{path}.external").get("url")
        if not isinstance(url, str):
            raise undefined(f"{path}.external.url")
        return {"type": "external", "external": {"url": url}}
    if "file_upload" in body:
        return {"type": "file", "file": names.file(body, path)["file"]}
    kind = next((k for k in ("custom_emoji", "icon", "file") if k in body), None)
    if kind is None:
        raise undefined(f"{path}.emoji")
    return {"type": kind, kind: body[kind]}
