"""The tables of the summary page: who hands over to whom, whose turn it is, what is in hand. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from connectors.document import Block, Heading, Line, Paragraph, Table, line
from rules.base import Board
from rules.flow import calendar
from rules.handoff_map import FLOOR, counting, handoff_map
from rules.language import counted, working_time
from rules.now import standing

_ROWS = 12
_STAGES = 40


def _header(*names: str) -> tuple[Line, ...]:
    return tuple(line(name) for name in names)


def _by(board: Board) -> str:
    """Between teams where there are handoffs between teams, else between owners."""
    kinds = counting(board)["by"].cast(pl.String).unique().to_list()
    return "team" if "team" in kinds else "owner"


def who_to_whom(board: Board) -> Iterator[Block]:
    """The handoff map: the commonest pairs, with counts, waits and what came back."""
    pairs = handoff_map(board).filter(pl.col("by") == _by(board))
    if pairs.is_empty():
        return
    yield Heading(line("Who hands over to whom"))
    day = calendar(board).day
    rows = tuple(_pair(pair, day) for pair in pairs.head(_ROWS).iter_rows(named=True))
    yield Table(_header("From → to", "Handoffs", "Half waited less than", "85 of 100 less than", "Sent back"), rows)
    more = pairs.height - len(rows)
    rest = f" {counted(more, 'more pair')} in the export." if more > 0 else ""
    few = any(pair["median"] is None for pair in pairs.head(_ROWS).iter_rows(named=True))
    floor = f" A dash: fewer than {FLOOR} first looks, too few for a percentile." if few else ""
    what = f"Handoffs between {_by(board)}s, all history; waits in working time to the receiver's first own touch."
    yield Paragraph(line(what, floor, rest))


def _pair(pair: dict[str, Any], day: int) -> tuple[Line, ...]:
    return (
        line(f"{pair['from']} → {pair['to']}"),
        line(f"{pair['count']:,}"),
        line(_length(pair["median"], day)),
        line(_length(pair["p85"], day)),
        line(f"{pair['bounced'] * 100:.0f} %"),
    )


def _length(wait: timedelta | None, day: int) -> str:
    return "–" if wait is None else working_time(wait / timedelta(microseconds=1), day)


def turns(board: Board) -> Iterator[Block]:
    """Handed over, not touched, not finished: whose turn it is."""
    open_ = counting(board).filter((pl.col("by").cast(pl.String) == _by(board)) & (pl.col("ended") == "waiting"))
    state = standing(board)["state"].cast(pl.String)
    open_ = open_.filter(state.gather(open_["item"]).is_in(["open", "backlog"]))
    if open_.is_empty():
        return
    yield Heading(line("Whose turn it is"))
    zone = ZoneInfo(board.terms.hours.timezone)
    found = (
        open_.group_by(pl.col("to").cast(pl.String)).agg(n=pl.len(), since=pl.col("given_at").min())
        .sort("n", "to", descending=[True, False])
    )  # fmt: skip
    cells = [
        (line(row["to"]), line(counted(row["n"], "item")), line(f"{row['since'].astimezone(zone):%d %B %Y}"))
        for row in found.head(_ROWS).iter_rows(named=True)
    ]
    yield Table(_header("Waiting on", "Not looked at yet", "The oldest since"), tuple(cells))


def in_hand(board: Board) -> Iterator[Block]:
    """Open items by stage, in the order of the flows."""
    now = standing(board).with_columns(
        flow=board.items["flow"].cast(pl.String), stage=pl.col("stage").cast(pl.String)
    )
    open_ = now.filter(pl.col("state").cast(pl.String).is_in(["open", "backlog"]) & pl.col("stage").is_not_null())
    if open_.is_empty():
        return
    yield Heading(line("In hand and waiting"))
    found = open_.group_by("flow", "stage").agg(n=pl.len(), since=pl.col("entered_at").min())
    counts = {(row["flow"], row["stage"]): row for row in found.iter_rows(named=True)}
    zone = ZoneInfo(board.terms.hours.timezone)
    cells = [
        (line(flow.id), line(stage.name), line(stage.kind), line(f"{row['n']:,}"),
         line(f"{row['since'].astimezone(zone):%d %B %Y}"))
        for flow in board.terms.flows.values()
        for stage in flow.stages
        if (row := counts.get((flow.id, stage.name)))
    ]  # fmt: skip
    yield Table(_header("Flow", "Stage", "Kind", "Items", "There since, the longest"), tuple(cells[:_STAGES]))
