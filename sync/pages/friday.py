"""The Friday page: the week in one look, and the next one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import polars as pl

from connectors.document import Block, Bullets, Document, Heading, Paragraph, Table, line
from rules.base import Board
from rules.flow import calendar
from rules.language import counted, money
from rules.now import standing
from sync.pages import flow, leaks, moves, promise
from sync.pages.days import day_start, said_day, week_start
from sync.pages.flow import header
from sync.pages.listed import item_line
from sync.pages.matter import Matter

_LISTED = 10
_FRIDAY = 4


def its_day(board: Board) -> bool:
    """Whether the week's page may be written: on Friday and after it, until the next week begins, on the calendar's
    clock. In the days before, last Friday's stays as it is."""
    return board.now.astimezone(ZoneInfo(board.terms.hours.timezone)).weekday() >= _FRIDAY


def friday(matter: Matter) -> Document:
    """One big thing; finished; waiting on others; promise kept; new and closed leaks; cost; next week at risk."""
    since = f"since {said_day(week_start(matter.board), matter.board)}"
    return Document((
        leaks.big_thing(matter),
        *_finished(matter),
        *flow.turns(matter.morning, matter.links),
        *promise.kept(matter.board),
        Heading(line("New and closed leaks")),
        *moves.moved(matter, week_start(matter.board), since),
        *leaks.findings(matter),
        *_cost(matter),
        *_at_risk(matter),
    ))  # fmt: skip


def _finished(matter: Matter) -> Iterator[Block]:
    board = matter.board
    rows = promise.finished(board, (day_start(board).date() - week_start(board).date()).days)
    yield Heading(line("Finished this week"))
    if rows.is_empty():
        yield Paragraph(line("Nothing yet."))
        return
    named = [row for row in rows["item"].to_list() if board.items["ref"][row] not in matter.secret]
    lines = [item_line(matter, row) for row in named[-_LISTED:][::-1]]
    more = rows.height - len(lines)
    yield Paragraph(line(f"{counted(rows.height, 'item')}."))
    yield Bullets((*lines, *([line(f"and {more} more")] if more else [])))


def _cost(matter: Matter) -> Iterator[Block]:
    """What the waits that still go on have cost since Monday, up to the start of today, in whole days."""
    board = matter.board
    start, until = week_start(board), day_start(board)
    waits = [one for one in matter.loud if one.cost_hours is not None and one.since < until]
    days = {one.key: calendar(board).working_day_count(max(one.since, start), until) for one in waits}
    yield Heading(line("Cost this week"))
    said = f"What is stuck now has waited {counted(sum(days.values()), 'working day')} this week"
    hours = calendar(board).day / 3.6e9
    priced = [one for one in waits if one.cost_money is not None and one.cost_hours]
    if priced:
        total = sum((one.cost_money or 0) / (one.cost_hours or 1) * hours * days[one.key] for one in priced)
        said += f", {money(total, priced[0].currency)} at your rates"
    yield Paragraph(line(said + ". Waiting is not pay."))


def _at_risk(matter: Matter) -> Iterator[Block]:
    """Due by the end of next week, and either stuck now or not begun."""
    board = matter.board
    monday = week_start(board).astimezone(ZoneInfo(board.terms.hours.timezone)).date()
    now = standing(board).select("item", state=pl.col("state").cast(pl.String)).with_columns(
        board.items["due"], board.items["ref"]
    )  # fmt: skip
    due = now.filter(pl.col("state").is_in(["open", "backlog"]) & (pl.col("due") < monday + timedelta(days=14)))
    stuck = {one.subject.id: one for one in matter.loud if one.subject.kind == "item"}
    rows = due.filter(pl.col("ref").is_in(list(stuck)) | (pl.col("state") == "backlog")).sort("due", "item")
    yield Heading(line("Next week at risk"))
    if rows.is_empty():
        yield Paragraph(line("Nothing that is due by the end of next week is stuck or not begun."))
        return
    rules = {rule.id: rule for rule in matter.rules}
    cells = [
        (item_line(matter, row["item"]), line(f"{row['due'].day} {row['due']:%b}"),
         line(leaks.name(rules[stuck[row["ref"]].rule]) if row["ref"] in stuck else "not begun"))
        for row in rows.head(_LISTED).iter_rows(named=True)
    ]  # fmt: skip
    yield Paragraph(line("Due by the end of next week, and stuck or not begun; the earliest date first."))
    yield Table(header("Item", "Due", "Why"), tuple(cells))
    if rows.height > _LISTED:
        yield Paragraph(line(f"{rows.height - _LISTED:,} more with later dates."))
