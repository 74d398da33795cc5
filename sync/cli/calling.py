"""From the command line to the command: its module is imported only now, since many are heavy."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import typer

from sync.cli.exits import guarded


def call(name: str, /, *, module: str = "commands", **options: Any) -> None:
    """Run a command and leave with its exit code."""
    command: Callable[..., int] = getattr(importlib.import_module(f"sync.cli.{module}"), name)
    raise typer.Exit(guarded(lambda: command(**options)))
