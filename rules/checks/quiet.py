"""Silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from rules import language, limits
from rules.base import Board, Condition, Evidence, Finding, Level
from rules.calibration import Learner
from rules.charges import friction
from rules.durations import Duration
from rules.item_rule import ItemRule, Said, about, days, open_of
from rules.now import standing
from rules.past import lasting, longest_silences
from rules.silence import silences
from rules.waits import Wait
from rules.where import matching, within


@dataclass(frozen=True)
class Quiet(Learner, ItemRule):
    """Nobody has touched an open item for longer than `warn` or `breach`.

    Finds what was forgotten: the lead that went quiet, the brief nobody speaks of. Any event by a person is a touch;
    what bots, the vendor's rules and Handrail itself do is none, and neither is chasing: a comment by whoever asked
    for the item or handed it to its present owner, while somebody else has it, is counted and ends no silence
    (`chasing_counts = true` makes it a touch). The silence is asked of every item that is kept, not of those that
    changed, and begins with the creation where nobody ever touched it. What is finished, gone, parked or in a backlog
    stage is left alone. It ends with a touch. Limits may be learned from the longest silence of each past item
    (`p85`, with a `clamp`). Placeholders of `next_step`: {waiting_on} whose turn it is, {excess} how far beyond the
    limit it is, {title}, {limit}, {waited}.
    """

    kind: ClassVar[str] = "quiet"
    learns: ClassVar[tuple[str, str]] = ("longest silence", "longest silences")
    words: ClassVar[dict[Level, str]] = {"warn": "Quiet", "breach": "Gone quiet"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    warn: Duration | None = None
    breach: Duration | None = None
    chasing_counts: bool = False

    def __post_init__(self) -> None:
        limits.in_order(self.warn, self.breach)

    def past(self, board: Board) -> pl.DataFrame:
        """The longest silence of each item."""
        where = within(lasting(self.where), self.flow, self.source)
        return longest_silences(board, matching(board, where, lasting(self.where_not)), self.chasing_counts)

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per silent item."""
        asked = self.asked(board) & (standing(board)["state"].cast(pl.String) == "open")
        rows = silences(board, self.chasing_counts).filter(asked & ~pl.col("parked"))
        rows = rows.with_columns(level=limits.level_of(self.warn, self.breach, days(board, rows["item"])))
        for row in about(board, rows.filter(pl.col("level").is_not_null())).iter_rows(named=True):
            yield self.finding(row, self._said(board, row))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Open; asked for; not parked; silent for longer than the limit."""
        yield open_of(board, item)
        yield from self.asked_of(board, item)
        row, until = silences(board, self.chasing_counts).row(item, named=True), board.items["parked_until"][item]
        said = f"until {language.day_of(until)}" if until else "no date"
        yield Condition("it is not parked", not row["parked"], said, "a past date")
        limit = self.warn or self.breach
        if limit is not None:
            yield Wait.of(board, row, limit).condition("nobody has touched it for longer than the limit")

    def _said(self, board: Board, row: dict[str, Any]) -> Said:
        limit = limits.the_limit(row["level"], self.warn, self.breach)
        wait, at = Wait.of(board, row, limit), language.moment(row["since"], board.terms.hours.timezone)
        facts = [Evidence(row["since"], language.last_touched(row["who"] or "", at), row["ref"])]
        if row["chased"]:
            facts.append(Evidence(row["since"], language.asked_about(row["chased"]), row["ref"]))
        return Said(
            language.quiet(row["title"], wait.said, limit.words), limit.words, row["since"], wait.said, wait.excess,
            tuple(facts), charges=friction(board, "chaser", row["chased"]),
        )  # fmt: skip
