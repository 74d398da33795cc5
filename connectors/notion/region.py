"""The summary inside a page of people's: between two visible marks, and nothing outside them is ever changed.

The page's text is read, the part between the marks is cut out of that very text, and Notion is asked to replace it
where it still stands exactly once (`update_content`). No match means that somebody was typing: it is read again, and
never replaced as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from connectors.document import Document
from connectors.errors import ConnectorError, Garbled, Missing, Rejected
from connectors.model import PutPage, Receipt
from connectors.notion.doubles import note_place
from connectors.notion.ids import normal_id
from connectors.notion.keeping import chunks, gist, marks
from connectors.notion.mapping import presence
from connectors.notion.markdown import parts
from connectors.notion.notes import Notes, OwnPage, own_page
from connectors.notion.policy import has_conflict
from connectors.notion.sdk import Notion

BEGIN = "⬇ Handrail writes from here"
END = "⬆ to here. What stands outside these two lines is yours."
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Cut:
    """A page's text before, between (with both marks) and after."""

    before: str
    region: str
    after: str

    @property
    def inside(self) -> str:
        """What stands between the marks."""
        return "\n".join(self.region.split("\n")[1:-1])


def cut(markdown: str) -> Cut | None:
    """None where no marks are. Rejected when they are not one of each, in order: a person has to mend that."""
    begins, ends = (list(re.finditer(rf"^{re.escape(mark)}$", markdown, re.MULTILINE)) for mark in (BEGIN, END))
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or begins[0].start() > ends[0].start():
        raise Rejected(
            f"the page needs the line {BEGIN!r} once, and after it the line {END!r} once, each alone in its line; "
            "mend them, or take both out and they are put at the end of the page anew"
        )
    start, end = begins[0].start(), ends[0].end()
    return Cut(markdown[:start], markdown[start:end], markdown[end:])


class Regions:
    """Our part of a page of people's, noted as `region/<key>`: never taken for a page that is ours as a whole."""

    def __init__(self, notion: Notion, notes: Notes) -> None:
        self._notion, self._notes = notion, notes

    def put(self, change: PutPage) -> Receipt:
        """The content between the marks; without any they are taken out. One read, one write where it differs."""
        id_, key = normal_id(change.parent), f"region/{change.key}"
        pieces = parts(change.document)
        if len(pieces) > 1:
            raise Rejected("the summary is too long to stand inside a page; give it a page of its own (notion_page)")
        noted = self._noted(key)
        page = noted if noted and noted.id == id_ and noted.url else OwnPage(id_)
        if not page.url:
            found = self._notion.page(id_)
            page = OwnPage(id_, found.get("url") or "")
            if presence(found) != "present":
                return Receipt(change.key, "moved_on", id_, page.url, note="a person has put this page away")
        note_place(self._notes, key, "region", change.parent, change.title)
        expected = _gists((*change.expect, change.document)) if change.expect else None
        try:
            shown, wrote = _put(self._notion, id_, pieces[0] if change.document.blocks else None, expected)
        except _TheirsInside:
            return Receipt(change.key, "moved_on", id_, page.url, note="a person has written between our marks")
        here = cut(shown)
        self._note(key, OwnPage(id_, page.url, change.digest, marks(chunks(here.inside)) if here else (), bool(here)))
        return Receipt(change.key, "written" if wrote else "found", id_, page.url, version=change.digest)

    def edited(self, key: str) -> bool:
        """Whether something else stands between our marks than what we sent: one request. False when it is gone.

        Marks that are lost or out of order count as edited; who writes next says so, or puts them anew.
        """
        page = self._noted(key)
        if page is None or not page.blocks:
            return False
        try:
            here = cut(self._notion.markdown(page.id))
        except Missing:
            return False
        except Rejected:
            return True
        return here is None or marks(chunks(here.inside)) != page.blocks

    def _noted(self, key: str) -> OwnPage | None:
        return own_page(self._notes.get(f"page:{key}"))

    def _note(self, key: str, page: OwnPage) -> None:
        self._notes.set(f"page:{key}", json.dumps(asdict(page)))


class _TheirsInside(Exception):
    """What stands between the marks is none of the texts that may be replaced."""


def _gists(documents: Iterable[Document]) -> set[str]:
    return {gist("\n".join(parts(one))) for one in documents}


def _put(notion: Notion, page: str, content: str | None, expected: set[str] | None) -> tuple[str, bool]:
    """Make this stand between the marks, which are put at the page's end where there are none; None takes them out.

    What Notion shows now, and whether it was written: one read and one write at most, unless somebody is typing.
    `expected`: the only gists that may be replaced. Raises Rejected when the marks are out of order or people keep
    typing, Garbled when anything outside the marks is not as it was.
    """
    for tries_left in reversed(range(_TRIES)):
        text = notion.markdown(page)
        here = cut(text)
        if expected is not None and gist(here.inside if here else "") not in expected:
            raise _TheirsInside
        if here is None if content is None else here is not None and gist(here.inside) == gist(content):
            return text, False
        try:
            after = _write(notion, page, here, content)
        except ConnectorError as error:
            if not tries_left or not (error.status == 400 or has_conflict(error)):
                raise
            continue
        _check_outside(page, here or Cut(text and text + "\n", "", ""), cut(after), after)
        return after, True
    raise AssertionError("unreachable")


def _write(notion: Notion, page: str, here: Cut | None, content: str | None) -> str:
    wanted = "" if content is None else f"{BEGIN}\n{content}\n{END}"
    if here is None:
        told = notion.append_markdown(page, wanted)
    else:
        told = notion.update_markdown(page, (here.region, wanted))
    return str(told.get("markdown") or "")


def _check_outside(page: str, before: Cut, after: Cut | None, shown: str) -> None:
    if after is None:  # taken out
        same = bool(before.region) and shown.split() == (before.before + before.after).split()
    else:
        same = (before.before, before.after) == (after.before, after.after)
    if not same:
        raise Garbled(f"page {page} is not as it was outside our marks; look at its history in Notion")
