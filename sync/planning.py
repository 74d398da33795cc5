"""Hop 5: hold what should be readable against what is, and give the difference as a plan.

This file gathers (from the store only); the deciding is in `plan` and `intent`, which are pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.base import FindsDoubles
from connectors.model import Container, EnsureFields, EnsureTable, OwnField, PutPage, Ref, Value, WorkItem
from rules.engine import Judgement
from rules.flow import calendar
from sync import intent
from sync.house import House, Source
from sync.house import page_source as page_source
from sync.pages.gather import matter, with_left
from sync.plan import (
    Held,
    LeftAlone,
    Plan,
    Reason,
    Step,
    adopted,
    assemble,
    field_steps,
)
from sync.planning_pages import PAGE as PAGE
from sync.planning_pages import digest_of, on_pages, own_pages
from sync.planning_posts import posts
from sync.planning_rows import TABLE as TABLE
from sync.planning_rows import on_rows
from sync.store import Written


def make_plan(house: House, judgement: Judgement, unheard: frozenset[str], *, pages: bool = True) -> Plan:
    """Everything that should be written as of the judgement's instant; nothing is asked of a vendor.

    Without `pages` those stay as they are.
    """
    parts: list[Step | LeftAlone] = []
    same: dict[str, Mapping[str, Value]] = {}
    for source in house.sources.values():
        if source.item_fields:
            _on_items(house, source, judgement, parts, same)
    target = page_source(house)
    if target:
        seen = matter(house, judgement, unheard)
        on_rows(house, target, seen.judgement, unheard, parts, same)
        if pages:
            left = [part for part in parts if isinstance(part, LeftAlone)]
            parts.extend(on_pages(house, target, with_left(seen, left)))
        parts.extend(_doubles(house.sources[target]))
    parts.extend(posts(house, judgement, target))
    refused = [words for source in house.sources.values() for _, words in _unwritable(house, source)]
    counts = dict(judgement.board.items["source"].cast(str).value_counts().iter_rows())
    return replace(assemble(judgement.board.now, parts, same, counts, unheard), refused=tuple(refused))


def _doubles(source: Source) -> Iterator[Step]:
    """Things of ours that were made twice, as the last sweep found them: the oldest stays."""
    reason = Reason("It was made twice; the older one stays.")
    door: object = source.door
    for change in door.doubles() if isinstance(door, FindsDoubles) else ():
        yield Step(change, f"{change.key}/{source.id}", change.title or change.what, "", reason)


# ---- status fields on items ----------------------------------------------------------------------------------


def _on_items(
    house: House, source: Source, judgement: Judgement, parts: list[Step | LeftAlone],
    same: dict[str, Mapping[str, Value]],
) -> None:  # fmt: skip
    names, rules = house.settings.field_names, {rule.id: rule for rule in house.rules}
    if not names.present():
        return
    own = intent.item_fields(names, house.rules)
    parts.extend(_missing_fields(house, source, own))
    marked = house.store.marked(source.id, names.present())
    said, day = {finding.key for finding in judgement.said}, calendar(judgement.board).day / 1e6
    open_ = [f for f in judgement.findings if f.key in said or (f.subject.id in marked and not f.exempt)]
    wanted = {
        str(ref): (ref, intent.want_on_item(finding, values))
        for ref, (finding, values) in intent.on_items(open_, rules, names, house.terms.hours, day).items()
        if ref.source == source.id
    }
    items = {str(item.ref): item for item in house.store.items({*map(Ref.parse, wanted), *map(Ref.parse, marked)})}
    for key in marked - wanted.keys():
        item = items[key]
        wanted[key] = (item.ref, intent.want_cleared(item.ref, item.title, item.url, names.present()))
    shut = {container.ref.id for container, _ in _unwritable(house, source)}
    there = [
        key
        for key in wanted
        if key in items
        and items[key].presence in ("present", "outside")
        and not (shut and {place.container for place in items[key].placements} <= shut)
    ]
    written = house.store.written(there)
    held = {key: _held(house, items[key], names.present(), written.get(key)) for key in there}
    parts.extend(field_steps([wanted[key] for key in held], held))
    same.update(adopted([want for _, want in wanted.values()], held))


def _unwritable(house: House, source: Source) -> list[tuple[Container, str]]:
    """Containers where a field has one of our names and takes no values; nothing is planned there."""
    names = house.settings.field_names.present() if source.item_fields else ()
    return [
        (
            container,
            f"{container.name}: the field “{one.name}” is computed or read-only, so nothing can be written to it; "
            "rename it, or give ours another name under [write] fields",
        )
        for container in house.store.containers()
        if container.ref.source == source.id and container.role == "work"
        for one in container.fields
        if one.name in names and not one.writable
    ]


def _missing_fields(house: House, source: Source, own: Sequence[OwnField]) -> Iterator[Step]:
    """One step a container that does not have all our fields yet, with all their options."""
    if not house.settings.write.create_fields:
        return
    shut = {container.ref for container, _ in _unwritable(house, source)}
    for container in house.store.containers():
        if container.ref.source != source.id or container.role != "work" or container.ref in shut:
            continue
        key = f"own fields/{container.ref}/{digest_of([(one.name, one.type, one.options) for one in own])}"
        have = {one.name: {name for _, name in one.options} for one in container.fields}
        if house.store.made(key) or all(one.name in have and have[one.name] >= {*one.options} for one in own):
            continue
        reason = Reason("Handrail's own fields, created once; nothing of yours is changed.")
        yield Step(EnsureFields(key, container.ref, tuple(own)), key, container.name, container.url, reason)


def _held(house: House, item: WorkItem, names: Iterable[str], written: Written | None) -> Held:
    now = {field.name: readable(field.type, field.text, field.value) for field in item.fields if field.name in names}
    if written is not None or not any(value is not None for value in now.values()):
        return Held(now, written.values if written else None, written.pending if written else {})
    last: dict[str, str] = {}
    for event in house.store.events(item.ref):
        if event.kind == "field":
            last[event.field_name] = event.actor_kind
    return Held(now, by_person=frozenset(name for name, kind in last.items() if kind == "person"))


def readable(type_: str, text: str, value: Value) -> Value:
    """A field's value as our changes speak of it: an option by name, a date as a day."""
    if value is None or value == ():
        return None
    if type_ == "date":
        return str(value)[:10]
    return value if type_ == "number" else text or None


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
