"""How a flow moves: what came and went lately, and how old open work is beside what went before. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from connectors.document import Block, Paragraph, line
from rules.base import Board
from rules.daily import daily
from rules.dates import zone_of
from rules.language import counted
from rules.now import standing
from rules.pace import FLOOR, pace

_SPAN = timedelta(days=28)
_OLD = 0.85


def pulse(board: Board, flow: str) -> Iterator[Block]:
    """Two sentences about a flow, as of the start of the day; nothing where nothing was ever seen of it."""
    days = daily(board).filter(pl.col("flow") == flow).sort("day")
    if days.is_empty():
        return
    yield Paragraph(line(f"{_moved(days, _finished(board, flow))} {_old(board, flow)}"))


def _finished(board: Board, flow: str) -> pl.Series:
    """The days on which items were finished that still are: one that was reopened counts once, or not at all."""
    rows = standing(board).select("item", "finished_at").filter(pl.col("finished_at").is_not_null())
    mine = (board.items["flow"].cast(pl.String) == flow).fill_null(False).gather(rows["item"])
    return rows["finished_at"].filter(mine).dt.convert_time_zone(zone_of(board, flow)).dt.date()


def _moved(days: pl.DataFrame, finished: pl.Series) -> str:
    """Up to the end of yesterday, in whole days."""
    last = days["day"][-1] - timedelta(days=1)
    lately = days.filter((pl.col("day") > last - _SPAN) & (pl.col("day") <= last))
    came, hand = int(lately["arrivals"].sum()), int(days["wip"][-1])
    done = int(((finished > last - _SPAN) & (finished <= last)).sum())
    before = days.filter(pl.col("day") == last - _SPAN)
    if before.is_empty():
        first = days["day"][0]
        since = f"Since {first.day} {first:%b %Y}, when the first of it was made,"
        return f"{since} {came:,} came and {done:,} {_were(done)} finished."
    then = int(before["wip"][0])
    return (
        f"In the four weeks up to yesterday {came:,} came and {done:,} {_were(done)} finished. Begun and not "
        f"finished: {then:,} before that, {hand:,} this morning."
    )


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _old(board: Board, flow: str) -> str:
    rows = pace(board).filter(pl.col("flow").cast(pl.String) == flow)
    known = rows.filter(pl.col("older_than").is_not_null())
    if rows.is_empty():
        return "Nothing that was begun is open."
    if known.is_empty():
        return f"Too little has left these stages before (fewer than {FLOOR} items each) to say what is old."
    old = known.filter(pl.col("older_than") >= _OLD).height
    are = "is" if old == 1 else "are"
    said = (
        f"{old:,} of {counted(known.height, 'open item')} {are} older than 85 of 100 were on leaving the same stage."
    )
    few = rows.height - known.height
    return f"{said} For {few:,} more too little went before." if few else said
