"""Enhanced markdown into block drafts. Every line is a block; tabs nest; GFM pipe tables are understood as well.

Source: Notion's enhanced-markdown page; blank lines mean nothing, an in-block break is `<br>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from connectors.sandbox.core import Json
from connectors.sandbox.notion.blocks import NESTING, Draft
from connectors.sandbox.notion.inline import api_color, attributes, id_in_url, read
from connectors.sandbox.notion.markdown_tables import pipe_table, tag_table
from connectors.sandbox.notion.names import Names
from connectors.sandbox.notion.records import Block, Database, Page

_LOOK = re.compile(r"\s*\{((?:\s*(?:color|toggle)=\"[^\"]*\")+)\s*\}$")
_HEADING = re.compile(r"(#{1,6})\s+(.*)$")
_TO_DO = re.compile(r"[-*+]\s+\[([ xX]?)\]\s*(.*)$")
_BULLET = re.compile(r"[-*+]\s+(.*)$")
_NUMBER = re.compile(r"\d+[.)]\s+(.*)$")
_QUOTE = re.compile(r">\s?(.*)$")
_IMAGE = re.compile(r"!\[((?:\\.|[^\]])*)\]\(([^)\s]*)\)$")
_MEDIA = re.compile(r"<(video|pdf|file|audio)\s+([^>]*?)(?:/>|>(.*?)</\1>)$")
_CHILD = re.compile(r"<(page|database|unknown)\s+([^>]*?)(?:/>|>(.*?)</\1>)$")
_OPEN = re.compile(r"<(callout|details|columns|column|synced_block|tabs|table)(\s[^>]*)?>\s*(.*)$")
_RULE = re.compile(r"(-{3,}|\*{3,}|_{3,})$")
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]$")
_TAGS = {"columns": "column_list", "column": "column", "synced_block": "synced_block", "tabs": "tab"}


def parse(markdown: str, names: Names) -> list[Draft]:
    """The blocks that this text describes."""
    return _Reader(markdown, names).level(0)


class _Reader:
    def __init__(self, markdown: str, names: Names) -> None:
        self.lines = [_indented(line) for line in markdown.replace("\r\n", "\n").split("\n")]
        self.names, self.at = names, 0

    def level(self, depth: int, until: str | None = None) -> list[Draft]:
        """Blocks at this depth, up to a shallower line or the closing tag `until` (which is eaten)."""
        made: list[Draft] = []
        while self.at < len(self.lines):
            indent, line = self.lines[self.at]
            if until and line == until:
                self.at += 1
                break
            if not line:
                self.at += 1
            elif indent < depth and not until:
                break
            elif indent > depth and made and made[-1].type in NESTING and made[-1].type not in ("table", "toggle"):
                made[-1].children += self.level(depth + 1)
            else:
                made += self._block(line, indent)
        return made

    def _block(self, line: str, indent: int) -> list[Draft]:
        start = self.at
        for way in (self._fence, self._math, self._box, self._pipes):
            found = way(line, indent)
            if found is not None:
                return [found]
            self.at = start
        self.at += 1
        return [self._line(line)]

    # ---- several lines ----------------------------------------------------------------------------------

    def _fence(self, line: str, indent: int) -> Draft | None:
        if not line.startswith("```"):
            return None
        fence = line[: len(line) - len(line.lstrip("`"))]
        language = line[len(fence) :].strip() or "plain text"
        said = self._raw(lambda text: text.strip() == fence, indent)
        items = [{"type": "text", "text": {"content": "\n".join(said)}}] if any(said) else []
        return Draft("code", {"rich_text": _plain(items), "caption": [], "language": language})

    def _math(self, line: str, indent: int) -> Draft | None:
        if line != "$$":
            return None
        said = self._raw(lambda text: text.strip() == "$$", indent)
        return Draft("equation", {"expression": "\n".join(said)})

    def _raw(self, closes: Callable[[str], bool], indent: int) -> list[str]:
        """The lines up to the closing one as they stand, without the block's own indent."""
        said: list[str] = []
        self.at += 1
        while self.at < len(self.lines):
            deep, line = self.lines[self.at]
            self.at += 1
            if closes(line):
                break
            said.append("\t" * max(deep - indent, 0) + line)
        return said

    def _box(self, line: str, indent: int) -> Draft | None:
        found = _OPEN.match(line)
        if found is None:
            return None
        tag, given, rest = found[1], attributes(found[2] or ""), found[3]
        if tag == "table":
            return tag_table(self._until("</table>", line), given, self.names)
        self.at += 1
        close = f"</{tag}>"
        if rest.endswith(close):
            inner = self._inner(rest.removesuffix(close).strip())
        else:
            inner = self._inner(rest) + self.level(indent + 1, close)
        return _boxed(tag, given, inner, self.names)

    def _inner(self, rest: str) -> list[Draft]:
        if not rest:
            return []
        summary = re.match(r"<summary>(.*?)</summary>\s*(.*)$", rest)
        lines = [f"<summary>{summary[1]}</summary>", summary[2]] if summary else [rest]
        return [self._line(line) for line in lines if line]

    def _until(self, close: str, line: str) -> str:
        said = [line]
        while close not in said[-1] and self.at + 1 < len(self.lines):
            self.at += 1
            said.append(self.lines[self.at][1])
        self.at += 1
        return "\n".join(said)

    def _pipes(self, line: str, indent: int) -> Draft | None:
        rows: list[str] = []
        while self.at < len(self.lines) and self.lines[self.at][1].startswith("|"):
            rows.append(self.lines[self.at][1])
            self.at += 1
        return pipe_table(rows, self.names) if rows else None

    # ---- one line ---------------------------------------------------------------------------------------

    def _line(self, line: str) -> Draft:
        if _RULE.match(line):
            return Draft("divider", {})
        if line in ("<table_of_contents/>", "[TOC]"):
            return Draft("table_of_contents", {"color": "default"})
        if line == "<empty-block/>":
            return self._text("paragraph", "")
        if found := _IMAGE.match(line):
            return self._media("image", found[2], found[1])
        if found := _MEDIA.match(line):
            return self._media(found[1], attributes(found[2]).get("src", ""), found[3] or "")
        if (found := _CHILD.match(line)) and (child := self._child(found[1], attributes(found[2]))):
            return child
        for type_, pattern in (
            ("heading", _HEADING), ("to_do", _TO_DO), ("bulleted_list_item", _BULLET),
            ("numbered_list_item", _NUMBER), ("quote", _QUOTE),
        ):  # fmt: skip
            if found := pattern.match(line):
                return self._marked(type_, found)
        return self._text("paragraph", line)

    def _marked(self, type_: str, found: re.Match[str]) -> Draft:
        if type_ == "heading":
            return self._text(f"heading_{min(len(found[1]), 4)}", found[2])
        if type_ == "to_do":
            return self._text("to_do", found[2], checked=found[1] in ("x", "X"))
        return self._text(type_, "" if _ALERT.match(found[1]) else found[1])

    def _text(self, type_: str, line: str, **more: Json) -> Draft:
        look: dict[str, str] = {}
        if found := _LOOK.search(line):
            look, line = attributes(found[1]), line[: found.start()]
        content: dict[str, Json] = {"rich_text": read(line, self.names), **more}
        if type_.startswith("heading"):
            content["is_toggleable"] = look.get("toggle") == "true"
        if type_ == "paragraph":
            content["icon"] = None
        return Draft(type_, content | {"color": api_color(look.get("color", "default"))})

    def _media(self, type_: str, url: str, caption: str) -> Draft:
        content: dict[str, Json] = {
            "caption": read(caption, self.names),
            "type": "external",
            "external": {"url": url},
        }
        return Draft(type_, content | ({"name": url.rpartition("/")[2]} if type_ == "file" else {}))

    def _child(self, kind: str, given: dict[str, str]) -> Draft | None:
        id_ = id_in_url(given.get("url", ""))
        node = self.names.store.nodes.get(id_ or "")
        wanted = {"page": Page, "database": Database, "unknown": Block}[kind]
        return Draft(f"child_{kind}", {}, id=node.id) if node and isinstance(node, wanted) else None


def _indented(line: str) -> tuple[int, str]:
    """How deep a line stands (tabs; two or four spaces are taken for one) and what it says."""
    body = line.lstrip("\t ")
    lead = line[: len(line) - len(body)]
    spaces = lead.count(" ")
    return lead.count("\t") + (spaces // 4 if spaces % 4 == 0 else spaces // 2), body.rstrip()


def _plain(items: Json) -> list[Json]:
    from connectors.sandbox.notion.texts import simple

    return simple(items[0]["text"]["content"]) if items else []


def _boxed(tag: str, given: dict[str, str], inner: list[Draft], names: Names) -> Draft:
    color = api_color(given.get("color", "default"))
    if tag in _TAGS:
        return Draft(_TAGS[tag], {"synced_from": None} if tag == "synced_block" else {}, inner)
    if tag == "details":
        said: list[Json] = []
        if inner and inner[0].type == "paragraph" and (title := _summary(inner[0], names)) is not None:
            said, inner = title, inner[1:]
        return Draft("toggle", {"rich_text": said, "color": color}, inner)
    icon = {"type": "emoji", "emoji": given["icon"]} if given.get("icon") else None
    said = inner[0].content["rich_text"] if inner and inner[0].type == "paragraph" else []
    children = inner[0].children + inner[1:] if said else inner
    return Draft("callout", {"rich_text": said, "icon": icon, "color": color}, children)


def _summary(first: Draft, names: Names) -> list[Json] | None:
    """The text between `<summary>` and `</summary>`, which was read as a paragraph."""
    items = [dict(item) for item in first.content["rich_text"]]
    whole = "".join(item["plain_text"] for item in items)
    if not (whole.startswith("<summary>") and whole.endswith("</summary>")):
        return None
    return _strip(_strip(items, 0, "<summary>"), -1, "</summary>")


def _strip(items: list[Json], at: int, tag: str) -> list[Json]:
    from connectors.sandbox.notion.texts import text

    item = items[at]
    said = item["plain_text"]
    left = said.removeprefix(tag) if at == 0 else said.removesuffix(tag)
    items[at] = text(left, item["href"], **item["annotations"])
    return [one for one in items if one["plain_text"]]
