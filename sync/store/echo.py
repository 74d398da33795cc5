"""Our own writes, as a look at an item shows them whose vendor does not tell who changed a field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from connectors.model import Event, Ref, Value
from sync.store.said import Written, written_at

Events = dict[Ref, tuple[Event, ...]]


def own_marked(connection: Connection, events: Events, seen_before: Collection[Ref]) -> Events:
    """The events, ours where a field now holds what we wrote there: so they touch nothing and end no wait."""
    refs = [ref for ref in seen_before if any(event.kind == "field" for event in events[ref])]
    written = written_at(connection, map(str, refs)) if refs else {}
    ours = {ref: written[str(ref)] for ref in refs if str(ref) in written}
    return events | {ref: tuple(_marked(event, one) for event in events[ref]) for ref, one in ours.items()}


def _marked(event: Event, written: Written) -> Event:
    if event.kind != "field":
        return event
    held = [_text(values[event.field_name]) for values in _both(written) if event.field_name in values]
    return replace(event, actor_kind="own") if (event.new_text or event.new) in held else event


def _both(written: Written) -> tuple[Mapping[str, Value], ...]:
    return written.values, written.pending


def _text(value: Value) -> str | None:
    if value in (None, "", ()):
        return None
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)
