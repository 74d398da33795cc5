"""A person's words on a page of ours: told from ours, left where they are, whatever is rewritten around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.document import Block, Bullets, Callout, Document, Heading, Paragraph, Table, line
from connectors.errors import Rejected
from connectors.notion.keeping import Chunk, changes, chunks, gist, marks, merged, told_apart
from connectors.notion.markdown import render
from connectors.sandbox.notion.blocks import Draft
from tests.connectors.contract import Notes
from tests.connectors.notion.world import NotionRig, notion_rig, put_page

READ, WRITE = "GET pages/{id}/markdown", "PATCH pages/{id}/markdown"
KINDS = (
    "A note.", "- [ ] call the agency", "> a quote", "---", "# A heading", "```python\nprint(1)\n\n\tx\n```",
    "<callout icon=\"💡\">\n\tMind the *gap*.\n</callout>", "- one\n\t- two",
    "<details>\n<summary>More</summary>\n\tin\n</details>",
    "| `b` <i> $1 🚀 שלום \\| " + "x" * 300,
)  # fmt: skip


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=1) as rig:
        yield rig


def _week(number: int) -> Document:
    """A page like ours, which says something else each week, with lines that come up more than once."""
    cards: list[Block] = []
    for card in range(number % 3 + 1):
        cards += [
            Heading(line(f"Card {card}"), 3),
            Bullets((line("Nothing that can be counted."), line(f"{number} items."))),
        ]
    table = Table((line("Stage"), line("Items")), ((line("Design"), line(str(number))), (line("Web"), line("2"))))
    return Document((Paragraph(line(f"As of week {number}.")), Callout(line(f"Big {number}.")), *cards, table))


def _text(rig: NotionRig, page: str) -> str:
    return str(rig.api("GET", f"pages/{page}/markdown")["markdown"])


def _type(rig: NotionRig, page: str, text: str) -> None:
    with rig.app.world.lock:
        rig.side.replace_markdown("Ada", page, text)


def _after(text: str, row: str, words: str) -> str:
    assert row in text
    return text.replace(row, f"{row}\n{words}", 1)


@pytest.mark.parametrize("words", KINDS)
def test_words_of_every_kind_survive_where_they_stand(rig: NotionRig, words: str) -> None:
    connector = rig.connector(Notes())
    page = connector.apply(put_page(rig.parent, _week(1))).remote
    _type(rig, page, _after(_text(rig, page), "### Card 0", words) + f"\n{words}\nThe end.")
    theirs = [text for text in chunks(_text(rig, page)) if gist(text) == gist(words)]
    assert len(theirs) == 2
    for week in (2, 3, 4, 5):
        rig.asked()
        assert connector.apply(put_page(rig.parent, _week(week), digest=f"d{week}")).outcome == "written"
        cost = {
            name: count
            for name, count in rig.asked().items()
            if not (week == 2 and name == "GET blocks/{id}/children")
        }
        assert {READ: cost.pop(READ), WRITE: cost.pop(WRITE)} == {READ: 1, WRITE: 1}
        assert sum(cost.values()) <= (8 if week == 2 else 0), "who wrote what is asked once, after the page was made"
        now = chunks(_text(rig, page))
        assert [text for text in now if gist(text) == gist(words)] == theirs
        assert now[-1] == "The end."
        assert gist(now[now.index("### Card 0") + 1]) == gist(words)
        ours = [text for text in now if gist(text) not in (gist(words), "Theend.")]
        assert gist("\n".join(ours)) == gist("\n".join(chunks(render(_week(week)))))


def test_their_blocks_are_not_touched_at_all(rig: NotionRig) -> None:
    connector = rig.connector(Notes())
    page = connector.apply(put_page(rig.parent, _week(1))).remote
    _type(rig, page, _text(rig, page) + "\nMine.")
    with rig.app.world.lock:
        rig.side.append("Ada", page, [Draft("bookmark", {"url": "https://x.test", "caption": []})])
    rig.later(hours=1)
    before = [block for block in rig.api("GET", f"blocks/{page}/children")["results"] if "Ada" in _who(rig, block)]
    assert len(before) == 2
    for week in (2, 3):
        connector.apply(put_page(rig.parent, _week(week), digest=f"d{week}"))
    after = rig.api("GET", f"blocks/{page}/children")["results"]
    assert [block for block in after if block["id"] in {one["id"] for one in before}] == before


def _who(rig: NotionRig, block: dict[str, object]) -> str:
    user = block["created_by"]["id"]  # type: ignore[index]
    return str(rig.api("GET", f"users/{user}")["name"])


def test_a_line_of_ours_that_somebody_changed_is_theirs_and_ours_comes_back(rig: NotionRig) -> None:
    connector = rig.connector(Notes())
    page = connector.apply(put_page(rig.parent, _week(1))).remote
    connector.apply(put_page(rig.parent, _week(2), digest="d2"))
    _type(rig, page, _text(rig, page).replace("Big 2.", "Big 2, but Kofi is away."))
    connector.apply(put_page(rig.parent, _week(3), digest="d3"))
    text = _text(rig, page)
    assert "Big 2, but Kofi is away." in text
    assert "Big 3." in text
    connector.apply(put_page(rig.parent, _week(4), digest="d4"))
    assert _text(rig, page).count("Big 2, but Kofi is away.") == 1


def test_with_the_memory_lost_notion_says_who_wrote_what(rig: NotionRig) -> None:
    page = rig.connector(Notes()).apply(put_page(rig.parent, _week(1))).remote
    _type(rig, page, _after(_text(rig, page), "### Card 1", "Ada was here.").replace("<td>2", "<td>2, she says"))
    assert rig.connector(Notes()).apply(put_page(rig.parent, _week(2), digest="d2")).remote == page
    text = _text(rig, page)
    assert text.count("Ada was here.") == 1
    assert "2, she says" in text, "the table with her figure stays beside ours"
    assert "week 1" not in text
    assert text.count("As of week 2.") == 1


class Between(httpx.BaseTransport):
    """Asks `on_write` before each write goes out: it may do something, or answer in Notion's place."""

    def __init__(self, on_write: Callable[[httpx.Request], httpx.Response | None]) -> None:
        self._inner, self._on_write = httpx.HTTPTransport(), on_write

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._on_write(request) if request.method == "PATCH" else None
        return answer or self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def test_somebody_typing_between_our_look_and_our_write_loses_nothing(rig: NotionRig) -> None:
    notes = Notes()
    page = rig.connector(notes).apply(put_page(rig.parent, _week(1))).remote
    writes: list[httpx.Request] = []

    def typing(request: httpx.Request) -> None:
        writes.append(request)
        if len(writes) == 1:
            _type(rig, page, _after(_text(rig, page), "### Card 1", "Wait!").replace("1 items", "one item"))

    made = rig.connector(notes, transport=Between(typing))
    assert made.apply(put_page(rig.parent, _week(2), digest="d2")).outcome == "written"
    assert len(writes) == 2
    text = _text(rig, page)
    assert "Wait!" in text
    assert "one item" in text
    assert "As of week 2." in text


def test_content_that_is_refused_is_not_sent_over_and_over(rig: NotionRig) -> None:
    notes, writes = Notes(), []
    rig.connector(notes).apply(put_page(rig.parent, _week(1)))

    def refuse(request: httpx.Request) -> httpx.Response:
        writes.append(request)
        body = {"object": "error", "status": 400, "code": "validation_error", "message": "No such content."}
        return httpx.Response(400, json=body, request=request)

    with pytest.raises(Rejected, match="No such content"):
        rig.connector(notes, transport=Between(refuse)).apply(put_page(rig.parent, _week(2), digest="d2"))
    assert len(writes) == 2


def test_a_write_whose_answer_was_lost_leaves_nothing_behind_as_a_person_s(rig: NotionRig) -> None:
    notes, inner = Notes(), httpx.HTTPTransport()
    page = rig.connector(notes).apply(put_page(rig.parent, _week(1))).remote

    def deaf(request: httpx.Request) -> None:
        inner.handle_request(request).read()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rig.connector(notes, transport=Between(deaf)).apply(put_page(rig.parent, _week(2), digest="d2"))
    inner.close()
    assert "week 2" in _text(rig, page)
    rig.connector(notes).apply(put_page(rig.parent, _week(3), digest="d3"))
    assert gist(_text(rig, page)) == gist(render(_week(3)))


# ---- laws ----------------------------------------------------------------------------------------------------

BLOCK = st.sampled_from(["a", "b", "- c", "- d", "---", "<table>\n<tr>\n</tr>\n</table>", "e\n\tf"])
THEIRS = st.sampled_from(["p", "q", "a", "---", '<unknown url="u" alt="embed"/>', "```\n---\n```"])


@given(st.lists(st.one_of(BLOCK.map(Chunk), THEIRS.map(lambda text: Chunk(text, True)))), st.lists(BLOCK))
def test_nothing_of_people_s_is_lost_or_moved_past_another(shown: list[Chunk], new: list[str]) -> None:
    wanted = merged(shown, new)
    assert [one for one in wanted if one.theirs] == [one for one in shown if one.theirs]
    assert [one.text for one in wanted if not one.theirs] == new
    pieces, rest = changes(shown, wanted)
    text = "\n".join(one.text for one in shown)
    for old, put in pieces:
        assert text.count(old) == 1
        assert "<unknown" not in old + put
        text = text.replace(old, put)
    left = gist("\n".join([text, *rest]))
    for one in shown:
        if one.theirs:
            assert gist(one.text) in left


@given(st.lists(st.one_of(BLOCK, THEIRS), max_size=6))
def test_a_text_taken_apart_is_the_same_text(blocks: list[str]) -> None:
    text = "\n".join(blocks)
    assert "\n".join(chunks(text)) == text
    assert chunks(text) == blocks


def test_a_copy_that_somebody_made_of_our_line_is_theirs() -> None:
    assert [one.theirs for one in told_apart(["a", "a"], [marks(["a"])])] == [False, True]
