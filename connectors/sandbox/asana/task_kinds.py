"""The fields of tasks, their custom fields, stories, webhooks, jobs and events, as JSON shows them."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from connectors.sandbox.asana.kinds import (
    CUSTOM_FIELD,
    CUSTOM_FIELD_FIELDS,
    DATE,
    ENUM_OPTION,
    PROJECT,
    SECTION,
    TAG,
    USER,
    WORKSPACE,
    always,
    nested,
    plain,
    when,
)
from connectors.sandbox.asana.present import ABSENT, Getter, Kind, Nested
from connectors.sandbox.asana.records import CustomField, Held, Story, Task
from connectors.sandbox.asana.richtext import as_html
from connectors.sandbox.asana.words import in_words


class FieldOnTask(NamedTuple):
    """A custom field with what a task holds in it."""

    field: CustomField
    held: Held


def _fields_of(task: Task) -> list[FieldOnTask]:
    return [FieldOnTask(field, task.values.get(field.gid)) for field in task.fields()]


def display(held: Held) -> str | None:
    """A custom field's value as a person sees it."""
    if held is None or isinstance(held, str):
        return held
    if isinstance(held, dict):
        day = held["date_time"] or f"{held['date']}T00:00:00.000Z"
        return str(day)
    if isinstance(held, list):
        return ", ".join(one.name for one in held)
    return f"{held:g}" if isinstance(held, (int, float)) else str(held.name)


def _held(type_: str, empty: Any = None) -> Getter:
    return lambda f: (f.held if f.held is not None else empty) if f.field.type == type_ else ABSENT


def _definition(get: Getter | Nested) -> Getter | Nested:
    if isinstance(get, Nested):
        inner = get.get
        return Nested(lambda f: inner(f.field), get.kind, get.many)
    plain_get: Getter = get
    return lambda f: plain_get(f.field)


FIELD_ON_TASK = Kind(
    "custom_field",
    {
        **{name: _definition(get) for name, get in CUSTOM_FIELD_FIELDS.items()},
        "display_value": lambda f: display(f.held),
        "text_value": _held("text"),
        "number_value": _held("number"),
        "enum_value": Nested(_held("enum"), lambda: ENUM_OPTION),
        "multi_enum_values": Nested(_held("multi_enum", []), lambda: ENUM_OPTION, many=True),
        "people_value": Nested(_held("people", []), lambda: USER, many=True),
        "date_value": Nested(_held("date"), lambda: DATE),
    },
    compact=CUSTOM_FIELD.compact,
    full=CUSTOM_FIELD.compact + " description created_by display_value text_value number_value enum_value "
    "multi_enum_values people_value date_value is_value_read_only",
    whole=True,
)

_MEMBERSHIP = Kind(
    "membership",
    {"project": nested("project", lambda: PROJECT), "section": nested("section", lambda: SECTION)},
    "project section", "project section", has_gid=False, whole=True,
)  # fmt: skip

_CUSTOM_TYPE = Kind(
    "custom_type",
    {**plain("gid name"), "resource_type": attrgetter("kind")},
    "resource_type name", "resource_type name",
)  # fmt: skip

_EXTERNAL = Kind("external", {"gid": lambda e: e.get("gid"), "data": lambda e: e.get("data")}, "data", "data",
                 whole=True)  # fmt: skip


def _permalink(task: Task) -> str:
    where = f"/project/{task.homes[0].project.gid}" if task.homes else ""
    return f"{task.workspace.site}/1/{task.workspace.gid}{where}/task/{task.gid}"


TASK: Kind = Kind(
    "task",
    {
        **plain("gid name resource_subtype completed notes due_on due_at start_on start_at"),
        "resource_type": always("task"),
        "html_notes": lambda t: t.html_notes or as_html(t.notes),
        "created_at": when("created_at"),
        "modified_at": when("modified_at"),
        "completed_at": when("completed_at"),
        "created_by": nested("created_by", lambda: USER),
        "completed_by": nested("completed_by", lambda: USER),
        "assignee": nested("assignee", lambda: USER),
        "assigned_by": nested("assigned_by", lambda: USER),
        "assignee_status": always("upcoming"),
        "assignee_section": always(None),
        "approval_status": lambda t: t.approval_status if t.resource_subtype == "approval" else ABSENT,
        "actual_time_minutes": attrgetter("actual_time_minutes"),
        "custom_type": nested("custom_type", lambda: _CUSTOM_TYPE),
        "custom_type_status_option": nested("custom_type_status_option", lambda: _CUSTOM_TYPE),
        "custom_fields": Nested(_fields_of, lambda: FIELD_ON_TASK, many=True),
        "dependencies": nested("dependencies", lambda: TASK, many=True),
        "dependents": nested("dependents", lambda: TASK, many=True),
        "external": nested("external", lambda: _EXTERNAL),
        "followers": nested("followers", lambda: USER, many=True),
        "is_rendered_as_separator": always(False),
        "memberships": nested("homes", lambda: _MEMBERSHIP, many=True),
        "num_subtasks": lambda t: len(t.subtasks),
        "parent": nested("parent", lambda: TASK),
        "permalink_url": _permalink,
        "projects": Nested(lambda t: [home.project for home in t.homes], lambda: PROJECT, many=True),
        "tags": nested("tags", lambda: TAG, many=True),
        "workspace": nested("workspace", lambda: WORKSPACE),
        "liked": always(False), "likes": always([]), "num_likes": always(0),
        "hearted": always(False), "hearts": always([]), "num_hearts": always(0),
    },
    compact="resource_type name resource_subtype",
    full="resource_type name resource_subtype actual_time_minutes approval_status assignee assignee_status completed "
    "completed_at created_at custom_fields due_at due_on followers hearted hearts liked likes memberships "
    "modified_at notes num_hearts num_likes parent permalink_url projects start_at start_on tags workspace",
)  # fmt: skip


def _fact(name: str) -> Getter:
    return lambda story: story.facts.get(name, ABSENT)


def _facts(kind: Callable[[], Kind], names: str, many: bool = False) -> dict[str, Getter | Nested]:
    return {name: Nested(_fact(name), kind, many) for name in names.split()}


def _text(story: Story) -> str:
    return story.text if story.type == "comment" else in_words(story)


def _comment(get: Getter) -> Getter:
    return lambda story: get(story) if story.type == "comment" else ABSENT


STORY = Kind(
    "story",
    {
        **plain("gid type resource_subtype source"),
        "resource_type": always("story"),
        "created_at": when("created_at"),
        "created_by": nested("created_by", lambda: USER),
        "text": _text,
        "html_text": lambda s: s.html_text if s.type == "comment" else as_html(in_words(s)),
        "is_pinned": _comment(attrgetter("is_pinned")),
        "is_edited": _comment(attrgetter("is_edited")),
        "is_editable": lambda s: s.type == "comment",
        "target": nested("task", lambda: TASK),
        "liked": always(False), "likes": always([]), "num_likes": always(0),
        "hearted": always(False), "hearts": always([]), "num_hearts": always(0), "previews": always([]),
        **_facts(lambda: USER, "assignee follower"),
        **_facts(lambda: SECTION, "old_section new_section"),
        **_facts(lambda: PROJECT, "project"),
        **_facts(lambda: TASK, "task dependency duplicate_of"),
        **_facts(lambda: TAG, "tag"),
        **_facts(lambda: CUSTOM_FIELD_COMPACT, "custom_field"),
        **_facts(lambda: ENUM_OPTION, "old_enum_value new_enum_value"),
        **_facts(lambda: ENUM_OPTION, "old_multi_enum_values new_multi_enum_values", many=True),
        **_facts(lambda: USER, "old_people_value new_people_value", many=True),
        **{name: _fact(name) for name in (
            "old_name", "new_name", "old_dates", "new_dates", "old_text_value", "new_text_value",
            "old_number_value", "new_number_value", "old_date_value", "new_date_value",
            "old_approval_status", "new_approval_status", "old_resource_subtype", "new_resource_subtype",
        )},
    },
    compact="created_at created_by resource_type text type resource_subtype",
    full="created_at created_by resource_type text type resource_subtype source html_text is_pinned is_edited "
    "is_editable target liked likes num_likes hearted hearts num_hearts previews assignee follower old_section "
    "new_section project task dependency duplicate_of tag custom_field old_enum_value new_enum_value "
    "old_multi_enum_values new_multi_enum_values old_people_value new_people_value old_name new_name old_dates "
    "new_dates old_text_value new_text_value old_number_value new_number_value old_date_value new_date_value "
    "old_approval_status new_approval_status old_resource_subtype new_resource_subtype",
)  # fmt: skip

CUSTOM_FIELD_COMPACT: Kind = Kind("custom_field", CUSTOM_FIELD_FIELDS, CUSTOM_FIELD.compact, CUSTOM_FIELD.full)
"""A field as a story names it: by gid and type, like any other resource."""
