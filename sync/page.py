"""The summary page, in the order a busy lead reads: one big thing, what leaks, who waits for whom, how sure we are.

Pure: a judgement in, a document out. Every figure is a count or a sum over rows of `handrail export`; the same facts
give the same words. What only ages is counted in whole working days up to the start of the day, so that the page
does not change by the hour. The as-of line stands apart, outside the digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from connectors.document import Block, Bullets, Callout, Document, Heading, Line, Paragraph, Span, line
from rules.base import Board, Finding, Rule
from rules.durations import Duration
from rules.engine import Judgement
from rules.flow import calendar
from rules.handoff_map import pair_sentences
from rules.language import counted, money, quoted
from sync import honesty, page_flow
from sync.plan import LeftAlone

SPAN, SPAN_WORDS = timedelta(weeks=4), "the last four weeks"
_FIRST_LOOK = Duration.parse("2wd")
_LINKS = 3
_LEFT = 12


def summary(
    judgement: Judgement, rules: Sequence[Rule], unheard: Iterable[str] = (), left: Sequence[LeftAlone] = (),
    heard: Sequence[Block] = (),
) -> tuple[Document, Paragraph]:  # fmt: skip
    """The page without its as-of line, and that line. `heard`: what people decided, and what was written."""
    board = judgement.board
    morning = replace(board, now=day_start(board))
    groups = by_rule(judgement, rules)
    blocks = [
        _big_thing(morning, groups),
        *_leaks(morning, groups),
        *page_flow.who_to_whom(morning),
        *page_flow.turns(morning),
        *page_flow.in_hand(board),
        *_left_alone(left),
        *heard,
        *honesty.box(board, sorted(unheard)),
        *_how(board),
    ]
    return Document(tuple(blocks)), as_of_line(board)


def as_of_line(board: Board) -> Paragraph:
    """When the facts were read, in the calendar's own time."""
    local = board.now.astimezone(ZoneInfo(board.terms.hours.timezone))
    return Paragraph(line(f"As of {local:%A, %d %B %Y, %H:%M} ({board.terms.hours.timezone})."))


def day_start(board: Board) -> datetime:
    """Midnight of the board's day, on the calendar's clock."""
    zone = ZoneInfo(board.terms.hours.timezone)
    return datetime.combine(board.now.astimezone(zone).date(), time(), zone).astimezone(board.now.tzinfo)


def by_rule(judgement: Judgement, rules: Sequence[Rule]) -> list[tuple[Rule, list[Finding]]]:
    """The findings of each rule that has any, the most waiting first, ties in the config's order."""
    known = {rule.id: (number, rule) for number, rule in enumerate(rules)}
    told = (one for one in judgement.findings if not one.exempt)
    ordered = sorted(told, key=lambda one: known[one.rule][0])
    groups = [(known[id_][1], list(found)) for id_, found in groupby(ordered, key=lambda one: one.rule)]
    return sorted(groups, key=lambda group: -whole_days(group[1], judgement.board))


def whole_days(findings: Iterable[Finding], board: Board) -> int:
    """Working days waited by the start of the day: the whole days of each finding that costs waiting, added up."""
    until = day_start(board)
    return sum(
        calendar(board).working_day_count(one.since, until)
        for one in findings
        if one.cost_hours is not None and one.since < until
    )


# ---- what leaks ----------------------------------------------------------------------------------------------


def _big_thing(morning: Board, groups: Sequence[tuple[Rule, list[Finding]]]) -> Block:
    """One sentence: where most waiting between two parties was, else the rule with most to say."""
    pairs = pair_sentences(morning, _FIRST_LOOK, SPAN, SPAN_WORDS)
    if pairs.height:
        return Callout(line(Span("The one big thing. ", bold=True), str(pairs["sentence"][0])), "⚠️", "orange")
    if groups:
        rule, found = groups[0]
        head = Span(f"{name(rule)}: {counted(len(found), 'finding')}. ", bold=True)
        return Callout(line(head, "The first of them: ", _linked(found[0]), "."), "⚠️", "orange")
    return Callout(line(Span("Nothing is stuck. ", bold=True), "No rule found anything to say."), "✅", "green")


def _leaks(morning: Board, groups: Sequence[tuple[Rule, list[Finding]]]) -> Iterator[Block]:
    """One card a rule, four lines each: what and where; since when and how many; what it costs; who can end it."""
    if groups:
        yield Heading(line("What leaks"))
    for rule, found in groups:
        yield Heading(line(name(rule)), 3)
        yield Bullets((_what(found), _since(morning, found), _cost(morning, found), _who(found), _look(found)))


def name(rule: Rule) -> str:
    """A rule's id as a heading."""
    return rule.id.replace("-", " ").replace("_", " ").capitalize()


def _linked(finding: Finding) -> Span:
    return Span(finding.subject.name.strip() or "untitled", link=finding.subject.url or None)


def _what(found: Sequence[Finding]) -> Line:
    breaches = sum(one.level == "breach" for one in found)
    where = sorted({one.stage for one in found if one.stage})
    places = f" In {', '.join(where[:4])}{' and elsewhere' if len(where) > 4 else ''}." if where else ""
    over = f", {breaches} of them past the second limit" if breaches else ""
    return line(Span("What and where: ", bold=True), f"{counted(len(found), 'finding')}{over}.{places}")


def _since(board: Board, found: Sequence[Finding]) -> Line:
    first = min(one.since for one in found).astimezone(ZoneInfo(board.terms.hours.timezone))
    limits = sorted({one.limit for one in found})
    text = f"the oldest since {first:%d %B %Y}. The limit is {' or '.join(limits[:3])}."
    return line(Span("Since when: ", bold=True), text)


def _cost(board: Board, found: Sequence[Finding]) -> Line:
    head = Span("What it costs: ", bold=True)
    if all(one.cost_hours is None for one in found):
        return line(head, "nothing that can be counted in hours.")
    days = counted(whole_days(found, board), "working day")
    priced = [one for one in found if one.cost_money is not None and one.cost_hours]
    if not priced:
        return line(head, f"{days} of waiting so far. No rates are set, so no money is named.")
    hours = calendar(board).day / 3.6e9
    total = sum((one.cost_money or 0) / (one.cost_hours or 1) * hours * whole_days([one], board) for one in priced)
    text = f"{days} of waiting so far, {money(total, priced[0].currency)} at your rates. Waiting is not pay."
    return line(head, text)


def _who(found: Sequence[Finding]) -> Line:
    """Teams where they are known: a leak belongs to a handoff or a stage, not to a person."""
    teams = sorted({one.team for one in found if one.team})
    who = f"{', '.join(teams[:4])}{' and others' if len(teams) > 4 else ''}. " if teams else ""
    return line(Span("Who can end it: ", bold=True), f"{who}{found[0].next_step}")


def _look(found: Sequence[Finding]) -> Line:
    """The worst of them, to click on."""
    parts: list[str | Span] = [Span("Look at: ", bold=True)]
    for number, one in enumerate(found[:_LINKS]):
        parts.extend([" · ", _linked(one)] if number else [_linked(one)])
    more = len(found) - _LINKS
    return line(*parts, f" and {more} more" if more > 0 else "")


# ---- people's edits, and how -----------------------------------------------------------------------------------


def _left_alone(left: Sequence[LeftAlone]) -> Iterator[Block]:
    if not left:
        return
    yield Heading(line("Changed by hand, left alone"))
    yield Bullets(tuple(_asked(one) for one in left[:_LEFT]))


def _asked(one: LeftAlone) -> Line:
    return line(
        Span(one.title, link=one.url or None),
        f": {one.field} says {_said(one.theirs)}, Handrail would say {_said(one.ours)}. "
        f"Should it stay? It does, as long as it is not changed to what Handrail would say.",
    )


def _said(value: object) -> str:
    return "nothing" if value in (None, "") else quoted(str(value))


def _how(board: Board) -> Iterator[Block]:
    yield Heading(line("How this was computed"))
    days = counted(len(board.terms.hours.days_off), "day off", "days off")
    yield Bullets((
        line("A handoff is a direct change of the owner, the team or the team that answers for a stage. It waits "
             "from the change to the receiver's first own event on the item, whatever it is. A chasing comment by "
             "the giver does not end the wait."),
        line(f"Working time follows one calendar: {board.terms.hours.timezone}, {days} known. A working day is "
             f"{calendar(board).day / 3.6e9:g} hours. Days of waiting are whole ones, up to this morning."),
        line("Handrail's own writes, bots and automations move work but touch nothing."),
        line("Every figure here can be counted again from the rows of ", Span("handrail export", code=True), "."),
    ))  # fmt: skip
