"""Facts as rows, and rows as facts: one function each way for each kind of fact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.base import OwnRow
from connectors.model import Column, Container, Event, Field, FieldDef, Person, Placement, Ref, WorkItem
from sync.store.bulk import Row
from sync.store.codec import dump, instant, load, micros, plain


def _plain(text: str | None) -> str | None:
    return None if text is None else plain(text)


def fields_json(fields: Iterable[Field]) -> str:
    """An item's fields, as `item_of` reads them."""
    return dump([[one.id, one.name, one.type, one.value, one.text] for one in fields])


def item_row(item: WorkItem) -> Row:
    """What the vendor shows of an item; the store's own columns (`history_version` and so on) are not in it."""
    return {
        "source": item.ref.source, "remote": item.ref.id, "kind": item.kind, "title": plain(item.title),
        "url": plain(item.url), "created_at": micros(item.created_at), "modified_at": micros(item.modified_at),
        "version": item.version, "placements_json": dump([[one.container, one.column] for one in item.placements]),
        "created_by": item.created_by, "owner": item.owner, "helpers_json": dump(item.helpers),
        "completed": item.completed, "completed_at": micros(item.completed_at), "approval": item.approval,
        "due": item.due, "start": item.start, "parent": item.parent, "subtasks": item.subtasks,
        "tags_json": dump(item.tags), "waits_for_json": dump(item.waits_for),
        "fields_json": fields_json(item.fields),
        "links_json": dump(item.links), "presence": item.presence,
    }  # fmt: skip


def fields_of(text: str) -> tuple[Field, ...]:
    """The fields that `fields_json` wrote."""
    return tuple(Field(*one) for one in load(text))


def item_of(row: Any) -> WorkItem:
    """The item behind a row of `item`."""
    return WorkItem(
        ref=Ref(row.source, row.remote), kind=row.kind, title=row.title, url=row.url,
        created_at=instant(row.created_at), modified_at=instant(row.modified_at), version=row.version,
        placements=tuple(Placement(*one) for one in load(row.placements_json)), created_by=row.created_by,
        owner=row.owner, helpers=load(row.helpers_json), completed=row.completed,
        completed_at=instant(row.completed_at), approval=row.approval, due=row.due, start=row.start,
        parent=row.parent, subtasks=row.subtasks, tags=load(row.tags_json), waits_for=load(row.waits_for_json),
        fields=fields_of(row.fields_json), links=load(row.links_json),
        presence=row.presence,
    )  # fmt: skip


EVENT_NAMES = (
    "at", "seq", "source_id", "kind", "field", "field_name", "container", "old", "new", "old_text", "new_text",
    "actor", "actor_kind", "not_before", "approximate",
)  # fmt: skip
"""The columns of an event, in the order of `event_row`; `item` and `change` are the store's own."""


def event_row(event: Event) -> tuple[Any, ...]:
    """An event in the order of EVENT_NAMES."""
    return (
        micros(event.at), event.seq, event.source_id, event.kind, event.field, plain(event.field_name),
        event.container, _plain(event.old), _plain(event.new), _plain(event.old_text), _plain(event.new_text),
        event.actor, event.actor_kind, micros(event.not_before), event.approximate,
    )  # fmt: skip


def event_of(ref: Ref, row: Any) -> Event:
    """The event behind a row of `event`."""
    return Event(
        ref=ref, at=instant(row.at), seq=row.seq, kind=row.kind, source_id=row.source_id, field=row.field,
        field_name=row.field_name, container=row.container, old=row.old, new=row.new, old_text=row.old_text,
        new_text=row.new_text, actor=row.actor, actor_kind=row.actor_kind, not_before=instant(row.not_before),
        approximate=row.approximate,
    )  # fmt: skip


def person_row(person: Person) -> Row:
    return {
        "source": person.ref.source, "remote": person.ref.id, "name": plain(person.name), "email": person.email,
        "kind": person.kind, "active": person.active, "known": True,
    }  # fmt: skip


def person_of(row: Any) -> Person:
    return Person(Ref(row.source, row.remote), row.name, row.email, row.kind, row.active)


def container_row(container: Container) -> Row:
    return {
        "source": container.ref.source, "remote": container.ref.id, "name": plain(container.name),
        "url": plain(container.url), "role": container.role, "private": container.private,
        "columns_json": dump([[one.id, one.name] for one in container.columns]),
        "fields_json": dump(
            [[one.id, one.name, one.type, one.options, one.writable, one.why] for one in container.fields]
        ),
        "shut": container.shut,
    }  # fmt: skip


def container_of(row: Any) -> Container:
    return Container(
        Ref(row.source, row.remote), row.name, row.url, row.role, row.private,
        tuple(Column(*one) for one in load(row.columns_json)),
        tuple(FieldDef(*one) for one in load(row.fields_json)), row.shut,
    )  # fmt: skip


def own_row_row(source: str, row: OwnRow) -> Row:
    return {
        "source": source, "remote": row.remote, "key": plain(row.key), "url": plain(row.url),
        "values_json": dump(row.values), "edited_at": micros(row.edited_at), "edited_by": row.edited_by,
        "trashed": row.trashed,
    }  # fmt: skip


def own_row_of(row: Any) -> OwnRow:
    return OwnRow(
        row.key, row.remote, row.url, load(row.values_json), instant(row.edited_at), row.edited_by, row.trashed
    )
