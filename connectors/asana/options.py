"""The keys of a `[sources.<id>]` table with `kind = "asana"`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_ADDRESS = r"^https?://[^/]+/(?:0/{older}|1/\d+/{kind}/|.*/{kind}/)(\d+)(?:[/?#].*)?$"
_OLDER = {"project": "", "portfolio": "portfolio/"}
_EVERY = re.compile(r"(\d+)([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _gid(kind: str, text: str) -> str:
    """The gid in an address from the browser, of today's form (`/1/WORKSPACE/project/GID/…`) or the older.

    Anything but a URL is taken for a gid; ValueError for a URL without such a thing in it.
    """
    if "://" not in text:
        return text
    found = re.match(_ADDRESS.format(kind=kind, older=_OLDER.get(kind, f"{kind}/")), text)
    if found is None:
        raise ValueError(f"this URL names no Asana {kind}; open the {kind} and copy its address, or give its gid")
    return found.group(1)


def project_gid(text: str) -> str:
    """The gid of a project, given as such or by its address."""
    return _gid("project", text)


def _duration(text: str) -> str:
    """`90m`, `12h`, `1d`, `2w`, or `never`."""
    found = _EVERY.fullmatch(text)
    if text != "never" and (found is None or not int(found[1])):
        raise ValueError("takes a time like 90m, 12h, 1d or 2w, or never")
    return text


_Text = Annotated[str, Field(pattern=r"^\S+$")]
Project = Annotated[_Text, AfterValidator(project_gid)]
Portfolio = Annotated[_Text, AfterValidator(lambda text: _gid("portfolio", text))]
Team = Annotated[_Text, AfterValidator(lambda text: _gid("team", text))]

Subtasks = Literal["parents", "leaves", "both"]
"""What counts as work: the tasks of a project, subtasks in place of their parents, or both."""


class AsanaOptions(BaseModel):
    """Which projects are read, with which token, at what pace."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["asana"]
    base_url: str = "https://app.asana.com/api/1.0"
    token_env: str = "ASANA_TOKEN"  # noqa: S105
    token_file: str | None = None
    projects: tuple[Project, ...] = ()
    portfolios: tuple[Portfolio, ...] = ()
    teams: tuple[Team, ...] = ()
    team_field: str | None = None
    priority_field: str | None = None
    fields: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    subtasks: Subtasks = "parents"
    comments: Literal["who", "about", "text"] = "who"
    incremental: Literal["auto", "events", "modified_since"] = "auto"
    sweep_every: Annotated[str, AfterValidator(_duration)] = "1d"
    requests_per_minute: Annotated[int, Field(ge=0)] = 150

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.projects or self.portfolios or self.teams):
            raise ValueError("names no projects: give projects, portfolios or teams")
        return self

    @property
    def sweeps(self) -> timedelta | None:
        """How much time lies between two sweeps; None: there are none."""
        found = _EVERY.fullmatch(self.sweep_every)
        return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
