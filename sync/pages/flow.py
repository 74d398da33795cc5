"""The tables of a page: who hands over to whom, whose turn it is, what is in hand. Small ones, for a phone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from connectors.document import Block, Heading, Line, Paragraph, Span, Table, line
from rules.base import Board
from rules.flow import calendar
from rules.handoff_map import FLOOR, counting, handoff_map
from rules.language import counted, number
from rules.now import standing
from rules.parties import REQUESTER
from sync.pages.days import said_day
from sync.pages.matter import Place
from sync.pages.pulse import pulse

_ROWS = 12
HANDOVERS, TURNS, IN_HAND = "Who hands over to whom", "Whose turn it is", "In hand and waiting"


def header(*names: str) -> tuple[Line, ...]:
    """The first row of a table."""
    return tuple(line(name) for name in names)


def flow_name(id_: str) -> str:
    """A flow's or a rule's id as words."""
    return id_.replace("-", " ").replace("_", " ").capitalize()


def main_sort(board: Board) -> str:
    """The sort of handoff that a page speaks of: between teams where there are such, else between owners."""
    kinds = counting(board)["by"].cast(pl.String).unique().to_list()
    return "team" if "team" in kinds else "owner"


def who_to_whom(board: Board) -> Iterator[Block]:
    """The handoff map: the commonest pairs, with counts, waits and what came back."""
    pairs = handoff_map(board).filter(pl.col("by") == main_sort(board))
    if pairs.is_empty():
        return
    yield Heading(line(HANDOVERS))
    day = calendar(board).day
    shown = pairs.head(_ROWS)
    rows = tuple(_pair(pair, day) for pair in shown.iter_rows(named=True))
    yield Table(header("From → to", "Handoffs", "First look: half · 85 %", "Sent back"), rows)
    more = pairs.height - shown.height
    what = (
        "All handoffs so far. Half of them (85 of 100) got a first look by the receiver within this time: working "
        "hours (h) or working days (d)."
    )
    few = f" A dash: fewer than {FLOOR} first looks, too few for a percentile." if shown["median"].has_nulls() else ""
    rest = f" {counted(more, 'more pair')} in the export." if more > 0 else ""
    yield Paragraph(line(what, few, rest))


def between(giver: str, to: str) -> str:
    """A pair in words."""
    return f"{giver} → {to}" if giver != to else f"within {to}"


def _pair(pair: dict[str, Any], day: int) -> tuple[Line, ...]:
    waits = "–" if pair["median"] is None else f"{short(pair['median'], day)} · {short(pair['p85'], day)}"
    back = line(f"{pair['bounced'] * 100:.0f} %")
    return line(between(party(pair["from"]), party(pair["to"]))), line(f"{pair['count']:,}"), line(waits), back


def short(wait: timedelta, day: int) -> str:
    """`2 h`, `6.9 d`: working time in one look; number and unit stay on one line."""
    us = wait / timedelta(microseconds=1)
    return f"{number(us / day)}\N{NO-BREAK SPACE}d" if us >= day else f"{number(us / 3.6e9)}\N{NO-BREAK SPACE}h"


def waiting_now(board: Board) -> pl.DataFrame:
    """Handed over, not touched, not finished: rows of the ledger with `to` as text, the earliest of each item and
    receiver, whatever the sort of handoff."""
    open_ = counting(board).filter(pl.col("ended") == "waiting")
    state = standing(board)["state"].cast(pl.String)
    open_ = open_.filter(state.gather(open_["item"]).is_in(["open", "backlog"])).sort("given_at", "item")
    named = open_.with_columns(pl.col("from", "to").cast(pl.String))
    return named.unique(["item", "to"], keep="first", maintain_order=True)


def party(name: str) -> str:
    """A receiver or giver in words."""
    return "whoever asked" if name == REQUESTER else name


def turns(board: Board, links: Mapping[str, str]) -> Iterator[Block]:
    """Whose turn it is: who was given something and has not looked at it; a team with a page leads there."""
    open_ = waiting_now(board)
    if open_.is_empty():
        return
    yield Heading(line(TURNS))
    found = open_.group_by("to").agg(n=pl.len(), since=pl.col("given_at").min())
    found = found.sort("n", "to", descending=[True, False])
    cells = [
        (
            line(Span(party(row["to"]), link=links.get(row["to"]))),
            line(f"{row['n']:,}"),
            line(said_day(row["since"], board)),
        )
        for row in found.head(_ROWS).iter_rows(named=True)
    ]
    yield Table(header("Waiting on", "Not looked at yet", "The oldest since"), tuple(cells))
    if found.height > _ROWS:
        yield Paragraph(line(f"{found.height - _ROWS} more in the export."))


def in_hand(board: Board, morning: Board, boards: Mapping[str, Sequence[Place]]) -> Iterator[Block]:
    """Open items by stage, a small table a flow, in the order of the flows; under it how the flow moves."""
    now = standing(board).with_columns(
        flow=board.items["flow"].cast(pl.String), stage=pl.col("stage").cast(pl.String)
    )
    open_ = now.filter(pl.col("state").cast(pl.String).is_in(["open", "backlog"]) & pl.col("stage").is_not_null())
    if open_.is_empty():
        return
    yield Heading(line(IN_HAND))
    found = open_.group_by("flow", "stage").agg(n=pl.len(), since=pl.col("entered_at").min())
    counts = {(row["flow"], row["stage"]): row for row in found.iter_rows(named=True)}
    for flow in board.terms.flows.values():
        cells = [
            (line(f"{stage.name} ({stage.kind})" if stage.kind != "active" else stage.name), line(f"{row['n']:,}"),
             line(said_day(row["since"], board)))
            for stage in flow.stages
            if (row := counts.get((flow.id, stage.name)))
        ]  # fmt: skip
        if cells:
            places = boards.get(flow.id, ())
            yield Heading(line(Span(flow_name(flow.id), link=places[0].url if len(places) == 1 else None)), 3)
            yield Table(header("Stage", "Items", "Oldest there since"), tuple(cells))
            yield from pulse(morning, flow.id)
            if len(places) > 1:
                shown = [part for place in places[:_ROWS] for part in (", ", Span(place.name, link=place.url))]
                more = f" and {len(places) - _ROWS:,} more" if len(places) > _ROWS else ""
                yield Paragraph(line("Its boards: ", *shown[1:], f"{more}."))
