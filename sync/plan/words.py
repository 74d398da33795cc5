"""A plan in words: as a document (Markdown) and as one HTML page, with rule, finding, reason and cost. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from connectors.document import Block, Bullets, Document, Heading, Paragraph, Span, Table, line
from connectors.model import (
    EnsureFields,
    EnsureTable,
    PostComment,
    PostStatus,
    PutAway,
    PutBrief,
    PutPage,
    PutRow,
    SetFields,
)
from sync.plan import LeftAlone, Plan, Step
from sync.plan.page_moves import MOST, MOST_NEW, PageLine, by_section, page_moves


def headline(step: Step) -> str:
    """What one change does, without its values."""
    match step.change:
        case EnsureFields(fields=own):
            return f"create fields in {step.title}: {', '.join(one.name for one in own)}"
        case EnsureTable():
            return f"create table: {step.title}"
        case SetFields():
            return step.title
        case PutRow(remote=None):
            return f"new finding: {step.title}"
        case PutRow():
            return f"finding: {step.title}"
        case PutPage(remote=None):
            return f"create page: {step.title}"
        case PutPage():
            return f"rewrite page: {step.title}"
        case PutAway(away=away, what=what):
            return f"{'into' if away else 'back from'} the trash: {what} {step.title}"
        case PostStatus(status=status):
            return f"status update ({status.replace('_', ' ')}), which notifies its followers: {step.title}"
        case PostComment():
            return f"comment, which notifies its followers: {step.title}"
        case PutBrief():
            return f"project brief: {step.title}"


def differences(step: Step) -> list[tuple[str, str, str]]:
    """Field, before, after; empty text for nothing."""
    match step.change:
        case SetFields(values=values, before=before) | PutRow(values=values, before=before):
            return [(name, shown(before.get(name)), shown(value)) for name, value in values.items()]
        case PostStatus(title=title, text=text):
            return [("Title", "", title), ("Text", "", text)]
        case PostComment(text=text) | PutBrief(text=text):
            return [("Text", "", text)]
        case _:
            return []


def page_lines(step: Step) -> Iterator[tuple[str, list[PageLine]]]:
    """What goes and comes on a page, by its headings, as much as a reviewer reads; a new page: how it begins."""
    change = step.change
    if isinstance(change, PutPage):
        new = change.remote is None and not step.moves
        moves = page_moves(None, change.document) if new else step.moves
        most = MOST_NEW if new else MOST
        yield from by_section(moves, most)
        if len(moves) > most:
            yield f"… and {len(moves) - most} more lines", []


def shown(value: object) -> str:
    """A value as text."""
    return "" if value is None else str(value)


def why(step: Step) -> list[tuple[str, str]]:
    """The reason, the rule, the finding and the cost, as far as there are any."""
    reason = step.reason
    cost = "" if reason.cost_hours is None else f"{reason.cost_hours:,.1f} working hours of waiting so far"
    parts = [("Reason", reason.text), ("Rule", reason.rule), ("Finding", reason.finding), ("Cost", cost)]
    return [(name, text) for name, text in parts if text]


def left_words(left: LeftAlone) -> str:
    """A value that stays, and why."""
    where = f"{left.title}{': ' if left.field else ''}{left.field}"
    if left.note:
        return f"{where}, {left.note}"
    said = f"“{shown(left.theirs)}”" if shown(left.theirs) else "nothing"
    return f"{where} says {said}, changed by a person"


def count_words(plan: Plan) -> str:
    """How much there is to write."""
    count = len(plan.steps)
    return "Nothing to write." if not count else f"{count} change{'s' * (count != 1)}, nothing done yet."


# ---- Markdown ------------------------------------------------------------------------------------------------


def to_document(plan: Plan) -> Document:
    """The plan as a document: a part for each change, then what is left alone."""
    return Document(tuple(_blocks(plan)))


def _blocks(plan: Plan) -> Iterator[Block]:
    yield Heading(line(f"Plan as of {plan.as_of:%Y-%m-%d %H:%M} UTC"), 1)
    yield Paragraph(line(count_words(plan)))
    for step in plan.steps:
        yield Heading(line(Span(headline(step), link=step.url or None)), 3)
        if rows := differences(step):
            header = (line("Field"), line("Before"), line("After"))
            yield Table(header, tuple(tuple(line(cell) for cell in row) for row in rows))
        for section, moves in page_lines(step):
            yield Paragraph(line(Span(section or "At the top", bold=True)))
            if moves:
                yield Bullets(tuple(line(Span(one.sign, code=True), f" {one.text}") for one in moves))
        yield Bullets(tuple(line(Span(f"{name}: ", bold=True), text) for name, text in why(step)))
    if plan.left_alone:
        yield Heading(line("Left alone"))
        yield Bullets(tuple(line(left_words(left)) for left in plan.left_alone))


# ---- HTML ----------------------------------------------------------------------------------------------------

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --line: #d0d0d0; --old: #9b1c1c; --new: #1a6332; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #181818; --line: #444; --old: #ff9d9d; --new: #8fe0a8; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
section { border-top: 1px solid var(--line); padding: .5rem 0; }
h2 { font-size: 1.05rem; margin: .3rem 0; } h3 { font-size: .95rem; margin: .3rem 0 0; }
h3 + ul { list-style: none; margin: 0; padding-left: 1rem; } a { color: inherit; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .15rem .6rem .15rem 0; white-space: pre-line; }
del { color: var(--old); } ins { color: var(--new); text-decoration: none; }
"""


def to_html(plan: Plan) -> str:
    """One page that stands alone, light and dark; every text is escaped."""
    title = f"Plan as of {plan.as_of:%Y-%m-%d %H:%M} UTC"
    steps = "".join(map(_section, plan.steps))
    left = "".join(f"<li>{escape(left_words(one))}</li>" for one in plan.left_alone)
    alone = f"<section><h2>Left alone</h2><ul>{left}</ul></section>" if left else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1><p>{escape(count_words(plan))}</p>{steps}{alone}</main></body></html>\n"
    )


def _section(step: Step) -> str:
    head = escape(headline(step))
    if step.url.startswith(("https://", "http://")):
        head = f'<a href="{escape(step.url)}">{head}</a>'
    rows = "".join(
        f"<tr><th scope=row>{escape(name)}</th>"
        f"<td><del>{escape(old)}</del></td><td><ins>{escape(new)}</ins></td></tr>"
        for name, old, new in differences(step)
    )
    columns = "<thead><tr><th>Field</th><th>Before</th><th>After</th></tr></thead>"
    table = f"<table>{columns}<tbody>{rows}</tbody></table>" if rows else ""
    moves = "".join(map(_moved, page_lines(step)))
    told = "".join(f"<p><strong>{name}:</strong> {escape(text)}</p>" for name, text in why(step))
    return f"<section><h2>{head}</h2>{table}{moves}{told}</section>"


def _moved(part: tuple[str, list[PageLine]]) -> str:
    tags = {"-": "del", "+": "ins"}
    lines = "".join(f"<li><{tags[m.sign]}>{escape(m.sign)} {escape(m.text)}</{tags[m.sign]}></li>" for m in part[1])
    return f"<h3>{escape(part[0] or 'At the top')}</h3>" + (f"<ul>{lines}</ul>" if lines else "")
