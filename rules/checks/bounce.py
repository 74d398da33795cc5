"""Sent back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Literal

import polars as pl

from rules import language, limits
from rules.base import Board, Condition, Evidence, Finding, Level
from rules.bounces import bounces, returns
from rules.charges import friction
from rules.dates import morning_of
from rules.durations import US_STEP, Duration
from rules.flow import timed
from rules.item_rule import ItemRule, Said, about
from rules.now import standing

By = Literal["owner", "team", "stage", "approval"]


@dataclass(frozen=True)
class Bounce(ItemRule):
    """An unfinished item was sent back `warn` or `breach` times or more.

    Finds work that goes round: briefs that lack something, reviews that never end. Sent back is what was handed over
    and came back to whoever gave it (owner, team, or the team of a stage), what was moved to an earlier stage of its
    flow, and an approval that was refused or asked to be changed; `by` says which of them count. A move and a change
    of owner within the `slip` time of each other are one sending back; a slip of the hand is none, and what comes
    back from a done stage is `reopened`. `window` (`8w`) counts only what was sent back in that time. It ends when
    the item is finished. Placeholders of `next_step`: {waiting_on} whose turn it is, {excess} how often it was sent
    back, {title}, {limit}, {waited} how long that has gone on.
    """

    kind: ClassVar[str] = "bounce"
    words: ClassVar[dict[Level, str]] = {"warn": "Sent back", "breach": "Going round"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    warn: int | None = None
    breach: int | None = None
    by: tuple[By, ...] = ("owner", "team", "stage", "approval")
    window: Duration | None = None

    def __post_init__(self) -> None:
        limits.times_in_order(self.warn, self.breach)
        limits.on_the_clock(self.window)
        if not self.by:
            raise ValueError("by names no way to send back; leave it out for all four")

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item that goes round."""
        rows = self._counted(board)
        rows = rows.filter(self.asked(board).gather(rows["item"]))
        rows = rows.with_columns(level=limits.level_of_times(self.warn, self.breach))
        for row in about(board, rows.filter(pl.col("level").is_not_null())).iter_rows(named=True):
            yield self.finding(row, self._said(board, row))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Not finished, and here; asked for; sent back that often."""
        state = str(standing(board)["state"][item])
        yield Condition("it is not finished", state in ("open", "backlog"), state, "open or backlog")
        yield from self.asked_of(board, item)
        rows, limit = self._counted(board).filter(pl.col("item") == item), self.warn or self.breach or 1
        times = rows["times"][0] if rows.height else 0
        yield Condition("it was sent back that often", times >= limit, language.counted(times, "time"),
                        f"{language.counted(limit, 'time')} or more")  # fmt: skip

    def _counted(self, board: Board) -> pl.DataFrame:
        """The unfinished items that were sent back: `item`, `times`, `since` (the first), `mark` (the first ever),
        what happened (`at`, `sender`, `to`, lists), `elapsed`, `working`."""
        rows = self._sent_back(board)
        begin = pl.lit(morning_of(board) - US_STEP * self.window.microseconds(0)) if self.window else None
        inside = pl.lit(True) if begin is None else pl.col("at") > begin
        counted = rows.group_by("item", maintain_order=True).agg(
            times=inside.sum() if begin is not None else pl.len(), since=pl.col("at").filter(inside).first(),
            mark=pl.col("at").first(), **{name: pl.col(name).filter(inside) for name in ("at", "sender", "to")},
        )  # fmt: skip
        state = standing(board)["state"].gather(counted["item"]).cast(pl.String)
        counted = counted.filter(state.is_in(["open", "backlog"]) & (pl.col("times") > 0))
        none = pl.lit(None, board.items["created_at"].dtype)
        return timed(counted.with_columns(none=none), board, "since", "none").drop("none")

    def _sent_back(self, board: Board) -> pl.DataFrame:
        """Each sending back once: `item`, `at`, `sender`, `to`, by item and time."""
        given = _one_way(bounces(board).filter(pl.col("by").cast(pl.String).is_in(self.by)))
        parts = [given.select("item", at="back_at", sender=pl.col("to").cast(pl.String),
                              to=pl.col("from").cast(pl.String))]  # fmt: skip
        if "stage" in self.by:
            earlier = returns(board).filter(~pl.col("from_done"))
            parts.append(earlier.select("item", "at", sender=pl.col("stage_from").cast(pl.String),
                                        to=pl.col("stage_to").cast(pl.String)))  # fmt: skip
        rows = pl.concat(parts).sort("item", "at", maintain_order=True)
        close = pl.col("at") - pl.col("at").shift() <= timedelta(minutes=board.terms.slip_minutes)
        same = (pl.col("item") == pl.col("item").shift()) & close
        return rows.filter(~same.fill_null(False))

    def _said(self, board: Board, row: dict[str, Any]) -> Said:
        zone, ref = board.terms.hours.timezone, row["ref"]
        facts = tuple(
            Evidence(at, language.sent_back(sender, to, language.moment(at, zone)), ref)
            for at, sender, to in zip(row["at"], row["sender"], row["to"], strict=True)
        )
        limit = language.counted((self.warn if row["level"] == "warn" else self.breach) or 0, "time")
        return Said(
            language.bounced(row["title"], row["times"]), limit, row["since"],
            language.whole_elapsed(row["elapsed"] // US_STEP), language.counted(row["times"], "time"), facts,
            mark=f"{row['mark']:%Y%m%dT%H%M%S.%fZ}", charges=friction(board, "bounce", row["times"]),
        )  # fmt: skip


def _one_way(rows: pl.DataFrame) -> pl.DataFrame:
    """Of Ada → Ben → Ada → Ben → Ada the two ways back to Ada: giving it anew after that is no sending back."""
    rows = rows.sort("item", "by", "given_at", maintain_order=True)
    same = (pl.col("item") == pl.col("item").shift()) & (pl.col("by") == pl.col("by").shift())
    linked = same & (pl.col("given_at") == pl.col("back_at").shift())
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    begun = pl.when(~linked.fill_null(False)).then(place).forward_fill()
    return rows.filter((place - begun) % 2 == 0)
