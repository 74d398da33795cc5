"""`handrail webhooks` as command lines."""

from __future__ import annotations

from typing import Annotated

import typer

from sync.cli.calling import call
from sync.cli.options import HERE, Config, Json

webhooks = typer.Typer(
    help="The addresses at which Asana and Notion tell `handrail serve` of changes: make them, see how they are.\n\n"
    "Example: `handrail webhooks status`",
    no_args_is_help=True,
)


@webhooks.command()
def sync(
    config: Config = HERE,
    remove: Annotated[bool, typer.Option("--remove", help="Take all of ours away instead.")] = False,
    json: Json = False,
) -> None:
    """Make, mend and take away Asana's webhooks, one a project in scope. `handrail serve` does this by itself.

    It has to be running meanwhile, since Asana calls `[serve] public_url` when a webhook is made.

    Example: `handrail webhooks sync`
    """
    call("sync", module="hooking", config=config, remove=remove, json=json)


@webhooks.command()
def status(config: Config = HERE, json: Json = False) -> None:
    """Which there are, when each was last heard, and what is wrong. Asks no vendor.

    Example: `handrail webhooks status`
    """
    call("status", module="hooking", config=config, json=json)


@webhooks.command()
def notion(
    config: Config = HERE,
    source: Annotated[str | None, typer.Option(metavar="ID", help="Which Notion source, of several.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Begin anew; the token so far is void.")] = False,
    json: Json = False,
) -> None:
    """How to make Notion's webhook, which is made by hand; then the verification token that came.

    Example: `handrail webhooks notion`
    """
    call("notion", module="hooking", config=config, source=source, again=again, json=json)
