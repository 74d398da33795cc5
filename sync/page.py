"""The summary page, in the order a busy lead reads: one big thing, what leaks, who waits for whom, how sure we are.

Pure: a judgement in, a document out. Every figure is a count or a sum over rows of `handrail export`; the same facts
give the same words. What only ages is counted in whole working days. The as-of line stands apart, outside the digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

import polars as pl

from connectors.document import Block, Bullets, Callout, Document, Heading, Line, Paragraph, Span, Table, line
from rules.base import Board, Finding, Rule
from rules.engine import Judgement
from rules.flow import calendar
from rules.handoffs import handoffs
from rules.language import counted, money, quoted
from rules.now import standing
from sync import honesty
from sync.plan import LeftAlone

_LINKS = 3
_ROWS = 12


def summary(
    judgement: Judgement, rules: Sequence[Rule], unheard: Iterable[str] = (), left: Sequence[LeftAlone] = ()
) -> tuple[Document, Paragraph]:
    """The page without its as-of line, and that line."""
    board = judgement.board
    groups = by_rule(judgement, rules)
    blocks = [
        _big_thing(board, groups),
        *_leaks(board, groups),
        *_map(board),
        *_turns(board),
        *_in_hand(board),
        *_left_alone(left),
        *honesty.box(board, sorted(unheard)),
        *_how(board),
    ]
    return Document(tuple(blocks)), as_of_line(board)


def as_of_line(board: Board) -> Paragraph:
    """When the facts were read, in the calendar's own time."""
    local = board.now.astimezone(ZoneInfo(board.terms.hours.timezone))
    return Paragraph(line(f"As of {local:%A, %d %B %Y, %H:%M} ({board.terms.hours.timezone})."))


def by_rule(judgement: Judgement, rules: Sequence[Rule]) -> list[tuple[Rule, list[Finding]]]:
    """The findings of each rule that has any, the costliest rule first, ties in the config's order."""
    known = {rule.id: (number, rule) for number, rule in enumerate(rules)}
    ordered = sorted(judgement.findings, key=lambda one: known[one.rule][0])
    groups = [(known[id_][1], list(found)) for id_, found in groupby(ordered, key=lambda one: one.rule)]
    return sorted(groups, key=lambda group: -whole_days(group[1], judgement.board))


def whole_days(findings: Iterable[Finding], board: Board) -> int:
    """Working days waited: the whole days of each finding, added up. Only findings that cost waiting count."""
    day = calendar(board).day / 1e6
    return sum(int((one.waited_working or 0.0) // day) for one in findings if one.cost_hours is not None)


# ---- what leaks ----------------------------------------------------------------------------------------------


def _big_thing(board: Board, groups: Sequence[tuple[Rule, list[Finding]]]) -> Block:
    if not groups:
        return Callout(line(Span("Nothing is stuck. ", bold=True), "No rule found anything to say."), "✅", "green")
    rule, found = groups[0]
    worst = found[0]
    days = whole_days(found, board)
    size = f" Together they have waited {counted(days, 'working day')}." if days else ""
    return Callout(
        line(Span(f"{_name(rule)}: {counted(len(found), 'finding')}.", bold=True), f"{size} The longest: ",
             _linked(worst), "."),
        "⚠️", "orange",
    )  # fmt: skip


def _leaks(board: Board, groups: Sequence[tuple[Rule, list[Finding]]]) -> Iterator[Block]:
    """One card a rule, four lines each: what and where; since when and how many; what it costs; who can end it."""
    if groups:
        yield Heading(line("What leaks"))
    for rule, found in groups:
        yield Heading(line(_name(rule)), 3)
        yield Bullets((_what(found), _since(board, found), _cost(board, found), _who(found)))
        yield Bullets(tuple(line(_linked(one), f": {one.sentence}") for one in found[:_LINKS]))


def _name(rule: Rule) -> str:
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
    zone = ZoneInfo(board.terms.hours.timezone)
    first = min(one.since for one in found).astimezone(zone)
    return line(Span("Since when: ", bold=True), f"the oldest since {first:%d %B %Y}. The limit is {found[0].limit}.")


def _cost(board: Board, found: Sequence[Finding]) -> Line:
    head = Span("What it costs: ", bold=True)
    if all(one.cost_hours is None for one in found):
        return line(head, "nothing that can be counted in hours.")
    days = counted(whole_days(found, board), "working day")
    priced = [one for one in found if one.cost_money is not None]
    if not priced:
        return line(head, f"{days} of waiting so far. No rates are set, so no money is named.")
    day = calendar(board).day / 3.6e9
    total = sum((one.cost_money or 0) / (one.cost_hours or 1) * day * whole_days([one], board) for one in priced)
    return line(
        head, f"{days} of waiting so far, {money(total, priced[0].currency)} at your rates. Waiting is not pay."
    )


def _who(found: Sequence[Finding]) -> Line:
    """Teams where they are known: a leak belongs to a handoff or a stage, not to a person."""
    teams = sorted({one.team for one in found if one.team})
    steps = list(dict.fromkeys(one.next_step for one in found))
    who = f"{', '.join(teams[:4])}{' and others' if len(teams) > 4 else ''}. " if teams else ""
    return line(Span("Who can end it: ", bold=True), f"{who}{steps[0]}")


# ---- handoffs and turns --------------------------------------------------------------------------------------


def _counting(board: Board) -> tuple[str, pl.DataFrame]:
    """The handoffs shown: between teams where there are any, else between owners. Slips do not count."""
    rows = handoffs(board).filter((pl.col("ended") != "slip") & ~pl.col("return_of_slip"))
    by = "team" if (rows["by"].cast(pl.String) == "team").any() else "owner"
    return by, rows.filter(pl.col("by").cast(pl.String) == by)


def _map(board: Board) -> Iterator[Block]:
    by, rows = _counting(board)
    if rows.is_empty():
        return
    yield Heading(line("Who hands over to whom"))
    pairs = (
        rows.group_by(pl.col("from").cast(pl.String), pl.col("to").cast(pl.String))
        .agg(
            n=pl.len(),
            median=pl.col("working").filter(pl.col("touched_at").is_not_null()).dt.total_microseconds().median(),
            touched=pl.col("touched_at").is_not_null().sum(),
            back=(pl.col("ended") == "bounced").sum(),
            open=(pl.col("ended") == "waiting").sum(),
        )
        .sort("n", "from", "to", descending=[True, False, False])
    )
    day = calendar(board).day
    shown = [
        (line(f"{pair['from']} → {pair['to']}"), line(f"{pair['n']:,}"), line(_median(pair, day)),
         line(str(pair["back"])), line(str(pair["open"])))
        for pair in pairs.head(_ROWS).iter_rows(named=True)
    ]  # fmt: skip
    yield Table(tuple(map(line, ("From → to", "Handoffs", "Median wait", "Sent back", "Waiting now"))), tuple(shown))
    rest = pairs.height - len(shown)
    more = f" {counted(rest, 'more pair')} in the export." if rest > 0 else ""
    yield Paragraph(
        line(f"Handoffs between {by}s; waits in working time, up to the receiver's first own touch.{more}")
    )


def _median(pair: dict[str, int], day: int) -> str:
    """Below twenty touched handoffs a median says little: a dash instead."""
    if pair["touched"] < 20:
        return f"– (only {pair['touched']})"
    hours = pair["median"] / 3.6e9
    return f"{pair['median'] / day:.1f} working days" if pair["median"] >= day else f"{hours:.1f} working hours"


def _turns(board: Board) -> Iterator[Block]:
    """Handed over, not touched, not finished: whose turn it is."""
    _, rows = _counting(board)
    open_ = rows.filter(pl.col("ended") == "waiting")
    state = standing(board)["state"].cast(pl.String)
    open_ = open_.filter(state.gather(open_["item"]).is_in(["open", "backlog"]))
    if open_.is_empty():
        return
    yield Heading(line("Whose turn it is"))
    zone = ZoneInfo(board.terms.hours.timezone)
    turns = (
        open_.group_by(pl.col("to").cast(pl.String)).agg(n=pl.len(), since=pl.col("given_at").min())
        .sort("n", "to", descending=[True, False])
    )  # fmt: skip
    cells = [
        (line(row["to"]), line(counted(row["n"], "item")), line(f"{row['since'].astimezone(zone):%d %B %Y}"))
        for row in turns.head(_ROWS).iter_rows(named=True)
    ]
    yield Table(tuple(map(line, ("Waiting on", "Not looked at yet", "The oldest since"))), tuple(cells))


def _in_hand(board: Board) -> Iterator[Block]:
    """Open items by stage, in the order of the flow."""
    now = standing(board).with_columns(flow=board.items["flow"].cast(pl.String))
    open_ = now.filter(pl.col("state").cast(pl.String).is_in(["open", "backlog"]) & pl.col("stage").is_not_null())
    if open_.is_empty():
        return
    yield Heading(line("In hand and waiting"))
    counts = {
        (flow, stage): (n, since)
        for flow, stage, n, since in open_.group_by("flow", pl.col("stage").cast(pl.String))
        .agg(n=pl.len(), since=pl.col("entered_at").min()).iter_rows()
    }  # fmt: skip
    zone = ZoneInfo(board.terms.hours.timezone)
    cells = []
    for flow in board.terms.flows.values():
        for stage in flow.stages:
            n, since = counts.get((flow.id, stage.name), (0, None))
            if n and since:
                cells.append((line(flow.id), line(stage.name), line(stage.kind), line(f"{n:,}"),
                              line(f"{since.astimezone(zone):%d %B %Y}")))  # fmt: skip
    yield Table(tuple(map(line, ("Flow", "Stage", "Kind", "Items", "There since, the longest"))), tuple(cells[:40]))


# ---- people's edits, and how -----------------------------------------------------------------------------------


def _left_alone(left: Sequence[LeftAlone]) -> Iterator[Block]:
    if not left:
        return
    yield Heading(line("Changed by hand, left alone"))
    yield Bullets(tuple(
        line(Span(one.title, link=one.url or None), f": {one.field} says {_said(one.theirs)}. Handrail would say "
             f"{_said(one.ours)}. Empty the field to hand it back.")
        for one in left[:_ROWS]
    ))  # fmt: skip


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
             f"{calendar(board).day / 3.6e9:g} hours."),
        line("Handrail's own writes, bots and automations move work but touch nothing."),
        line("Every figure here can be counted again from the rows of ", Span("handrail export", code=True), "."),
    ))  # fmt: skip
