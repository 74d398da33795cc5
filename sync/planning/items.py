"""Our fields on items: made where they may be, filled where something waits, emptied where nothing does any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.model import Container, EnsureFields, OwnField, Ref, Value, WorkItem
from rules.engine import Judgement
from rules.flow import calendar
from sync import intent
from sync.house import House, Source
from sync.plan import Held, LeftAlone, Reason, Step, Wanted, adopted, field_steps
from sync.planning.pages import digest_of
from sync.store import Written


def on_items(
    house: House, source: Source, judgement: Judgement, parts: list[Step | LeftAlone],
    same: dict[str, Mapping[str, Value]],
) -> None:  # fmt: skip
    """Add the steps of a source's items to `parts`."""
    names, places = house.settings.field_names.present(), _Places(house, source)
    if not names:
        return
    parts.extend(_missing_fields(house, places, intent.item_fields(house.settings.field_names, house.rules)))
    marked = house.store.marked(source.id, names)
    wanted = _with_findings(house, source, judgement, marked)
    items = {str(item.ref): item for item in house.store.items({*map(Ref.parse, wanted), *map(Ref.parse, marked)})}
    for key in marked - wanted.keys():
        item = items[key]
        wanted[key] = (item.ref, intent.want_cleared(item.ref, item.title, item.url, names))
    wants = {key: (ref, places.possible(want, items[key])) for key, (ref, want) in wanted.items() if key in items}
    there = [
        key for key in wants if items[key].presence in ("present", "outside") and places.may_write(items[key])
    ]  # fmt: skip
    written = house.store.written(there)
    held = {key: _held(house, items[key], names, written.get(key)) for key in there}
    parts.extend(field_steps([wants[key] for key in held], held))
    same.update(adopted([want for _, want in wants.values()], held))


def _with_findings(
    house: House, source: Source, judgement: Judgement, marked: set[str]
) -> dict[str, tuple[Ref, Wanted]]:  # fmt: skip
    """The items that a finding speaks of, each with what it should show."""
    names, rules = house.settings.field_names, {rule.id: rule for rule in house.rules}
    said, day = {finding.key for finding in judgement.said}, calendar(judgement.board).day / 1e6
    open_ = [f for f in judgement.findings if f.key in said or (f.subject.id in marked and not f.exempt)]
    return {
        str(ref): (ref, intent.want_on_item(finding, values))
        for ref, (finding, values) in intent.on_items(open_, rules, names, house.terms.hours, day).items()
        if ref.source == source.id
    }


class _Places:
    """The projects and tables of a source, and what may be written to the items in them."""

    def __init__(self, house: House, source: Source) -> None:
        self.all = [one for one in house.store.containers() if one.ref.source == source.id]
        self.work = [one for one in self.all if one.role == "work"]
        self.shut = {one.ref.id for one, _ in unwritable(house, source)}
        self.shut |= {one.ref.id for one in self.work if one.shut is not None}
        self.other = {one.ref.id for one in self.all if one.role != "work"}
        self._creates = house.settings.write.create_fields
        self._fields = {one.ref.id: {field.name for field in one.fields if field.writable} for one in self.work}

    def may_write(self, item: WorkItem) -> bool:
        """Not where all homes are shut, nor where none is for work: ideas and experiments carry no marks."""
        homes = {place.container for place in item.placements}
        return not (homes and homes <= self.shut | self.other)

    def possible(self, want: Wanted, item: WorkItem) -> Wanted:
        """What is wanted, as far as there are fields for it, where we may make none."""
        if self._creates:
            return want
        there = {name for place in item.placements for name in self._fields.get(place.container, ())}
        there |= {field.name for field in item.fields}
        return replace(want, values={name: value for name, value in want.values.items() if name in there})


def unwritable(house: House, source: Source) -> list[tuple[Container, str]]:
    """Containers where a field has one of our names and takes no values of ours; nothing is planned there."""
    names = house.settings.field_names.present() if source.item_fields else ()
    found: list[tuple[Container, str]] = []
    for container in house.store.containers() if names else ():
        if container.ref.source != source.id or container.role != "work" or container.shut == "":
            continue
        if container.shut:
            wanted = house.settings.write.create_fields or any(one.name in names for one in container.fields)
            found += [(container, f"{container.name}: {container.shut}")] if wanted else []
            continue
        found += [
            (container, f"{container.name}: the field “{one.name}” {one.why or _COMPUTED}")
            for one in container.fields
            if one.name in names and not one.writable
        ]
    return found


_COMPUTED = (
    "is computed or read-only, so nothing can be written to it; rename it, or give ours another name under "
    "[write] fields"
)


def _missing_fields(house: House, places: _Places, own: Sequence[OwnField]) -> Iterator[Step]:
    """One step a container that does not have all our fields yet, with all their options."""
    if not house.settings.write.create_fields:
        return
    for container in places.work:
        if container.ref.id in places.shut:
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
