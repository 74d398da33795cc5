"""Enhanced markdown: read into blocks, written back, and changed on a page without losing ids."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.core import World
from connectors.sandbox.notion import NotionSide
from tests.sandbox.notion.asking import Asker

CANONICAL = """# Waiting
## Where
### What
#### Which
Plain **bold** *italic* ~~gone~~ `code *x*` [link](https://example.com/a_b)<br>second line
- one
\t- two
\t\t- three
- four
1. first
2. second
- [ ] open
- [x] done
> quoted
<callout icon="💡" color="gray_bg">
\tInside
\t- list
</callout>
<details>
<summary>More **here**</summary>
\tHidden
</details>
<table header-row="true">
<tr>
<td>Team</td>
<td>Days</td>
</tr>
<tr>
<td>Design \\| Web</td>
<td>**6**</td>
</tr>
</table>
```python
if x:
\tpass
```
---
$$
x^2
$$
Colored {color="red"}
## Toggle {toggle="true"}
\tbelow
<columns>
\t<column>
\t\tleft
\t</column>
\t<column>
\t\tright
\t</column>
</columns>
![picture](https://example.com/p.png)
<file src="https://example.com/f.pdf">paper</file>
<table_of_contents/>
1\\. no list
\\# no heading
\\*not italic\\* \\[no link\\] 2 \\< 3 \\$5"""


def page(ask: Asker, markdown: str) -> str:
    body = {"parent": {"page_id": ask.side.shared_page_id}, "properties": {"title": []}, "markdown": markdown}
    return str(ask("POST", "/pages", body)["id"])


def shown(ask: Asker, id_: str) -> str:
    return str(ask("GET", f"/pages/{id_}/markdown")["markdown"])


def patch(ask: Asker, id_: str, kind: str, **body: Any) -> Any:
    return ask("PATCH", f"/pages/{id_}/markdown", {"type": kind, kind: body})


def test_canonical_markdown_comes_back_as_it_was(ask: Asker) -> None:
    assert shown(ask, page(ask, CANONICAL)) == CANONICAL


def test_output_is_canonicalised(ask: Asker) -> None:
    for sent, expected in (
        ("## New Section\n\nHello from markdown.", "## New Section\nHello from markdown."),
        ("* a\n* b\n    * c", "- a\n- b\n\t- c"),
        ("3. x\n7. y", "1. x\n2. y"),
        ("__b__ and _i_", "**b** and *i*"),
        ("| A | B |\n|---|:-:|\n| 1 | x \\| y |",
         '<table header-row="true">\n<tr>\n<td>A</td>\n<td>B</td>\n</tr>\n'
         '<tr>\n<td>1</td>\n<td>x \\| y</td>\n</tr>\n</table>'),
        ("| no table", "\\| no table"),
        ("***", "---"),
        ("Title\r\n\r\nText", "Title\nText"),
        ("snake_case_name 2 * 3 * 4", "snake_case_name 2 \\* 3 \\* 4"),
        ("<callout>One line</callout>", "<callout>\n\tOne line\n</callout>"),
        ("<empty-block/>", "<empty-block/>"),
        ("", ""),
    ):  # fmt: skip
        assert shown(ask, page(ask, sent)) == expected


def test_mentions(ask: Asker, side: NotionSide, world: World) -> None:
    ann = world.people.find("Ann")
    assert ann is not None
    url = f"https://app.notion.com/p/Handrail-{side.shared_page_id.replace('-', '')}"
    said = (
        f'<mention-user url="user://{ann.uuid}">Ann</mention-user> on <mention-date start="2026-11-02"/> in '
        f'<mention-page url="{url}">Handrail</mention-page>'
    )
    id_ = page(ask, said)
    assert shown(ask, id_) == said
    items = ask("GET", f"/blocks/{id_}/children")["results"][0]["paragraph"]["rich_text"]
    assert [item["type"] for item in items] == ["mention", "text", "mention", "text", "mention"]


def test_what_markdown_cannot_tell_is_unknown(ask: Asker, side: NotionSide) -> None:
    id_ = page(ask, "a")
    block = {"children": [{"bookmark": {"url": "https://example.com"}}]}
    made = ask("PATCH", f"/blocks/{id_}/children", block)["results"][0]["id"]
    answer = ask("GET", f"/pages/{id_}/markdown")
    assert answer["unknown_block_ids"] == [made]
    assert 'alt="bookmark"' in answer["markdown"]


def ids(ask: Asker, id_: str) -> list[str]:
    return [block["id"] for block in ask("GET", f"/blocks/{id_}/children")["results"]]


def test_replacing_keeps_the_ids_of_what_stays(ask: Asker) -> None:
    lines = [f"Line {number}" for number in range(10)]
    id_ = page(ask, "\n".join(lines))
    before = ids(ask, id_)
    lines[4] = "Line four"
    patch(ask, id_, "replace_content", new_str="\n".join(lines))
    assert ids(ask, id_) == before
    patch(ask, id_, "replace_content", new_str="\n".join(["# New", *lines[:3], *lines[5:]]))
    assert ids(ask, id_)[1:] == before[:3] + before[5:]
    assert ask("GET", f"/blocks/{before[3]}")["in_trash"] is True


def test_replacing_with_the_same_changes_nothing(ask: Asker, side: NotionSide, world: World) -> None:
    id_ = page(ask, CANONICAL)
    before = ask("GET", f"/pages/{id_}")["last_edited_time"]
    world.advance_to(world.now().replace(minute=45))
    patch(ask, id_, "replace_content", new_str=CANONICAL)
    assert ask("GET", f"/pages/{id_}")["last_edited_time"] == before
    patch(ask, id_, "replace_content", new_str=CANONICAL + "\nmore")
    assert ask("GET", f"/pages/{id_}")["last_edited_time"] == "2026-11-02T10:45:00.000Z"


def test_child_pages_and_databases_are_protected(ask: Asker, side: NotionSide, source: str) -> None:
    child = side.create_page("Ann", "Notes", side.shared_page_id)
    now = shown(ask, side.shared_page_id)
    assert ">Briefs</database>" in now
    assert ">Notes</page>" in now
    body = {"type": "replace_content", "replace_content": {"new_str": "# Only this"}}
    refused = ask.refused("PATCH", f"/pages/{side.shared_page_id}/markdown", body)
    assert child.id in refused["message"]
    assert "allow_deleting_content" in refused["message"]
    patch(ask, side.shared_page_id, "replace_content", new_str=f"# Above\n{now}\nBelow")
    assert shown(ask, side.shared_page_id) == f"# Above\n{now}\nBelow"
    patch(ask, side.shared_page_id, "replace_content", new_str="x", allow_deleting_content=True)
    assert ask("GET", f"/pages/{child.id}")["in_trash"] is True


def test_update_content_needs_exactly_one_match(ask: Asker) -> None:
    id_ = page(ask, "one two\ntwo three")

    def update(old: str, new: str, **more: Any) -> Any:
        updates = [{"old_str": old, "new_str": new, **more}]
        return {"type": "update_content", "update_content": {"content_updates": updates}}

    path = f"/pages/{id_}/markdown"
    assert "matches 2 places" in ask.refused("PATCH", path, update("two", "2"))["message"]
    assert "not found" in ask.refused("PATCH", path, update("Three", "3"))["message"]
    assert "not found" in ask.refused("PATCH", path, update("", "3"))["message"]
    assert ask("PATCH", path, update("three", "3"))["markdown"] == "one two\ntwo 3"
    assert ask("PATCH", path, update("two", "2", replace_all_matches=True))["markdown"] == "one 2\n2 3"


def test_inserting(ask: Asker) -> None:
    id_ = page(ask, "# A\ntext\n# B")
    assert patch(ask, id_, "insert_content", content="end")["markdown"] == "# A\ntext\n# B\nend"
    patch(ask, id_, "insert_content", content="start", position={"type": "start"})
    after = patch(ask, id_, "insert_content", content="middle", after="# A...text")
    assert after["markdown"] == "start\n# A\ntext\nmiddle\n# B\nend"
    ranged = patch(ask, id_, "replace_content_range", content="all", content_range="# A...middle")
    assert ranged["markdown"] == "start\nall\n# B\nend"
    refused = ask.refused("PATCH", f"/pages/{id_}/markdown", {"type": "erase", "erase": {}})
    assert "body.type" in refused["message"]


def test_asynchronous_updates_are_polled(ask: Asker, side: NotionSide) -> None:
    id_ = page(ask, "")
    body = {"allow_async": True, "type": "insert_content", "insert_content": {"content": "# Hello\n\nAsync."}}
    answer = ask.raw("PATCH", f"/pages/{id_}/markdown", body)
    assert (answer.status, answer.body["status"], answer.body["poll_after_seconds"]) == (202, "queued", 2)
    done = ask("GET", f"/async_tasks/{answer.body['id']}")
    assert (done["status"], done["result"]["markdown"]) == ("succeeded", "# Hello\nAsync.")


def test_children_and_markdown_do_not_go_together(ask: Asker, side: NotionSide) -> None:
    body = {"parent": {"page_id": side.shared_page_id}, "properties": {}, "markdown": "x", "children": []}
    assert "only one of" in ask.refused("POST", "/pages", body)["message"]


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=30)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(_WORDS.map(str.strip).filter(bool), min_size=1, max_size=5))
def test_any_text_survives_the_way_there_and_back(lines: list[str]) -> None:
    side = NotionSide(World())
    ask = Asker(side)
    block = [{"paragraph": {"rich_text": [{"text": {"content": line}}]}} for line in lines]
    ask("PATCH", f"/blocks/{side.shared_page_id}/children", {"children": block})
    told = shown(ask, side.shared_page_id)
    again = page(ask, told)
    blocks = ask("GET", f"/blocks/{again}/children")["results"]
    assert [b["type"] for b in blocks] == ["paragraph"] * len(lines), told
    assert ["".join(t["plain_text"] for t in b["paragraph"]["rich_text"]) for b in blocks] == lines
    assert shown(ask, again) == told


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.text(st.sampled_from('ab *_`~[]()<>|#-\\\n\t{}$.1!&"'), max_size=60))
def test_what_is_written_is_read_as_itself(source: str) -> None:
    """Any input settles at once: writing what was read changes no block."""
    ask = Asker(NotionSide(World()))
    first = page(ask, source)
    told = shown(ask, first)
    before = ids(ask, first)
    assert patch(ask, first, "replace_content", new_str=told)["markdown"] == told
    assert ids(ask, first) == before


@pytest.mark.parametrize("kind", ["replace_content", "update_content", "insert_content"])
def test_a_missing_part_is_named(ask: Asker, side: NotionSide, kind: str) -> None:
    path = f"/pages/{side.shared_page_id}/markdown"
    assert f"body.{kind}" in ask.refused("PATCH", path, {"type": kind})["message"]
    assert f"body.{kind}" in ask.refused("PATCH", path, {"type": kind, kind: {}})["message"]
