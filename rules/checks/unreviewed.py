"""Ideas whose turn to be looked at has come and gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import polars as pl

from rules import language, where
from rules.base import Board, Condition, Evidence, Finding, Level, Rule, Subject
from rules.durations import US_STEP, Duration
from rules.flow import calendar, timed
from rules.limits import in_order
from rules.now import last_touches, standing
from rules.once import once
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
        rows = ideas(board).filter(asked & pl.col("in_backlog") & ~pl.col("parked"))
        rows = rows.filter(pl.any_horizontal(self._past(board, None), *(self._past(board, p) for p in self._known())))
        for row in rows.iter_rows(named=True):
            level, limit = self._level(board, row)
            if level is not None and limit is not None:
                yield self._finding(board, row, level, limit)

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """In the backlog; asked for; not parked; past its clock."""
        row = ideas(board).row(item, named=True)
        state = str(standing(board)["state"][item])
        yield Condition("it is an idea in the backlog", row["in_backlog"], state, "backlog")
        asked = where.within(self.where, self.flow, self.source)
        yield from where.conditions(board, item, asked, self.where_not)
        until = board.items["parked_until"][item]
        yield Condition(
            "it is not parked", not row["parked"], f"until {until}" if until else "no date", "a past date"
        )
        limit = self.warn or self._clock(row["priority"])
        late = limit is not None and self._exceeded(board, row, limit)
        words = limit.words if limit else "none"
        ago = language.exact(_us(row, limit), limit, calendar(board).day) if limit else ""
        yield Condition("it was last looked at longer ago than its clock", late, f"{ago} ago", words)

    def _known(self) -> list[str]:
        return [priority for priority in self.review_every if priority != "default"]

    def _past(self, board: Board, priority: str | None) -> pl.Expr:
        """A wide net: past the shortest limit that could apply to this priority."""
        limits = [one for one in (self.warn, self._clock(priority)) if one is not None]
        past = [
            pl.col("working" if one.working else "elapsed").dt.total_microseconds()
            > one.microseconds(calendar(board).day)
            for one in limits
        ]
        late = pl.any_horizontal(past) if past else pl.lit(False)
        return late if priority is None else late & (pl.col("priority").str.to_lowercase() == priority.casefold())

    def _clock(self, priority: str | None) -> Duration | None:
        by_name = {name.casefold(): clock for name, clock in self.review_every.items()}
        return by_name.get((priority or "").casefold()) or by_name.get("default") or self.breach

    def _level(self, board: Board, row: dict[str, Any]) -> tuple[Level | None, Duration | None]:
        clock = self._clock(row["priority"])
        if clock is not None and self._exceeded(board, row, clock):
            return "breach", clock
        if self.warn is not None and self._exceeded(board, row, self.warn):
            return "warn", self.warn
        return None, None

    def _exceeded(self, board: Board, row: dict[str, Any], limit: Duration) -> bool:
        return _us(row, limit) > limit.microseconds(calendar(board).day)

    def _finding(self, board: Board, row: dict[str, Any], level: Level, limit: Duration) -> Finding:
        wait, day, title, ref = _us(row, limit), calendar(board).day, row["title"], row["ref"]
        ago = language.beyond(wait, limit, day)
        excess = language.whole(wait - limit.microseconds(day), limit, day)
        filled = self.next_step.format(
            waiting_on=row["owner_name"] or "its owner", excess=excess, title=title, limit=limit.words, waited=ago
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


@once
def ideas(board: Board) -> pl.DataFrame:
    """One row per item, in item order, with when it was last looked at (`seen_at`) and how long ago that is."""
    items, now = board.items, standing(board)
    seen = items.select("item").join(last_touches(board), on="item", how="left", maintain_order="left")["touched_at"]
    today = board.now.astimezone(ZoneInfo(board.terms.hours.timezone)).date()
    rows = items.select(
        "item", "ref", "title", "url", pl.col("flow").cast(pl.String), pl.col("priority").cast(pl.String),
        seen_at=pl.coalesce("reviewed_at", seen.alias("seen"), "created_at"),
        parked=(pl.col("parked_until") > today).fill_null(False),
        none=pl.lit(None, items["created_at"].dtype),
    ).with_columns(
        now["stage"].cast(pl.String), now["team"].cast(pl.String), now["owner_name"].cast(pl.String),
        in_backlog=(now["state"] == "backlog"),
    )  # fmt: skip
    return timed(rows, board, "seen_at", "none")


def _us(row: dict[str, Any], limit: Duration) -> int:
    return int((row["working"] if limit.working else row["elapsed"]) // US_STEP)
