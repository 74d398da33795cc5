"""Which `opt_fields` are asked for: only what is kept, never bare `custom_fields`: it drags every option along."""

from __future__ import annotations

from collections.abc import Sequence

PROJECT = ",".join([
    "name", "permalink_url", "privacy_setting", "workspace",
    "custom_field_settings.custom_field.name", "custom_field_settings.custom_field.resource_subtype",
    "custom_field_settings.custom_field.enum_options.name", "custom_field_settings.custom_field.enum_options.enabled",
    "custom_field_settings.custom_field.is_formula_field", "custom_field_settings.custom_field.is_value_read_only",
])  # fmt: skip
SECTION = "name"
USER = "name,email"
FIELD = "name,resource_subtype,enum_options.name,enum_options.enabled,is_formula_field,is_value_read_only"

_TASK = (
    "name", "resource_subtype", "permalink_url", "created_at", "created_by", "modified_at", "completed",
    "completed_at", "approval_status", "assignee.name", "due_on", "due_at", "start_on", "start_at", "parent",
    "num_subtasks", "tags.name", "dependencies", "memberships.project", "memberships.section.name",
    "custom_type.name", "custom_type_status_option.name",
)  # fmt: skip
_VALUES = (
    "name", "resource_subtype", "display_value", "enum_value.name", "multi_enum_values.name", "number_value",
    "text_value", "date_value.date", "date_value.date_time", "people_value.name",
)  # fmt: skip


BUILT_IN = ("actual_time_minutes", "notes")
"""Of a task itself, and long or dear: asked for only where the config lists them among the fields."""


def task(*, custom: bool, listed: Sequence[str]) -> str:
    """What is asked of a task. `custom`: the config maps custom fields; `listed`: the fields that it lists."""
    values = [f"custom_fields.{name}" for name in _VALUES] if custom else []
    return ",".join([*_TASK, *(name for name in BUILT_IN if name in listed), *values])


def story(*, words: bool) -> str:
    """What is asked of a story. `words`: what a comment says, of which the length and the mentions are kept."""
    return ",".join([_STORY, "text", "html_text"]) if words else _STORY


_STORY = ",".join([
    "created_at", "created_by.name", "resource_subtype", "assignee.name", "project.name",
    "old_section.name", "new_section.name", "custom_field.name",
    "old_enum_value.name", "new_enum_value.name", "old_multi_enum_values.name", "new_multi_enum_values.name",
    "old_number_value", "new_number_value", "old_text_value", "new_text_value", "old_date_value", "new_date_value",
    "old_people_value.name", "new_people_value.name", "old_dates.due_on", "old_dates.due_at", "old_dates.start_on",
    "new_dates.due_on", "new_dates.due_at", "new_dates.start_on", "old_name", "new_name",
    "old_approval_status", "new_approval_status", "tag.name", "dependency", "duplicate_of", "task",
])  # fmt: skip

OWN_VALUES = ",".join([
    "modified_at", "permalink_url", "memberships.section",
    *(f"custom_fields.{name}" for name in (
        "name", "resource_subtype", "enum_value.name", "number_value", "text_value", "date_value.date",
        "is_formula_field", "is_value_read_only",
        "enum_options.name", "enum_options.enabled",
    )),
])  # fmt: skip
"""What a write looks at before and after: our fields' values, and the options that they may take."""
