"""Promise kept: of what was finished lately and had a date, how much was on time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import polars as pl

from connectors.document import Block, Bullets, Heading, Paragraph, Span, Table, line
from rules import promises
from rules.base import Board
from rules.language import counted, number
from rules.now import standing
from rules.promises import FLOOR, SPAN_DAYS, Promise
from sync.pages.days import day_start, said_day
from sync.pages.flow import flow_name, header

FEW = 5
"""Of fewer than this there is no share."""
SPAN_WORDS = "the last four weeks"
_FREEZE = "handrail calibrate --write"
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


def learned(board: Board, frozen: Mapping[str, Promise]) -> Iterator[Block]:
    """Where nobody promised a date: how many took no longer than what the flow's own past held. As `calibrate` froze
    it; where nothing is frozen, as it would today."""
    rows, start = promises.took(board), promises.span_start(board)
    lately = rows.filter(pl.col("finished_at") >= start)
    pledges = [*promises.learned(board)]
    fresh = {one.flow: one for one in pledges if isinstance(one, Promise)}
    few = {one[0]: one[1] for one in pledges if not isinstance(one, Promise)}
    told, moving = [], False
    for flow in board.terms.flows.values():
        now = lately.filter(pl.col("flow") == flow.id)["took"]
        if not len(now):
            continue
        held = frozen.get(flow.id) or fresh.get(flow.id)
        if held is None:
            told.append(line(_too_few(flow.id, few[flow.id], said_day(start, board))))
            continue
        moving = moving or flow.id not in frozen
        whence = f"frozen {said_day(held.frozen_at, board)}" if flow.id in frozen else "not frozen"
        told.append(line(f"{_held(held, now)} {whence}."))
    if told:
        yield Heading(line("Against its own past"), 3)
        yield Bullets(tuple(told))
    if moving:
        words = "What is not frozen moves with the past. To hold on to it: ", Span(_FREEZE, code=True), "."
        yield Paragraph(line(*words))


def _too_few(flow: str, sample: int, until: str) -> str:
    return (
        f"{flow_name(flow)}: only {counted(sample, 'item')} finished in the twelve weeks before {until}, too few to "
        f"learn from ({FLOOR} are needed)."
    )


def _held(promise: Promise, lately: pl.Series) -> str:
    kept = sum(promise.kept(took) for took in lately)
    enough = f", {share(kept, len(lately))}" if len(lately) >= FEW else ""
    return (
        f"{flow_name(promise.flow)}: {kept} of {counted(len(lately), 'item')} finished in {SPAN_WORDS} took no "
        f"longer than {number(promise.length / timedelta(days=1))} days{enough}. Of {promise.sample} items before, "
        f"{promises.PERCENT} of 100 did;"
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
