"""A look around in Asana: workspaces, projects with their custom fields, sections. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from connectors.asana.fields import BUILT_IN
from connectors.asana.options import AsanaOptions, project_gid
from connectors.asana.policy import AsanaPolicy
from connectors.asana.sdk import Endpoints
from connectors.discovery import Claim, Claims, FoundColumn, FoundField, FoundPage, FoundPlace, NeededField, Space
from connectors.errors import Missing
from connectors.http import Meter, open_door
from connectors.pace import LocalPace

Json = Any

_PROJECT = ",".join([
    "name", "permalink_url", "privacy_setting", "team.name",
    "custom_field_settings.custom_field.name", "custom_field_settings.custom_field.resource_subtype",
    "custom_field_settings.custom_field.enum_options.name", "custom_field_settings.custom_field.enum_options.enabled",
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
        return tuple(one.name for one in _chosen(found))

    def pages(self) -> Sequence[FoundPage]:
        return ()

    def place(self, id_: str) -> FoundPlace:
        return _place(self._api.one(self._api.projects.get_project, id_, fields=_PROJECT))

    def group(self, kind: str, id_: str) -> Sequence[FoundPlace]:
        return list({one.id: one for one in self._group(kind, id_, {id_})}.values())

    def _group(self, kind: str, id_: str, met: set[str]) -> Iterator[FoundPlace]:
        """Portfolios may hold portfolios; each is asked once."""
        portfolio = self._api.portfolios.get_items_for_portfolio
        listing = portfolio if kind == "portfolio" else self._api.projects.get_projects_for_team
        for one in self._api.all(listing, id_, fields=f"resource_type,archived,{_PROJECT}"):
            if one.get("resource_type", "project") == "project":
                yield _place(one)
            elif one.get("resource_type") == "portfolio" and one["gid"] not in met:
                met.add(one["gid"])
                yield from self._group(kind, one["gid"], met)

    def people(self) -> Sequence[str]:
        listing = self._api.users.get_users
        asked = (self._api.all(listing, workspace=space.id, fields="name,email") for space in self.spaces())
        return [str(one[key]) for found in asked for one in found for key in ("name", "email") if one.get(key)]

    def page(self, id_: str) -> FoundPage:
        raise Missing("Asana has no pages to write under")

    def below(self, page: FoundPage) -> Sequence[str]:
        return ()

    def id_of(self, text: str) -> str:
        return project_gid(text)

    def close(self) -> None:
        self._door.close()


def _place(project: Json) -> FoundPlace:
    settings = [one.get("custom_field") or {} for one in project.get("custom_field_settings") or ()]
    fields = (
        FoundField(one["gid"], one.get("name") or "", one.get("resource_subtype") or "", _chosen(one))
        for one in settings
    )
    return FoundPlace(
        project["gid"], project.get("name") or "", project.get("permalink_url") or "",
        (project.get("team") or {}).get("name") or "", project.get("privacy_setting") == "private", tuple(fields),
    )  # fmt: skip


def _chosen(field: Json) -> tuple[FoundColumn, ...]:
    options = field.get("enum_options") or ()
    return tuple(FoundColumn(one.get("name") or "") for one in options if one.get("enabled", True))


def claims(options: AsanaOptions) -> Claims:
    """What the table names: projects, portfolios and teams, and fields that some project of them must have."""
    listed = (("projects", "place"), ("portfolios", "portfolio"), ("teams", "team"))
    places = (Claim((key, at), gid, kind) for key, kind in listed for at, gid in enumerate(getattr(options, key)))
    named = ((key, getattr(options, key)) for key in ("team_field", "priority_field"))
    fields = [NeededField((key,), name) for key, name in named if name]
    own = (pair for pair in enumerate(options.fields) if pair[1] not in BUILT_IN)
    fields += [NeededField(("fields", at), name) for at, name in own]
    return Claims(tuple(places), tuple(fields))
