"""Where a plot says more than words: the handoff heat map, how old open work is, and how it piled up. With the words
for those who do not see it, and the figures behind it as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import polars as pl

from rules.base import Board, Flow
from rules.flow import calendar, stays
from rules.handoff_map import FLOOR, handoff_map
from rules.language import counted, number
from rules.now import standing
from sync.html import plots
from sync.html.render import escape
from sync.pages.days import day_start
from sync.pages.flow import HANDOVERS, IN_HAND, flow_name, main_sort, short
from sync.pages.matter import Matter

_PARTIES, _FLOWS, _WEEKS = 8, 4, 12
_HEAT = (1.0, 3.0, 5.0)
"""Working days from which a cell is warmer."""
_DAY = timedelta(days=1)
KINDS = ("done", "active", "waiting", "backlog")


def figures(matter: Matter) -> dict[str, str]:
    """HTML by the heading of the section it belongs to."""
    board = matter.morning
    drawn = "".join(part for flow in _busiest(board) for part in (_ageing(board, flow), _flow(board, flow)))
    return {HANDOVERS: _heat(board), IN_HAND: f'<div class="figures">\n{drawn}</div>\n' if drawn else ""}


# ---- the heat map --------------------------------------------------------------------------------------------


def _heat(board: Board) -> str:
    """From whom (rows) to whom (columns): how many, and within what time half got a first look."""
    pairs = handoff_map(board).filter(pl.col("by") == main_sort(board))
    busy = pl.concat([pairs.select("count", party=side) for side in ("from", "to")])
    names = busy.group_by("party").agg(pl.col("count").sum()).sort("count", "party", descending=[True, False])
    parties = sorted(names["party"].head(_PARTIES).to_list())
    if len(parties) < 3:
        return ""
    cells = {(row["from"], row["to"]): row for row in pairs.iter_rows(named=True)}
    day = calendar(board).day
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in parties)
    rows = "".join(
        f'<tr><th scope="row">{escape(giver)}</th>'
        + "".join(_cell(cells.get((giver, to)), day) for to in parties)
        + "</tr>\n"
        for giver in parties
    )
    return (
        '<figure class="wide">\n<h3>Where handoffs wait</h3>\n<div class="table"><table class="heat">\n'
        f'<thead><tr><th scope="col">From ↓ to →</th>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n'
        "<figcaption>Half of the handoffs of a pair got a first look within the time in its cell, in working days "
        f"(d) or hours (h); below it, how many there were. Warmer is longer: from 1, 3 and 5 working days on. Fewer "
        f"than {FLOOR} first looks give no time.</figcaption>\n</figure>\n"
    )


def _cell(pair: dict[str, object] | None, day: int) -> str:
    if pair is None:
        return "<td></td>"
    wait = pair["median"]
    if not isinstance(wait, timedelta):
        return f"<td>–<small>{pair['count']}</small></td>"
    days = wait / timedelta(microseconds=1) / day
    warm = sum(days >= limit for limit in _HEAT) + 1
    return f'<td class="w{warm}">{short(wait, day)}<small>{pair["count"]}</small></td>'


# ---- the age of open work ------------------------------------------------------------------------------------


def _busiest(board: Board) -> list[Flow]:
    """The flows with most open items, in the config's order."""
    now = standing(board).with_columns(flow=board.items["flow"].cast(pl.String))
    open_ = now.filter(pl.col("state") == "open")["flow"].drop_nulls().to_list()
    ranked = sorted(board.terms.flows, key=lambda id_: -open_.count(id_))[:_FLOWS]
    return [flow for flow in board.terms.flows.values() if flow.id in ranked and flow.id in open_]


def percentile(values: Sequence[float], percent: int) -> float:
    """Nearest rank: the smallest value that at least that share did not exceed."""
    return sorted(values)[(len(values) * percent + 99) // 100 - 1]


def _ageing(board: Board, flow: Flow) -> str:
    now = standing(board).with_columns(board.items["flow"].cast(pl.String), pl.col("stage").cast(pl.String))
    mine = now.filter(pl.col("flow") == flow.id)
    begun = mine.filter((pl.col("state") == "open") & pl.col("age").is_not_null() & pl.col("stage").is_not_null())
    by_stage = {
        stage.name: sorted(max(age / _DAY, 0.0) for age in begun.filter(pl.col("stage") == stage.name)["age"])
        for stage in flow.stages
    }
    by_stage = {name: ages for name, ages in by_stage.items() if ages}
    if not by_stage:
        return ""
    took = [
        span / _DAY
        for span in mine.filter(pl.col("state") == "done").select(t=pl.col("finished_at") - pl.col("started_at"))["t"]
        if span is not None and span >= timedelta()
    ]
    lines: dict[str, float] = {}
    past = f"Only {counted(len(took), 'item')} finished from begin to end: too few to say what is usual."
    if len(took) >= FLOOR:
        half, most = percentile(took, 50), percentile(took, 85)
        lines = {f"half were finished by day {number(half)}": half, f"85 of 100 by day {number(most)}": most}
        done = counted(len(took), "finished item")
        past = f"Of {done} half took {number(half)} days at most, 85 of 100 {number(most)}."
    oldest = max(by_stage, key=lambda name: by_stage[name][-1])
    count = sum(map(len, by_stage.values()))
    words = (
        f"{counted(count, 'open item')} that {'was' if count == 1 else 'were'} begun; the oldest is in {oldest}, "
        f"{counted(int(by_stage[oldest][-1]), 'day')} old. {past}"
    )
    svg = plots.ageing(f"age-{_slug(flow.id)}", f"{flow_name(flow.id)}, age of open work: {words}",
                       [*by_stage], [*by_stage.values()], lines)  # fmt: skip
    rows = [(name, str(len(ages)), f"{ages[-1]:.0f}") for name, ages in by_stage.items()]
    return _figure(
        f"{flow_name(flow.id)}: how old open work is", svg, words, ("Stage", "Items", "Oldest, days"), rows
    )


# ---- cumulative flow -----------------------------------------------------------------------------------------


def weeks(board: Board) -> list[datetime]:
    """The board's day start and those of the same weekday before it, oldest first."""
    return [day_start(board, 7 * back) for back in range(_WEEKS, -1, -1)]


def piles(board: Board, flow: Flow, at: Iterable[datetime]) -> list[dict[str, int]]:
    """How many items of a flow were in each kind of stage at these instants; `done` since the first of them."""
    mine = board.items.select("item", flow=pl.col("flow").cast(pl.String)).filter(pl.col("flow") == flow.id)["item"]
    done = standing(board).filter(pl.col("item").is_in(mine.implode())).select("item", "finished_at")
    rows = stays(board).filter(pl.col("item").is_in(mine.implode())).select(
        "item", "entered_at", "left_at", kind=pl.col("stage_kind").cast(pl.String)
    ).join(done, on="item", how="left")  # fmt: skip
    found: list[dict[str, int]] = []
    first: int | None = None
    for instant in at:
        finished = done.filter(pl.col("finished_at") <= instant).height
        first = finished if first is None else first
        there = rows.filter(
            (pl.col("entered_at") <= instant)
            & (pl.col("left_at").is_null() | (pl.col("left_at") > instant))
            & (pl.col("finished_at").is_null() | (pl.col("finished_at") > instant))
        )
        kinds = there["kind"].to_list()
        found.append({"done": finished - first} | {kind: kinds.count(kind) for kind in KINDS[1:]})
    return found


def _flow(board: Board, flow: Flow) -> str:
    days = weeks(board)
    counts = piles(board, flow, days)
    if not any(any(one.values()) for one in counts):
        return ""
    begin, end = counts[0], counts[-1]
    held = [sum(one[kind] for kind in KINDS[1:]) for one in (begin, end)]
    words = (
        f"{counted(held[0], 'item')} open twelve weeks ago, {held[1]} today; "
        f"{counted(end['done'], 'item')} finished in between."
    )
    said = [f"{day.day} {day:%b}" for day in days]
    kinds = [kind for kind in KINDS if any(one[kind] for one in counts)]
    svg = plots.cumulative(f"flow-{_slug(flow.id)}", f"{flow_name(flow.id)}, cumulative flow: {words}", said,
                           {kind: [one[kind] for one in counts] for kind in kinds})  # fmt: skip
    rows = [(day, *(str(one[kind]) for kind in kinds)) for day, one in zip(said, counts, strict=True)]
    return _figure(f"{flow_name(flow.id)}: how work piled up", svg, words, ("Morning of", *kinds), rows)


def _slug(text: str) -> str:
    """What an id may hold; other names make other slugs, in any script."""
    return "".join(one if one.isascii() and one.isalnum() else f"-{ord(one):x}-" for one in text)


def _figure(title: str, svg: str, words: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col"{_number(n)}>{escape(one)}</th>' for n, one in enumerate(header))
    body = "".join(f"<tr>{''.join(_plain_row(row))}</tr>\n" for row in rows)
    return (
        f"<figure>\n<h3>{escape(title)}</h3>\n{svg}\n<figcaption>{escape(words)}</figcaption>\n"
        f"<details>\n<summary>The figures</summary>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
        f"{body}</tbody>\n</table>\n</details>\n</figure>\n"
    )


def _plain_row(row: Sequence[str]) -> Iterator[str]:
    yield f'<th scope="row">{escape(row[0])}</th>'
    yield from (f'<td class="n">{escape(one)}</td>' for one in row[1:])


def _number(column: int) -> str:
    return ' class="n"' if column else ""
