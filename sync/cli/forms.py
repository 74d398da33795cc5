"""The forms in which the service works, as command lines: its first config, the scheduled job, the backfill."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sync.cli.calling import call
from sync.cli.options import HERE, AsOf, Config, Json, MaxMinutes, PastGuards


def init(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take every proposal; ask nothing.")] = False,
    out: Annotated[Path, typer.Option("--out", "-o", help="The config file to write.")] = HERE,
    force: Annotated[bool, typer.Option("--force", help="Replace a config that is there.")] = False,
    project: Annotated[
        list[str] | None, typer.Option("--project", metavar="GID", help="An Asana project; may be repeated.")
    ] = None,
    workspace: Annotated[
        str | None, typer.Option("--workspace", metavar="GID", help="The Asana workspace, where there are several.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Like Europe/Berlin; left out: the machine's.")
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", metavar="CODE", help="Whose public holidays are off: US, DE, …")
    ] = None,
    asana_url: Annotated[
        str | None, typer.Option("--asana-url", metavar="URL", help="Where Asana is; for the sandbox.")
    ] = None,
    notion_url: Annotated[
        str | None, typer.Option("--notion-url", metavar="URL", help="Where Notion is; for the sandbox.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print what was found and proposed as JSON; written only with --yes.")
    ] = False,
) -> None:
    """Look around in Asana and Notion and write a first config. Reads only; tokens never go into the config.

    Tokens come from `ASANA_TOKEN` and `NOTION_TOKEN`, else they are asked for; either may be skipped.

    Example: `handrail init --project 1201000000000001 --out config.toml`
    """
    call("init", module="setup", yes=yes, asana_url=asana_url, notion_url=notion_url, project=tuple(project or ()),
         workspace=workspace, timezone=timezone, country=country, out=out, force=force, json=json)  # fmt: skip


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


def serve(
    config: Config = HERE,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Instead of `[serve] host`.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Instead of `[serve] port`; 0 picks a free one.")
    ] = None,
    as_of: AsOf = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every request.")] = False,
) -> None:
    """The long-running form: hears webhooks, looks again, writes what has become true; runs the scheduled work, too.

    It lives until SIGTERM or Ctrl-C. Health, metrics and a status page are on the same port.

    Example: `handrail serve --port 8080`
    """
    call("serve", module="serving", config=config, host=host, port=port, as_of=as_of, verbose=verbose)
