"""Writing pages that Handrail owns: one request replaces the content, and Notion keeps the blocks that stay alike.

Measured by third parties in 2026: `replace_content` keeps the ids of unchanged blocks, so it is a diff, and comments
on them stay.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from connectors.document import Document
from connectors.errors import ConnectorError, Missing, Rejected
from connectors.model import PutPage, Receipt
from connectors.notion.doubles import note_place
from connectors.notion.ids import normal_id
from connectors.notion.mapping import presence
from connectors.notion.markdown import parts
from connectors.notion.policy import has_conflict, saved
from connectors.notion.region import cut, put_region, take_out
from connectors.notion.sources import Sources
from connectors.notion.texts import rich_text

Json = Any

_INSIDE = re.compile(r"^\s*<(?:page|database)\b[^\n]*$", re.MULTILINE)
_TRIES = 3


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page of ours as noted: id, address, digest of the content that we sent, hash of its gist; "" is unknown."""

    id: str
    url: str = ""
    digest: str = ""
    gist: str = ""


class Pages:
    """Pages by the key of the change that makes them; found by note, else by title under their parent."""

    def __init__(self, sources: Sources) -> None:
        self._notion, self._notes = sources.notion, sources.notes

    def find(self, change: PutPage, below: Iterable[Json] | None = None) -> OwnPage | None:
        """The page that this change would make, when it exists. `below`: the parent's blocks, if at hand."""
        if change.region:
            return OwnPage(normal_id(change.parent))
        known = self._noted(change.key)
        if known:
            return known
        blocks = self._notion.children(normal_id(change.parent)) if below is None else below
        found = next((OwnPage(block["id"]) for block in blocks if _is_page(block, change.title)), None)
        if found:
            self._note(change.key, found)
        return found

    def put(self, change: PutPage) -> Receipt:
        """The page with this content: made, found as wanted, or rewritten. A page in the trash stays there.

        One request when the content is news to a page that we know; one look more when it may be there already.
        """
        if change.region:
            return self._put_region(change)
        note_place(self._notes, change.key, "page", change.parent, change.title)
        known = self._noted(change.key)
        remote = normal_id(change.remote) if change.remote else None
        remote = (self._notes.get(f"instead:{remote}") or remote) if remote else None
        if remote and (known is None or known.id != remote):
            known = OwnPage(remote)
        try:
            page = self._with_address(known or self.find(change))
            return self._bring(change, page) if page else self._create(change)
        except _PutAway as away:
            return Receipt(change.key, "moved_on", away.id, away.url, note="a person has put this page away")
        except Missing:
            self._notes.forget(f"page:{change.key}")
            if change.remote is None and known is None:  # it is the parent that is missing
                raise
            page = self._with_address(self.find(change))
            return self._bring(change, page) if page else self._create(change)

    def _put_region(self, change: PutPage) -> Receipt:
        """The content between the marks on a page of people's: one read, one write where it differs."""
        id_, pieces = normal_id(change.parent), parts(change.document)
        if len(pieces) > 1:
            raise Rejected("the summary is too long to stand inside a page; give it a page of its own (notion_page)")
        noted = f"region/{change.key}"  # never taken for a page that is ours as a whole
        page = self._noted(noted)
        url = page.url if page and page.id == id_ else self._present(id_).get("url") or ""
        here = cut(self._notion.markdown(id_)) if change.expect or not (page and page.id == id_) else None
        inside = gist(here.inside) if here else ""
        if change.expect and inside not in _gists((*change.expect, change.document)):
            return Receipt(change.key, "moved_on", id_, url, note="a person has written between our marks")
        outcome: Literal["written", "found"] = "found"
        if not change.document.blocks:
            take_out(self._notion, id_)
            outcome = "written"
        elif here is None or inside != gist(pieces[0]):
            put_region(self._notion, id_, pieces[0])
            outcome = "written"
        self._note(noted, OwnPage(id_, url, change.digest))
        return Receipt(change.key, outcome, id_, url, version=change.digest)

    def _with_address(self, page: OwnPage | None) -> OwnPage | None:
        if page is None or page.url:
            return page
        found = self._present(page.id)
        return OwnPage(page.id, found.get("url") or "", page.digest)

    def _present(self, id_: str) -> Json:
        page = self._notion.page(id_)
        if presence(page) != "present":
            raise _PutAway(page["id"], page.get("url") or "")
        return page

    def _bring(self, change: PutPage, page: OwnPage) -> Receipt:
        pieces = parts(change.document)
        outcome: Literal["written", "found"] = "found"
        maybe_there = page.digest in {"", change.digest}
        now = gist(self._notion.markdown(page.id)) if maybe_there or change.expect else ""
        if change.expect and now not in _gists((*change.expect, change.document)):
            return Receipt(change.key, "moved_on", page.id, page.url, note="a person has written on this page")
        if not (maybe_there and now == gist("\n".join(pieces))):
            self._rewrite(page.id, pieces)
            outcome = "written"
        self._note(change.key, OwnPage(page.id, page.url, change.digest, _gist_hash("\n".join(pieces))))
        return Receipt(change.key, outcome, page.id, page.url, version=change.digest)

    def edited(self, key: str) -> bool:
        """Whether a page of ours says something else than what we sent: one request. False when it is gone."""
        page = self._noted(key)
        if page is None or not page.gist:
            return False
        try:
            return _gist_hash(_INSIDE.sub("", self._notion.markdown(page.id))) != page.gist
        except Missing:
            return False

    def _create(self, change: PutPage) -> Receipt:
        pieces = parts(change.document)
        parent = {"type": "page_id", "page_id": normal_id(change.parent)}
        title = {"title": {"title": rich_text(change.title)}}
        try:
            page = self._notion.create_page(parent, title, pieces[0])
        except ConnectorError as error:
            id_ = saved(error)
            if id_ is None:
                raise
            page = self._notion.page(id_)
        made = OwnPage(page["id"], page.get("url") or "")
        self._note(change.key, made)
        for piece in pieces[1:]:
            _again(self._notion.append_markdown, made.id, piece)
        self._note(change.key, OwnPage(made.id, made.url, change.digest, _gist_hash("\n".join(pieces))))
        return Receipt(change.key, "written", made.id, made.url, version=change.digest)

    def _rewrite(self, id_: str, pieces: list[str]) -> None:
        try:
            _again(self._notion.replace_markdown, id_, pieces[0])
        except Rejected as error:
            if error.status != 400:
                raise
            self._present(id_)
            kept = _INSIDE.findall(self._notion.markdown(id_))
            if not kept:
                raise Rejected(
                    f"Notion refused the new content of our page: {error}", status=error.status,
                    request=error.request, answer=error.answer,
                ) from error  # fmt: skip
            # somebody put pages below ours: Notion refuses to lose them, so they move to the end
            _again(self._notion.replace_markdown, id_, "\n".join([pieces[0], *(row.strip() for row in kept)]))
        for piece in pieces[1:]:
            _again(self._notion.append_markdown, id_, piece)

    def _noted(self, key: str) -> OwnPage | None:
        text = self._notes.get(f"page:{key}")
        try:
            return OwnPage(**json.loads(text)) if text else None
        except (ValueError, TypeError):
            return None

    def _note(self, key: str, page: OwnPage) -> None:
        self._notes.set(f"page:{key}", json.dumps(asdict(page)))


class _PutAway(Exception):
    """A person has put our page into the trash or the archive."""

    def __init__(self, id_: str, url: str) -> None:
        super().__init__(id_)
        self.id, self.url = id_, url


def gist(markdown: str) -> str:
    """What a text says, without what Notion writes its own way: blanks, escapes, attributes of tags."""
    bare = re.sub(r"<(\w+)\s[^>]*>", r"<\1>", markdown)
    return re.sub(r"[\\\s]|<empty-block/>|<br>", "", bare)


def _gist_hash(markdown: str) -> str:
    return hashlib.sha256(gist(markdown).encode()).hexdigest()[:16]


def _gists(documents: Iterable[Document]) -> set[str]:
    return {gist("\n".join(parts(one))) for one in documents}


def _is_page(block: Json, title: str) -> bool:
    named = (block.get("child_page") or {}).get("title")
    return block.get("type") == "child_page" and named == title and not block.get("in_trash")


def _again(write: Callable[[str, str], Json], id_: str, text: str) -> None:
    """Content that lost against another write at the same moment is sent again: it names no earlier content."""
    for _ in range(_TRIES - 1):
        try:
            write(id_, text)
        except ConnectorError as error:
            if not has_conflict(error):
                raise
        else:
            return
    write(id_, text)
