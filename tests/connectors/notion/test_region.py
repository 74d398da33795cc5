"""The summary inside a page of people's: what stands outside our two marks is never changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.document import Document, Paragraph, line
from connectors.errors import Rejected
from connectors.model import PutPage, Receipt
from connectors.notion.region import BEGIN, END, cut
from tests.connectors.contract import Notes
from tests.connectors.notion.world import PAGE, NotionRig, notion_rig

THEIRS = '# Monday\n- [ ] call the agency\n<callout icon="💡">\n\tMind the *gap*.\n</callout>'
READ, WRITE = "GET pages/{id}/markdown", "PATCH pages/{id}/markdown"


@pytest.fixture
def rig() -> Iterator[NotionRig]:
    with notion_rig(count=1) as rig:
        yield rig


@pytest.fixture
def page(rig: NotionRig) -> str:
    with rig.app.world.lock:
        made = str(rig.side.create_page("Ada", "Our week", rig.parent).id)
        rig.side.replace_markdown("Ada", made, THEIRS)
    return made


def _text(rig: NotionRig, page: str) -> str:
    return str(rig.api("GET", f"pages/{page}/markdown")["markdown"])


def _put(
    rig: NotionRig, notes: Notes, page: str, document: Document = PAGE, digest: str = "d1", **more: Any
) -> Receipt:
    change = PutPage("page/summary", "notion", page, "Summary", document, digest, region=True, **more)
    return rig.connector(notes).apply(change)


def _says(words: str) -> Document:
    return Document((Paragraph(line(words)),))


def test_the_marks_are_put_at_the_end_and_then_only_what_is_between_them_changes(rig: NotionRig, page: str) -> None:
    notes, before = Notes(), _text(rig, page)
    assert _put(rig, notes, page).outcome == "written"
    first = _text(rig, page)
    assert first.startswith(f"{before}\n{BEGIN}\n# This week")
    with rig.app.world.lock:
        rig.side.replace_markdown("Ada", page, first + "\nAfter it.")
    rig.requests()
    again = _put(rig, notes, page, _says("Nothing waits."), "d2")
    assert rig.asked() == {READ: 1, WRITE: 1}
    assert (again.outcome, again.remote) == ("written", page)
    assert _text(rig, page) == f"{before}\n{BEGIN}\nNothing waits.\n{END}\nAfter it."


def test_with_the_memory_lost_the_marks_are_found_and_nothing_is_written(rig: NotionRig, page: str) -> None:
    _put(rig, Notes(), page)
    before = _text(rig, page)
    assert _put(rig, Notes(), page).outcome == "found"
    assert _text(rig, page) == before


def test_somebody_typing_between_the_marks_is_read_again_and_never_replaced_whole(rig: NotionRig, page: str) -> None:
    notes = Notes()
    _put(rig, notes, page)
    bodies: list[bytes] = []
    inner = httpx.HTTPTransport()

    class Typing(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "PATCH" and not bodies:
                with rig.app.world.lock:
                    text = rig.side.markdown(page).markdown
                    rig.side.replace_markdown(
                        "Ada", page, text.replace("# This week", "# This very week") + "\nMore."
                    )
            if request.method == "PATCH":
                bodies.append(request.content)
            return inner.handle_request(request)

        def close(self) -> None:
            inner.close()

    change = PutPage("page/summary", "notion", page, "Summary", _says("New."), "d2", region=True)
    assert rig.connector(notes, transport=Typing()).apply(change).outcome == "written"
    assert len(bodies) == 2
    assert all(b"update_content" in body and b"replace_content" not in body for body in bodies)
    said = _text(rig, page)
    assert said.startswith(THEIRS.split("\n")[0])
    assert said.endswith(f"{BEGIN}\nNew.\n{END}\nMore.")


@pytest.mark.parametrize("spoil", [
    lambda text: text.replace(END, ""), lambda text: text.replace(BEGIN, "x"), lambda text: f"{text}\n{BEGIN}\n{END}",
    lambda text: text.replace(BEGIN, "?").replace(END, BEGIN).replace("?", END),
])  # fmt: skip
def test_marks_out_of_order_are_for_a_person_to_mend(rig: NotionRig, page: str, spoil: Any) -> None:
    notes = Notes()
    _put(rig, notes, page)
    spoiled = spoil(_text(rig, page))
    with rig.app.world.lock:
        rig.side.replace_markdown("Ada", page, spoiled)
    before = _text(rig, page)
    with pytest.raises(Rejected, match="mend them"):
        _put(rig, notes, page, _says("New."), "d2")
    assert _text(rig, page) == before


def test_a_region_is_never_taken_for_a_page_that_is_ours(rig: NotionRig, page: str) -> None:
    notes = Notes()
    _put(rig, notes, page)
    before = _text(rig, page)
    own = PutPage("page/summary", "notion", rig.parent, "Summary", _says("All ours."), "d3")
    assert rig.connector(notes).apply(own).remote != page
    assert _text(rig, page) == before


def test_a_person_s_words_between_the_marks_hold_an_undo_up(rig: NotionRig, page: str) -> None:
    notes = Notes()
    _put(rig, notes, page, _says("One."))
    said = _text(rig, page).replace("One.", "One and a half.")
    with rig.app.world.lock:
        rig.side.replace_markdown("Ada", page, said)
    assert _put(rig, notes, page, _says("Zero."), "d0", expect=(_says("One."),)).outcome == "moved_on"
    assert "One and a half." in _text(rig, page)


def test_a_summary_too_long_for_a_region_is_refused_with_the_way_out(rig: NotionRig, page: str) -> None:
    long = Document(tuple(Paragraph(line("x" * 1500)) for _ in range(1000)))
    with pytest.raises(Rejected, match="page of its own"):
        _put(rig, Notes(), page, long)
    assert _text(rig, page) == THEIRS


def test_a_page_without_marks_is_no_region() -> None:
    assert cut("one\ntwo") is None
    found = cut(f"one\n{BEGIN}\ntwo\n{END}")
    assert found
    assert (found.before, found.inside, found.after) == ("one\n", "two", "")
