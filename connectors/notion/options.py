"""The keys of a `[sources.<id>]` table with `kind = "notion"`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1)]
_EVERY = re.compile(r"([1-9]\d{0,4})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _every(text: str) -> str:
    if text != "never" and not _EVERY.fullmatch(text):
        raise ValueError("takes a time like 90m, 12h, 1d or 2w, or never")
    return text


class TableOptions(BaseModel):
    """One data source, and which of its properties mean what. Properties by name or id.

    `complete`: of `fields` and `owner`, those that are read whole where Notion cuts them after 25 (a request each and
    row). `body`: the page's content is kept as markdown in a field `body` (a request a row). `write_status`: rows of
    work may carry our status properties.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    data_source: Name
    status: Name | None = None
    owner: Name | None = None
    team: Name | None = None
    priority: Name | None = None
    due: Name | None = None
    reviewed: Name | None = None
    parked_until: Name | None = None
    link: Name | None = None
    fields: tuple[Name, ...] = ()
    complete: tuple[Name, ...] = ()
    body: bool = False
    write_status: bool = True


class NotionOptions(BaseModel):
    """Which data sources are read and in which role, with which token, at what pace."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["notion"]
    base_url: str = "https://api.notion.com"
    token_env: str = "NOTION_TOKEN"  # noqa: S105
    token_file: str | None = None
    work: tuple[TableOptions, ...] = ()
    ideas: TableOptions | None = None
    experiments: TableOptions | None = None
    pages: tuple[TableOptions, ...] = ()
    team_field: str | None = None
    bots: tuple[str, ...] = ()
    sweep_every: Annotated[str, AfterValidator(_every)] = "1d"
    requests_per_minute: Annotated[int, Field(ge=0)] = 180

    @property
    def sweeps(self) -> timedelta | None:
        """How much time lies between two sweeps; None: there are none."""
        found = _EVERY.fullmatch(self.sweep_every)
        return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
