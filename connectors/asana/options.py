"""The keys of a `[sources.<id>]` table with `kind = "asana"`."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_PROJECT_URL = re.compile(r"^https?://[^/]+/(?:0/|1/\d+/project/|.*/project/)(\d+)(?:[/?#].*)?$")


def project_gid(text: str) -> str:
    """The gid in a project's URL, of today's form (`/1/WORKSPACE/project/GID/…`) or the older (`/0/GID/…`).

    Anything but a URL is taken for a gid; ValueError for a URL without a project in it.
    """
    if "://" not in text:
        return text
    found = _PROJECT_URL.match(text)
    if found is None:
        raise ValueError("this URL names no Asana project; open the project and copy its address, or give its gid")
    return found.group(1)


Gid = Annotated[str, Field(pattern=r"^\S+$"), AfterValidator(project_gid)]


class AsanaOptions(BaseModel):
    """Which projects are read, with which token, at what pace."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["asana"]
    base_url: str = "https://app.asana.com/api/1.0"
    token_env: str = "ASANA_TOKEN"  # noqa: S105
    token_file: str | None = None
    projects: Annotated[tuple[Gid, ...], Field(min_length=1)]
    team_field: str | None = None
    priority_field: str | None = None
    fields: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    requests_per_minute: Annotated[int, Field(ge=0)] = 150
