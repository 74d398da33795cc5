"""Past its date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from rules import language, limits
from rules.base import Board, Condition, Evidence, Finding, Level
from rules.calendars import calendar_of
from rules.charges import delay
from rules.dates import day_ends, today
from rules.durations import US_STEP, Duration
from rules.flow import timed
from rules.item_rule import ItemRule, Said, about, days
from rules.now import standing
from rules.waits import Wait


@dataclass(frozen=True)
class Overdue(ItemRule):
    """An item's due date has passed, and it is not finished.

    Finds broken promises. The date has passed when its day is over on the clock of the flow's calendar. Without
    limits every passed date is a breach, from the next morning on; `warn` and `breach` count from there, in working
    time (`2wd`) or on the clock (`3d`). The date is the one that the item has now, so a date that was moved is no
    longer missed. It ends when the item is finished, or gets a date to come. How late it is is told in working days;
    a late day costs what the item's own field says (`value_field` of `[money]`), and nothing where it says nothing.
    Placeholders of `next_step`:
    {waiting_on} whose turn it is, {excess} how far beyond the limit it is, {title}, {limit}, {waited} how late it is.
    """

    kind: ClassVar[str] = "overdue"
    words: ClassVar[dict[Level, str]] = {"warn": "Due date passed", "breach": "Overdue"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    warn: Duration | None = None
    breach: Duration | None = None

    def __post_init__(self) -> None:
        if self.warn is not None or self.breach is not None:
            limits.in_order(self.warn, self.breach)

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item that is late."""
        rows = _late(board).filter(self.asked(board).gather(_late(board)["item"]))
        day = days(board, rows["item"])
        level = limits.level_of(self.warn, self.breach, day) if self.warn or self.breach else pl.lit("breach")
        rows = rows.with_columns(level=level).filter(pl.col("level").is_not_null())
        for row in about(board, rows).iter_rows(named=True):
            yield self.finding(row, self._said(board, row))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Not finished; asked for; with a date; that has passed; by more than the limit."""
        state = str(standing(board)["state"][item])
        yield Condition("it is not finished", state in ("open", "backlog"), state, "open or backlog")
        yield from self.asked_of(board, item)
        due = board.items["due"][item]
        yield Condition("it has a due date", due is not None, str(due or "none"), "a date")
        rows = _late(board).filter(pl.col("item") == item)
        now = language.day_of(today(board, board.items["flow"][item]))
        yield Condition("the date has passed", rows.height > 0, language.day_of(due), f"a day before {now}")
        limit = self.warn or self.breach
        if limit is not None and rows.height:
            yield Wait.of(board, rows.row(0, named=True), limit).condition("it is late by more than the limit")

    def _said(self, board: Board, row: dict[str, Any]) -> Said:
        limit, day, due = (
            self.warn if row["level"] == "warn" else self.breach,
            calendar_of(board, row["flow"]).day,
            row["due"],
        )
        late = row["working"] // US_STEP
        words, excess = language.day_of(due), language.whole_working(late, day)
        if limit is not None:
            words = language.after_its_date(limit.words)
            excess = Wait.of(board, row, limit).excess
        whole = language.whole_working(late, day)
        return Said(
            language.overdue(row["title"], due, whole if late >= day else ""), words, row["since"], whole, excess,
            (Evidence(row["since"], language.due_on(due), row["ref"]),), mark=f"{due}",
            charges=delay(board, row["item"], due),
        )  # fmt: skip


def _late(board: Board) -> pl.DataFrame:
    """The unfinished items whose date has passed: `item`, `due`, `since` (the end of that day), how late."""
    items, state = board.items, standing(board)["state"].cast(pl.String)
    rows = items.select("item", "due", flow=pl.col("flow").cast(pl.String), state=state)
    rows = rows.filter(pl.col("due").is_not_null() & pl.col("state").is_in(["open", "backlog"])).drop("state")
    rows = rows.with_columns(since=day_ends(board, rows), none=pl.lit(None, items["created_at"].dtype))
    late = rows.filter(pl.col("since") <= board.now)
    return timed(late, board, "since", "none").drop("none", "flow")
