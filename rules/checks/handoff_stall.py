"""Given, and not looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import polars as pl

from rules import language, limits, where
from rules.base import INSTANT, Board, Condition, Evidence, Finding, Level, Subject
from rules.calendars import days_for
from rules.calibration import Learner
from rules.charges import friction
from rules.durations import Duration
from rules.friction import asked_again
from rules.handoffs import handoffs
from rules.now import standing
from rules.once import while_asked
from rules.parties import REQUESTER
from rules.past import first_looks, lasting
from rules.touches import team_parties
from rules.waits import Wait
from rules.where import ANY, Where

By = Literal["owner", "team", "stage", "approval"]


@dataclass(frozen=True)
class HandoffStall(Learner):
    """An open item was given to somebody who has not touched it since, for longer than `warn` or `breach`.

    Given: the owner or the team changed, the item moved into a stage that another team answers for, or an approval
    was asked for; `by` says which of them count. Touched: any event on the item by the receiver himself, or by a
    listed member of the team that received it. What the giver adds meanwhile is counted as chasing and ends nothing;
    what bots, the vendor's rules and Handrail itself do is no touch. Slips, and items that are finished, gone or in a
    backlog stage, are left out, and so is the team field's change to a team without listed members, whom nobody could
    ask. Limits in working time (`2wd`, `16wh`), elapsed time (`48h`), or learned from past first looks (`p85`, with a
    `clamp`). An item with several waits has one finding, about the longest. Placeholders of `next_step`: {waiting_on}
    who has it, {excess} how far beyond the limit it is, {title}, {limit}, {waited}.
    """

    kind: ClassVar[str] = "handoff_stall"
    words: ClassVar[dict[Level, str]] = {"warn": "Waiting for a first look", "breach": "Stalled"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    flow: str | None = None
    where: Where = field(default=ANY)
    where_not: Where = field(default=ANY)
    by: tuple[By, ...] = ("owner", "team", "stage", "approval")
    warn: Duration | None = None
    breach: Duration | None = None

    def __post_init__(self) -> None:
        limits.in_order(self.warn, self.breach)
        if not self.by:
            raise ValueError("by names no kind of handoff; leave it out for all four")

    def past(self, board: Board) -> pl.DataFrame:
        """Waits for a first look."""
        asked = where.matching(board, lasting(self._where()), lasting(self.where_not))
        return first_looks(board, asked, self.by)

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item whose longest wait is over a limit."""
        asked = where.matching(board, self._where(), self.where_not)
        waits = waiting(board)
        waits = waits.filter(pl.col("by").cast(pl.String).is_in(self.by) & asked.gather(waits["item"]))
        late = waits.with_columns(level=limits.level_of(self.warn, self.breach, waits["day"])).filter(
            pl.col("level").is_not_null()
        )
        late = late.unique("item", keep="first", maintain_order=True)
        late = late.with_columns(asked=_asked(board, late))
        asker = board.people["name"].gather(board.items["created_by"]).alias("asker")
        named = board.items.select("ref", "title", "url", asker)[late["item"]]
        for row in late.hstack(named).iter_rows(named=True):
            yield self._finding(board, row)

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Open; asked for; given to somebody; not touched; for longer than the limit."""
        state = str(standing(board)["state"][item])
        yield Condition("it is open", state == "open", state, "open")
        yield from where.conditions(board, item, self._where(), self.where_not)
        mine = handoffs(board).filter(
            (pl.col("item") == item) & pl.col("by").cast(pl.String).is_in(self.by) & ~pl.col("return_of_slip")
        )
        yield Condition("it was handed over", mine.height > 0, language.counted(mine.height, "handoff"), "1 or more")
        still = waiting(board).filter((pl.col("item") == item) & pl.col("by").cast(pl.String).is_in(self.by))
        how = ", ".join(sorted(set(mine["ended"].cast(pl.String)) - {"waiting"}))
        value = "waiting" if still.height or not how else how
        yield Condition("a receiver has not touched it yet", still.height > 0, value, "waiting")
        limit = self.warn or self.breach
        if limit is None or not still.height:
            return
        yield Wait.of(board, still.row(0, named=True), limit).condition("it has waited longer than the limit")

    def _where(self) -> Where:
        return self.where if self.flow is None else where.within(self.where, self.flow)

    def _finding(self, board: Board, row: dict[str, Any]) -> Finding:
        limit = limits.the_limit(row["level"], self.warn, self.breach)
        wait = Wait.of(board, row, limit)
        to = row["to"] if row["to"] != REQUESTER else row["asker"] or language.whoever_asked()
        waited, title = wait.said, row["title"]
        cost = language.cost(row["working"].total_seconds() / 3600, board.terms.money, row["team"])
        at = language.moment(row["given_at"], board.terms.hours.timezone)
        facts = [Evidence(row["given_at"], language.given(row["from"], to, at), row["ref"])]
        if row["chasers"]:
            facts.append(Evidence(board.now, language.chased(row["chasers"], row["from"]), row["ref"]))
        facts.append(Evidence(board.now, language.not_touched(to), row["ref"]))
        filled = self.next_step.format(
            waiting_on=to, excess=wait.excess, title=title, limit=limit.words, waited=waited
        )
        return Finding(
            key=f"{self.id}/{row['ref']}/{row['given_at']:%Y%m%dT%H%M%S.%fZ}", rule=self.id, kind=self.kind,
            level=row["level"], subject=Subject("item", row["ref"], title, row["url"]), since=row["given_at"],
            sentence=language.stalled(title, to, waited, limit.words), next_step=filled, limit=limit.words,
            flow=row["flow"] or "", stage=row["stage"] or "", waiting_on=to, team=row["team"] or "",
            waited_working=row["working"].total_seconds(), waited_elapsed=row["elapsed"].total_seconds(),
            cost_hours=cost.hours, cost_money=cost.money, currency=cost.currency, cost_formula=cost.formula,
            refs=(row["ref"],), evidence=tuple(facts), cause=row["cause"],
            charges=friction(board, "chaser", row["asked"]),
        )  # fmt: skip


def _asked(board: Board, waits: pl.DataFrame) -> pl.Series:
    """How often the giver of each wait has asked again: his comments, nothing else. 0 where that has no price."""
    if board.terms.money is None or "chaser" not in board.terms.money.friction_minutes:
        return pl.repeat(0, waits.height, dtype=pl.Int64, eager=True)
    open_ = waits.with_columns(touched_at=pl.lit(None, INSTANT), ended_at=pl.lit(None, INSTANT))
    times = waits.select("item").join(asked_again(board, open_), on="item", how="left", maintain_order="left")
    return times["times"].fill_null(0)


@while_asked
def waiting(board: Board) -> pl.DataFrame:
    """The handoffs that open items still wait in, the longest wait of each item first, with what a finding needs."""
    now = standing(board)
    waits = handoffs(board).filter((pl.col("ended") == "waiting") & ~pl.col("return_of_slip"))
    waits = waits.drop("touched_at", "ended", "ended_at", "return_of_slip", "approximate")
    unlisted = team_parties(board).filter(~pl.col("listed"))["team"].implode()
    nobodys = (pl.col("by").cast(pl.String) == "team") & pl.col("to_team").is_in(unlisted).fill_null(False)
    waits = waits.filter((now["state"] == "open").gather(waits["item"]) & ~nobodys).sort(
        "item", "given_at", maintain_order=True
    )
    team = pl.coalesce("to_team", board.people["team"].gather(waits["to_person"]))
    stage = now["stage"].gather(waits["item"])
    return waits.with_columns(team=team, stage=stage, day=days_for(board, waits, "to_person"))
