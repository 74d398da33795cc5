"""What happened between two looks at an item whose vendor keeps no history. Pure.

A vendor such as Notion shows only how a page is now. What a first look shows was set at some time since the page
was created; what a later look shows changed between the two looks. Both bounds are kept, and every such event is
marked approximate, so that nobody reads more into it than is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from connectors.model import Event, EventKind, Field, Value, WorkItem

ColumnNames = Mapping[tuple[str, str], str]
"""The name of a column by container id and column id, where it is known."""

_MINUTE = timedelta(minutes=1)


def observe(
    before: WorkItem | None, after: WorkItem, seen_before: datetime | None, seen_now: datetime,
    names: ColumnNames | None = None,
) -> tuple[Event, ...]:  # fmt: skip
    """The events between two snapshots; `before` None: the first look. Equal snapshots give none."""
    if before is None or seen_before is None:
        return tuple(_first(after, seen_now, names or {}))
    latest = min(seen_now, _minute_after(after.modified_at))
    at = max(latest, seen_before)
    differences = _Differences(after, seen_before, at, f"{seen_now:%Y%m%dT%H%M%S%f}", names or {})
    return tuple(differences.since(before))


def _minute_after(modified_at: datetime) -> datetime:
    """Vendors round the time of an edit down to its minute: it may have been up to a minute later."""
    return modified_at.replace(second=0, microsecond=0) + _MINUTE


def _first(item: WorkItem, seen_now: datetime, names: ColumnNames) -> Iterator[Event]:
    yield Event(
        item.ref, item.created_at, 0, "created", "observed:created", actor=item.created_by,
        actor_kind="person" if item.created_by else "unknown",
    )  # fmt: skip
    yield from _Differences(item, item.created_at, item.created_at, "first", names).initial()
    if item.completed:
        at = item.completed_at or min(seen_now, _minute_after(item.modified_at))
        known = item.completed_at is not None
        yield Event(
            item.ref, at, 90, "completed", "observed:completed:first",
            not_before=None if known else item.created_at, approximate=not known,
        )  # fmt: skip


class _Differences:
    """The differences of one item as events, all within the same two bounds."""

    def __init__(self, item: WorkItem, not_before: datetime, at: datetime, look: str, names: ColumnNames) -> None:
        self._item, self._not_before, self._at, self._look, self._names = item, not_before, at, look, names
        self._seq = 0

    def initial(self) -> Iterator[Event]:
        """The values of a first look, as set from nothing. Containers are not: an item is born where it is."""
        item = self._item
        for home in item.placements:
            if home.column is not None:
                yield self._moved(home.container, None, home.column)
        if item.owner is not None:
            yield self._event("owner", new=item.owner)
        for one in item.fields:
            yield from self._field(None, one)
        for kind, value in (("approval", item.approval), ("due", item.due), ("start", item.start)):
            if value is not None:
                yield self._event(kind, new=value)  # type: ignore[arg-type]

    def since(self, before: WorkItem) -> Iterator[Event]:
        """What differs from an earlier look."""
        after = self._item
        yield from self._placements(before, after)
        if before.owner != after.owner:
            yield self._event("owner", old=before.owner, new=after.owner)
        fields = {one.id: one for one in before.fields}
        for one in after.fields:
            if one.id in fields:
                yield from self._field(fields[one.id], one)
            else:  # read for the first time, since the config names it only now: nothing is known of a change
                yield from _Differences(after, after.created_at, after.created_at, "first", {})._field(None, one)
        if before.title != after.title:
            yield self._event("renamed", old_text=before.title, new_text=after.title)
        for kind, old, new in (
            ("approval", before.approval, after.approval),
            ("due", before.due, after.due),
            ("start", before.start, after.start),
        ):
            if old != new:
                yield self._event(kind, old=old, new=new)  # type: ignore[arg-type]
        yield from self._sets("tag", before.tags, after.tags)
        yield from self._sets("dependency", before.waits_for, after.waits_for)
        if before.completed != after.completed:
            yield self._event("completed" if after.completed else "reopened")

    def _placements(self, before: WorkItem, after: WorkItem) -> Iterator[Event]:
        old = {home.container: home.column for home in before.placements}
        new = {home.container: home.column for home in after.placements}
        for container in sorted(old.keys() - new.keys()):
            yield self._event("removed", container=container)
        for container, column in new.items():
            if container not in old:
                yield self._event("added", container=container)
            if old.get(container) != column:
                yield self._moved(container, old.get(container), column)

    def _moved(self, container: str, old: str | None, new: str | None) -> Event:
        return self._event(
            "transition", container=container, old=old, new=new,
            old_text=self._names.get((container, old)) if old is not None else None,
            new_text=self._names.get((container, new)) if new is not None else None,
        )  # fmt: skip

    def _field(self, old: Field | None, new: Field) -> Iterator[Event]:
        was = old.value if old else None
        if _text(was) != _text(new.value):
            yield self._event(
                "field", field=new.id, field_name=new.name, old=_text(was), new=_text(new.value),
                old_text=(old.text if old else "") or None, new_text=new.text or None,
            )  # fmt: skip

    def _sets(self, kind: EventKind, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Event]:
        for gone in sorted(set(before) - set(after)):
            yield self._event(kind, old=gone)
        for come in sorted(set(after) - set(before)):
            yield self._event(kind, new=come)

    def _event(
        self, kind: EventKind, *, field: str = "", field_name: str = "", container: str = "",
        old: str | None = None, new: str | None = None, old_text: str | None = None, new_text: str | None = None,
    ) -> Event:  # fmt: skip
        self._seq += 1
        what = field or container or old or new or ""
        return Event(
            self._item.ref, self._at, self._seq, kind, f"observed:{kind}:{what}:{self._look}", field, field_name,
            container, old, new, old_text, new_text, not_before=self._not_before, approximate=True,
        )  # fmt: skip


def _text(value: Value) -> str | None:
    match value:
        case None | ():
            return None
        case bool():
            return "true" if value else "false"
        case tuple():
            return ",".join(value)
    return str(value)
