"""Finished, and open again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import polars as pl

from rules import language, limits
from rules.base import Board, Condition, Evidence, Finding, Level
from rules.charges import friction
from rules.dates import morning_of
from rules.durations import US_STEP, Duration
from rules.finish import finishes
from rules.flow import timed
from rules.item_rule import ItemRule, Said, about
from rules.now import standing


@dataclass(frozen=True)
class Reopened(ItemRule):
    """An item was finished, is open again, and that happened `warn` or `breach` times or more.

    Finds work that was called done too early. Finished is what the vendor calls completed or what reached a done
    stage, whichever was first; an approval that was refused was never finished. `window` (`8w`) counts only what was
    reopened in that time. It ends when the item is finished again. Placeholders of `next_step`: {waiting_on} whose
    turn it is, {excess} how often it happened, {title}, {limit}, {waited} how long it has been open again.
    """

    kind: ClassVar[str] = "reopened"
    words: ClassVar[dict[Level, str]] = {"warn": "Open again", "breach": "Open again and again"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    warn: int | None = None
    breach: int | None = None
    window: Duration | None = None

    def __post_init__(self) -> None:
        limits.times_in_order(self.warn, self.breach)
        limits.on_the_clock(self.window)

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item that is open again."""
        rows = self._counted(board)
        rows = rows.filter(self.asked(board).gather(rows["item"]))
        rows = rows.with_columns(level=limits.level_of_times(self.warn, self.breach))
        facts = self._facts(board)
        for row in about(board, rows.filter(pl.col("level").is_not_null())).iter_rows(named=True):
            yield self.finding(row, self._said(board, row, facts.get(row["item"], ())))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Not finished, and here; asked for; reopened that often."""
        state = str(standing(board)["state"][item])
        yield Condition("it is not finished", state in ("open", "backlog"), state, "open or backlog")
        yield from self.asked_of(board, item)
        rows, limit = self._counted(board).filter(pl.col("item") == item), self.warn or self.breach or 1
        times = rows["times"][0] if rows.height else 0
        yield Condition("it was reopened that often", times >= limit, language.counted(times, "time"),
                        f"{language.counted(limit, 'time')} or more")  # fmt: skip

    def _again(self, board: Board) -> pl.DataFrame:
        """The reopenings that count: `item`, `finished_at`, `reopened_at`."""
        rows = finishes(board).filter(pl.col("reopened_at").is_not_null())
        if self.window is None:
            return rows
        return rows.filter(pl.col("reopened_at") > morning_of(board) - timedelta(microseconds=self._window))

    @property
    def _window(self) -> int:
        return self.window.microseconds(0) if self.window else 0

    def _counted(self, board: Board) -> pl.DataFrame:
        """The items that are open again: `item`, `times`, `since` (the last time), `elapsed`, `working`."""
        rows = self._again(board).group_by("item", maintain_order=True).agg(
            times=pl.len(), since=pl.col("reopened_at").last(),
        )  # fmt: skip
        state = standing(board)["state"].gather(rows["item"]).cast(pl.String)
        rows = rows.filter(state.is_in(["open", "backlog"]))
        none = pl.lit(None, board.items["created_at"].dtype)
        return timed(rows.with_columns(none=none), board, "since", "none")

    def _facts(self, board: Board) -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        for row in self._again(board).iter_rows(named=True):
            found.setdefault(row["item"], []).append(row)
        return found

    def _said(self, board: Board, row: dict[str, Any], times: Any) -> Said:
        zone, ref = board.terms.hours.timezone, row["ref"]
        facts = [
            Evidence(one["reopened_at"], language.finished_then(
                language.moment(one["finished_at"], zone), language.moment(one["reopened_at"], zone)), ref)
            for one in times
        ]  # fmt: skip
        limit = language.counted((self.warn if row["level"] == "warn" else self.breach) or 0, "time")
        return Said(
            language.reopened(row["title"], row["times"]), limit, row["since"],
            language.whole_elapsed(row["elapsed"] // US_STEP), language.counted(row["times"], "time"), tuple(facts),
            charges=friction(board, "reopen", row["times"]),
        )  # fmt: skip
