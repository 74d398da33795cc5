"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[Path, typer.Option("--config", "-c", help="The config file.", show_default=True)]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="INSTANT",
        help="Judge the work as it was then, e.g. 2026-06-01T00:00:00Z; `sandbox` takes the sandbox's clock.",
    ),
]  # fmt: skip


class Guard(StrEnum):
    """What may refuse a plan before its first write; the names of `sync.guards`."""

    MAX_WRITES = "max-writes"
    MAX_PERCENT = "max-percent"
    FIRST_RUN = "first-run"
    EMPTY_SOURCE = "empty-source"


PastGuards = Annotated[
    list[Guard] | None,
    typer.Option("--force-guard", metavar="NAME", help="Write although this guard refuses; may be repeated."),
]
MaxMinutes = Annotated[
    float | None,
    typer.Option("--max-minutes", min=0, metavar="MINUTES", help="Stop cleanly then; the next one goes on."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts instead of text.")]
HERE = Path("config.toml")
