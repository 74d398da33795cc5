"""Custom fields, their options, and which project has which."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import bad, unknown
from connectors.sandbox.asana.kinds import CUSTOM_FIELD, ENUM_OPTION, SETTING
from connectors.sandbox.asana.records import CustomField, EnumOption, Project
from connectors.sandbox.core import Response


def _field(call: Call, gid: str) -> CustomField:
    return call.find(CustomField, gid, "custom_field")


@route("GET", "/workspaces/*/custom_fields")
def list_fields(call: Call, gid: str) -> Response:
    call.check_workspace(gid)
    return call.many(CUSTOM_FIELD, call.state.fields)


@route("GET", "/custom_fields/*")
def get_field(call: Call, gid: str) -> Response:
    return call.one(CUSTOM_FIELD, _field(call, gid))


@route("POST", "/custom_fields")
def create_field(call: Call) -> Response:
    call.workspace()
    return call.one(CUSTOM_FIELD, _create(call, call.data), 201)


def _create(call: Call, data: dict[str, Any]) -> CustomField:
    if not data.get("name"):
        raise bad("name: Missing input")
    type_ = data.get("resource_subtype") or data.get("type")
    if not type_:
        raise bad("resource_subtype: Missing input")
    options = data.get("enum_options") or []
    if len(options) > acts.MAX_OPTIONS:
        raise bad(f"enum_options: A custom field can have at most {acts.MAX_OPTIONS} enum options")
    if not all(option.get("name") for option in options):
        raise bad("enum_options: Each option needs a name")
    facts = {key: data[key] for key in ("description", "precision", "format", "currency_code") if key in data}
    field = acts.create_field(call.state, call.actor, str(data["name"]), str(type_), **facts)
    for option in options:
        enabled = option.get("enabled", True)
        acts.add_option(
            call.state, call.actor, field, str(option["name"]), color=option.get("color"), enabled=enabled
        )
    return field


@route("PUT", "/custom_fields/*")
def update_field(call: Call, gid: str) -> Response:
    field = _field(call, gid)
    for key in ("type", "resource_subtype"):
        if key in call.data and call.data[key] != field.type:
            raise bad(f"{key}: The type of a custom field cannot be changed")
    facts = {key: call.data[key] for key in ("name", "description", "precision", "format") if key in call.data}
    if any(other is not field and other.name == facts.get("name") for other in call.state.fields):
        raise bad(f"name: A custom field with the name '{facts['name']}' already exists in this workspace")
    acts.update_field(call.state, call.actor, field, **facts)
    return call.one(CUSTOM_FIELD, field)


@route("DELETE", "/custom_fields/*")
def delete_field(call: Call, gid: str) -> Response:
    field = _field(call, gid)
    for project in call.state.projects:
        if any(setting.custom_field is field for setting in project.settings):
            acts.detach_field(call.state, call.actor, project, field)
    call.state.fields.remove(field)
    del call.state.by_gid[field.gid]
    return call.empty()


@route("POST", "/custom_fields/*/enum_options")
def create_option(call: Call, gid: str) -> Response:
    field = _field(call, gid)
    option = acts.add_option(
        call.state, call.actor, field, str(call.need("name")), color=call.data.get("color"),
        enabled=call.data.get("enabled", True),
    )  # fmt: skip
    _place(call, field, option, "insert_before", "insert_after")
    return call.one(ENUM_OPTION, option, 201)


@route("POST", "/custom_fields/*/enum_options/insert")
def insert_option(call: Call, gid: str) -> Response:
    option = call.refer(EnumOption, "enum_option")
    _place(call, _field(call, gid), option, "before_enum_option", "after_enum_option")
    return call.one(ENUM_OPTION, option)


def _place(call: Call, field: CustomField, option: EnumOption, before: str, after: str) -> None:
    name = next((key for key in (before, after) if call.data.get(key)), None)
    if name is None:
        return
    anchor = call.refer(EnumOption, name, call.data[name])
    if anchor not in field.options or option not in field.options:
        raise bad(f"{name}: The enum option is not on this custom field")
    field.options.remove(option)
    field.options.insert(field.options.index(anchor) + (name == after), option)


@route("PUT", "/enum_options/*")
def update_option(call: Call, gid: str) -> Response:
    option = call.find(EnumOption, gid, "enum_option")
    facts = {key: call.data[key] for key in ("name", "color", "enabled") if key in call.data}
    acts.update_option(call.state, call.actor, option, **facts)
    return call.one(ENUM_OPTION, option)


@route("GET", "/projects/*/custom_field_settings")
def list_settings(call: Call, gid: str) -> Response:
    return call.many(SETTING, call.find(Project, gid).settings)


@route("POST", "/projects/*/addCustomFieldSetting")
def add_setting(call: Call, gid: str) -> Response:
    project = call.find(Project, gid)
    wanted = call.need("custom_field")
    field = _create(call, wanted) if isinstance(wanted, dict) else call.refer(CustomField, "custom_field")
    important = bool(call.data.get("is_important", False))
    return call.one(SETTING, acts.attach_field(call.state, call.actor, project, field, is_important=important))


@route("POST", "/projects/*/removeCustomFieldSetting")
def remove_setting(call: Call, gid: str) -> Response:
    project = call.find(Project, gid)
    field = call.state.by_gid.get(str(call.need("custom_field")))
    if not isinstance(field, CustomField):
        raise unknown("custom_field", str(call.data["custom_field"]))
    acts.detach_field(call.state, call.actor, project, field)
    return call.empty()
