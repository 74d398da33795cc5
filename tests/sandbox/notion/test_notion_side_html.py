"""What a person sees: everything, escaped, nothing that runs."""

from __future__ import annotations

import re

import pytest

from connectors.sandbox.notion import NotionSide
from connectors.sandbox.notion.html import database_html, page_html
from tests.sandbox.notion.asking import Asker
from tests.sandbox.notion.test_notion_side_markdown import CANONICAL

NASTY = '<script>alert("x")</script>'


def test_a_page_with_every_block(side: NotionSide, source: str) -> None:
    side.replace_markdown("Ann", side.shared_page_id, CANONICAL, allow_deleting=True)
    child = side.create_page("Ann", "Child", side.shared_page_id, icon={"type": "emoji", "emoji": "🔥"})
    side.comment("Ann", side.shared_page_id, "A remark")
    html = page_html(side, side.shared_page_id)
    for wanted in (
        "<h1>Handrail</h1>", "<h2>Waiting</h2>", "<ul><li>one<ul><li>two", "<ol><li>first", "<blockquote>quoted",
        "<b>bold</b>", "<s>gone</s>", "<code>code *x*</code>", 'href="https://example.com/a_b"', "<th>Team</th>",
        "<td><b>6</b></td>", "<details><summary>More", "💡", "if x:\n\tpass", "<hr>", "checked", "A remark",
        f'<a href="/pages/{child.id}">🔥 Child</a>',
    ):  # fmt: skip
        assert wanted in html
    for tag in ("ul", "ol", "li", "table", "details", "aside", "p"):
        assert len(re.findall(rf"<{tag}[ >]", html)) == html.count(f"</{tag}>"), tag


def test_a_database_and_a_row(side: NotionSide, source: str) -> None:
    row = side.create_row("Ann", source, {
        "Name": "Banner", "Status": "Doing", "Owner": ["Ann"], "Tags": ["a", "b"], "Due": "2026-11-05", "Ready": True,
        "Size": 2.5, "Sum": {"type": "number", "number": 7}, "Link": "javascript:alert(1)",
        "Rolled": {"type": "array", "function": "show_original", "array": [{"type": "number", "number": 3}]},
    })  # fmt: skip
    other = side.create_row("Ann", source, {"Name": "Other", "Needs": [row.id]})
    table = database_html(side, side.nodes[source].parent)
    for wanted in ("<h1>Briefs</h1>", f'<a href="/pages/{row.id}">Banner</a>', ">Doing</span>", "Ann", "2026-11-05",
                   "☑", "2.5", "7", "BR-1", ">Status</th>"):  # fmt: skip
        assert wanted in table
    assert "javascript:" not in re.sub(r">[^<]*<", "><", table)
    assert f'<a href="/pages/{row.id}">Banner</a>' in page_html(side, other.id)
    side.put_away("Ann", row.id)
    assert "Banner</a></td>" not in database_html(side, side.nodes[source].parent).split("Other")[0]


@pytest.mark.parametrize("url", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x"])
def test_nothing_runs(side: NotionSide, ask: Asker, source: str, url: str) -> None:
    children = [
        {"paragraph": {"rich_text": [{"text": {"content": NASTY, "link": {"url": url}}}]}},
        {"code": {"rich_text": [{"text": {"content": NASTY}}], "language": "html"}},
        {"bookmark": {"url": url}},
        {"callout": {"rich_text": [], "icon": {"emoji": '" onload="x'}, "color": "red_background"}},
    ]  # fmt: skip
    title = {"title": [{"text": {"content": NASTY}}]}
    body = {"parent": {"data_source_id": source}, "properties": {"Name": title}, "children": children}
    row = ask("POST", "/pages", body)["id"]
    html = page_html(side, row) + database_html(side, side.nodes[source].parent)
    assert "<script" not in html
    assert 'onload="' not in html
    assert not re.search(r'href="\s*(javascript|data)', html, re.IGNORECASE)


def test_an_unknown_id_is_a_key_error(side: NotionSide) -> None:
    with pytest.raises(KeyError):
        page_html(side, "nothing")
