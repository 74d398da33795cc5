"""Records beside the work itself: portfolios, and jobs that run for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from connectors.sandbox.asana.records import Project, Workspace
from connectors.sandbox.core import Somebody


@dataclass(slots=True, eq=False)
class Portfolio:
    """A list of projects, and of other portfolios."""

    kind: ClassVar[str] = "portfolio"
    gid: str
    name: str
    created_at: datetime
    workspace: Workspace
    owner: Somebody | None = None
    items: list[Project | Portfolio] = field(default_factory=list)
    members: list[Somebody] = field(default_factory=list)
    private: bool = False
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Job:
    """Asynchronous work: a resource export. `lines`: the export's JSON lines, gzip-compressed."""

    kind: ClassVar[str] = "job"
    gid: str
    export_gid: str
    created_at: datetime
    ready_at: datetime
    lines: bytes
    status: str = "not_started"
    completed_at: datetime | None = None
    download_url: str | None = None
