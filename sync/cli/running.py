"""The commands that read the vendors on a schedule or once from the beginning: run and backfill."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sync.cli import show
from sync.cli.commands import exit_code, opened
from sync.cli.exits import DONE, Refusal
from sync.cli.instants import instant_of
from sync.config.problems import nearest
from sync.house import House
from sync.stopping import Parked, Stop, on_sigterm


def run(
    config: Path, as_of: str | None, dry_run: bool, json: bool, verbose: bool, past_guards: Sequence[str] = (),
    max_minutes: float | None = None,
) -> int:  # fmt: skip
    """All seven hops, once; a SIGTERM or the end of its time ends it early."""
    from sync.run import run as run_once
    from sync.run import summary_of

    stop = Stop(max_minutes)
    with on_sigterm(stop), opened(config, quiet=json, verbose=verbose, stop=stop) as house:
        now = instant_of(as_of, house.settings, only_loopback=True)
        write = house.settings.mode == "apply" and not dry_run
        try:
            outcome = run_once(house, now, write=write, past_guards=past_guards)
        except Parked as parked:
            house.progress.note("")
            _stopped(str(parked), json)
            show.data(parked.summary)
            return DONE
        house.progress.note("")
        if not json:
            show.outcome(outcome, wrote=write, why_not=_why_not(dry_run, config, house.settings.mode))
            show.troubles(outcome.troubles)
        if outcome.applied.parked:
            _stopped(outcome.applied.parked, json)
        show.data(summary_of(outcome, house))
    return exit_code(outcome.troubles)


def _why_not(dry_run: bool, config: Path, mode: str) -> str:
    return "this was a dry run; `handrail plan` shows them." if dry_run else f'{config} says mode = "{mode}".'


def backfill(
    config: Path, sources: Sequence[str], projects: Sequence[str], json: bool, verbose: bool,
    max_minutes: float | None,
) -> int:  # fmt: skip
    """Hops 1 and 2 from the beginning."""
    from sync.run import backfill as fill

    stop = Stop(max_minutes)
    with on_sigterm(stop), opened(config, quiet=json, verbose=verbose, stop=stop) as house:
        _known_sources(house, config, sources)
        _known_projects(house, sources, projects)
        now = datetime.now(UTC)
        pulled = fill(house, now, sources or None, projects or None)
        house.progress.note("")
        if not json:
            show.text([f"{pulled.items} items and {pulled.events} new dated facts kept. Nothing was written."])
            show.troubles(pulled.troubles)
        if pulled.parked:
            _stopped(pulled.parked, json)
        show.data(house.store.runs(1)[0].summary)
    return exit_code(pulled.troubles)


def _stopped(why: str, json: bool) -> None:
    if not json:
        show.text([f"Stopped early: {why}. What was done stays; the next run goes on from there."])


def _known_sources(house: House, config: Path, sources: Iterable[str]) -> None:
    for one in sources:
        if one not in house.sources:
            raise Refusal(f"--source {one}: no source of {config}; {_or_rather(one, house.sources)}")


def _known_projects(house: House, sources: Collection[str], projects: Sequence[str]) -> None:
    if not projects:
        return
    there = {
        scope.id
        for source in house.sources.values()
        if not sources or source.id in sources
        for scope in source.connector.scopes()
    }
    wrong = [one for one in projects if one not in there]
    if wrong:
        raise Refusal("\n".join(f"--project {one}: not in scope; {_or_rather(one, there)}" for one in wrong))


def _or_rather(given: str, there: Iterable[str]) -> str:
    return nearest(given, there) or "`handrail check` says what is read"
