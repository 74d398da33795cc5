"""`handrail undo`: what the command does and what it prints."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sync.cli import show
from sync.cli.commands import exit_code, opened
from sync.cli.exits import Refusal
from sync.undoing import take_back


def undo(run_id: str | None, every: bool, dry_run: bool, config: Path, json: bool) -> int:
    """Take one run back, or all of them."""
    if (run_id is None) is not every:
        raise Refusal("name one run, as `handrail log` shows it, or say --all; not both, not neither")
    with opened(config, quiet=json) as house:
        mode = house.settings.mode
        if mode != "apply" and not dry_run:
            raise Refusal(f'{config}: mode is "{mode}"; nothing is written, nor put back, until it is "apply"')
        done = take_back(house, run_id, datetime.now(UTC), write=not dry_run)
    if json:
        show.data(done.to_json())
    else:
        show.plan(done.plan, None)
        if not dry_run:
            show.applied(done.applied)
        for one in done.remains:
            show.text([f"stays: {one}"])
        show.troubles(done.troubles)
    return exit_code(done.troubles)
