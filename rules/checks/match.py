"""Anything else: what the conditions pick out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import polars as pl

from rules import limits
from rules.base import Board, Condition, Finding, Level
from rules.durations import Duration
from rules.flow import timed
from rules.item_rule import ItemRule, Said, about, days
from rules.language import habits
from rules.now import standing
from rules.waits import Wait
from rules.where import ANY

State = Literal["backlog", "open"]


@dataclass(frozen=True)
class Match(ItemRule):
    """An item is as `where` and `where_not` describe, for any time, or for longer than `warn` or `breach`.

    For what no other kind asks: everything tagged `urgent` and still in the backlog, every approval without a team.
    `states` says whether open items, those in the backlog, or both are meant; what is finished or gone never is.
    Without a limit every match is a warning; with one the clock starts where `since` says: when the item was
    `created`, when it `entered` its present column, or when it was first `started`. `says` is the sentence's end, as
    in "“Spring brief” is urgent and unplanned". A rule without any condition is refused: it would match everything.
    Placeholders of `next_step`: {waiting_on} whose turn it is, {excess} how far beyond the limit it is, {title},
    {limit}, {waited}.
    """

    kind: ClassVar[str] = "match"
    words: ClassVar[dict[Level, str]] = {"warn": "Look at this", "breach": "Act on this"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    states: tuple[State, ...] = ("backlog", "open")
    since: Literal["created", "entered", "started"] = "created"
    says: str = ""
    warn: Duration | None = None
    breach: Duration | None = None

    def __post_init__(self) -> None:
        if self.where == ANY and self.where_not == ANY and not self.source:
            raise ValueError("where says nothing, so that everything would match; name a stage, a tag, a team, …")
        if not self.states:
            raise ValueError("states names none; leave it out for both")
        if self.warn is not None or self.breach is not None:
            limits.in_order(self.warn, self.breach)

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item that fits."""
        fit = self.asked(board) & standing(board)["state"].cast(pl.String).is_in(self.states)
        rows = self._ages(board, fit)
        rows = rows.with_columns(level=self._level(days(board, rows["item"])))
        for row in about(board, rows.filter(pl.col("level").is_not_null())).iter_rows(named=True):
            yield self.finding(row, self._said(board, row))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """In one of the states; asked for; for longer than the limit, where there is one."""
        state = str(standing(board)["state"][item])
        yield Condition("it is in one of the states", state in self.states, state, " or ".join(self.states))
        yield from self.asked_of(board, item)
        limit = self.warn or self.breach
        if limit is not None:
            row = self._ages(board, board.items["item"] == item).row(0, named=True)
            yield Wait.of(board, row, limit).condition("it has been so for longer than the limit")

    def _ages(self, board: Board, among: pl.Series) -> pl.DataFrame:
        """One row per item of these (by item, true or false): `since`, `elapsed`, `working`."""
        now, created = standing(board), board.items["created_at"]
        begun = {"created": created, "entered": now["entered_at"], "started": now["started_at"]}[self.since]
        since = pl.select(pl.coalesce(begun, created)).to_series()
        rows = pl.DataFrame({"item": board.items["item"], "since": since}).filter(among)
        return timed(rows.with_columns(none=pl.lit(None, since.dtype)), board, "since", "none").drop("none")

    def _level(self, day: pl.Series) -> pl.Expr:
        if self.warn is None and self.breach is None:
            return pl.lit("warn")
        return limits.level_of(self.warn, self.breach, day)

    def _said(self, board: Board, row: dict[str, Any]) -> Said:
        named = [f"{key} {' or '.join(names)}" for key, names in self.where.named()]
        named += [f"{key} not {' or '.join(names)}" for key, names in self.where_not.named()]
        what = self.says.strip().removesuffix(".") or habits.fits(named or [f"source {self.source}"])
        if self.warn is None and self.breach is None:
            return Said(habits.matched(row["title"], what, "", ""), habits.fits(named), row["since"], mark="match")
        limit = limits.the_limit(row["level"], self.warn, self.breach)
        wait = Wait.of(board, row, limit)
        sentence = habits.matched(row["title"], what, wait.said, limit.words)
        return Said(sentence, limit.words, row["since"], wait.said, wait.excess)
