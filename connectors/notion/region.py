"""The summary inside a page of people's: between two visible marks, and nothing outside them is ever changed.

The page's text is read, the part between the marks is cut out of that very text, and Notion is asked to replace it
where it still stands exactly once (`update_content`). No match means that somebody was typing: it is read again, and
never replaced as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.errors import ConnectorError, Garbled, Rejected
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


def put_region(notion: Notion, page: str, content: str) -> str:
    """Make this stand between the marks, which are put at the page's end where there are none. What Notion shows now.

    Two requests. Raises Rejected when the marks are out of order or people keep typing, Garbled when anything outside
    the marks is not as it was.
    """
    wanted = f"{BEGIN}\n{content}\n{END}"
    for tries_left in reversed(range(_TRIES)):
        text = notion.markdown(page)
        here = cut(text)
        try:
            if here is None:
                shown = notion.append_markdown(page, wanted)
            else:
                shown = notion.update_markdown(page, (here.region, wanted))
        except ConnectorError as error:
            if not tries_left or not (error.status == 400 or has_conflict(error)):
                raise
            continue
        after = str(shown.get("markdown") or "")
        _check_outside(page, here or Cut(text and text + "\n", "", ""), cut(after))
        return after
    raise AssertionError("unreachable")


def take_out(notion: Notion, page: str) -> None:
    """The marks and what stands between them are gone; what stands outside is as it was. Two requests."""
    here = cut(notion.markdown(page))
    if here is None:
        return
    after = str(notion.update_markdown(page, (here.region, "")).get("markdown") or "")
    if after.split() != (here.before + here.after).split():
        raise Garbled(f"page {page} is not as it was outside our marks; look at its history in Notion")


def _check_outside(page: str, before: Cut, after: Cut | None) -> None:
    if after is None or (before.before, before.after) != (after.before, after.after):
        raise Garbled(f"page {page} is not as it was outside our marks; look at its history in Notion")
