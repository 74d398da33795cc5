"""Ideas whose turn to be looked at has come and gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import polars as pl

from rules import language, where
from rules.base import INSTANT, Board, Condition, Evidence, Finding, Level, Rule, Subject
from rules.durations import Duration
from rules.flow import timed
from rules.item_rule import about, days
from rules.limits import in_order, over
from rules.now import last_touches, standing
from rules.once import while_asked
from rules.waits import Wait
from rules.where import ANY, Where


@dataclass(frozen=True)
class Unreviewed(Rule):
    """An idea in the backlog was last looked at longer ago than its priority allows.

    `review_every` gives the review clock by priority, `default` for all others: `{ high = "30d", medium = "90d",
    default = "180d" }`; past it is a breach. `warn` speaks up earlier; `breach` alone is one clock for all. Last
    looked at: the mapped "last reviewed" field, else the last event by a person, else the creation. An idea that is
    parked is left alone until its date; what is finished, gone or past the backlog is not asked about. Ideas that
    were declined: `where_not` or a done stage. Placeholders of `next_step`: {waiting_on} the owner, {excess} how far
    past its clock it is, {title}, {limit}, {waited}.
    """

    kind: ClassVar[str] = "unreviewed"
    words: ClassVar[dict[Level, str]] = {"warn": "Review due", "breach": "Review overdue"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    flow: str | None = None
    source: str | None = None
    where: Where = field(default=ANY)
    where_not: Where = field(default=ANY)
    review_every: Mapping[str, Duration] = field(default_factory=dict)
    warn: Duration | None = None
    breach: Duration | None = None

    def __post_init__(self) -> None:
        if self.review_every:
            if "default" not in self.review_every and self.breach is None:
                raise ValueError('review_every lacks a default; add default = "180d" for all other priorities')
        else:
            in_order(self.warn, self.breach)

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per idea past a clock."""
        asked = where.matching(board, where.within(self.where, self.flow, self.source), self.where_not)
        rows = ideas(board).filter(~pl.col("parked"))
        rows = rows.filter(asked.gather(rows["item"]))
        day = days(board, rows["item"])
        late = rows.filter(pl.any_horizontal(self._past(day, None), *(self._past(day, p) for p in self._known())))
        for row in about(board, late).iter_rows(named=True):
            level, limit = self._level(board, row)
            if level is not None and limit is not None:
                yield self._finding(board, row, level, limit)

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """In the backlog; asked for; not parked; past its clock."""
        mine, state = ideas(board).filter(pl.col("item") == item), str(standing(board)["state"][item])
        yield Condition("it is an idea in the backlog", mine.height > 0, state, "backlog")
        asked = where.within(self.where, self.flow, self.source)
        yield from where.conditions(board, item, asked, self.where_not)
        row = mine.row(0, named=True)
        until = board.items["parked_until"][item]
        yield Condition(
            "it is not parked", not row["parked"], f"until {until}" if until else "no date", "a past date"
        )
        limit = self.warn or self._clock(row["priority"])
        if limit is None:
            yield Condition("its priority has a clock", False, row["priority"] or "none", "a priority with a clock")
            return
        wait = Wait.of(board, row, limit)
        ago = f"{language.exact(wait.us, limit, wait.day)} ago"
        yield Condition("it was last looked at longer ago than its clock", wait.over, ago, limit.words)

    def _known(self) -> list[str]:
        return [priority for priority in self.review_every if priority != "default"]

    def _past(self, day: pl.Series, priority: str | None) -> pl.Expr:
        """A wide net: past the shortest limit that could apply to this priority."""
        late = over(self.warn, day) | over(self._clock(priority), day)
        known = pl.col("priority").cast(pl.String).str.to_lowercase()
        return late if priority is None else late & (known == priority.casefold())

    def _clock(self, priority: str | None) -> Duration | None:
        by_name = {name.casefold(): clock for name, clock in self.review_every.items()}
        return by_name.get((priority or "").casefold()) or by_name.get("default") or self.breach

    def _level(self, board: Board, row: dict[str, Any]) -> tuple[Level | None, Duration | None]:
        clock = self._clock(row["priority"])
        if clock is not None and Wait.of(board, row, clock).over:
            return "breach", clock
        if self.warn is not None and Wait.of(board, row, self.warn).over:
            return "warn", self.warn
        return None, None

    def _finding(self, board: Board, row: dict[str, Any], level: Level, limit: Duration) -> Finding:
        wait, title, ref = Wait.of(board, row, limit), row["title"], row["ref"]
        ago = wait.said
        filled = self.next_step.format(
            waiting_on=row["owner_name"] or "its owner",
            excess=wait.excess,
            title=title,
            limit=limit.words,
            waited=ago,
        )
        priority = row["priority"] if row["priority"] and self._clock(row["priority"]) != self._clock(None) else None
        return Finding(
            key=f"{self.id}/{ref}/{row['seen_at']:%Y%m%dT%H%M%S.%fZ}", rule=self.id, kind=self.kind, level=level,
            subject=Subject("item", ref, title, row["url"]), since=row["seen_at"],
            sentence=language.unreviewed(title, ago, limit.words, priority), next_step=filled,
            limit=limit.words, flow=row["flow"] or "", stage=row["stage"] or "", waiting_on=row["owner_name"] or "",
            team=row["team"] or "", waited_working=row["working"].total_seconds(),
            waited_elapsed=row["elapsed"].total_seconds(), refs=(ref,),
            evidence=(Evidence(row["seen_at"], language.last_looked_at(ago), ref),),
        )  # fmt: skip


@while_asked
def ideas(board: Board) -> pl.DataFrame:
    """One row per item in the backlog: `item`, `priority`, `seen_at` (last looked at), `parked`, how long ago."""
    items, now = board.items, standing(board)
    today = board.now.astimezone(ZoneInfo(board.terms.hours.timezone)).date()
    rows = items.lazy().select("item", "priority", "reviewed_at", "parked_until", "created_at").filter(
        now["state"] == "backlog"
    ).collect()  # fmt: skip
    rows = rows.join(last_touches(board), on="item", how="left", maintain_order="left").select(
        "item", pl.col("priority").cast(pl.String), seen_at=pl.coalesce("reviewed_at", "touched_at", "created_at"),
        parked=(pl.col("parked_until") > today).fill_null(False), none=pl.lit(None, INSTANT),
    )  # fmt: skip
    return timed(rows, board, "seen_at", "none").drop("none")
