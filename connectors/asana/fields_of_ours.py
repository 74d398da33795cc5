"""Our own custom fields: found by name, created where they are missing, attached to a project. Never a person's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.asana import fields
from connectors.asana.sdk import Endpoints
from connectors.asana.writes import DIGITS
from connectors.base import Own
from connectors.errors import Rejected, Transient
from connectors.model import EnsureFields, OwnField, OwnType, Receipt

Json = Any

SUBTYPES: Mapping[OwnType, str] = {
    "option": "enum",
    "date": "date",
    "text": "text",
    "number": "number",
    "url": "text",
}
_ABOUT = "Kept by Handrail."


class FieldsOfOurs:
    """Custom field definitions of the projects that we write to.

    Asana has no idempotency keys; a name is unique in a workspace, so the name is the mark: it is looked up before
    a field is created, and again when an answer to the creation never came.
    """

    def __init__(self, source: str, api: Endpoints) -> None:
        self._source, self._api = source, api

    def survey(self, wanted: Sequence[EnsureFields]) -> Own:
        """The fields that exist, fit, have all their options, and are attached; one request a project."""
        found: dict[str, frozenset[str]] = {}
        for gid in dict.fromkeys(one.container.id for one in wanted if one.container.source == self._source):
            attached = {one["name"]: one for one in self._attached(self._project(gid))}
            ours = (field for one in wanted if one.container.id == gid for field in one.fields)
            found[gid] = frozenset(field.name for field in ours if _is_whole(attached.get(field.name), field))
        return Own(fields=found, tables={}, pages={})

    def ensure(self, change: EnsureFields) -> Receipt:
        """Make the project have these fields; `values` are the fields' gids by name.

        Rejected, before anything is written, when a person's field of another type has one of the names.
        """
        project = self._project(change.container.id)
        attached = {one["name"]: one for one in self._attached(project)}
        missing = [field for field in change.fields if field.name not in attached]
        elsewhere = self._of_workspace(project) if missing else {}
        there = {**elsewhere, **attached}
        _refuse_other_types(change.fields, there, project)
        written = [self._ensure_one(field, there.get(field.name), attached, project) for field in change.fields]
        return Receipt(
            key=change.key,
            outcome="written" if any(did for _, did in written) else "found",
            remote=project["gid"],
            url=project.get("permalink_url") or "",
            values={field.name: gid for field, (gid, _) in zip(change.fields, written, strict=True)},
        )

    def _ensure_one(self, field: OwnField, found: Json, attached: dict[str, Json], project: Json) -> tuple[str, bool]:
        """The field's gid, and whether anything had to be written."""
        wrote = False
        if found is None:
            found, wrote = self._create(field, project), True
        for name in _missing_options(found, field):
            self._add_option(found, name)
            wrote = True
        if field.name not in attached:
            self._attach(found, project)
            wrote = True
        return found["gid"], wrote

    def _project(self, gid: str) -> Json:
        return self._api.one(self._api.projects.get_project, gid, fields=fields.PROJECT)

    def _attached(self, project: Json) -> list[Json]:
        return [one["custom_field"] for one in project.get("custom_field_settings") or () if one.get("custom_field")]

    def _of_workspace(self, project: Json) -> dict[str, Json]:
        workspace = project["workspace"]["gid"]
        listing = self._api.custom_fields.get_custom_fields_for_workspace
        return {one["name"]: one for one in self._api.all(listing, workspace, fields=fields.FIELD)}

    def _create(self, field: OwnField, project: Json) -> Json:
        data: dict[str, Any] = {
            "workspace": project["workspace"]["gid"], "name": field.name, "resource_subtype": SUBTYPES[field.type],
            "description": _ABOUT, "has_notifications_enabled": False,
        }  # fmt: skip
        if field.type == "option":
            data["enum_options"] = [{"name": name} for name in field.options]
        if field.type == "number":
            data["precision"] = DIGITS
        create = self._api.custom_fields.create_custom_field
        return self._or_look(
            lambda: self._api.one(create, {"data": data}, fields=fields.FIELD),
            lambda: self._of_workspace(project).get(field.name),
        )

    def _add_option(self, found: Json, name: str) -> None:
        add = self._api.custom_fields.create_enum_option_for_custom_field

        def look() -> Json:
            again = self._api.one(self._api.custom_fields.get_custom_field, found["gid"], fields=fields.FIELD)
            return next((one for one in _enabled(again) if one["name"] == name), None)

        self._or_look(lambda: self._api.one(add, found["gid"], body={"data": {"name": name}}, fields="name"), look)

    def _attach(self, found: Json, project: Json) -> None:
        body = {"data": {"custom_field": found["gid"], "is_important": True}}
        attach = self._api.projects.add_custom_field_setting_for_project

        def look() -> Json:
            attached = self._attached(self._project(project["gid"]))
            return next((one for one in attached if one["gid"] == found["gid"]), None)

        self._or_look(lambda: self._api.one(attach, body, project["gid"], fields="custom_field.name"), look)

    def _or_look(self, write: Callable[[], Json], look: Callable[[], Json]) -> Json:
        """The outcome of a write; when its answer was lost, what it left behind. Never written twice in one go."""
        try:
            return write()
        except Transient as error:
            found = look() if error.uncertain else None
            if found is None:
                raise
            return found


def _enabled(field: Json) -> list[Json]:
    return [one for one in field.get("enum_options") or () if one.get("enabled", True)]


def _missing_options(found: Json, field: OwnField) -> list[str]:
    there = {one["name"] for one in _enabled(found)}
    return [name for name in field.options if name not in there]


def _is_whole(found: Json, field: OwnField) -> bool:
    fits = found is not None and found.get("resource_subtype") == SUBTYPES[field.type]
    return fits and not _missing_options(found, field)


def _refuse_other_types(wanted: Sequence[OwnField], there: dict[str, Json], project: Json) -> None:
    """All clashes at once."""
    clashes = [
        f"“{field.name}” is a {there[field.name].get('resource_subtype')} field there, Handrail needs {needed}"
        for field in wanted
        if field.name in there and there[field.name].get("resource_subtype") != (needed := SUBTYPES[field.type])
    ]
    clashes += [
        f"“{field.name}” is a formula, or read-only"
        for field in wanted
        if (found := there.get(field.name)) and (found.get("is_formula_field") or found.get("is_value_read_only"))
    ]
    if clashes:
        raise Rejected(
            f"project “{project.get('name')}”: {'; '.join(clashes)}. Rename that field in Asana, or give Handrail's "
            "field another name in the config"
        )
