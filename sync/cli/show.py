"""Printing for people and for scripts. Bars only on a terminal; plain lines elsewhere."""

from __future__ import annotations

import logging as std_logging
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import structlog
from rich.console import Console
from rich.text import Text

from connectors.base import Scope
from connectors.model import EnsureFields, EnsureTable, PutPage, PutRow, SetFields
from sync.applying import Applied
from sync.cli.exits import Refusal
from sync.house import House, Progress
from sync.plan import Plan, Step
from sync.pulling import Trouble
from sync.run import Outcome

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def width() -> int:
    """How wide a page may be: the terminal, at most 110."""
    return min(_out.width, 110) if _out.is_terminal else 100


def text(lines: Iterable[str]) -> None:
    """Plain lines on standard output."""
    for line in lines:
        _out.print(Text(line))


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
    """Log lines go to standard error: warnings, or with `verbose` every request."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(colors=_err.is_terminal),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(std_logging.DEBUG if verbose else std_logging.WARNING),
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

    def kept(scope: Scope, items: int, events: int) -> None:
        seen[scope.id] = seen.get(scope.id, 0) + items
        status.update(f"Reading {scope.name or scope.id}: {seen[scope.id]} items")

    def applying(count: int) -> None:
        total.update(of=count, done=0)
        status.update(f"Writing {count} changes")

    def applied_one(target: str) -> None:
        total["done"] += 1
        status.update(f"Writing {total['done']} of {total['of']}: {target}")

    def pulling(scope: Scope) -> None:
        status.start()
        status.update(f"Reading {scope.name or scope.id}")

    return Progress(pulling, kept, applying, applied_one, lambda _: status.stop())


def _plain_progress() -> Progress:
    seen: dict[str, int] = {}

    def pulling(scope: Scope) -> None:
        _err.print(f"reading {scope.source}: {scope.name or scope.id}", markup=False)

    def kept(scope: Scope, items: int, events: int) -> None:
        before = seen.get(scope.id, 0)
        seen[scope.id] = before + items
        if seen[scope.id] // 1000 > before // 1000:
            _err.print(f"reading {scope.name or scope.id}: {seen[scope.id]} items", markup=False)

    def applying(total: int) -> None:
        if total:
            _err.print(f"writing {total} changes", markup=False)

    return Progress(pulling, kept, applying)


def plan(ready: Plan, out: Path | None) -> None:
    """The plan as a coloured diff."""
    for step in ready.steps:
        _out.print(Text(_headline(step), style="bold"))
        for name, before, after in _diff(step):
            if before not in (None, ""):
                _out.print(Text(f"  - {name}: {before}", style="red"))
            if after not in (None, ""):
                _out.print(Text(f"  + {name}: {after}", style="green"))
        _out.print(Text(f"    {step.reason.text}", style="dim"))
    for left in ready.left_alone:
        note = f"left alone: {left.title}: {left.field} says “{_shown(left.theirs)}”, changed by a person"
        _out.print(Text(note, style="yellow"))
    count = len(ready.steps)
    what = "Nothing to write." if not count else f"{count} {'change' if count == 1 else 'changes'}."
    then = f" Carry it out with `handrail apply {out}`." if out and count else ""
    _out.print(Text(what + then, style="bold"))


def _headline(step: Step) -> str:
    match step.change:
        case EnsureFields(fields=own):
            return f"create fields in {step.title}: {', '.join(one.name for one in own)}"
        case EnsureTable():
            return f"create table: {step.title}"
        case SetFields():
            return f"{step.title}  {step.url}"
        case PutRow(remote=None):
            return f"new finding: {step.title}"
        case PutRow():
            return f"finding: {step.title}"
        case PutPage(remote=None):
            return f"create page: {step.title}"
        case PutPage():
            return f"rewrite page: {step.title}"


def _diff(step: Step) -> list[tuple[str, str, str]]:
    match step.change:
        case SetFields(values=values, before=before) | PutRow(values=values, before=before):
            return [(name, _shown(before.get(name)), _shown(value)) for name, value in values.items()]
        case _:
            return []


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def applied(result: Applied) -> None:
    """What became of a plan."""
    _out.print(Text(f"{result.written} written, {result.outcomes['found']} were there already."))
    for step in result.moved_on:
        _out.print(Text(f"skipped, it has changed since the plan: {step.title}", style="yellow"))


def outcome(result: Outcome, house: House) -> None:
    """A run in a few lines."""
    house.progress.note("")
    said = result.judgement.said
    _out.print(Text(f"{result.judgement.board.items.height} items, {len(said)} findings said.", style="bold"))
    for finding in said[:10]:
        _out.print(Text(f"  {finding.sentence}"))
    if len(said) > 10:
        _out.print(Text(f"  … and {len(said) - 10} more: `handrail report`", style="dim"))
    for left in result.plan.left_alone:
        _out.print(Text(f"left alone: {left.title}: {left.field}, changed by a person", style="yellow"))
    for step in result.applied.moved_on:
        _out.print(Text(f"skipped, it changed meanwhile: {step.title}", style="yellow"))


def troubles(found: Sequence[Trouble]) -> None:
    """What went wrong and was survived, on standard error."""
    for trouble in found:
        _err.print(Text(f"{trouble.source}: {trouble.where}: {trouble.text}", style="red"))


def ledger(entries: Sequence[Any], json: bool) -> None:
    """Writes, newest first."""
    for entry in entries:
        if json:
            data(entry.to_json())
        else:
            _out.print(Text(entry.line()))
