"""What waiting, friction and delay cost: three figures that are never added, each with its formula and its rows.

Waiting: working hours in handoffs that nobody had looked at. Friction: chasers, bounces and reopenings, each so many
minutes of work as the config says. Delay: days late times the value a day, where a mapped field gives one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from rules import language
from rules.base import INSTANT, Board
from rules.bounces import bounces
from rules.dates import morning_of, today, zone_of
from rules.finish import reopens
from rules.handoff_map import counting
from rules.handoffs import handoffs
from rules.language import costs
from rules.now import standing

KINDS = ("chaser", "bounce", "reopen")


@dataclass(frozen=True, slots=True)
class Figure:
    """One cost: what it is of, how much (`hours` of work or waiting, `money` where a rate or a value is known), how
    it was worked out, and the refs it was worked out from, the largest part first."""

    what: str
    hours: float | None
    money: float | None
    currency: str
    formula: str
    rows: tuple[str, ...]


def figures(board: Board, span: timedelta | None = None) -> list[Figure]:
    """Waiting, friction and delay, of the span up to the board's morning where one is given. What the config does not
    price is left out; nothing is added up across them."""
    found = [waiting_cost(board, span), *friction(board, span), delay(board)]
    return [one for one in found if one is not None]


def frictions(board: Board, span: timedelta | None = None) -> pl.DataFrame:
    """One row per item and kind of friction: `item`, `kind` (chaser, bounce, reopen), `times`, most first.

    Chasers: comments by the giver while nobody had looked, slips left out. A comment, and a sending back, counts
    once, whatever goes with it (owner, team, stage).
    """
    begin = None if span is None else morning_of(board) - span

    def since(rows: pl.DataFrame, at: str) -> pl.DataFrame:
        return rows if begin is None else rows.filter(pl.col(at) > begin)

    waits = handoffs(board).filter((pl.col("ended") != "slip") & ~pl.col("return_of_slip"))
    counted = [
        asked_again(board, since(waits, "given_at")),
        _sent_back(board, since(bounces(board), "back_at")),
        since(reopens(board), "reopened_at").group_by("item").agg(times=pl.len().cast(pl.Int64)),
    ]
    kinds = pl.Enum(KINDS)
    rows = [part.select("item", pl.lit(kind, kinds).alias("kind"), "times")
            for kind, part in zip(KINDS, counted, strict=True)]  # fmt: skip
    return pl.concat(rows).filter(pl.col("times") > 0).sort("kind", "times", "item", descending=[False, True, False])


def asked_again(board: Board, waits: pl.DataFrame) -> pl.DataFrame:
    """`item`, `times`: the comments by whoever gave it, between the giving and the first look."""
    actor = pl.int_range(pl.len()).cast(board.events.schema["actor"])
    people = board.people.select(actor=actor, home="team")
    said = (
        board.events.select("item", "at", "actor", "actor_kind", "kind").with_row_index("row")
        .filter((pl.col("kind") == "comment") & (pl.col("actor_kind") == "person") & pl.col("actor").is_not_null())
        .join(people, on="actor", how="left")
    )  # fmt: skip
    open_ = waits.select("item", "given_at", "from_person", giver=pl.col("from").cast(pl.String),
                         until=pl.coalesce("touched_at", "ended_at"))  # fmt: skip
    his = pl.coalesce(pl.col("from_person") == pl.col("actor"), pl.col("home").cast(pl.String) == pl.col("giver"))
    between = (pl.col("at") > pl.col("given_at")) & (pl.col("until").is_null() | (pl.col("at") < pl.col("until")))
    mine = said.join(open_, on="item").filter(between & his.fill_null(False)).unique(["item", "row"])
    return mine.group_by("item").agg(times=pl.len().cast(pl.Int64))


def _sent_back(board: Board, rows: pl.DataFrame) -> pl.DataFrame:
    """`item`, `times`: what came back within the terms' minutes of the one before came back with it."""
    rows = rows.sort("item", "back_at")
    together = timedelta(minutes=board.terms.slip_minutes)
    same = (pl.col("item") == pl.col("item").shift()) & (pl.col("back_at") - pl.col("back_at").shift() <= together)
    return rows.filter(~same.fill_null(False)).group_by("item").agg(times=pl.len().cast(pl.Int64))


def friction(board: Board, span: timedelta | None = None) -> list[Figure]:
    """One figure a kind of friction that the config gives minutes for and that happened."""
    terms = board.terms.money
    if terms is None or not terms.friction_minutes:
        return []
    rows = frictions(board, span)
    found = []
    for kind in KINDS:
        mine, minutes = rows.filter(pl.col("kind") == kind), terms.friction_minutes.get(kind)
        if minutes is None or not mine.height:
            continue
        times = int(mine["times"].sum())
        hours, rate = times * minutes / 60, terms.default_rate
        formula = costs.friction(kind, times, minutes, hours, rate, terms.currency)
        money = None if rate is None else hours * rate
        refs = tuple(board.items["ref"].gather(mine["item"]))
        found.append(Figure(kind, hours, money, terms.currency if money is not None else "", formula, refs))
    return found


def lateness(board: Board) -> pl.DataFrame:
    """One row per item that has a due date, a value a day and is late, the dearest first: `item`, `due`, `days`
    (whole days from the due date to the finish, or to the board's day while it is open), `value_a_day`, `cost`."""
    now = standing(board).select("item", "finished_at", "state").with_columns(
        board.items["due"], board.items["value_a_day"], board.items["flow"].cast(pl.String)
    )  # fmt: skip
    rows = now.filter(pl.col("due").is_not_null() & pl.col("value_a_day").is_not_null() & (pl.col("state") != "gone"))
    known = rows.select("flow", "finished_at").unique().rows()
    ended = [(flow, at, _day(board, flow, at)) for flow, at in known]
    days = pl.DataFrame(ended, schema={"flow": pl.String, "finished_at": INSTANT, "ended": pl.Date}, orient="row")
    rows = rows.join(days, on=["flow", "finished_at"], how="left", nulls_equal=True)
    late = rows.with_columns(days=(pl.col("ended") - pl.col("due")).dt.total_days()).filter(pl.col("days") > 0)
    priced = late.with_columns(cost=pl.col("days") * pl.col("value_a_day"))
    return priced.select("item", "due", "days", "value_a_day", "cost").sort("cost", "item", descending=[True, False])


def _day(board: Board, flow: str | None, at: datetime | None) -> date:
    """The day of an instant where the flow lives; the board's own where there is none."""
    return today(board, flow) if at is None else at.astimezone(ZoneInfo(zone_of(board, flow))).date()


def delay(board: Board) -> Figure | None:
    """Days late times their value a day, of all items together; None where nobody gave a value or nothing is late."""
    rows, terms = lateness(board), board.terms.money
    if not rows.height:
        return None
    currency = "" if terms is None else terms.currency
    total, days = float(rows["cost"].sum()), int(rows["days"].sum())
    formula = costs.delay(rows.height, days, total, currency)
    return Figure("delay", None, total, currency, formula, tuple(board.items["ref"].gather(rows["item"])))


def waiting_cost(board: Board, span: timedelta | None = None) -> Figure | None:
    """The working hours of handoffs that counted; priced at the receiver's team's rate where there is one. Two items
    that wait for one person are two waits, not two salaries: it is no sum of pay."""
    rows = counting(board, span).sort("working", "item", descending=[True, False])
    if not rows.height:
        return None
    terms = board.terms.money
    hours = int(rows["working"].dt.total_microseconds().sum()) / 3.6e9
    team = pl.coalesce("to_team", board.people["team"].gather(rows["to_person"])).cast(pl.String)
    by_team = rows.group_by(team.alias("team")).agg(us=pl.col("working").dt.total_microseconds().sum())
    prices = {name: language.cost(us / 3.6e9, terms, name).money for name, us in by_team.iter_rows()}
    known = [price for price in prices.values() if price is not None]
    money = sum(known) if len(known) == len(prices) else None
    refs = tuple(board.items["ref"].gather(rows["item"]).unique(maintain_order=True))
    currency = terms.currency if terms is not None and money is not None else ""
    return Figure("waiting", hours, money, currency, costs.waits(rows.height, hours, money, currency), refs)
