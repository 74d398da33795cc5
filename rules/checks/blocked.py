"""Held up by something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import polars as pl

from rules import language, limits
from rules.base import Board, Condition, Evidence, Finding, Level
from rules.blocked import blocked
from rules.durations import Duration
from rules.flow import timed
from rules.item_rule import ItemRule, Said, about, days, open_of
from rules.now import standing
from rules.waits import Wait

By = Literal["dependency", "tag", "field"]


@dataclass(frozen=True)
class Blocked(ItemRule):
    """An open item cannot go on for longer than `warn` or `breach`: something else has to come first.

    Finds the one knot behind a row of waiting items. Blocked is an item that depends on another one which is not
    finished, that carries a tag which means so, or whose field says so; `by` says which of these are asked. The time
    runs from the oldest thing that still blocks it; of a block whose beginning nobody tells nothing is said. What is
    in a backlog stage, finished or gone is left alone. It ends when the other item is finished, or the dependency,
    the tag or the field's word is taken away. The turn is that of whoever has the other item. The time is priced as
    waiting. Placeholders of `next_step`: {waiting_on} whose turn it is, {excess} how far beyond the limit it is,
    {title}, {limit}, {waited}.
    """

    kind: ClassVar[str] = "blocked"
    words: ClassVar[dict[Level, str]] = {"warn": "Blocked", "breach": "Blocked for long"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    warn: Duration | None = None
    breach: Duration | None = None
    by: tuple[By, ...] = ("dependency", "tag", "field")

    def __post_init__(self) -> None:
        limits.in_order(self.warn, self.breach)
        if not self.by:
            raise ValueError("by names nothing that blocks; leave it out for dependency, tag and field")

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item that has been blocked for too long."""
        rows = self._now(board)
        open_ = standing(board)["state"].gather(rows["item"]).cast(pl.String) == "open"
        rows = rows.filter(self.asked(board).gather(rows["item"]) & open_ & pl.col("known"))
        level = limits.level_of(self.warn, self.breach, days(board, rows["item"]))
        late = about(board, rows.with_columns(level=level).filter(pl.col("level").is_not_null()))
        for row in late.iter_rows(named=True):
            yield self.finding({**row, "answers": row["theirs"] or row["answers"]}, self._said(board, row))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Open; asked for; blocked; since a time that is known; for longer than the limit."""
        yield open_of(board, item)
        yield from self.asked_of(board, item)
        mine = self._now(board).filter(pl.col("item") == item)
        what = " or ".join(self.by)
        yield Condition("something blocks it", mine.height > 0, "nothing", f"a {what}")
        row = mine.row(0, named=True)
        yield Condition("it is known since when", row["known"], "not known", "an event that tells")
        limit = self.warn or self.breach
        if limit is not None:
            yield Wait.of(board, row, limit).condition("it has been blocked for longer than the limit")

    def _now(self, board: Board) -> pl.DataFrame:
        """The blocked items: `item`, `since`, `known`, what blocks them (`reason`, `what`, its `name`), `more` (how
        many other things do), `theirs` (who has the other item), `elapsed`, `working`."""
        rows = blocked(board).filter(pl.col("until").is_null() & pl.col("reason").cast(pl.String).is_in(self.by))
        rows = rows.sort(~pl.col("known"), "item", "since", "reason", "what")
        first = rows.group_by("item", maintain_order=True).agg(
            pl.col("since", "known").first(), pl.col("reason").first().cast(pl.String), pl.col("what").first(),
            more=pl.len() - 1,
        )  # fmt: skip
        others = board.items.select(what="ref", name="title").with_columns(
            theirs=standing(board)["owner_name"].cast(pl.String)
        )
        first = first.join(others, on="what", how="left", maintain_order="left").with_columns(
            theirs=pl.when(pl.col("reason") == "dependency").then("theirs"),
            none=pl.lit(None, board.items["created_at"].dtype),
        )
        return timed(first, board, "since", "none").drop("none")

    def _said(self, board: Board, row: dict[str, Any]) -> Said:
        limit = limits.the_limit(row["level"], self.warn, self.breach)
        wait, zone = Wait.of(board, row, limit), board.terms.hours.timezone
        what = language.what_blocks(row["reason"], row["what"], row["name"] or "")
        facts = [
            Evidence(row["since"], language.blocked_since(what, language.moment(row["since"], zone)), row["ref"])
        ]
        if row["more"]:
            facts.append(Evidence(row["since"], language.more_blocks(row["more"]), row["ref"]))
        return Said(
            language.blocked(row["title"], what, wait.said, limit.words), limit.words, row["since"], wait.said,
            wait.excess, tuple(facts),
            language.cost(row["working"].total_seconds() / 3600, board.terms.money, row["team"]),
        )  # fmt: skip
