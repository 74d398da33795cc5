"""What a scenario knows about the world it made, beyond what the vendors store: what its names mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["backlog", "active", "waiting", "done"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means: its kind, and the team (or `requester`) whose turn it is."""

    kind: Kind
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Ideas:
    """A Notion table of ideas: its data source and what its properties are called, its statuses' meanings."""

    data_source: str
    status: str
    priority: str
    owner: str
    reviewed: str
    parked_until: str
    statuses: Mapping[str, Meaning]


@dataclass(frozen=True, slots=True)
class Loaded:
    """`columns`: project name → section name → meaning; what is not named is active.

    `teams`: name → members' names. `hours`: the working day, local time.
    """

    name: str
    timezone: str = "UTC"
    hours: str = "09:00-17:00"
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, Meaning]] = field(default_factory=dict)
    team_field: str | None = None
    priority_field: str | None = None
    ideas: Ideas | None = None
    notices: tuple[str, ...] = ()

    def meaning(self, project: str, section: str) -> Meaning:
        """What this column of this project means."""
        return self.columns.get(project, {}).get(section, Meaning("active"))
