"""What the commands do: open the house, call the engine, print."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

from sync.cli import show
from sync.cli.exits import BAD_INPUT, CREDENTIALS, DONE, SURVIVED, Refusal
from sync.cli.instants import instant_of
from sync.cli.parking import parking
from sync.config import load
from sync.evidence import traced
from sync.house import House
from sync.plan.file import BadPlan, from_json, to_json
from sync.pulling import Trouble
from sync.stopping import Stop
from sync.wiring import open_house


@contextmanager
def opened(
    config: Path, *, quiet: bool = False, doors: bool = True, verbose: bool = False, stop: Stop | None = None
) -> Iterator[House]:
    """The house of a config; its lock, doors and progress line are given back at the end."""
    show.logging(verbose)
    settings, progress = load(config, os.environ), show.progress(quiet)
    try:
        with open_house(settings, progress, doors=doors, stop=stop) as house:
            yield house
    finally:
        progress.note("")


def exit_code(troubles: list[Trouble]) -> int:
    """Wrong credentials, else errors that were survived, else done."""
    if any(trouble.denied for trouble in troubles):
        return CREDENTIALS
    return SURVIVED if troubles else DONE


def check(config: Path, json: bool, offline: bool) -> int:
    """The config, and unless `offline` what its tokens see."""
    from sync import check as checking

    show.logging(verbose=False)
    result = (checking.check if offline else checking.check_live)(config, os.environ)
    show.data(result.to_json()) if json else show.text(result.lines())
    if result.untaken or (result.live and result.live.denied):
        return CREDENTIALS
    if not result.ok:
        return BAD_INPUT
    return SURVIVED if result.live and result.live.away else DONE


def plan(config: Path, as_of: str | None, out: Path | None, format: str) -> int:  # noqa: A002
    """Hops 1 to 5, and the plan as a file and in words."""
    from connectors.document import to_markdown_gfm
    from sync.plan.words import to_document, to_html
    from sync.run import run as run_once

    with opened(config, quiet=format != "text") as house:
        outcome = run_once(house, instant_of(as_of, house.settings), write=False)
        house.progress.note("")
        raw = to_json(outcome.plan, house.settings.hash)
        if out:
            show.write_file(out, raw)
        match format:
            case "json":
                show.raw(raw)
            case "md":
                show.raw(to_markdown_gfm(to_document(outcome.plan)).encode())
            case "html":
                show.raw(to_html(outcome.plan).encode())
            case _:
                show.plan(outcome.plan, out)
        if format != "json":
            show.troubles(outcome.troubles)
    return exit_code(outcome.troubles)


def apply(file: Path, config: Path, json: bool, past_guards: Sequence[str] = ()) -> int:
    """Hops 6 and 7 for a reviewed plan."""
    from sync.run import apply_plan

    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Refusal(f"{file}: {error.strerror}; make a plan with `handrail plan -o {file}`") from None
    try:
        ready, made_under = from_json(raw)
    except BadPlan as error:
        raise Refusal(f"{file}: {error}") from None
    with opened(config, quiet=json) as house:
        if house.settings.mode != "apply":
            raise Refusal(f'{config}: mode is "{house.settings.mode}"; nothing is written until it is "apply"')
        if made_under != house.settings.hash:
            raise Refusal(f"{file}: the config has changed since this plan was made; make it anew")
        applied = apply_plan(house, ready, past_guards)
    if json:
        show.data({"written": applied.written, "outcomes": dict(applied.outcomes),
                   "moved_on": [step.title for step in applied.moved_on],
                   "errors": [trouble.text for trouble in applied.troubles]})  # fmt: skip
    else:
        show.applied(applied)
        show.troubles(applied.troubles)
    return exit_code(applied.troubles)


def run(
    config: Path, as_of: str | None, dry_run: bool, json: bool, verbose: bool, past_guards: Sequence[str] = (),
    max_minutes: float | None = None,
) -> int:  # fmt: skip
    """All seven hops, once."""
    from sync.run import run as run_once
    from sync.run import summary_of

    stop = Stop(max_minutes)
    with parking(stop), opened(config, quiet=json, verbose=verbose, stop=stop) as house:
        now = instant_of(as_of, house.settings, only_loopback=True)
        write = house.settings.mode == "apply" and not dry_run
        outcome = run_once(house, now, write=write, past_guards=past_guards)
        house.progress.note("")
        if not json:
            show.outcome(outcome, wrote=write, why_not=_why_not(dry_run, config, house.settings.mode))
            show.troubles(outcome.troubles)
        show.data(summary_of(outcome, house))
    return exit_code(outcome.troubles)


def _why_not(dry_run: bool, config: Path, mode: str) -> str:
    return "this was a dry run; `handrail plan` shows them." if dry_run else f'{config} says mode = "{mode}".'


def report(config: Path, as_of: str | None, format: str, links: bool, out: Path | None) -> int:  # noqa: A002
    """The summary page from the store."""
    from sync.report import rendered

    with opened(config, quiet=True, doors=False) as house:
        judgement = house.judge(instant_of(as_of, house.settings))
        content = rendered(house, judgement, format, show.width(), links=links)
    show.write_file(out, content) if out else show.raw(content)
    return DONE


def why(ref: str, config: Path, as_of: str | None, json: bool) -> int:
    """The facts behind the findings on one item."""
    from rules.engine import why as explain
    from sync.linked import linked

    with opened(config, quiet=True, doors=False) as house:
        now = instant_of(as_of, house.settings)
        board = house.board(now)
        answer = explain(board, house.rules_at(now), ref, house.store.first_seen())
        if not answer.findings:
            _known(board.items["ref"], ref, config)
        answer = replace(answer, findings=tuple(traced(house.store, answer.findings)))
        links = {str(one): others for one, others in linked(house).items()}.get(ref, ())
    told = [{"ref": str(one.ref), "title": one.title, "url": one.url} for one in links]
    if json:
        show.data(answer.to_json() | {"linked": told})
    else:
        show.text([*answer.lines(), *(one.line() for one in links)])
    return DONE


def why_not(ref: str, rule: str, config: Path, as_of: str | None, json: bool) -> int:
    """The first condition that an item does not meet."""
    from rules.engine import why_not as explain

    with opened(config, quiet=True, doors=False) as house:
        now = instant_of(as_of, house.settings)
        board = house.board(now)
        _known(board.items["ref"], ref, config)
        chosen = next((one for one in house.rules_at(now) if one.id == rule), None)
        if chosen is None:
            raise Refusal(f"[rules.{rule}] is no rule of {config}; there are {', '.join(r.id for r in house.rules)}")
        answer = explain(board, chosen, ref)
    show.data(answer.to_json()) if json else show.text(answer.lines())
    return DONE


def export(out: Path, config: Path, as_of: str | None, format: str, json: bool) -> int:  # noqa: A002
    """The rows behind every figure."""
    from sync.export import export as write
    from sync.linked import linked

    with opened(config, quiet=True, doors=False) as house:
        judgement = house.judge(instant_of(as_of, house.settings))
        links = {str(ref): " ".join(str(one.ref) for one in others) for ref, others in linked(house).items()}
        written = write(house.store, judgement.board, judgement.findings, out, format, links)
    show.data(written) if json else show.text(f"{name}: {rows} rows" for name, rows in written.items())
    return DONE


def log(config: Path, run_id: str | None, limit: int, json: bool) -> int:
    """The ledger, newest first."""
    with opened(config, quiet=True, doors=False) as house:
        entries = house.store.ledger(run_id, limit)
    show.ledger(entries, json)
    return DONE


def sandbox(
    port: int, scenario: Literal["demo", "empty"] | None, events: Path | None, done: str | None, now: str | None,
    faults: Path | None, write_config: Path | None,
) -> int:  # fmt: skip
    """The pretend vendors, until Ctrl-C."""
    from connectors.sandbox.serve import run_sandbox
    from sync.cli.instants import parse

    return run_sandbox(
        port=port, scenario=scenario, events=events,
        done=tuple(done.split(",")) if done else (), now=parse(now, "--now") if now else None,
        faults=faults, write_config=write_config,
    )  # fmt: skip


def demo(serve: bool, port: int, json: bool) -> int:
    """The whole service against the sandbox, in this process."""
    from sync.demo import run_demo

    return run_demo(serve=serve, port=port, json=json)


def _known(refs: object, ref: str, config: Path) -> None:
    if ref not in refs:  # type: ignore[operator]
        raise Refusal(
            f"{ref}: no such item as of then; `handrail export` lists every ref and finding, "
            f"`{config}` names what is read"
        )
