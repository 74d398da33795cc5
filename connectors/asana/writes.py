"""Setting our own fields on a task: look, compare, write once, read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.asana import fields
from connectors.asana.mapping import version
from connectors.asana.sdk import Endpoints
from connectors.errors import Rejected, Transient
from connectors.model import Receipt, SetFields, Value

Json = Any

DIGITS = 2
"""Decimal places of the number fields that we create."""
MOST_TEXT = 1024
"""Characters that a text field takes (developers.asana.com, custom fields)."""


class Writes:
    """Writes to tasks. One GET and one PUT a change."""

    def __init__(self, api: Endpoints) -> None:
        self._api = api
        self._dates_as_objects = False

    def set_fields(self, change: SetFields) -> Receipt:
        """Set the fields, all in one PUT, if they still hold what was decided on.

        `found` when they hold the wanted values already, `moved_on` when one holds a third value, or shall be
        emptied and is not there: what a task held before it left a project is there again when it comes back.
        `seen_version` is the task's version right before the write, `version` the one after it. Rejected when a
        field or option is not on the task, or when Asana took the write and kept another value.
        """
        task = self._look(change.ref.id)
        if _left_behind(task, change.values):
            return _receipt(change, "moved_on", task, {}, version(task))
        now = _held(task, change.values)
        outcome = self._outcome(change, now)
        if outcome is not None:
            return _receipt(change, outcome, task, now, version(task))
        after = self._write(change, task)
        held = _held(after, change.values)
        differing = [name for name, value in change.values.items() if not same(held[name], value)]
        if differing:
            shown = "; ".join(f"“{name}” holds {held[name]!r}, not {change.values[name]!r}" for name in differing)
            raise Rejected(f"task {change.ref.id}: Asana took the write, but {shown}", status=200)
        return _receipt(change, "written", after, held, version(task))

    def _look(self, gid: str) -> Json:
        return self._api.one(self._api.tasks.get_task, gid, fields=fields.OWN_VALUES)

    def _outcome(self, change: SetFields, now: Mapping[str, Value]) -> Any:
        """What the change comes to without a write; None when it has to be written."""
        if all(same(now[name], value) for name, value in change.values.items()):
            return "found"
        untouched = (same(now[name], change.before.get(name)) for name in change.values)
        wanted = (same(now[name], value) for name, value in change.values.items())
        return None if all(one or other for one, other in zip(untouched, wanted, strict=True)) else "moved_on"

    def _write(self, change: SetFields, task: Json) -> Json:
        """The task after the write. Asana's specification wants dates as `YYYY-MM-DD`, others report that only
        `{"date": …}` is taken: when the one is refused, or taken and not kept, the other is used from then on."""
        days = [name for name, value in change.values.items() if value and _kind(task, name) == "date"]
        if self._dates_as_objects or not days:
            return self._put(change, task)
        try:
            after = self._put(change, task)
            if all(same(_held(after, change.values)[name], change.values[name]) for name in days):
                return after
        except Rejected as error:
            if error.status != 400:
                raise
        self._dates_as_objects = True
        try:
            return self._put(change, task)
        except Rejected:
            self._dates_as_objects = False
            raise

    def _put(self, change: SetFields, task: Json) -> Json:
        """One PUT; when its answer was lost, the task is read before anything is repeated, and by the next run."""
        body = {"data": {"custom_fields": _payload(task, change, self._dates_as_objects)}}
        try:
            return self._api.one(self._api.tasks.update_task, body, change.ref.id, fields=fields.OWN_VALUES)
        except Transient as error:
            if not error.uncertain:
                raise
            again = self._look(change.ref.id)
            if self._outcome(change, _held(again, change.values)) != "found":
                raise
            return again


def same(one: Value, other: Value) -> bool:
    """Equal to a person: empty text is no value, outer blanks do not count, numbers to the field's two digits."""
    blank = (None, "", ())
    if one in blank or other in blank:
        return one in blank and other in blank
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip()
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return bool(abs(one - other) < 0.5 / 10**DIGITS)
    return one == other


def _held(task: Json, names: Mapping[str, Value]) -> dict[str, Value]:
    """What the named fields hold, in the words of `SetFields`; Rejected when one is not on the task."""
    by_name = {one.get("name"): one for one in task.get("custom_fields") or ()}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise Rejected(
            f"task {task['gid']}: its projects have no field {', '.join(f'“{name}”' for name in missing)}; "
            "a plan with create_fields = true adds it"
        )
    closed = [
        name for name in names if by_name[name].get("is_formula_field") or by_name[name].get("is_value_read_only")
    ]
    if closed:
        raise Rejected(
            f"task {task['gid']}: {', '.join(f'“{name}”' for name in closed)} cannot be written: a formula, or "
            "read-only. Give Handrail's field another name in the config"
        )
    return {name: _value(by_name[name]) for name in names}


def _left_behind(task: Json, wanted: Mapping[str, Value]) -> bool:
    """Whether the fields are not on the task, and shall hold nothing anyway."""
    there = {one.get("name") for one in task.get("custom_fields") or ()}
    return there.isdisjoint(wanted) and all(same(value, None) for value in wanted.values())


def _value(field: Json) -> Value:
    kind = field.get("resource_subtype")
    if kind == "enum":
        return (field.get("enum_value") or {}).get("name")
    if kind == "date":
        return (field.get("date_value") or {}).get("date")
    value: Value = field.get("number_value") if kind == "number" else field.get("text_value")
    return value


def _kind(task: Json, name: str) -> Any:
    return next((one.get("resource_subtype") for one in task["custom_fields"] if one.get("name") == name), None)


def _payload(task: Json, change: SetFields, dates_as_objects: bool) -> dict[str, Any]:
    by_name = {one.get("name"): one for one in task["custom_fields"]}
    values = {name: _written(by_name[name], value) for name, value in change.values.items()}
    if dates_as_objects:
        days = {name: value for name, value in values.items() if value and _kind(task, name) == "date"}
        values |= {name: {"date": value} for name, value in days.items()}
    return {by_name[name]["gid"]: value for name, value in values.items()}


def _written(field: Json, value: Value) -> Any:
    """The form that Asana takes: an option's gid, null to empty."""
    kind, name = field.get("resource_subtype"), field.get("name")
    if value is None or value == "":
        return None
    if kind == "enum":
        options = [one for one in field.get("enum_options") or () if one.get("enabled", True)]
        gid = next((one["gid"] for one in options if one["name"] == value), None)
        if gid is None:
            raise Rejected(f"field “{name}” has no option {value!r}; a plan with create_fields = true adds it")
        return gid
    if kind == "text" and len(str(value)) > MOST_TEXT:
        raise Rejected(f"field “{name}” takes {MOST_TEXT} characters, not {len(str(value))}")
    return value if kind == "number" else str(value)


def _receipt(change: SetFields, outcome: Any, task: Json, held: Mapping[str, Value], seen: str) -> Receipt:
    return Receipt(
        key=change.key, outcome=outcome, remote=task["gid"], url=task.get("permalink_url") or "", values=held,
        version=version(task), seen_version=seen,
    )  # fmt: skip
