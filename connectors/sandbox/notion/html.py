"""Pages, rows and databases as HTML for a person: the body only, everything escaped, nothing that runs.

Whoever serves it puts it into a layout. Links to pages and databases go to `/pages/<id>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from connectors.sandbox.core import Json
from connectors.sandbox.notion.html_values import rich, safe_url, value_html
from connectors.sandbox.notion.records import Block, Database, DataSource, Node, Page, Property

if TYPE_CHECKING:
    from connectors.sandbox.notion.side import NotionSide

_TAGS = {"paragraph": "p", "quote": "blockquote"}
_HEADINGS = ("heading_1", "heading_2", "heading_3", "heading_4")
_LISTS = {"bulleted_list_item": "ul", "numbered_list_item": "ol", "to_do": "ul"}
_MOST_ROWS = 500


def page_html(notion: NotionSide, page_id: str) -> str:
    """A page's properties (for a row), content and comments. KeyError for an unknown id."""
    page = notion.nodes[page_id]
    parts = [_title(notion, page)]
    source = notion.nodes.get(page.parent)
    if isinstance(page, Page) and isinstance(source, DataSource):
        parts.append(_properties(notion, page, source))
    parts.append(_children(notion, page, _highest(notion, page)))
    parts.append(_comments(notion, page))
    return "\n".join(part for part in parts if part)


def database_html(notion: NotionSide, database_id: str) -> str:
    """A table of rows for each data source, newest last. KeyError for an unknown id."""
    database = notion.nodes[database_id]
    sources = [notion.nodes[id_] for id_ in (database.sources if isinstance(database, Database) else [])]
    tables = [_table(notion, source) for source in sources if isinstance(source, DataSource) and not source.in_trash]
    return "\n".join([_title(notion, database), *tables])


def _title(notion: NotionSide, node: Node) -> str:
    icon = (getattr(node, "icon", None) or {}).get("emoji", "")
    said = notion.names.title(node) or "Untitled"
    return f"<h1>{escape(f'{icon} {said}'.strip())}</h1>"


def _properties(notion: NotionSide, page: Page, source: DataSource) -> str:
    rows = "".join(
        f"<tr><th scope=\"row\">{escape(prop.name)}</th><td>{value_html(notion.names, page, prop)}</td></tr>"
        for prop in source.properties.values() if prop.type != "title"
    )  # fmt: skip
    return f'<table class="properties"><tbody>{rows}</tbody></table>' if rows else ""


def _comments(notion: NotionSide, page: Node) -> str:
    items = []
    for comment in notion.comments.values():
        node = notion.nodes.get(comment.parent)
        if node is None or comment.discussion in notion.resolved or notion.page_of(node).id != page.id:
            continue
        author = notion.world.people.find(comment.created_by)
        said, name = rich(comment.rich_text), escape(author.name if author else "Somebody")
        items.append(f"<li><b>{name}</b> <time>{comment.created:%Y-%m-%d %H:%M}</time><br>{said}</li>")
    return f'<section class="comments"><h2>Comments</h2><ul>{"".join(items)}</ul></section>' if items else ""


# ---- blocks --------------------------------------------------------------------------------------------------


def _highest(notion: NotionSide, parent: Node) -> int:
    """Which kind of heading stands right below the title: the largest of the page, so that no level is left out."""
    below = [notion.nodes[id_] for id_ in parent.children]
    living = [node for node in below if isinstance(node, Block) and not node.in_trash]
    own = [_HEADINGS.index(node.type) for node in living if node.type in _HEADINGS]
    return min([*own, *(_highest(notion, node) for node in living)], default=len(_HEADINGS))


def _children(notion: NotionSide, parent: Node, highest: int) -> str:
    made: list[str] = []
    opened = ""
    for node in (notion.nodes[id_] for id_ in parent.children):
        if node.in_trash:
            continue
        wanted = _LISTS.get(node.type, "") if isinstance(node, Block) else ""
        if wanted != opened:
            made += [f"</{opened}>"] if opened else []
            made += [f"<{wanted}>"] if wanted else []
            opened = wanted
        made.append(_block(notion, node, highest) if isinstance(node, Block) else _link(notion, node))
    return "".join([*made, f"</{opened}>" if opened else ""])


def _link(notion: NotionSide, node: Node) -> str:
    sign = "▦" if isinstance(node, Database) else (getattr(node, "icon", None) or {}).get("emoji", "▤")
    said = notion.names.title(node) or "Untitled"
    return f'<p class="child"><a href="/pages/{node.id}">{escape(f"{sign} {said}")}</a></p>'


def _block(notion: NotionSide, block: Block, highest: int) -> str:
    body, type_ = block.content, block.type
    below = _children(notion, block, highest) if type_ != "table" else ""
    color = body.get("color", "default")
    look = "" if color == "default" else f' class="color-{escape(color)}"'
    if type_ in _TAGS or type_ in _HEADINGS:
        tag = _TAGS.get(type_) or f"h{2 + _HEADINGS.index(type_) - highest}"
        return f"<{tag}{look}>{rich(body['rich_text'])}</{tag}>" + (
            f'<div class="below">{below}</div>' if below else ""
        )
    if type_ == "to_do":
        box = f'<input type="checkbox" disabled{" checked" if body["checked"] else ""}>'
        return f'<li class="to-do">{box} {rich(body["rich_text"])}{below}</li>'
    if type_ in _LISTS:
        return f"<li{look}>{rich(body['rich_text'])}{below}</li>"
    if type_ == "toggle":
        return f"<details{look}><summary>{rich(body['rich_text'])}</summary>{below}</details>"
    if type_ == "callout":
        icon = escape((body.get("icon") or {}).get("emoji", ""))
        tone = "" if color == "default" else f" color-{escape(color)}"
        said = f"<div>{rich(body['rich_text'])}{below}</div>"
        return f'<aside class="callout{tone}"><span>{icon}</span>{said}</aside>'
    return _plain_block(notion, block, below)


def _plain_block(notion: NotionSide, block: Block, below: str) -> str:
    body, type_ = block.content, block.type
    if type_ == "table":
        return _block_table(notion, block)
    if type_ == "divider":
        return "<hr>"
    if type_ == "code":
        said = "".join(item["plain_text"] for item in body["rich_text"])
        return f"<pre><code>{escape(said)}</code></pre>"
    if type_ == "equation":
        return f"<pre>{escape(body['expression'])}</pre>"
    if type_ in ("bookmark", "embed", "link_preview"):
        return f'<p><a href="{safe_url(body["url"])}">{escape(body["url"])}</a></p>'
    if type_ in ("image", "video", "pdf", "file", "audio"):
        url = body[body["type"]]["url"]
        return f'<p><a href="{safe_url(url)}">{escape(type_)}</a> {rich(body["caption"])}</p>'
    if type_ == "link_to_page":
        target = notion.nodes.get(body.get("page_id") or body.get("database_id") or "")
        return _link(notion, target) if target else ""
    return f"<div>{below}</div>" if below else ""


def _block_table(notion: NotionSide, block: Block) -> str:
    rows = [notion.nodes[id_] for id_ in block.children]
    living = [row for row in rows if isinstance(row, Block) and not row.in_trash]
    head = block.content["has_column_header"]
    lines = [
        _row([rich(cell) for cell in row.content["cells"]], head and at == 0, block.content["has_row_header"])
        for at, row in enumerate(living)
    ]
    return f"<table><tbody>{''.join(lines)}</tbody></table>"


def _row(cells: Iterable[str], head: bool, first_heads: bool) -> str:
    made = []
    for at, cell in enumerate(cells):
        tag = "th" if head or (first_heads and at == 0) else "td"
        made.append(f"<{tag}>{cell}</{tag}>")
    return f"<tr>{''.join(made)}</tr>"


# ---- rows of a data source -----------------------------------------------------------------------------------


def _table(notion: NotionSide, source: DataSource) -> str:
    props = sorted(source.properties.values(), key=lambda prop: prop.type != "title")
    rows = [notion.nodes[id_] for id_ in source.rows]
    living = [row for row in rows if isinstance(row, Page) and not row.in_trash and not row.is_archived]
    head = "".join(f'<th scope="col">{escape(prop.name)}</th>' for prop in props)
    lines = [_source_row(notion, row, props) for row in living[:_MOST_ROWS]]
    more = f"<p>and {len(living) - _MOST_ROWS} more rows</p>" if len(living) > _MOST_ROWS else ""
    body = "".join(lines) or f'<tr><td colspan="{len(props)}">No rows.</td></tr>'
    return f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}'


def _source_row(notion: NotionSide, row: Page, props: list[Property]) -> str:
    cells: list[str] = []
    for prop in props:
        said: Json = value_html(notion.names, row, prop)
        if prop.type == "title":
            said = f'<a href="/pages/{row.id}">{said or "Untitled"}</a>'
        cells.append(f"<td>{said}</td>")
    return f"<tr>{''.join(cells)}</tr>"
