"""Promise kept: of what was finished lately and had a date, how much was on time. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from connectors.document import Block, Heading, Paragraph, Table, line
from rules.base import Board
from rules.language import counted
from rules.now import standing
from sync.pages.days import day_start
from sync.pages.flow import flow_name, header

FEW = 5
"""Of fewer than this there is no share."""
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
