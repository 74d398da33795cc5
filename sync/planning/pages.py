"""What the pages should say: each is written anew only when its content has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import orjson

from connectors import document
from connectors.model import PutPage
from sync.house import House
from sync.pages.friday import its_day
from sync.pages.matter import Matter
from sync.pages.targets import FRIDAY, places, targets
from sync.pages.targets import PAGE as PAGE
from sync.plan import Reason, Step
from sync.plan.page_moves import PageLine, page_moves

_NOT_OURS = "What stands there is not what Handrail last wrote; its own part is put right."


def on_pages(house: House, source: str, seen: Matter) -> Iterator[Step]:
    """One step for each page whose content is not what we last wrote; the as-of line counts for nothing."""
    for page in targets(seen, house.settings.write):
        if page.key == FRIDAY and not its_day(seen.board):
            continue
        digest = digest_of(document.to_data(page.document))
        inside = "/region" if page.key == PAGE and house.settings.write.notion_page else ""
        target = f"page:{source}/{page.key}{inside}"
        written = house.store.last_written(target)
        before = str(written.values.get("digest") or "") if written else ""
        if before == digest:
            continue
        whole = document.Document((page.as_of, *page.document.blocks))
        change = _page(house, source, page.key, page.title, whole, digest, house.store.made(target))
        said = replace(change, before=before)
        lost = written is None and change.remote is not None
        reason = Reason(_NOT_OURS if lost else "What is on the page has changed.")
        yield Step(said, target, page.title, house.store.address(target), reason, _moves(house, said, target))


def _moves(house: House, change: PutPage, target: str) -> tuple[PageLine, ...]:
    """Line by line, where we know what we wrote there last."""
    last = house.store.last_sent(target) if change.before else None
    return page_moves(last.document, change.document) if isinstance(last, PutPage) else ()


def own_pages(house: House, source: str) -> Iterator[PutPage]:
    """The pages that there may be already, without content."""
    for key, title in places(house.settings.write, house.terms.teams):
        yield _page(house, source, key, title, document.Document(()))


def _page(
    house: House, source: str, key: str, title: str, whole: document.Document, digest: str = "",
    remote: str | None = None,
) -> PutPage:  # fmt: skip
    """The summary may be a region of a page of yours; every other page stands under the parent."""
    write = house.settings.write
    into = write.notion_page if key == PAGE else None
    parent = into or write.notion_parent or ""
    return PutPage(key, source, parent, title, whole, digest, remote, region=bool(into))


def digest_of(data: object) -> str:
    """A short hash of plain data."""
    return hashlib.sha256(orjson.dumps(data)).hexdigest()[:16]
