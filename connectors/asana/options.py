"""The keys of a `[sources.<id>]` table with `kind = "asana"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Gid = Annotated[str, Field(pattern=r"^\S+$")]


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
