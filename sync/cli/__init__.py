"""`handrail`: parse, call, print. Each command is one function in `commands`; heavy imports wait until it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from sync.cli import forms
from sync.cli.calling import call
from sync.cli.options import HERE, AsOf, Config, Json, PastGuards
from sync.cli.webhooks import webhooks

app = typer.Typer(
    name="handrail",
    help="Sees where work silently stops between people, says so in plain language, and writes it back to Asana "
    "and Notion. Start with `handrail demo`: it needs no token.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.command()
def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Keep the sandbox up afterwards, for a browser.")] = False,
    port: Annotated[int, typer.Option(help="The sandbox's port with --serve; 0 picks a free one.")] = 0,
    json: Json = False,
) -> None:
    """Run the whole service once against pretend vendors on this machine. No token, no set-up.

    Example: `handrail demo --serve`
    """
    call("demo", serve=serve, port=port, json=json)


app.command()(forms.init)


@app.command()
def check(
    config: Config = HERE, json: Json = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no vendor; look at the file alone.")] = False,
) -> None:  # fmt: skip
    """Say everything that is wrong with the config, each with its line; with tokens, against the live workspace, too.

    It only reads. Exit code 2: mend the config; 4: a token is refused; 1: a vendor could not be reached.

    Example: `handrail check --offline`
    """
    call("check", config=config, json=json, offline=offline)


@app.command()
def plan(
    config: Config = HERE, as_of: AsOf = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the plan to this file for `apply`.")] = None,
    format: Annotated[  # noqa: A002
        Literal["text", "md", "html", "json"], typer.Option("--format", "-f", help="How it is shown.")
    ] = "text",
    json: Json = False,
) -> None:  # fmt: skip
    """Pull, judge, and show what a run would write. Writes nothing to Asana or Notion.

    Example: `handrail plan -o plan.json`
    """
    call("plan", config=config, as_of=as_of, out=out, format="json" if json else format)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(metavar="PLAN", help="A file made by `handrail plan -o`.")],
    config: Config = HERE, force_guard: PastGuards = None, json: Json = False,
) -> None:  # fmt: skip
    """Carry out exactly this plan, and only where what it would replace still stands.

    Example: `handrail apply plan.json`
    """
    call("apply", file=file, config=config, json=json, past_guards=force_guard or ())


app.command()(forms.run)
app.command()(forms.backfill)
app.command()(forms.serve)
app.add_typer(webhooks, name="webhooks")


@app.command()
def report(
    config: Config = HERE, as_of: AsOf = None,
    format: Annotated[  # noqa: A002
        Literal["text", "md", "html", "json"],
        typer.Option("--format", "-f", help="For a terminal, a page, a browser, a script."),
    ] = "text",
    links: Annotated[bool, typer.Option("--links", help="Text: write out the address behind each link.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write it into this file.")] = None,
) -> None:  # fmt: skip
    """Print the summary page from the facts already pulled. Asks no vendor.

    Example: `handrail report --format html --out report.html`
    """
    call("report", config=config, as_of=as_of, format=format, links=links, out=out)


@app.command()
def why(
    ref: Annotated[
        str, typer.Argument(help="An item, as in reports and exports: asana:1201; or a finding's subject or key.")
    ],
    config: Config = HERE, as_of: AsOf = None, json: Json = False,
) -> None:  # fmt: skip
    """The facts, times and limits behind the findings on one item, person, team or stage.

    Example: `handrail why asana:1201234567890123`
    """
    call("why", ref=ref, config=config, as_of=as_of, json=json)


@app.command(name="why-not")
def why_not(
    ref: Annotated[str, typer.Argument(help="An item, as in reports and exports: asana:1201.")],
    rule: Annotated[str, typer.Argument(help="A rule's id in the config.")],
    config: Config = HERE, as_of: AsOf = None, json: Json = False,
) -> None:  # fmt: skip
    """The first condition of a rule that an item does not meet, with its value and its limit.

    Example: `handrail why-not asana:1201234567890123 first-look`
    """
    call("why_not", ref=ref, rule=rule, config=config, as_of=as_of, json=json)


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to; it is made when missing.")],
    config: Config = HERE, as_of: AsOf = None,
    format: Annotated[  # noqa: A002
        Literal["csv", "parquet"], typer.Option("--format", "-f", help="For a spreadsheet, or for a notebook.")
    ] = "csv",
    json: Json = False,
) -> None:  # fmt: skip
    """Write items, events, intervals, handoffs and findings as files: the rows behind every figure.

    Example: `handrail export --out out`
    """
    call("export", out=out, config=config, as_of=as_of, format=format, json=json)


@app.command()
def log(
    config: Config = HERE,
    run_id: Annotated[str | None, typer.Option("--run", help="Only the writes of this run.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    json: Json = False,
) -> None:
    """The ledger: every write, what was there before, what came after, and why.

    Example: `handrail log --limit 20`
    """
    call("log", config=config, run_id=run_id, limit=limit, json=json)


@app.command()
def undo(
    run_id: Annotated[str | None, typer.Argument(metavar="RUN", help="A run, as in `handrail log`.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every run: as if Handrail had never written.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be put back.")] = False,
    config: Config = HERE, json: Json = False,
) -> None:  # fmt: skip
    """Put back what a run, or every run, wrote, wherever it is still as Handrail left it. What people changed stays.

    Example: `handrail undo 1k3f9q2ab --dry-run`
    """
    call("undo", module="back", run_id=run_id, every=every, dry_run=dry_run, config=config, json=json)


@app.command()
def calibrate(
    rule: Annotated[str | None, typer.Argument(help="A rule's id; left out: all of them, and the flows.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Freeze the new limits, from this instant on.")] = False,
    config: Config = HERE, as_of: AsOf = None, json: Json = False,
) -> None:  # fmt: skip
    """Learn limits given as percentiles (`breach = "p85"`), and how long flows take; shows old and new of each.

    Example: `handrail calibrate --write`
    """
    call("calibrate", module="learning", rule=rule, write=write, config=config, as_of=as_of, json=json)


@app.command()
def backtest(
    rule: Annotated[str | None, typer.Argument(help="A rule's id; left out: every rule.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="The first day; left out: 8 weeks ago.")] = None,
    config: Config = HERE, as_of: AsOf = None, json: Json = False,
) -> None:  # fmt: skip
    """What the rules would have said on each past day: how much, how much of it was noise, how much got worse.

    Example: `handrail backtest first-look --since 2026-08-01`
    """
    call("backtest", module="learning", rule=rule, since=since, config=config, as_of=as_of, json=json)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Where to listen on 127.0.0.1; 0 picks a free port.")] = 8480,
    scenario: Annotated[
        Literal["demo", "empty"] | None, typer.Option(help="What is in it. With --events: empty unless given.")
    ] = None,
    events: Annotated[Path | None, typer.Option(help="An event log (CSV) to fill an Asana project from.")] = None,
    done: Annotated[
        str | None, typer.Option(metavar="VALUE[,VALUE…]", help="Activities or statuses that complete a task.")
    ] = None,
    now: Annotated[str | None, typer.Option(metavar="INSTANT", help="Stop the clock at this instant.")] = None,
    faults: Annotated[Path | None, typer.Option(help="A TOML file of faults to inject.")] = None,
    write_config: Annotated[Path | None, typer.Option(help="Write a config for what is loaded.")] = None,
) -> None:
    """Serve pretend Asana and Notion on this machine, until Ctrl-C.

    Example: `handrail sandbox --events log.csv --write-config config.toml`
    """
    call("sandbox", port=port, scenario=scenario, events=events, done=done, now=now, faults=faults,
          write_config=write_config)  # fmt: skip


def main() -> None:
    """The console script."""
    sys.exit(app())
