"""Rich text inside a line of enhanced markdown, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.sandbox.core import Json
from connectors.sandbox.notion.names import Names, uuid_of
from connectors.sandbox.notion.texts import COLORS, PLAIN, text

ESCAPED = "\\*~`$[]<>{}|^"
_ESCAPE = re.compile(r"([\\*~`$\[\]<>{}|^])")
_CODE = re.compile(r"(`+)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(((?:\\.|[^)\\\s])*)\)")
_MENTION = re.compile(r"<mention-(user|page|database|date)\s+([^>]*?)\s*(?:/>|>(.*?)</mention-\1>)")
_SPAN = re.compile(r"<span\s+([^>]*?)>(.*?)</span>", re.DOTALL)
_MATH = re.compile(r"\$(?!\s)([^$\n]+?)(?<!\s)\$")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_ID = re.compile(r"([0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?$")
_MARKS = (
    ("***", ("bold", "italic")),
    ("**", ("bold",)),
    ("__", ("bold",)),
    ("~~", ("strikethrough",)),
    ("*", ("italic",)),
    ("_", ("italic",)),
)


def escape(content: str) -> str:
    """Plain text so that markdown leaves it alone; a line break inside a block is `<br>`."""
    return _ESCAPE.sub(r"\\\1", content).replace("\n", "<br>")


def attributes(raw: str) -> dict[str, str]:
    """`a="1" b="2"` as a mapping."""
    return {key: _unquote(value) for key, value in _ATTRIBUTE.findall(raw)}


def _unquote(value: str) -> str:
    return value.replace("&quot;", '"').replace("&amp;", "&")


def attribute(value: str) -> str:
    """A value to stand between double quotes."""
    return value.replace("&", "&amp;").replace('"', "&quot;")


def api_color(color: str) -> str:
    """`gray_bg` in markdown is `gray_background` in the API; an unknown color is the default one."""
    wanted = color.replace("_bg", "_background")
    return wanted if wanted in COLORS else "default"


def markdown_color(color: str) -> str:
    """The API's color as markdown names it."""
    return color.replace("_background", "_bg")


def id_in_url(url: str) -> str | None:
    """The uuid at the end of a page's URL (or an id alone)."""
    found = _ID.search(url.partition("?")[0].lower())
    return uuid_of(found[1]) if found else None


# ---- writing -------------------------------------------------------------------------------------------------


def render(items: list[Json]) -> str:
    """Rich text as a line of markdown."""
    return "".join(_rendered(item) for item in items)


def _rendered(item: Json) -> str:
    if item["type"] == "equation":
        return f"${item['equation']['expression']}$"
    if item["type"] == "mention":
        return _mention(item)
    marks, content = item["annotations"], item["text"]["content"]
    if marks["code"]:
        fence = "``" if "`" in content else "`"
        shown = f"{fence}{content}{fence}"
    else:
        shown = escape(content)
    lead = shown[: len(shown) - len(shown.lstrip(" "))]
    tail = shown[len(shown.rstrip(" ")) :] if shown.strip(" ") else ""
    core = shown.strip(" ")
    if core:
        for mark, name in (("~~", "strikethrough"), ("*", "italic"), ("**", "bold")):
            core = f"{mark}{core}{mark}" if marks[name] else core
        core = f'<span underline="true">{core}</span>' if marks["underline"] else core
        core = (
            f'<span color="{markdown_color(marks["color"])}">{core}</span>' if marks["color"] != "default" else core
        )
    shown = lead + core + tail
    link = item["text"]["link"]
    return f"[{shown}]({link['url']})" if link else shown


def _mention(item: Json) -> str:
    mention = item["mention"]
    kind = mention["type"]
    if kind == "date":
        date = mention["date"]
        end = f' end="{date["end"]}"' if date["end"] else ""
        return f'<mention-date start="{date["start"]}"{end}/>'
    if kind in ("user", "page", "database"):
        target = f"user://{mention['user']['id']}" if kind == "user" else item["href"] or mention[kind]["id"]
        shown = escape(item["plain_text"].removeprefix("@"))
        return f'<mention-{kind} url="{attribute(target)}">{shown}</mention-{kind}>'
    return escape(item["plain_text"])


# ---- reading -------------------------------------------------------------------------------------------------


def read(line: str, names: Names) -> list[Json]:
    """A line of markdown as response rich text; neighbours of one look are joined."""
    joined: list[Json] = []
    for item in _read(line, dict(PLAIN), None, names):
        last = joined[-1] if joined else None
        if last and last["type"] == item["type"] == "text" and _look(last) == _look(item):
            joined[-1] = text(last["plain_text"] + item["plain_text"], item["href"], **item["annotations"])
        else:
            joined.append(item)
    return [piece for item in joined for piece in _pieces(item)]


def _look(item: Json) -> tuple[Json, Json]:
    return item["annotations"], item["href"]


def _pieces(item: Json) -> Iterator[Json]:
    content = item["plain_text"]
    if item["type"] != "text" or len(content) <= 2000:
        yield item
        return
    for at in range(0, len(content), 2000):
        yield text(content[at : at + 2000], item["href"], **item["annotations"])


def _read(line: str, marks: Json, link: str | None, names: Names) -> Iterator[Json]:
    at, plain = 0, ""
    while at < len(line):
        if line[at] == "\\" and at + 1 < len(line) and not line[at + 1].isalnum():
            plain, at = plain + line[at + 1], at + 2
            continue
        found = _special(line, at, marks, link, names) if line[at] in "`[<$*~_" else None
        if found is None:
            plain, at = plain + line[at], at + 1
            continue
        items, at_next = found
        if plain:
            yield text(plain, link, **marks)
            plain = ""
        yield from items
        at = at_next
    if plain:
        yield text(plain, link, **marks)


def _special(line: str, at: int, marks: Json, link: str | None, names: Names) -> tuple[list[Json], int] | None:
    if code := _CODE.match(line, at):
        return [text(code[2], link, **(marks | {"code": True}))], code.end()
    if (found := _LINK.match(line, at)) and not link:
        url = re.sub(r"\\(.)", r"\1", found[2])
        return list(_read(found[1], marks, url, names)), found.end()
    if line.startswith(("<br>", "<br/>"), at):
        return [text("\n", link, **marks)], line.index(">", at) + 1
    if mention := _MENTION.match(line, at):
        item = _mentioned(mention, marks, names)
        return ([item], mention.end()) if item else None
    if span := _SPAN.match(line, at):
        given = attributes(span[1])
        more: dict[str, Json] = {"underline": True} if given.get("underline") == "true" else {}
        more |= {"color": api_color(given["color"])} if "color" in given else {}
        return list(_read(span[2], marks | more, link, names)), span.end()
    if math := _MATH.match(line, at):
        inner = {"expression": math[1].strip("`")}
        return [
            {
                "type": "equation",
                "equation": inner,
                "annotations": marks,
                "plain_text": inner["expression"],
                "href": None,
            }
        ], math.end()
    return _marked(line, at, marks, link, names)


def _mentioned(mention: re.Match[str], marks: Json, names: Names) -> Json:
    kind, given = mention[1], attributes(mention[2])
    if kind == "date":
        date: Json = {"start": given.get("start", ""), "end": given.get("end"), "time_zone": None}
        inner, shown, href = date, date["start"] + (f" → {date['end']}" if date["end"] else ""), None
    else:
        found = names.mention(kind, id_in_url(given.get("url", "")) or "")
        if found is None:
            return None
        inner, shown, href = found
    return {
        "type": "mention",
        "mention": {"type": kind, kind: inner},
        "annotations": marks,
        "plain_text": shown,
        "href": href,
    }


def _marked(line: str, at: int, marks: Json, link: str | None, names: Names) -> tuple[list[Json], int] | None:
    for mark, looks in _MARKS:
        if not line.startswith(mark, at) or (mark[0] == "_" and at and line[at - 1].isalnum()):
            continue
        start = at + len(mark)
        end = _closing(line, mark, start)
        if end is not None and end > start and not line[start].isspace():
            more = dict.fromkeys(looks, True)
            return list(_read(line[start:end], marks | more, link, names)), end + len(mark)
    return None


def _closing(line: str, mark: str, start: int) -> int | None:
    at = start
    while at < len(line):
        if line[at] == "\\":
            at += 2
            continue
        if code := _CODE.match(line, at):
            at = code.end()
            continue
        if line.startswith(mark, at) and not line[at - 1].isspace():
            longer = mark[0] * (len(mark) + 1)
            if line.startswith(longer, at) and len(mark) < 3 and not line.startswith(mark[0] * 3, at):
                at += len(longer)
                continue
            if not (mark[0] == "_" and at + len(mark) < len(line) and line[at + len(mark)].isalnum()):
                return at
        at += 1
    return None
