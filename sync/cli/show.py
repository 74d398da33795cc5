"""Printing for people and for scripts. Bars only on a terminal; plain lines elsewhere."""

from __future__ import annotations

import logging as std_logging
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import structlog
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.base import Scope
from connectors.model import SetFields
from sync.applying import Applied
from sync.cli.exits import Refusal
from sync.house import Progress
from sync.plan import Plan
from sync.plan.words import differences, headline, left_words, page_lines, shown, why
from sync.pulling import Trouble
from sync.run import Outcome
from sync.store.ledger import Entry

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def width() -> int:
    """How wide a page may be: the terminal, at most 110."""
    return min(_out.width, 110) if _out.is_terminal else 100


def text(lines: Iterable[str]) -> None:
    """Plain lines on standard output."""
    for line in lines:
        _out.print(Text(line))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A small table. Cells may have several lines; what is in them is text, never markup."""
    drawn = Table(box=SIMPLE_HEAD, show_lines=True)
    for header in headers:
        drawn.add_column(header, overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))
    _out.print(drawn, soft_wrap=False)


def data(value: Any) -> None:
    """One JSON object on one line, on standard output."""
    raw(orjson.dumps(value, default=str) + b"\n")


def raw(content: bytes) -> None:
    """Bytes as they are, on standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole. Refusal when it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror}") from None


def logging(verbose: bool) -> None:
    """Log lines go to standard error: errors (what a run survives it tells itself), or with `verbose` everything."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(colors=_err.is_terminal),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(std_logging.DEBUG if verbose else std_logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def progress(quiet: bool) -> Progress:
    """A run's progress on standard error: one line a scope, updated in place on a terminal."""
    if quiet:
        return Progress()
    if not _err.is_terminal:
        return _plain_progress()
    status = _err.status("Starting")
    seen: dict[str, int] = {}
    total = {"of": 0, "done": 0}

    def kept(scope: Scope, items: int, events: int, ahead: int | None) -> None:
        seen[scope.id] = seen.get(scope.id, 0) + items
        status.update(f"Reading {scope.name or scope.id}: {seen[scope.id]} items")

    def applying(count: int) -> None:
        total.update(of=count, done=0)
        status.update(f"Writing {_changes(count)}")

    def applied_one(target: str) -> None:
        total["done"] += 1
        status.update(f"Writing {total['done']} of {total['of']}: {target}")

    def pulling(scope: Scope) -> None:
        status.start()
        status.update(f"Reading {scope.name or scope.id}{' again, after our own writes' if total['of'] else ''}")

    return Progress(pulling, kept, applying=applying, applied=applied_one, note=lambda _: status.stop())


def _plain_progress() -> Progress:
    seen: dict[str, int] = {}
    written: list[int] = []

    def pulling(scope: Scope) -> None:
        if not sum(written):  # afterwards only our own echo is read
            _err.print(f"reading {scope.source}: {scope.name or scope.id}", markup=False)

    def kept(scope: Scope, items: int, events: int, ahead: int | None) -> None:
        before = seen.get(scope.id, 0)
        seen[scope.id] = before + items
        if seen[scope.id] // 1000 > before // 1000:
            _err.print(f"reading {scope.name or scope.id}: {seen[scope.id]} items", markup=False)

    def applying(total: int) -> None:
        written.append(total)
        if total:
            _err.print(f"writing {_changes(total)}", markup=False)

    return Progress(pulling, kept, applying=applying)


def plan(ready: Plan, out: Path | None) -> None:
    """The plan as a coloured diff."""
    for step in ready.steps:
        where = f"  {step.url}" if isinstance(step.change, SetFields) else ""
        _out.print(Text(headline(step) + where, style="bold"))
        diff = differences(step)
        for name, before, after in diff:
            if before:
                _out.print(Text(f"  - {name}: {before}", style="red"))
            if after:
                _out.print(Text(f"  + {name}: {after}", style="green"))
        for section, moves in page_lines(step):
            _out.print(Text(f"  {section or 'At the top'}", style="dim" if not moves else "italic"))
            for one in moves:
                _out.print(Text(f"    {one.sign} {one.text}", style="red" if one.sign == "-" else "green"))
        for name, words in why(step):
            if words not in [after for _, _, after in diff]:
                _out.print(Text(f"    {words if name == 'Reason' else f'{name.lower()}: {words}'}", style="dim"))
    for left in ready.left_alone:
        _out.print(Text(f"left alone: {left_words(left)}", style="yellow"))
    count = len(ready.steps)
    then = f" Carry it out with `handrail apply {out}`." if out and count else ""
    _out.print(Text((f"{_changes(count)}.{then}" if count else "Nothing to write."), style="bold"))


def _changes(count: int) -> str:
    return "1 change" if count == 1 else f"{count} changes"


def applied(result: Applied) -> None:
    """What became of a plan."""
    there = f", {result.outcomes['found']} were there already" if result.outcomes["found"] else ""
    _out.print(Text(f"{_changes(result.written)} written{there}.", style="bold"))
    for left in result.given_back:
        _out.print(Text(f"given back: {left_words(left)}", style="yellow"))
    for step in result.moved_on:
        _out.print(Text(f"skipped, it has changed since the plan: {step.title}", style="yellow"))


def outcome(result: Outcome, *, wrote: bool, why_not: str = "") -> None:
    """A run in a few lines. `wrote`: it was one that writes; else `why_not` says what kept it."""
    for one in result.pulled.left_to_others:
        _err.print(Text(f"left to another process: {one}", style="yellow"))
    if result.parked:
        read, written = result.pulled.items, result.applied.written
        _out.print(Text(f"Stopped early: {result.parked}. {read} items read, {_changes(written)} written; "
                        "that stays, and the next run goes on from there.", style="bold"))  # fmt: skip
        return
    said = result.judgement.said
    items = result.judgement.board.items.height
    _out.print(Text(f"{items} {'item' if items == 1 else 'items'} looked at, {_findings(len(said))}", style="bold"))
    for finding in said[:_SAID]:
        _out.print(Text(f"  {finding.sentence}"))
    if len(said) > _SAID:
        _out.print(Text(f"  … and {len(said) - _SAID} more: `handrail report`", style="dim"))
    for left in result.plan.left_alone:
        _out.print(Text(f"left alone: {left_words(left)}", style="yellow"))
    planned = len(result.plan.steps)
    if not planned:
        _out.print(Text("Nothing to write: what is readable is as it should be.", style="bold"))
    elif wrote:
        applied(result.applied)
    else:
        _out.print(Text(f"{_changes(planned)} to write, none written: {why_not}", style="bold"))


_SAID = 10


def _findings(count: int) -> str:
    return f"{count or 'no'} {'finding' if count == 1 else 'findings'}{':' if count else '.'}"


def troubles(found: Sequence[Trouble]) -> None:
    """What went wrong and was survived, on standard error."""
    for trouble in found:
        _err.print(Text(f"{trouble.source}: {trouble.where}: {trouble.text}", style="red"))


def ledger(entries: Sequence[Entry], json: bool) -> None:
    """Writes, newest first: one line each with what they set, or a JSON array."""
    if json:
        data([entry.to_json() for entry in entries])
        return
    for entry in entries:
        at = f"{entry.started_at:%Y-%m-%d %H:%M:%S}"
        _out.print(Text(f"{at}  {entry.run}  {entry.outcome:8}  {entry.target}", style="bold"))
        changes = [
            f"{name}: {shown(entry.before.get(name)) or 'empty'} → {shown(value) or 'empty'}"
            for name, value in entry.after.items() if entry.before.get(name) != value
        ]  # fmt: skip
        for change in [*changes, *([entry.note] if entry.note else [])]:
            _out.print(Text(f"    {change}", style="dim"))
    if not entries:
        _out.print("Nothing was written yet.")
