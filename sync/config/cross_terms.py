"""What is wrong with own working time, with what blocks, and with the field that says what a day costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sync.config.lines import Path
from sync.config.problems import Problem
from sync.config.read import Read
from sync.config.shape import Shape


def problems(shape: Shape, read: Read) -> Iterator[Problem]:
    """Calendars nobody has, tables that say nothing, days and names twice, fields that no source reads."""
    for name, person in shape.people.items():
        path = ("people", name)
        if not name.strip():
            yield read.problem(path, "a person needs a name", "as the vendor shows it, or the e-mail address")
        if person.calendar is None and not person.days_off and not person.same:
            yield read.problem(path, "says nothing", 'give calendar, days_off = ["2026-08-03"], or leave it out')
        if person.calendar is not None and person.calendar not in read.names("calendars"):
            yield read.unknown((*path, "calendar"), person.calendar, "[calendars] table", read.names("calendars"))
        if len(set(person.days_off)) < len(person.days_off):
            yield read.problem((*path, "days_off"), "names a date twice", "once is enough")
    known = _read_fields(read)
    for index, name in enumerate(shape.blocked.fields):
        if name not in known:
            yield _unread(("blocked", "fields", index), name, known, read)
    value = shape.money.value_field if shape.money else None
    if value is not None and value not in known:
        yield _unread(("money", "value_field"), value, known, read)


def _unread(path: Path, name: str, known: list[str], read: Read) -> Problem:
    if known:
        return read.unknown(path, name, "field in any source's fields", known)
    return read.problem(path, f'no source reads a field "{name}"', f'add it to the source: fields = ["{name}"]')


def _read_fields(read: Read) -> list[str]:
    """Every field that some source is told to read."""
    found: dict[str, None] = {}

    def look(value: Any) -> None:
        if isinstance(value, dict):
            listed = value.get("fields")
            found.update(
                dict.fromkeys(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else {}
            )
            for one in value.values():
                look(one)
        elif isinstance(value, list):
            for one in value:
                look(one)

    look(read.values.get("sources", {}))
    return list(found)
