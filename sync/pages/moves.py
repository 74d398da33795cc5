"""What is new, closed and eased, and which ideas nobody has looked at. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from connectors.document import Block, Heading, Paragraph, Span, Table, line
from rules.language import counted
from sync.pages.days import day_start, said_day
from sync.pages.flow import header
from sync.pages.leaks import linked, name
from sync.pages.matter import Matter
from sync.pages.past import Move

_IDEAS = 8
LAST_DAYS = 7
NEW = "New, closed and eased"


def moved_since(matter: Matter, since: datetime) -> list[Move]:
    """The moves of findings since an instant; of the rules that are on."""
    rules = {rule.id for rule in matter.rules}
    moves = matter.past.with_now(matter.judgement.findings, matter.board.now, matter.unheard)
    return [move for move in moves if move.at >= since and move.rule in rules]


def new_and_closed(matter: Matter) -> Iterator[Block]:
    """What moved in the last seven days."""
    yield Heading(line(NEW))
    yield from moved(matter, day_start(matter.board, LAST_DAYS), "in the last seven days")
    if "friday" in matter.links:
        yield Paragraph(line(Span("The week in one look", link=matter.links["friday"]), " has more of it."))


def moved(matter: Matter, since: datetime, span: str) -> Iterator[Block]:
    """One row a rule: how many findings became new, closed, eased or worse. `span`: the time since then in words."""
    moves, began = moved_since(matter, since), matter.past.began
    if began is None or began >= since:
        first = f"Handrail first looked on {said_day(began or matter.board.now, matter.board)}: "
        yield Paragraph(line(first + "what it found then counts as new."))
    if not moves:
        yield Paragraph(line(f"Nothing became new, closed, eased or worse {span}."))
        return
    counts = Counter((move.rule, move.what) for move in moves)
    cells = [
        tuple(line(text) for text in (name(rule), *(str(counts[rule.id, what]) for what in told)))
        for told in (("new", "closed", "eased", "escalated"),)
        for rule in matter.rules
        if any(counts[rule.id, what] for what in told)
    ]
    yield Table(header(span[:1].upper() + span[1:], "New", "Closed", "Eased", "Worse"), tuple(cells))


def ideas(matter: Matter) -> Iterator[Block]:
    """The ideas whose review is due, oldest first."""
    found = sorted((one for one in matter.loud if one.kind == "unreviewed"), key=lambda one: (one.since, one.key))
    if not found:
        return
    yield Heading(line("Ideas to look at"))
    cells = [(line(linked(one)), line(said_day(one.since, matter.board))) for one in found[:_IDEAS]]
    yield Table(header("Idea", "Last looked at"), tuple(cells))
    if len(found) > _IDEAS:
        yield Paragraph(line(f"{counted(len(found) - _IDEAS, 'more idea')} past the review date."))
