"""Names that facts mention: every column, field and person ever met, so that deleted ones keep their names."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select, update

from connectors.base import Page
from connectors.model import Event
from sync.store.bulk import Row, put
from sync.store.codec import plain
from sync.store.schema import COLUMN, FIELD, PERSON


def note(connection: Connection, page: Page) -> None:
    """Note what a page mentions. What the vendor lists wins over what an old event says."""
    events = [event for history in page.histories for event in history.events]
    _columns(connection, page, events)
    _fields(connection, page, events)
    put(connection, PERSON, list(_strangers(page, events).values()), replace=False)


def column_names(connection: Connection, source: str) -> dict[tuple[str, str], str]:
    """Names of columns by container and column id."""
    rows = connection.execute(select(COLUMN).where(COLUMN.c.source == source))
    return {(row.container, row.remote): row.name for row in rows}


def _columns(connection: Connection, page: Page, events: list[Event]) -> None:
    listed: dict[tuple[str, str, str], Row] = {}
    for container in page.containers:
        source, id_ = container.ref
        unlist = update(COLUMN).where(COLUMN.c.source == source, COLUMN.c.container == id_)
        connection.execute(unlist.values(listed=False))
        for column in container.columns:
            listed[source, id_, column.id] = _column(source, id_, column.id, column.name, True)
    put(connection, COLUMN, list(listed.values()))
    mentioned: dict[tuple[str, str, str], Row] = {}
    for event in events:
        if event.kind == "transition":
            for column_id, name in ((event.old, event.old_text), (event.new, event.new_text)):
                if column_id is not None and name is not None:
                    row = _column(event.ref.source, event.container, column_id, name, False)
                    mentioned[event.ref.source, event.container, column_id] = row
    put(connection, COLUMN, list(mentioned.values()), replace=False)


def _column(source: str, container: str, column: str, name: str, listed: bool) -> Row:
    return {"source": source, "container": container, "remote": column, "name": plain(name), "listed": listed}


def _fields(connection: Connection, page: Page, events: list[Event]) -> None:
    listed = {(one.ref.source, field.id): field.name for one in page.containers for field in one.fields}
    listed |= {(one.ref.source, field.id): field.name for one in page.items for field in one.fields}
    put(connection, FIELD, [_field(*key, name) for key, name in listed.items()])
    mentioned = {
        (event.ref.source, event.field): event.field_name for event in events if event.kind == "field" and event.field
    }
    put(connection, FIELD, [_field(*key, name) for key, name in mentioned.items()], replace=False)


def _field(source: str, field: str, name: str) -> Row:
    return {"source": source, "remote": field, "name": plain(name)}


def _strangers(page: Page, events: list[Event]) -> dict[tuple[str, str], Row]:
    """People who are mentioned; only an `owner` event tells a name with the id."""
    found: dict[tuple[str, str], Row] = {}
    for source, id_, name in _mentions(page, events):
        if (source, id_) not in found or name:
            found[source, id_] = {
                "source": source, "remote": id_, "name": plain(name or id_), "email": None, "kind": "person",
                "active": False, "known": False,
            }  # fmt: skip
    return found


def _mentions(page: Page, events: list[Event]) -> Iterator[tuple[str, str, str | None]]:
    for item in page.items:
        for id_ in (item.created_by, item.owner, *item.helpers):
            if id_:
                yield item.ref.source, id_, None
    for event in events:
        if event.actor:
            yield event.ref.source, event.actor, None
        if event.kind == "owner":
            if event.old:
                yield event.ref.source, event.old, event.old_text
            if event.new:
                yield event.ref.source, event.new, event.new_text
