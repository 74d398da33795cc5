"""The forms in which the service works, as command lines: the scheduled job, and the backfill before it."""

from __future__ import annotations

from typing import Annotated

import typer

from sync.cli.calling import call
from sync.cli.options import HERE, AsOf, Config, Json, MaxMinutes, PastGuards


def run(
    config: Config = HERE, as_of: AsOf = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop before the first write.")] = False,
    max_minutes: MaxMinutes = None, force_guard: PastGuards = None, json: Json = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every request.")] = False,
) -> None:  # fmt: skip
    """The scheduled job, once: pull, keep, judge, plan, apply, settle. A summary is the last line.

    SIGTERM, Ctrl-C or the end of `--max-minutes` park it: what is kept stays, and the next run goes on.

    Example: `handrail run --max-minutes 50`
    """
    call("run", config=config, as_of=as_of, dry_run=dry_run, json=json, verbose=verbose,
          past_guards=force_guard or (), max_minutes=max_minutes)  # fmt: skip


def backfill(
    config: Config = HERE,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Only what changed on or after this day; the next sweep reads the rest."),
    ] = None,
    source: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this source; may be repeated.")] = None,
    project: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this project or data source, by id or name; may be repeated."),
    ] = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Say what it would cost, and end.")] = False,
    max_minutes: MaxMinutes = None, json: Json = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every request.")] = False,
) -> None:  # fmt: skip
    """Read the history of everything in scope. Writes nothing to Asana or Notion, whatever the mode.

    Every page is kept as it is read: stop it, kill it, run it again, and it goes on from there. It may run beside
    `handrail run`. A summary is the last line.

    Example: `handrail backfill --estimate`
    """
    call("backfill", module="filling", config=config, since=since, sources=source or (), projects=project or (),
         estimate=estimate, max_minutes=max_minutes, json=json, verbose=verbose)  # fmt: skip
