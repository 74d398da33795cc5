"""The fields of workspaces, people, projects, sections, custom fields, tags and status updates, as JSON shows them.

Names and defaults from Asana's OpenAPI (…Compact and …Response) and its recorded answers.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from connectors.sandbox.asana.present import ABSENT, Getter, Kind, Nested
from connectors.sandbox.asana.records import Project
from connectors.sandbox.asana.times import iso


def _home(project: Project) -> str:
    """A project's address in the browser."""
    return f"{project.workspace.site}/1/{project.workspace.gid}/project/{project.gid}"


def always(value: Any) -> Getter:
    """A field that says the same of every record. A list is copied."""
    return (lambda _: list(value)) if isinstance(value, list) else (lambda _: value)


def when(name: str) -> Getter:
    """A time."""
    get = attrgetter(name)
    return lambda record: iso(instant) if (instant := get(record)) is not None else None


def plain(names: str) -> dict[str, Getter | Nested]:
    """Fields that are attributes of the same name."""
    return {name: attrgetter(name) for name in names.split()}


def nested(name: str, kind: Callable[[], Kind], many: bool = False) -> Nested:
    """A field that is an attribute of the same name and holds records."""
    return Nested(attrgetter(name), kind, many)


WORKSPACE = Kind(
    "workspace",
    {**plain("gid name email_domains is_organization"), "resource_type": always("workspace")},
    compact="resource_type name",
    full="resource_type name email_domains is_organization",
)

TEAM = Kind(
    "team",
    {
        **plain("gid name description"),
        "resource_type": always("team"),
        "html_description": lambda t: f"<body>{t.description}</body>",
        "organization": nested("organization", lambda: WORKSPACE),
        "permalink_url": lambda t: f"{t.organization.site}/1/{t.organization.gid}/team/{t.gid}",
        "visibility": always("public"),
    },
    compact="resource_type name",
    full="resource_type name organization description permalink_url visibility",
)


def user_kind(workspaces: Callable[[], list[Any]]) -> Kind:
    """People, who are all members of these workspaces. The bot has an address too, as every Asana user has."""
    return Kind(
        "user",
        {
            **plain("gid name"),
            "resource_type": always("user"),
            "email": lambda u: u.email or f"{u.gid}@example.com",
            "photo": always(None),
            "workspaces": Nested(lambda _: workspaces(), lambda: WORKSPACE, many=True),
        },
        compact="resource_type name",
        full="resource_type name email photo workspaces",
    )


USER = user_kind(list)
"""People where nobody looks at their workspaces: nested in other records."""

ENUM_OPTION = Kind(
    "enum_option",
    {**plain("gid name enabled color"), "resource_type": always("enum_option")},
    compact="resource_type name enabled color",
    full="resource_type name enabled color",
)

DATE = Kind("date", {"date": lambda d: d["date"], "date_time": lambda d: d["date_time"]}, "date date_time",
             "date date_time", has_gid=False, whole=True)  # fmt: skip


def _only(types: tuple[str, ...], get: Getter) -> Getter:
    return lambda field: get(field) if field.type in types else ABSENT


CUSTOM_FIELD_FIELDS: dict[str, Getter | Nested] = {
    **plain("gid name type description"),
    "resource_type": always("custom_field"),
    "resource_subtype": attrgetter("type"),
    "representation_type": attrgetter("type"),
    "enabled": always(True),
    "is_formula_field": attrgetter("is_formula"),
    "is_value_read_only": attrgetter("is_read_only"),
    "is_global_to_workspace": always(True),
    "has_notifications_enabled": attrgetter("has_notifications"),
    "asana_created_field": always(None),
    "privacy_setting": always("public"),
    "default_access_level": always("user"),
    "id_prefix": always(None),
    "created_by": nested("created_by", lambda: USER),
    "enum_options": Nested(_only(("enum", "multi_enum"), attrgetter("options")), lambda: ENUM_OPTION, many=True),
    "precision": _only(("number",), attrgetter("precision")),
    "format": _only(("number",), attrgetter("format")),
    "currency_code": _only(("number",), attrgetter("currency_code")),
}
CUSTOM_FIELD = Kind(
    "custom_field",
    CUSTOM_FIELD_FIELDS,
    compact="resource_type name type resource_subtype enabled enum_options is_formula_field representation_type "
    "precision format currency_code",
    full="resource_type name type resource_subtype representation_type description enabled enum_options precision "
    "format currency_code created_by is_formula_field is_value_read_only is_global_to_workspace "
    "has_notifications_enabled asana_created_field privacy_setting default_access_level id_prefix",
    whole=True,
)

SETTING = Kind(
    "custom_field_setting",
    {
        **plain("gid is_important"),
        "resource_type": always("custom_field_setting"),
        "project": nested("project", lambda: PROJECT),
        "parent": nested("project", lambda: PROJECT),
        "custom_field": nested("custom_field", lambda: CUSTOM_FIELD),
    },
    compact="resource_type is_important project parent custom_field",
    full="resource_type is_important project parent custom_field",
)

SECTION = Kind(
    "section",
    {
        **plain("gid name"),
        "resource_type": always("section"),
        "created_at": when("created_at"),
        "project": nested("project", lambda: PROJECT),
        "projects": Nested(lambda s: [s.project], lambda: PROJECT, many=True),
    },
    compact="resource_type name",
    full="resource_type name created_at project projects",
)

STATUS_UPDATE = Kind(
    "status_update",
    {
        **plain("gid title text html_text status_type"),
        "resource_type": always("status_update"),
        "resource_subtype": always("project_status_update"),
        "created_at": when("created_at"),
        "modified_at": when("created_at"),
        "created_by": nested("created_by", lambda: USER),
        "author": nested("created_by", lambda: USER),
        "parent": nested("parent", lambda: PROJECT),
        "liked": always(False), "likes": always([]), "num_likes": always(0),
        "hearted": always(False), "hearts": always([]), "num_hearts": always(0),
    },
    compact="resource_type resource_subtype title",
    full="resource_type resource_subtype title text status_type author created_at created_by modified_at parent "
    "liked likes num_likes hearted hearts num_hearts",
)  # fmt: skip

BRIEF = Kind(
    "project_brief",
    {
        **plain("gid title text html_text"),
        "resource_type": always("project_brief"),
        "permalink_url": lambda b: f"{_home(b.project)}/overview/{b.gid}",
        "project": nested("project", lambda: PROJECT),
    },
    compact="resource_type",
    full="resource_type title html_text text permalink_url project",
)

TAG = Kind(
    "tag",
    {
        **plain("gid name color notes"),
        "resource_type": always("tag"),
        "created_at": when("created_at"),
        "followers": always([]),
        "workspace": nested("workspace", lambda: WORKSPACE),
        "permalink_url": lambda t: f"{t.workspace.site}/0/{t.gid}/list",
    },
    compact="resource_type name",
    full="resource_type name color notes created_at followers workspace permalink_url",
)

PROJECT: Kind = Kind(
    "project",
    {
        **plain("gid name archived color icon default_view due_on html_notes notes start_on completed"),
        "resource_type": always("project"),
        "created_at": when("created_at"),
        "modified_at": when("modified_at"),
        "completed_at": when("completed_at"),
        "completed_by": nested("completed_by", lambda: USER),
        "due_date": attrgetter("due_on"),
        "public": lambda p: p.privacy == "public_to_workspace",
        "privacy_setting": attrgetter("privacy"),
        "default_access_level": always("editor"),
        "minimum_access_level_for_customization": always("editor"),
        "minimum_access_level_for_sharing": always("editor"),
        "owner": nested("owner", lambda: USER),
        "team": nested("team", lambda: TEAM),
        "workspace": nested("workspace", lambda: WORKSPACE),
        "members": nested("members", lambda: USER, many=True),
        "followers": nested("followers", lambda: USER, many=True),
        "custom_field_settings": nested("settings", lambda: SETTING, many=True),
        "custom_fields": always([]),
        "current_status": always(None),
        "current_status_update": Nested(lambda p: p.statuses[-1] if p.statuses else None, lambda: STATUS_UPDATE),
        "project_brief": nested("brief", lambda: BRIEF),
        "created_from_template": always(None),
        "permalink_url": _home,
    },
    compact="resource_type name",
    full="resource_type name archived color icon created_at current_status current_status_update "
    "custom_field_settings custom_fields default_view due_date due_on members followers modified_at notes owner "
    "permalink_url privacy_setting public start_on team workspace completed completed_at completed_by "
    "default_access_level minimum_access_level_for_customization minimum_access_level_for_sharing "
    "created_from_template project_brief",
)
