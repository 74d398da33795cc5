"""Hop 5: hold what should be readable against what is, and give the difference as a plan.

This file gathers (from the store only); the deciding is in `plan` and `intent`, which are pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from connectors.base import FindsDoubles
from connectors.model import EnsureTable, PutPage, Value
from rules.engine import Judgement
from sync import intent
from sync.house import House, Source
from sync.house import page_source as page_source
from sync.intent import TABLE as TABLE
from sync.pages.gather import matter, with_left
from sync.plan import LeftAlone, Plan, Reason, Step, assemble
from sync.planning.items import on_items, unwritable
from sync.planning.items import readable as readable
from sync.planning.pages import PAGE as PAGE
from sync.planning.pages import on_pages, own_pages
from sync.planning.posts import posts
from sync.planning.rows import on_rows


def make_plan(
    house: House, judgement: Judgement, unheard: frozenset[str], *, pages: bool = True,
    refused: Mapping[str, str] = MappingProxyType({}),
) -> Plan:  # fmt: skip
    """Everything that should be written as of the judgement's instant; nothing is asked of a vendor.

    Without `pages` those stay as they are. `refused`: targets where nothing can be written, and why.
    """
    parts: list[Step | LeftAlone] = []
    same: dict[str, Mapping[str, Value]] = {}
    for source in house.sources.values():
        if source.item_fields:
            on_items(house, source, judgement, parts, same)
    target = page_source(house)
    if target:
        seen = matter(house, judgement, unheard)
        on_rows(house, target, seen.judgement, unheard, parts, same)
        if pages:
            left = [part for part in parts if isinstance(part, LeftAlone)]
            parts.extend(on_pages(house, target, with_left(seen, left)))
        parts.extend(_doubles(house.sources[target]))
    parts.extend(posts(house, judgement, target))
    parts = [part for part in parts if not (isinstance(part, Step) and _is_in(part.target, refused))]
    told = [words for source in house.sources.values() for _, words in unwritable(house, source)]
    told += dict.fromkeys(refused.values())
    counts = dict(judgement.board.items["source"].cast(str).value_counts().iter_rows())
    return replace(assemble(judgement.board.now, parts, same, counts, unheard), refused=tuple(told))


def _is_in(target: str, refused: Mapping[str, str]) -> bool:
    """Whether it is one of these places, or a row of one."""
    table = f"table:{target.removeprefix('row:').split('/', 1)[0]}/{TABLE}" if target.startswith("row:") else target
    return table in refused


def _doubles(source: Source) -> Iterator[Step]:
    """Things of ours that were made twice, as the last sweep found them: the oldest stays."""
    reason = Reason("It was made twice; the older one stays.")
    door: object = source.door
    for change in door.doubles() if isinstance(door, FindsDoubles) else ():
        yield Step(change, f"{change.key}/{source.id}", change.title or change.what, "", reason)


# ---- what there may be already ------------------------------------------------------------------------------


def own_places(house: House) -> list[EnsureTable | PutPage]:
    """The table and the page that we have no record of having made; they may exist all the same (lost database)."""
    source, write = page_source(house), house.settings.write
    if source is None:
        return []
    parent = write.notion_parent or ""
    own: list[EnsureTable | PutPage] = [
        EnsureTable(TABLE, source, parent, write.findings_title, (), intent.ROW_KEY),
        *own_pages(house, source),
    ]
    return [place for place in own if not house.store.made(place_of(place))]


def place_of(place: EnsureTable | PutPage) -> str:
    """The name under which a table or page of ours is remembered."""
    if isinstance(place, PutPage) and place.region:  # a person's page, never taken for one that is ours as a whole
        return f"page:{place.source}/{place.key}/region"
    return f"{'table' if isinstance(place, EnsureTable) else 'page'}:{place.source}/{place.key}"
