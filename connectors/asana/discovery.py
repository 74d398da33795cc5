"""A look around in Asana: workspaces, projects with their custom fields, sections. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connectors.asana.options import project_gid
from connectors.asana.policy import AsanaPolicy
from connectors.asana.sdk import Endpoints
from connectors.discovery import FoundColumn, FoundField, FoundPage, FoundPlace, Space
from connectors.http import Meter, open_door
from connectors.pace import LocalPace

Json = Any

_PROJECT = ",".join([
    "name", "permalink_url", "privacy_setting", "team.name",
    "custom_field_settings.custom_field.name", "custom_field_settings.custom_field.resource_subtype",
])  # fmt: skip
_OPTIONS = "enum_options.name,enum_options.enabled"
_A_MINUTE = 150
"""What Asana allows on its free plan."""
_HASTY = AsanaPolicy(attempts=3, total_seconds=20.0, longest_pause=20.0)
"""A person is watching: a vendor that is away is told of soon."""


class AsanaDiscovery:
    """See `connectors.discovery.Discovery`. Tasks are not counted: Asana gives `task_counts` a costly budget."""

    def __init__(self, base_url: str, token: str, meter: Meter | None = None) -> None:
        self._door = open_door(base_url, token, LocalPace(_A_MINUTE, burst=50), _HASTY, source="asana", meter=meter)
        self._api = Endpoints(self._door, base_url)

    def who(self) -> str:
        me = self._api.one(self._api.users.get_user, "me", fields="name")
        return str(me.get("name") or me["gid"])

    def spaces(self) -> Sequence[Space]:
        """`GET /workspaces` lists only those where this token may be used; `users/me` would list all."""
        found = self._api.all(self._api.workspaces.get_workspaces, fields="name")
        return [Space(one["gid"], one.get("name") or one["gid"]) for one in found]

    def places(self, space: Space) -> Sequence[FoundPlace]:
        listing = self._api.projects.get_projects
        found = self._api.all(listing, workspace=space.id, archived=False, fields=_PROJECT)
        return [_place(one) for one in found]

    def with_columns(self, place: FoundPlace) -> FoundPlace:
        sections = self._api.all(self._api.sections.get_sections_for_project, place.id, fields="name")
        return replace(place, columns=tuple(FoundColumn(one.get("name") or "") for one in sections))

    def choices(self, field: FoundField) -> tuple[str, ...]:
        found = self._api.one(self._api.custom_fields.get_custom_field, field.id, fields=_OPTIONS)
        options = found.get("enum_options") or ()
        return tuple(one.get("name") or "" for one in options if one.get("enabled", True))

    def pages(self) -> Sequence[FoundPage]:
        return ()

    def id_of(self, text: str) -> str:
        return project_gid(text)

    def close(self) -> None:
        self._door.close()


def _place(project: Json) -> FoundPlace:
    settings = [one.get("custom_field") or {} for one in project.get("custom_field_settings") or ()]
    fields = (FoundField(one["gid"], one.get("name") or "", one.get("resource_subtype") or "") for one in settings)
    return FoundPlace(
        project["gid"], project.get("name") or "", project.get("permalink_url") or "",
        (project.get("team") or {}).get("name") or "", project.get("privacy_setting") == "private", tuple(fields),
    )  # fmt: skip
