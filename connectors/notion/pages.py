"""Writing pages that Handrail owns: one look, and one request that replaces what is ours and nothing of a person's.

What is replaced is named by the very text that was read (`update_content`), so a person who types meanwhile makes it
fail, and it is read again. Measured by third parties in 2026: Notion keeps the ids of unchanged blocks, so comments
on them stay.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from connectors.document import Document
from connectors.errors import ConnectorError, Missing
from connectors.model import PutPage, Receipt
from connectors.notion.authors import Authors
from connectors.notion.comments import Comments
from connectors.notion.doubles import note_place
from connectors.notion.ids import normal_id
from connectors.notion.keeping import Chunk, changes, chunks, gist, marks, merged, ours_of, told_apart
from connectors.notion.mapping import home_of, presence
from connectors.notion.markdown import MOST_BYTES, parts
from connectors.notion.notes import OwnPage, own_page
from connectors.notion.policy import has_conflict
from connectors.notion.region import Regions
from connectors.notion.sources import Sources
from connectors.notion.texts import rich_text

Json = Any

_TRIES = 4
SYNCED_PAGE = "Notion syncs this page from another tool and takes no content for it; name a page of your own"


class Pages:
    """Pages by the key of the change that makes them; found by note, else by title under their parent."""

    def __init__(self, sources: Sources) -> None:
        self._sources, self._notion, self._notes = sources, sources.notion, sources.notes
        self._authors, self.comments = Authors(sources), Comments(sources)
        self._regions = Regions(sources.notion, sources.notes)

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

    def shut(self, id_: str) -> str:
        """Why nothing can be written to a page or under it; empty where it can. At most two requests."""
        home = home_of(self._notion.page(normal_id(id_)))
        return SYNCED_PAGE if home and self._sources.schema(home).synced else ""

    def put(self, change: PutPage) -> Receipt:
        """The page with this content: made, found as wanted, or rewritten. A page in the trash stays there.

        One request when the content is news to a page that we know; one look more when it may be there already.
        """
        if change.region:
            return self._regions.put(change)
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

    def _with_address(self, page: OwnPage | None) -> OwnPage | None:
        if page is None or page.url:
            return page
        found = self._present(page.id)
        return replace(page, url=found.get("url") or "")

    def _present(self, id_: str) -> Json:
        page = self._notion.page(id_)
        if presence(page) != "present":
            raise _PutAway(page["id"], page.get("url") or "")
        return page

    def _bring(self, change: PutPage, page: OwnPage) -> Receipt:
        """One read, and one write where our part differs. Somebody typing meanwhile: it is read again."""
        before: list[Chunk] = []
        for tries_left in reversed(range(_TRIES)):
            shown = self._shown(change, page)
            if change.expect and all(one.theirs for one in shown):
                note = "a person has written on this page"
                return Receipt(change.key, "moved_on", page.id, page.url, note=note)
            first, *more = parts(change.document)
            wanted = merged(shown, chunks(first))
            sent = [*wanted, *(Chunk(text) for piece in more for text in chunks(piece))]
            if _says(shown) == _says(sent):
                self._note(change.key, replace(page, digest=change.digest, blocks=_ours(shown), shown=True, begun=()))
                return Receipt(change.key, "found", page.id, page.url, version=change.digest)
            self._note(change.key, replace(page, begun=_ours(sent)))
            try:
                said = self._rewrite(page.id, shown, wanted, more)
            except ConnectorError as error:
                typed = error.status == 400 and shown != before
                if not tries_left or not (typed or has_conflict(error)):
                    raise
                self._present(page.id)
                before = shown
                continue
            blocks = marks(ours_of(chunks(said), sent))
            self._note(change.key, OwnPage(page.id, page.url, change.digest, blocks, bool(said)))
            return Receipt(change.key, "written", page.id, page.url, version=change.digest)
        raise AssertionError("unreachable")

    def _shown(self, change: PutPage, page: OwnPage) -> list[Chunk]:
        """The page block by block: ours, people's, and of ours those that a comment hangs on."""
        shown = self._told_apart(change, page)
        held = self.comments.held(page.id, len(shown))
        return [replace(one, held=number in held and not one.theirs) for number, one in enumerate(shown)]

    def _told_apart(self, change: PutPage, page: OwnPage) -> list[Chunk]:
        """Where our notes do not tell ours from people's, Notion is asked who wrote what."""
        texts = chunks(self._notion.markdown(page.id))
        known = [page.blocks, page.begun, *map(_sent, (*change.expect, change.document))]
        shown = told_apart(texts, known)
        strange = sum(one.theirs for one in shown)
        if strange and (not page.shown or page.begun or strange * 2 > len(shown)):
            return told_apart(texts, known, self._authors.others(page.id, len(texts)))
        return shown

    def edited(self, key: str) -> bool:
        """Whether a page of ours lacks something of what we sent: one request. False when it is gone.

        `region/…`: our part of a page of people's, which is to hold nothing else.
        """
        if key.startswith("region/"):
            return self._regions.edited(key)
        page = self._noted(key)
        if page is None or not page.blocks:
            return False
        try:
            return bool(Counter(page.blocks) - Counter(marks(chunks(self._notion.markdown(page.id)))))
        except Missing:
            return False

    def _create(self, change: PutPage) -> Receipt:
        pieces = parts(change.document)
        parent = {"type": "page_id", "page_id": normal_id(change.parent)}
        title = {"title": {"title": rich_text(change.title)}}
        page = self._notion.create_page(parent, title, pieces[0])
        made = OwnPage(page["id"], page.get("url") or "")
        self._note(change.key, made)
        for piece in pieces[1:]:
            _again(self._notion.append_markdown, made.id, piece)
        self._note(change.key, OwnPage(made.id, made.url, change.digest, _sent(change.document)))
        return Receipt(change.key, "written", made.id, made.url, version=change.digest)

    def _rewrite(self, id_: str, shown: Sequence[Chunk], wanted: Sequence[Chunk], more: Sequence[str]) -> str:
        """Ours become what is wanted; what Notion shows afterwards. One request, and one for each part more."""
        whole = "\n".join(one.text for one in wanted)
        pieces, rest = changes(shown, wanted)
        if sum(len(old.encode()) + len(new.encode()) for old, new in pieces) > MOST_BYTES:
            said = self._notion.replace_markdown(id_, whole)
        else:
            said = self._notion.update_markdown(id_, *pieces) if pieces else {}
            more = ["\n".join(rest), *more] if rest else more
        for piece in more:
            said = _again(self._notion.append_markdown, id_, piece)
        return str(said.get("markdown") or "")

    def _noted(self, key: str) -> OwnPage | None:
        return own_page(self._notes.get(f"page:{key}"))

    def _note(self, key: str, page: OwnPage) -> None:
        self._notes.set(f"page:{key}", json.dumps(asdict(page)))


class _PutAway(Exception):
    """A person has put our page into the trash or the archive."""

    def __init__(self, id_: str, url: str) -> None:
        super().__init__(id_)
        self.id, self.url = id_, url


def _is_page(block: Json, title: str) -> bool:
    named = (block.get("child_page") or {}).get("title")
    return block.get("type") == "child_page" and named == title and not block.get("in_trash")


def _sent(document: Document) -> tuple[str, ...]:
    return marks(text for piece in parts(document) for text in chunks(piece))


def _ours(blocks: Iterable[Chunk]) -> tuple[str, ...]:
    return marks(one.text for one in blocks if not one.theirs)


def _says(blocks: Iterable[Chunk]) -> str:
    return gist("\n".join(one.text for one in blocks))


def _again(write: Callable[[str, str], Json], id_: str, text: str) -> Json:
    """Content that lost against another write at the same moment is sent again: it names no earlier content."""
    for _ in range(_TRIES - 1):
        try:
            return write(id_, text)
        except ConnectorError as error:
            if not has_conflict(error):
                raise
    return write(id_, text)
