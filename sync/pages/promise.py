"""Promise kept: of what was finished lately and had a date, how much was on time. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from connectors.document import Block, Bullets, Heading, Paragraph, Table, line
from rules.base import Board
from rules.language import counted, number
from rules.now import standing
from sync.pages.days import day_start, said_day
from sync.pages.flow import flow_name, header

FEW = 5
"""Of fewer than this there is no share."""
FLOOR = 20
"""Fewer past items than this teach no limit."""
_LEARNED_DAYS = 84
SPAN_DAYS, SPAN_WORDS = 28, "the last four weeks"
PROMISE = "Promise kept"


def finished(board: Board, days: int) -> pl.DataFrame:
    """What was finished since the start of the day that many days ago: `item`, `flow`, `finished_at`, `due` and
    `on_time` (by the end of its due day, on the calendar's clock; null without one), by time."""
    since = day_start(board, days)
    rows = standing(board).select("item", "finished_at").with_columns(board.items["due"], board.items["flow"])
    rows = rows.filter((pl.col("finished_at") >= since) & (pl.col("finished_at") <= board.now))
    local = pl.col("finished_at").dt.convert_time_zone(board.terms.hours.timezone).dt.date()
    return rows.with_columns(on_time=local <= pl.col("due"), flow=pl.col("flow").cast(pl.String)).sort(
        "finished_at", "item"
    )


def kept(board: Board) -> Iterator[Block]:
    """The share of each flow, or a sentence where there is too little for one."""
    rows = finished(board, SPAN_DAYS)
    dated = rows.filter(pl.col("due").is_not_null())
    yield Heading(line(PROMISE))
    if dated.height < FEW:
        had = "none" if not dated.height else f"{dated.height}"
        yield Paragraph(line(
            f"In {SPAN_WORDS} {counted(rows.height, 'item')} {_was(rows.height)} finished, {had} of them with a due "
            f"date: too few to say how often promises are kept."
        ))  # fmt: skip
    else:
        on_time = int(dated["on_time"].sum())
        yield Paragraph(line(
            f"In {SPAN_WORDS} {on_time} of {counted(dated.height, 'finished item')} with a due date "
            f"{_was(on_time)} on time, {share(on_time, dated.height)}."
        ))  # fmt: skip
        cells = [
            (line(flow_name(flow.id)), line(f"{mine.height:,}"), line(f"{int(mine['on_time'].sum()):,}"))
            for flow in board.terms.flows.values()
            if (mine := dated.filter(pl.col("flow") == flow.id)).height
        ]
        if len(cells) > 1:
            yield Table(header("Flow", "With a due date", "On time"), tuple(cells))
    late = overdue(board).height
    if late:
        yield Paragraph(line(f"{counted(late, 'open item')} {'is' if late == 1 else 'are'} past the due date."))


def learned(board: Board) -> Iterator[Block]:
    """Where nobody promised a date: how many took no longer than 85 of 100 did in the twelve weeks before.

    The limit is learned from what was finished before the span it is held against, so that it cannot flatter itself.
    """
    rows = _took(board)
    start, first = day_start(board, SPAN_DAYS), day_start(board, SPAN_DAYS + _LEARNED_DAYS)
    before = rows.filter((pl.col("finished_at") >= first) & (pl.col("finished_at") < start))
    lately = rows.filter(pl.col("finished_at") >= start)
    told = []
    for flow in board.terms.flows.values():
        past, now = (part.filter(pl.col("flow") == flow.id)["took"] for part in (before, lately))
        if len(now):
            told.append(line(_held(flow.id, past, now, said_day(start, board))))
    if told:
        yield Heading(line("Against its own past"), 3)
        yield Bullets(tuple(told))


def _took(board: Board) -> pl.DataFrame:
    """Items finished by now that were begun: `flow`, `finished_at`, `took` (elapsed, from start to finish)."""
    rows = standing(board).select("finished_at", took=pl.col("finished_at") - pl.col("started_at")).with_columns(
        flow=board.items["flow"].cast(pl.String)
    )  # fmt: skip
    return rows.filter((pl.col("finished_at") <= board.now) & (pl.col("took") >= timedelta()))


def _held(flow: str, before: pl.Series, lately: pl.Series, learned_on: str) -> str:
    if len(before) < FLOOR:
        return (
            f"{flow_name(flow)}: only {counted(len(before), 'item')} finished in the twelve weeks before "
            f"{learned_on}, too few to learn from ({FLOOR} are needed)."
        )
    limit: timedelta = before.sort()[(len(before) * 85 + 99) // 100 - 1]
    kept = int((lately <= limit).sum())
    enough = f", {share(kept, len(lately))}" if len(lately) >= FEW else ""
    return (
        f"{flow_name(flow)}: {kept} of {counted(len(lately), 'item')} finished in {SPAN_WORDS} took no longer than "
        f"{number(limit / timedelta(days=1))} days{enough}. Of the {len(before)} items before, 85 of 100 did; "
        f"learned as of {learned_on}."
    )


def overdue(board: Board) -> pl.DataFrame:
    """Open items whose due day was over before this day began: `item`, `due`."""
    today = pl.lit(day_start(board)).dt.convert_time_zone(board.terms.hours.timezone).dt.date()
    rows = standing(board).select("item", state=pl.col("state").cast(pl.String)).with_columns(board.items["due"])
    return rows.filter(pl.col("state").is_in(["open", "backlog"]) & (pl.col("due") < today)).select("item", "due")


def share(part: int, whole: int) -> str:
    """`82 %`."""
    return f"{part * 100 / whole:.0f} %"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
