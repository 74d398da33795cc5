"""Which projects are read: those that the config names, and those of its portfolios and teams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog

from connectors.asana.options import AsanaOptions
from connectors.asana.sdk import Endpoints
from connectors.base import Scope
from connectors.errors import ConnectorError, Denied

Json = Any
_log = structlog.get_logger("handrail.asana")


class Projects:
    """One scope a project. No request for projects of the config; one a hundred for a portfolio's or team's, once.

    A portfolio or team that cannot be read becomes a scope of its own, whose pull says why: the others go on.
    """

    def __init__(self, source: str, api: Endpoints, options: AsanaOptions) -> None:
        self._source, self._api, self._options = source, api, options
        self._found: dict[str, str] | None = None
        self._failed: dict[str, ConnectorError] = {}

    def scopes(self) -> list[Scope]:
        """Unique, in the order of the config. A project's name is its gid until it is known."""
        found = [Scope(self._source, gid, name) for gid, name in self._all().items()]
        return found + [Scope(self._source, key, key.replace(":", " ")) for key in self._failed]

    def gids(self) -> tuple[str, ...]:
        """The gids of all projects in scope."""
        return tuple(self._all())

    @property
    def whole(self) -> bool:
        """Every portfolio and team could be read: only then can something be out of scope."""
        self._all()
        return not self._failed

    def failure(self, scope: Scope) -> ConnectorError | None:
        """Why a portfolio or team could not be read, when this scope stands for one."""
        self._all()
        return self._failed.get(scope.id)

    def _all(self) -> dict[str, str]:
        if self._found is None:
            found = {gid: gid for gid in self._options.projects}
            for kind, gids in (("portfolio", self._options.portfolios), ("team", self._options.teams)):
                for gid in dict.fromkeys(gids):
                    found = self._with(found, kind, gid)
            self._found = found
        return self._found

    def _with(self, found: dict[str, str], kind: str, gid: str) -> dict[str, str]:
        try:
            members = dict(self._of_portfolio(gid, {gid}) if kind == "portfolio" else self._of_team(gid))
        except Denied:
            raise
        except ConnectorError as error:
            self._failed[f"{kind}:{gid}"] = type(error)(
                f"the projects of {kind} {gid} of source {self._source!r} cannot be read: {error}",
                status=error.status, request=error.request, answer=error.answer,
            )  # fmt: skip
            return found
        _log.info("scope", source=self._source, of=f"{kind} {gid}", projects=len(members))
        return {**found, **members}

    def _of_portfolio(self, gid: str, met: set[str]) -> Iterator[tuple[str, str]]:
        """Portfolios may hold portfolios; each is asked once."""
        items = self._api.all(self._api.portfolios.get_items_for_portfolio, gid, fields="name,resource_type")
        for one in items:
            if one.get("resource_type") == "project":
                yield one["gid"], one.get("name") or one["gid"]
            elif one.get("resource_type") == "portfolio" and one["gid"] not in met:
                yield from self._of_portfolio(one["gid"], met | {one["gid"]})

    def _of_team(self, gid: str) -> Iterator[tuple[str, str]]:
        """By memberships: `GET /projects?team=` is deprecated."""
        listing = self._api.memberships.get_memberships
        members = self._api.all(listing, fields="", member=gid, resource_subtype="project_membership")
        for one in members:
            parent = one.get("parent") or {}
            if parent.get("gid") and parent.get("resource_type", "project") == "project":
                yield parent["gid"], parent.get("name") or parent["gid"]
