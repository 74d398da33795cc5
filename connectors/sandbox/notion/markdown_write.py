"""Blocks as enhanced markdown: one line a block, tabs for nesting, tags for what markdown has no sign for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sandbox.core import Json
from connectors.sandbox.notion.inline import attribute, escape, markdown_color, render
from connectors.sandbox.notion.records import Block, Database, Node, Page

if TYPE_CHECKING:
    from connectors.sandbox.notion.contents import Contents

_SIGNS = {
    "paragraph": "", "heading_1": "# ", "heading_2": "## ", "heading_3": "### ", "heading_4": "#### ",
    "bulleted_list_item": "- ", "quote": "> ",
}  # fmt: skip
_UNKNOWN = ("bookmark", "embed", "link_preview", "breadcrumb", "template", "unsupported")


@dataclass(slots=True)
class Written:
    """Markdown, and the blocks that it could not tell."""

    lines: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def markdown(self) -> str:
        return "\n".join(self.lines)


def write(store: Contents, root: Node) -> Written:
    """Everything under the root, in order; what is in the trash is left out."""
    done = Written()
    _children(store, root, "", done)
    return done


def _children(store: Contents, parent: Node, indent: str, done: Written) -> None:
    number = 0
    for id_ in parent.children:
        node = store.nodes[id_]
        if node.in_trash:
            continue
        number = number + 1 if isinstance(node, Block) and node.type == "numbered_list_item" else 0
        if isinstance(node, Block):
            _block(store, node, indent, number, done)
        else:
            done.lines.append(indent + _child(store, node))


def _child(store: Contents, node: Node) -> str:
    title, url = escape(store.names.title(node)), attribute(store.names.url(node))
    if isinstance(node, Page):
        return f'<page url="{url}">{title}</page>'
    inline = str(isinstance(node, Database) and node.is_inline).lower()
    return f'<database url="{url}" inline="{inline}">{title}</database>'


def _block(store: Contents, block: Block, indent: str, number: int, done: Written) -> None:
    body, type_ = block.content, block.type
    color = markdown_color(body.get("color", "default"))
    look = "" if color == "default" else f' {{color="{color}"}}'
    if type_ in _SIGNS or type_ in ("numbered_list_item", "to_do"):
        sign = _SIGNS.get(type_, f"{number}. " if number else f"- [{'x' if body.get('checked') else ' '}] ")
        if body.get("is_toggleable"):
            look = ' {toggle="true"' + (f' color="{color}"' if color != "default" else "") + "}"
        said = render(body["rich_text"])
        done.lines.append(indent + (sign + _guard(said, type_) + look if said or sign else "<empty-block/>"))
        _children(store, block, indent + "\t", done)
    elif type_ in ("callout", "toggle"):
        _boxed(store, block, indent, color, done)
    elif type_ == "table":
        _table(store, block, indent, done)
    elif type_ in ("column_list", "column", "synced_block", "tab"):
        tag = {"column_list": "columns", "tab": "tabs"}.get(type_, type_)
        done.lines.append(f"{indent}<{tag}>")
        _children(store, block, indent + "\t", done)
        done.lines.append(f"{indent}</{tag}>")
    else:
        done.lines.extend(indent + line for line in _leaf(store, block, done))


def _guard(said: str, type_: str) -> str:
    """A paragraph that begins like another block is told apart by a backslash."""
    if type_ == "paragraph":
        head = said.split(" ", 1)[0]
        if said.startswith(("# ", "## ", "### ", "#### ", "- ", "---", "+ ")) or (
            head[:-1].isdigit() and head[-1:] in ".)"
        ):
            cut = len(head) - 1 if head[:-1].isdigit() else 0
            return f"{said[:cut]}\\{said[cut:]}"
    return said


def _boxed(store: Contents, block: Block, indent: str, color: str, done: Written) -> None:
    body, look = block.content, "" if color == "default" else f' color="{color}"'
    if block.type == "toggle":
        done.lines += [f"{indent}<details{look}>", f"{indent}<summary>{render(body['rich_text'])}</summary>"]
        _children(store, block, indent + "\t", done)
        done.lines.append(f"{indent}</details>")
        return
    emoji = (body.get("icon") or {}).get("emoji")
    icon = f' icon="{attribute(emoji)}"' if emoji else ""
    done.lines.append(f"{indent}<callout{icon}{look}>")
    if body["rich_text"]:
        done.lines.append(f"{indent}\t{_guard(render(body['rich_text']), 'paragraph')}")
    _children(store, block, indent + "\t", done)
    done.lines.append(f"{indent}</callout>")


def _table(store: Contents, block: Block, indent: str, done: Written) -> None:
    body = block.content
    look = "".join(
        f' {name}="true"' for name, key in (("header-row", "has_column_header"), ("header-column", "has_row_header"))
        if body[key]
    )  # fmt: skip
    done.lines.append(f"{indent}<table{look}>")
    for id_ in block.children:
        row = store.nodes[id_]
        if isinstance(row, Block) and not row.in_trash:
            cells = [f"{indent}<td>{render(cell)}</td>" for cell in row.content["cells"]]
            done.lines += [f"{indent}<tr>", *cells, f"{indent}</tr>"]
    done.lines.append(f"{indent}</table>")


def _leaf(store: Contents, block: Block, done: Written) -> list[str]:
    body, type_ = block.content, block.type
    if type_ == "divider":
        return ["---"]
    if type_ == "code":
        said = "".join(item["plain_text"] for item in body["rich_text"])
        language = "" if body["language"] == "plain text" else body["language"]
        return [f"```{language}", *said.split("\n"), "```"]
    if type_ == "equation":
        return ["$$", body["expression"], "$$"]
    if type_ == "table_of_contents":
        return ["<table_of_contents/>"]
    if type_ in ("image", "video", "pdf", "file", "audio"):
        return [_media(type_, body)]
    if type_ == "link_to_page":
        target = store.nodes.get(body.get("page_id") or body.get("database_id") or "")
        if target is not None:
            kind = "page" if isinstance(target, Page) else "database"
            return [f'<mention-{kind} url="{attribute(store.names.url(target))}"/>']
    done.unknown.append(block.id)
    url = attribute(store.settings.site + block.id.replace("-", ""))
    return [f'<unknown url="{url}" alt="{type_}"/>']


def _media(type_: str, body: Json) -> str:
    url, caption = body[body["type"]]["url"], render(body["caption"])
    if type_ == "image":
        return f"![{caption}]({url})"
    return f'<{type_} src="{attribute(url)}">{caption}</{type_}>'
