"""Foretold: it will probably be late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import polars as pl

from rules import language, limits
from rules.base import Board, Condition, Evidence, Finding, Level
from rules.calendars import calendar_of
from rules.dates import day_ends
from rules.durations import US, Duration
from rules.flow import timed
from rules.item_rule import ItemRule, Said, about, days
from rules.lives import Like, Of, lives
from rules.now import standing
from rules.survival import Past

FLOOR = 20
"""Fewer past items than this foretell nothing."""
_DAY = 86_400 * US


@dataclass(frozen=True)
class AtRisk(ItemRule):
    """An item in work will probably miss its promise or its date, by what became of others that were as old.

    Finds trouble before it is there. `promise` is a length (`8d`) or `due`, the item's own date. `of` says whose
    length it is: of the whole work, from the first active stage to the finish (`flow`), or of the time in its present
    stage (`stage`). Compared is with all items of the same flow (and stage), those included that still go on, which
    count for as long as they were watched; `like = ["type", "priority", "team"]` compares only with items that are
    alike in these. `warn` and `breach` are chances between 0 and 1. Ages are those of this morning, in whole days.
    Fewer than twenty past items of that age, known to have kept the promise or not, foretell nothing. It ends when
    the item is finished or moves on, and when the promise is missed, which other rules tell (`overdue`, `stage_age`).
    Placeholders of `next_step`: {waiting_on} whose turn it is, {excess} the chance in words, {title}, {limit} the
    promise, {waited} its age.
    """

    kind: ClassVar[str] = "at_risk"
    words: ClassVar[dict[Level, str]] = {"warn": "May be late", "breach": "Likely to be late"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    promise: Duration | Literal["due"] = "due"
    of: Of = "flow"
    like: tuple[Like, ...] = ()
    warn: float | None = None
    breach: float | None = None

    def __post_init__(self) -> None:
        limits.chances_in_order(self.warn, self.breach)

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item that will probably be late."""
        rows = self._forecast(board)
        rows = rows.filter(self.asked(board).gather(rows["item"]) & (pl.col("reached") >= FLOOR))
        over = [pl.when(pl.col("chance") > one).then(pl.lit(level)) for level, one in self._levels()]
        rows = rows.with_columns(level=pl.coalesce(over)).filter(pl.col("level").is_not_null())
        rows = timed(rows.with_columns(none=pl.lit(None, board.items["created_at"].dtype)), board, "begun", "none")
        for row in about(board, rows).iter_rows(named=True):
            yield self.finding(row, self._said(board, row))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """In work; asked for; a promise to keep; not missed yet; enough past; a chance over the limit."""
        now = standing(board).row(item, named=True)
        mine = self._open(board).filter(pl.col("item") == item)
        place = f"{now['state']}, {now['stage_kind'] or 'no stage'}"
        yield Condition("it is in work since yesterday or longer", mine.height > 0, place, "open, once active")
        yield from self.asked_of(board, item)
        known = self._promised(board, mine)
        due = str(board.items["due"][item] or "none") if self.promise == "due" else str(self.promise)
        yield Condition("it has a promise to keep", known.height > 0, due, "a date" if self.promise == "due" else due)
        left = known.filter(pl.col("us") <= pl.col("allowed"))
        yield Condition("the promise is not missed yet", left.height > 0, "missed", "still to keep")
        row = self._forecast(board).filter(pl.col("item") == item).row(0, named=True)
        enough, others = row["reached"] >= FLOOR, language.counted(row["reached"], "past item")
        yield Condition("enough is known of others", enough, others, f"{FLOOR} that came to its age")
        limit = min(one for _, one in self._levels())
        said, asked = (f"{language.number(100 * one)} in 100" for one in (row["chance"], limit))
        yield Condition("the chance is over the limit", row["chance"] > limit, said, asked)

    def _levels(self) -> list[tuple[Level, float]]:
        both: list[tuple[Level, float | None]] = [("breach", self.breach), ("warn", self.warn)]
        return [(level, one) for level, one in both if one is not None]

    @property
    def _working(self) -> bool:
        return isinstance(self.promise, Duration) and self.promise.working

    def _open(self, board: Board) -> pl.DataFrame:
        """The lives of the items in work, where they are now."""
        now = standing(board)
        rows = lives(board, self.of, self.like, self._working)
        stage, kind = now["stage"].gather(rows["item"]), now["stage_kind"].gather(rows["item"])
        going = (now["state"].gather(rows["item"]) == "open") & kind.cast(pl.String).is_in(["active", "waiting"])
        here = going.fill_null(False)
        return rows.filter(here if self.of == "flow" else here & (rows["place"] == stage.cast(pl.String)))

    def _promised(self, board: Board, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with what the promise allows (`allowed`, microseconds) and the date, where there is one."""
        if isinstance(self.promise, Duration):
            allowed = limits.allowed(self.promise, days(board, rows["item"]))
            return rows.with_columns(pl.lit(allowed).cast(pl.Int64).alias("allowed"), due=pl.lit(None, pl.Date))
        items = board.items
        rows = rows.with_columns(due=items["due"].gather(rows["item"]),
                                 flow=items["flow"].gather(rows["item"]).cast(pl.String))  # fmt: skip
        left = (day_ends(board, rows) - rows["begun"]).dt.total_microseconds()
        return rows.with_columns(allowed=left).drop("flow").filter(pl.col("allowed").is_not_null())

    def _forecast(self, board: Board) -> pl.DataFrame:
        """The items that can still keep their promise, with `age` (whole days) and what the past says."""
        rows = self._promised(board, self._open(board)).filter(pl.col("us") <= pl.col("allowed"))
        unit = days(board, rows["item"]) if self._working else _DAY
        rows = rows.with_columns(age=pl.col("us") // unit * unit)
        past = lives(board, self.of, self.like, self._working).partition_by("group", as_dict=True)
        told = [
            pl.concat([mine, Past.of(past[group]["us"], past[group]["ended"]).ask(mine["age"], mine["allowed"])],
                      how="horizontal")
            for group, mine in rows.partition_by("group", as_dict=True, maintain_order=True).items()
        ]  # fmt: skip
        empty = {"reached": pl.Int64, "past": pl.Int64, "open": pl.Int64, "chance": pl.Float64}
        asked = pl.concat(told) if told else rows.with_columns(pl.lit(None, dt).alias(n) for n, dt in empty.items())
        return asked.drop("group", "ended")

    def _said(self, board: Board, row: dict[str, Any]) -> Said:
        day, zone = calendar_of(board, row["flow"]).day, board.terms.hours.timezone
        unit = day if self._working else _DAY
        promise = self.promise.words if isinstance(self.promise, Duration) else language.elapsed_time(row["allowed"])
        age = language.whole_working(row["age"], day) if self._working else language.whole_elapsed(row["age"])
        due = language.day_of(row["due"]) if row["due"] else ""
        facts = (
            Evidence(row["begun"], language.begun_on(language.moment(row["begun"], zone)), row["ref"]),
            Evidence(board.now, language.the_chance(row["chance"], row["open"] - 1), row["ref"]),
        )
        return Said(
            language.at_risk(row["title"], promise, due, row["reached"], age if row["age"] >= unit else "",
                             row["place"] or "", row["past"]),
            due or promise, row["begun"], age, language.chance(row["chance"]), facts, mark=f"{row['begun']:%Y%m%d}",
        )  # fmt: skip
