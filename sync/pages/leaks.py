"""The one big thing, and what leaks: a card of four lines for each rule that has something to say. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import polars as pl

from connectors.document import Block, Bullets, Callout, Heading, Line, Paragraph, Span, line
from rules.base import Board, Finding, Rule
from rules.durations import Duration
from rules.flow import calendar
from rules.handoff_map import pair_sentences
from rules.language import counted, money
from sync.pages.days import said_day, whole_days
from sync.pages.flow import flow_name, main_sort
from sync.pages.matter import NO_TEAM, Matter

SPAN, SPAN_WORDS = timedelta(weeks=4), "the last four weeks"
_FIRST_LOOK = Duration.parse("2wd")
_LINKS, _PLACES = 3, 4
_WHAT: Mapping[str, str] = {
    "handoff_stall": "handed over, and not looked at by the receiver",
    "overload": "more in hand than the limit",
    "unreviewed": "ideas past their review date",
    "stage_age": "too long in one stage",
    "bounce": "sent back",
    "repeat": "asked for again and again",
    "sole_handler": "only one person does this",
    "hygiene": "something is missing that others need",
}
_MANY: Mapping[str, tuple[str, str]] = {
    "person": ("person", "people"),
    "request": ("kind of request", "kinds of request"),
}


def big_thing(matter: Matter) -> Block:
    """One sentence: where most waiting between two parties was, else the rule with most to say."""
    pairs = pair_sentences(matter.morning, _FIRST_LOOK, SPAN, SPAN_WORDS)
    between = (pl.col("from") != pl.col("to")) & (pl.col("from") != NO_TEAM) & (pl.col("to") != NO_TEAM)
    pairs = pairs.filter(between & (pl.col("by") == main_sort(matter.morning)))
    if pairs.height:
        return Callout(line(Span("The one big thing. ", bold=True), str(pairs["sentence"][0])), "⚠️", "orange")
    if matter.groups:
        rule, found = matter.groups[0]
        many = how_many(found)
        said = f"{name(rule)}: {many}, the oldest since {said_day(min(one.since for one in found), matter.board)}."
        return Callout(line(Span("The one big thing. ", bold=True), said), "⚠️", "orange")
    return Callout(line(Span("Nothing is stuck. ", bold=True), "No rule found anything to say."), "✅", "green")


def cards(matter: Matter) -> Iterator[Block]:
    """What and where; since when and how many; what it costs; who can end it, with the worst of them to click on."""
    if matter.groups:
        yield Heading(line("What leaks"))
        yield from findings(matter)
    for rule, found in matter.groups:
        yield Heading(line(name(rule)), 3)
        yield Bullets((
            _what(rule, found), _since(matter.board, found), _cost(matter.board, found), _who(matter, rule, found),
        ))  # fmt: skip


def findings(matter: Matter) -> Iterator[Block]:
    """Where each leak has its row, and takes an answer; nothing without a table."""
    said, table = len(matter.judgement.said), Span("the findings table", link=matter.links.get("findings"))
    if not (said and table.link):
        return
    each = "Each leak has a row" if said == len(matter.loud) else f"The costliest {said:,} leaks have rows"
    yield Paragraph(line(f"{each} in ", table, ": sort there, and answer with snooze, not a leak or fixed."))


def name(rule: Rule) -> str:
    """A rule's id as a heading."""
    return flow_name(rule.id)


def how_many(found: Sequence[Finding]) -> str:
    """`12 items`, `3 people`: the subjects of these findings."""
    kinds = {one.subject.kind for one in found}
    kind = kinds.pop() if len(kinds) == 1 else "finding"
    return counted(len(found), *_MANY.get(kind, (kind,)))


def linked(finding: Finding) -> Span:
    """The finding's subject on one line, to click on."""
    return Span(" ".join(finding.subject.name.split()) or "untitled", link=finding.subject.url or None)


def _what(rule: Rule, found: Sequence[Finding]) -> Line:
    what = _WHAT.get(rule.kind) or next(iter(rule.words.values()), name(rule)).lower()
    places = _some(sorted({one.stage for one in found if one.stage}), "stage")
    return line(
        Span("What and where: ", bold=True), f"{what[:1].upper()}{what[1:]}{', in ' + places if places else ''}."
    )


def _some(names: Sequence[str], one: str) -> str:
    """The first names, and how many more."""
    more = len(names) - _PLACES
    listed = [*names[:_PLACES], *([f"{more} more {one}{'s' if more != 1 else ''}"] if more > 0 else [])]
    return ", ".join(listed[:-1]) + " and " + listed[-1] if len(listed) > 1 else "".join(listed)


def _since(board: Board, found: Sequence[Finding]) -> Line:
    oldest = f"{how_many(found)}, the oldest since {said_day(min(one.since for one in found), board)}. "
    return line(Span("Since when, how many: ", bold=True), oldest + _limits(found))


def _limits(found: Sequence[Finding]) -> str:
    """The limits that were passed, and by how many."""
    by_level = {
        level: sorted({one.limit for one in found if one.level == level}, key=_size) for level in ("warn", "breach")
    }
    late = sum(one.level == "breach" for one in found)
    first, second = ([*by_level[level][:3]] for level in ("warn", "breach"))
    if not second:
        return f"Limit: {_or(first)}."
    if not first:
        return f"{'Limit' if late == len(found) else 'Limits'}: {_or(second)}."
    return f"First limit: {_or(first)}. {late} of them passed the second: {_or(second)}."


def _size(limit: str) -> tuple[float, str]:
    number = limit.partition(" ")[0].replace(",", "")
    return (float(number) if number.replace(".", "", 1).isdigit() else 0.0, limit)


def _or(limits: Sequence[str]) -> str:
    return " or ".join(limits) + (", whichever applies" if len(limits) > 1 else "")


def _cost(board: Board, found: Sequence[Finding]) -> Line:
    head = Span("What it costs: ", bold=True)
    if all(one.cost_hours is None for one in found):
        return line(head, "Nothing that can be counted in hours.")
    days = counted(whole_days(found, board), "working day")
    priced = price(board, found)
    if priced is None:
        return line(head, f"{days} of waiting so far. No rates are set, so no money is named.")
    return line(head, f"{days} of waiting so far, {money(*priced)} at your rates. Waiting is not pay.")


def price(board: Board, found: Sequence[Finding]) -> tuple[float, str] | None:
    """What the whole days of waiting cost at the rates given, and the currency; None without rates."""
    priced = [one for one in found if one.cost_money is not None and one.cost_hours]
    if not priced:
        return None
    hours = calendar(board).day / 3.6e9
    total = sum((one.cost_money or 0) / (one.cost_hours or 1) * hours * whole_days([one], board) for one in priced)
    return total, priced[0].currency


def _who(matter: Matter, rule: Rule, found: Sequence[Finding]) -> Line:
    """Teams where they are known: a leak belongs to a handoff or a stage, not to a person."""
    teams = sorted({one.team for one in found if one.team})
    who = f"{_some(teams, 'team')}. " if teams else ""
    step = neutral(rule, teams) if not matter.name_people or len(found) > 1 else found[0].next_step
    return line(Span("Who can end it: ", bold=True), f"{who}{step} Look at: ", *_look(matter, found), ".")


class _Words(dict[str, str]):
    """Placeholders of a next step, filled with words that name nobody."""

    def __missing__(self, key: str) -> str:
        return {"count": "what", "limit": "the limit"}.get(key, "it")


def neutral(rule: Rule, teams: Sequence[str]) -> str:
    """The rule's next step for all of its findings at once, naming nobody."""
    who = teams[0] if len(teams) == 1 else "whoever has it"
    words = _Words(waiting_on=who, to=who, owner=who, title="the oldest of it", excess="of it", waited="so long")
    return rule.next_step.format_map(words)


def _look(matter: Matter, found: Sequence[Finding]) -> Iterator[str | Span]:
    """The worst of them, to click on; of people only how many they are, and how much they hold."""
    if not matter.name_people and any(one.subject.kind == "person" for one in found):
        held = len({ref for one in found for ref in one.refs})
        yield f"{how_many(found)}{' with ' + counted(held, 'item') + ' in hand' if held else ''}; no names here"
        return
    for number, one in enumerate(found[:_LINKS]):
        if number:
            yield " · "
        yield linked(one)
    if len(found) > _LINKS:
        yield f" and {len(found) - _LINKS} more"
