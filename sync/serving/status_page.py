"""The operator's page: is it well, what runs next, what ran, and what it watches. Pure: a status in, HTML out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.document import Block, Bullets, Callout, Document, Heading, Line, Paragraph, Span, Table, line
from rules.language import counted
from sync.html import page_html
from sync.html.render import blocks
from sync.serving.health import hook_words, said
from sync.serving.status import Status, Watched, run_words
from sync.store import Run

_STEPS = ((timedelta(days=2), timedelta(days=1), "day"), (timedelta(hours=2), timedelta(hours=1), "hour"),
          (timedelta(minutes=2), timedelta(minutes=1), "minute"))  # fmt: skip
_EVERY = 30
_DID = {"findings": "found", "written": "written"}


def html(one: Status, *, renew: bool = False) -> str:
    """A whole HTML document. `renew`: the browser loads it again by itself."""
    parts = Document((*_well(one), *_now(one), *_sources(one), *_runs(one), *_hearing(one), *_findings(one)))
    head = f'<meta http-equiv="refresh" content="{_EVERY}">\n' if renew else ""
    other = ("./", "Do not load again by itself") if renew else ("?renew", f"Load again every {_EVERY} seconds")
    foot = (
        f'<footer class="as-of"><p>Handrail {one.version}. <a href="{other[0]}">{other[1]}</a> · '
        '<a href="status.json">As JSON</a> · <a href="metrics">Metrics</a></p></footer>\n'
    )
    return page_html("Handrail, the service", f"As of {said(one.now)}.", blocks(parts, {}) + foot, head)


def _well(one: Status) -> Iterator[Block]:
    bad = [check for check in one.checks if not check.ok]
    if not bad:
        yield Callout(line(Span("All is well. ", bold=True), f"{counted(len(one.checks), 'check')}, none fails."),
                      "✅", "green")  # fmt: skip
        return
    yield Callout(line(Span(f"{counted(len(bad), 'check')} of {len(one.checks)} fail. " if len(bad) > 1 else
                            f"1 check of {len(one.checks)} fails. ", bold=True), "What, and the way out:"),
                  "⚠️", "orange")  # fmt: skip
    yield Bullets(tuple(line(Span(check.name, bold=True), ": ", *_coded(check.said), ".") for check in bad))


def _coded(text: str) -> Iterator[Span]:
    """Words between backticks as code."""
    for number, part in enumerate(text.split("`")):
        yield Span(part, code=number % 2 == 1)


def _now(one: Status) -> Iterator[Block]:
    vitals = one.vitals
    doing = (
        f"A {vitals.working[0].replace('_', ' ')} run, since {said(vitals.working[1])}."
        if vitals.working
        else "No run."
    )
    coming = (
        f"{said(vitals.next_run)} ({_until(vitals.next_run, one.now)})." if vitals.next_run else "None is scheduled."
    )
    yield Heading(line("Now"))
    yield Bullets((
        line(Span("In hand: ", bold=True), doing),
        line(Span("Next scheduled run: ", bold=True), coming),
        line(Span("Mode: ", bold=True), one.mode, "."),
        line(Span("Up since: ", bold=True), f"{_when(vitals.started_at, one.now)}."),
    ))  # fmt: skip


def _sources(one: Status) -> Iterator[Block]:
    yield Heading(line("Sources"))
    if not one.sources:
        yield Paragraph(line("Not known while the database does not answer."))
        return
    yield Table(
        _cells("Source", "Read whole", "Items", "Requests since start"),
        tuple(
            (line(each.id), _read(each, one.now), line(f"{each.items:,}"), line(f"{each.requests:,}"))
            for each in one.sources
        ),
    )


def _read(each: Watched, now: datetime) -> Line:
    if each.read is None:
        return line(Span("never", bold=True))
    return line(Span(_when(each.read, now), bold=each.late), " – too long ago" if each.late else "")


def _runs(one: Status) -> Iterator[Block]:
    yield Heading(line("Last runs"))
    if not one.runs:
        yield Paragraph(line("None yet."))
        return
    yield Table(_cells("Run", "Begun", "Did", "Ended"), tuple(_run(run, one.now) for run in one.runs))


def _run(run: Run, now: datetime) -> tuple[Line, ...]:
    told = run.summary or {}
    took = f", took {(run.ended_at - run.started_at).total_seconds():.1f} s" if run.ended_at else ""
    did = [f"{told[name]:,} {word}" for name, word in _DID.items() if isinstance(told.get(name), int)]
    return (
        line(Span(run.id, code=True), f"\n{run.kind}, {run.mode}"),
        line(f"{_when(run.started_at, now)}{took}"),
        line(", ".join(did) or "–"),
        line(run_words(run)),
    )


def _hearing(one: Status) -> Iterator[Block]:
    yield Heading(line("Inbox and webhooks"))
    if one.inbox is not None:
        since = f", the oldest since {_when(one.inbox.oldest, one.now)}" if one.inbox.oldest else ""
        yield Paragraph(line(f"{counted(one.inbox.depth, 'item')} to look at again{since}."))
    if not one.hooks:
        yield Paragraph(line("No webhooks: changes are seen at the next scheduled run."))
        return
    names = one.names or {}
    yield Table(
        _cells("Source", "Tells of", "Last heard", "State"),
        tuple(
            (
                line(hook.source),
                line(names.get((hook.source, hook.scope), hook.scope) or "everything"),
                line(_when(hook.heard_at, one.now) if hook.heard_at else "never"),
                line(Span(hook_words(hook), bold=bool(hook.note))),
            )
            for hook in one.hooks
        ),
    )


def _findings(one: Status) -> Iterator[Block]:
    yield Heading(line("Open findings"))
    found = one.findings or {}
    rules = list(dict.fromkeys(rule for rule, _ in found))
    rows = [(rule, found.get((rule, "warn"), 0), found.get((rule, "breach"), 0)) for rule in rules]
    some = sorted((row for row in rows if row[1] or row[2]), key=lambda row: (-row[2], -row[1], row[0]))
    if not some:
        yield Paragraph(line("None."))
        return
    total = sum(row[1] + row[2] for row in some)
    yield Paragraph(line(f"{counted(total, 'finding')} by {counted(len(some), 'rule')}."))
    yield Table(
        _cells("Rule", "Past the first limit", "Past the second"),
        tuple((line(rule), line(f"{warn:,}"), line(f"{breach:,}")) for rule, warn, breach in some),
    )


def _cells(*names: str) -> tuple[Line, ...]:
    return tuple(map(line, names))


def _when(at: datetime, now: datetime) -> str:
    """`2026-10-02 14:05:09 UTC (3 minutes ago)`."""
    return f"{said(at)} ({_length(now - at)} ago)" if at <= now else said(at)


def _until(at: datetime, now: datetime) -> str:
    return f"in {_length(at - now)}" if at > now else f"due {_length(now - at)} ago"


def _length(span: timedelta) -> str:
    for least, unit, name in _STEPS:
        if span >= least:
            return counted(span // unit, name)
    return counted(int(span.total_seconds()), "second")
