"""What people do to custom fields, their options, and their values on tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.asana.errors import Refused, bad, forbidden
from connectors.sandbox.asana.records import CustomField, EnumOption, FieldType, Held, Project, Setting, Task
from connectors.sandbox.asana.state import State
from connectors.sandbox.core import Somebody

TYPES: tuple[FieldType, ...] = ("text", "enum", "multi_enum", "number", "date", "people")
MAX_OPTIONS = 500
COLORS = (
    "green", "yellow-orange", "red", "blue", "purple", "hot-pink", "aqua", "orange", "cool-gray", "magenta",
    "yellow", "indigo", "blue-green", "yellow-green", "pink",
)  # fmt: skip


def create_field(
    state: State, by: Somebody | None, name: str, type_: str, *, options: Sequence[str] = (), **facts: Any
) -> CustomField:
    """A new custom field of the workspace; its name is unique there. `options` for enum and multi_enum, in order.

    `facts`: any other attribute of `CustomField`, such as `description`, `precision`, `locked`.
    """
    if type_ not in TYPES:
        raise bad(f"resource_subtype: Value is not one of the valid options: {', '.join(TYPES)}")
    if any(field.name == name for field in state.fields):
        raise Refused(403, f"name: A custom field with the name '{name}' already exists in this workspace")
    state.world.tick()
    field = state.keep(CustomField(state.gid(), name, type_, by))
    for key, value in facts.items():
        setattr(field, key, value)
    state.fields.append(field)
    for option in options:
        add_option(state, by, field, option, capped=False)
    return field


def update_field(state: State, by: Somebody | None, field: CustomField, **facts: Any) -> None:
    """Set attributes of a custom field; its type never changes."""
    at = state.world.tick()
    for key, value in facts.items():
        if getattr(field, key) != value:
            setattr(field, key, value)
            state.changed(field, by, key, at)


def attach_field(
    state: State, by: Somebody | None, project: Project, field: CustomField, *, is_important: bool = False
) -> Setting:
    """Give a project a custom field. 400 when it has it already."""
    if any(setting.custom_field is field for setting in project.settings):
        raise bad("custom_field: This custom field has already been added to the project")
    at = state.world.tick()
    setting = state.keep(Setting(state.gid(), project, field, is_important))
    project.settings.append(setting)
    project.modified_at = at
    state.changed(project, by, "custom_field_settings", at, field, "added")
    return setting


def detach_field(state: State, by: Somebody | None, project: Project, field: CustomField) -> None:
    """Take a custom field from a project. 400 when it has none such. Values on tasks stay, unseen."""
    setting = next((s for s in project.settings if s.custom_field is field), None)
    if setting is None:
        raise bad("custom_field: This custom field is not on the project")
    at = state.world.tick()
    project.settings.remove(setting)
    del state.by_gid[setting.gid]
    state.changed(project, by, "custom_field_settings", at, field, "removed")


def add_option(
    state: State, by: Somebody | None, field: CustomField, name: str, *, color: str | None = None,
    enabled: bool = True, capped: bool = True,
) -> EnumOption:  # fmt: skip
    """A new option of an enum field, last. 400 for the 501st, disabled ones counted (not when `capped` is off)."""
    if field.type not in ("enum", "multi_enum"):
        raise bad("custom_field: Only enum custom fields have options")
    if capped and len(field.options) >= MAX_OPTIONS:
        raise bad(f"enum_options: A custom field can have at most {MAX_OPTIONS} enum options")
    at = state.world.tick()
    color = color or COLORS[len(field.options) % len(COLORS)]
    option = state.keep(EnumOption(state.gid(), name, color, enabled))
    field.options.append(option)
    state.changed(field, by, "enum_options", at, option, "added")
    return option


def update_option(state: State, by: Somebody | None, option: EnumOption, **facts: Any) -> None:
    """Rename, recolour, enable or disable an option; there is no deleting."""
    at = state.world.tick()
    for key, value in facts.items():
        setattr(option, key, value)
    field = next(field for field in state.fields if option in field.options)
    state.changed(field, by, "enum_options", at, option)


def set_field(state: State, by: Somebody | None, task: Task, field: CustomField, value: Held) -> None:
    """Set, or with None (or an empty list) clear, a field of a task; the same value again does nothing.

    `value` in the form of `records.Held`. 400 when no project of the task has the field; 403 when it is locked.
    """
    if not any(setting.custom_field is field for home in task.homes for setting in home.project.settings):
        raise bad(f"Custom field with ID {field.gid} is not on given object")
    if field.locked and not (by and by is field.created_by):
        raise forbidden("custom_field: You do not have permission to edit this locked custom field")
    old = task.values.get(field.gid)
    if value == [] or value == "":
        value = None
    if old == value:
        return
    at = state.world.tick()
    if value is None:
        del task.values[field.gid]
    else:
        task.values[field.gid] = value
    slot = _SLOTS[field.type]
    told = {f"old_{slot}": old, f"new_{slot}": value}
    if field.type == "date":
        told = {name: _as_dates(held) for name, held in told.items()}
    state.tell(task, by, f"{field.type}_custom_field_changed", at, custom_field=field, **told)
    if state.watched:
        shown = {"gid": field.gid, "resource_type": "custom_field", "resource_subtype": field.type}
        if field.type == "enum" and value is not None:
            shown["enum_value"] = {"gid": value.gid, "resource_type": "enum_option"}  # type: ignore[assignment]
        state.changed(task, by, "custom_fields", at, shown)


_SLOTS = {
    "text": "text_value", "enum": "enum_value", "multi_enum": "multi_enum_values", "number": "number_value",
    "date": "date_value", "people": "people_value",
}  # fmt: skip


def _as_dates(held: Held) -> Held:
    """A date as stories tell it: in the form of due dates (StoryResponseDates in Asana's OpenAPI)."""
    return held and {"start_on": None, "due_at": held["date_time"], "due_on": held["date"]}
