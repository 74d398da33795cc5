"""Too long in one stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import polars as pl

from rules import language, limits
from rules.base import Board, Condition, Evidence, Finding, Level
from rules.calibration import Learner
from rules.durations import Duration
from rules.item_rule import ItemRule, Said, about, days
from rules.now import standing
from rules.past import lasting, stage_lengths
from rules.stage_time import stage_times, visits
from rules.waits import Wait
from rules.where import matching, within

_KINDS = ("active", "waiting")


@dataclass(frozen=True)
class StageLimits:
    """The limits of one stage, or of one kind of stage."""

    warn: Duration | None = None
    breach: Duration | None = None

    def __post_init__(self) -> None:
        limits.in_order(self.warn, self.breach)


@dataclass(frozen=True)
class StageAge(Learner, ItemRule):
    """An open item has been in its present stage for longer than `warn` or `breach`.

    Finds work that sits: in a queue nobody empties, or begun and left lying. Asked about are active and waiting
    stages; a backlog has a review clock instead (`unreviewed`). `by_stage` gives single stages, or a kind of stage,
    limits of their own: `by_stage = { Legal = { breach = "10wd" }, waiting = { warn = "2wd" } }`; the stage's name
    goes before its kind. `visits`: every visit to the stage adds up (`all`), so that moving a card out and back does
    not set the clock to nothing, or only the present one counts (`this`). Columns of one stage are one stage. It ends
    when the item leaves the stage or is finished. In a waiting stage the time is priced as waiting. `warn` and
    `breach` may be learned from past stays (`p85`, with a `clamp`; a rule a stage, by `where`). Placeholders of
    `next_step`: {waiting_on} whose turn it is, {excess} how far beyond the limit it is, {title}, {limit}, {waited}.
    """

    kind: ClassVar[str] = "stage_age"
    learns: ClassVar[tuple[str, str]] = ("stay in these stages", "stays in these stages")
    words: ClassVar[dict[Level, str]] = {"warn": "Long in this stage", "breach": "Stuck in this stage"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    warn: Duration | None = None
    breach: Duration | None = None
    by_stage: Mapping[str, StageLimits] = field(default_factory=dict)
    visits: Literal["all", "this"] = "all"

    def __post_init__(self) -> None:
        if self.warn is not None or self.breach is not None or not self.by_stage:
            limits.in_order(self.warn, self.breach)

    def past(self, board: Board) -> pl.DataFrame:
        """Stays in the stages that the rule asks about and that have no limits of their own."""
        asked = matching(board, within(lasting(self.where), self.flow, self.source), lasting(self.where_not))
        without = (*self.where_not.stage, *self.by_stage)
        return stage_lengths(board, asked, self.where.stage, without, self.visits == "this")

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item that has been in its stage for too long."""
        times = self._times(board)
        rows = times.filter(self.asked(board).gather(times["item"]))
        rows = rows.with_columns(level=self._level(days(board, rows["item"]))).filter(pl.col("level").is_not_null())
        rows = about(board, rows.drop("kind", "place"))
        earlier = self._earlier(board, rows)
        for row in rows.iter_rows(named=True):
            yield self.finding(row, self._said(board, row, earlier.get(row["item"], ())))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Open, in an active or waiting stage; asked for; a limit for that stage; for longer than it."""
        now = standing(board).row(item, named=True)
        place = f"{now['state']}, {now['stage_kind'] or 'no stage'}"
        rows = self._times(board).filter(pl.col("item") == item)
        yield Condition("it is in hand", rows.height > 0, place, "open, in an active or waiting stage")
        yield from self.asked_of(board, item)
        row = rows.row(0, named=True)
        warn, breach = self._limits(row["place"], row["kind"])
        limit = warn or breach
        yield Condition("its stage has a limit", limit is not None, str(row["place"]), "a stage with a limit")
        if limit is not None:
            yield Wait.of(board, row, limit).condition("it has been there longer than the limit")

    def _times(self, board: Board) -> pl.DataFrame:
        """The items in hand with the time that counts: `elapsed`, `working`, their stage (`place`) and its kind."""
        now, times = standing(board), stage_times(board)
        times = times.with_columns(
            state=now["state"].gather(times["item"]).cast(pl.String),
            kind=now["stage_kind"].gather(times["item"]).cast(pl.String),
            place=now["stage"].gather(times["item"]).cast(pl.String),
        ).filter((pl.col("state") == "open") & pl.col("kind").is_in(_KINDS))
        if self.visits == "all":
            times = times.with_columns(elapsed="all_elapsed", working="all_working")
        return times.drop("state", "all_elapsed", "all_working")

    def _limits(self, place: str, kind: str) -> tuple[Duration | None, Duration | None]:
        mine = self.by_stage.get(place) or self.by_stage.get(kind)
        return (self.warn, self.breach) if mine is None else (mine.warn, mine.breach)

    def _level(self, day: pl.Series) -> pl.Expr:
        """The level by the stage's own limits, else its kind's, else the rule's."""
        level = limits.level_of(self.warn, self.breach, day)
        by_name = [name for name in self.by_stage if name not in _KINDS]
        for name in [*(kind for kind in _KINDS if kind in self.by_stage), *by_name]:
            mine = self.by_stage[name]
            here = pl.col("kind" if name in _KINDS else "place") == name
            level = pl.when(here).then(limits.level_of(mine.warn, mine.breach, day)).otherwise(level)
        return level

    def _earlier(self, board: Board, rows: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
        """The visits behind the findings that have more than one."""
        again = rows.filter(pl.col("visits") > 1).select("item")
        found: dict[int, list[dict[str, Any]]] = {}
        for row in visits(board).join(again, on="item", how="semi", maintain_order="left").iter_rows(named=True):
            found.setdefault(row["item"], []).append(row)
        return found

    def _said(self, board: Board, row: dict[str, Any], came: Any) -> Said:
        limit = limits.the_limit(row["level"], *self._limits(row["stage"], row["stage_kind"]))
        wait, zone = Wait.of(board, row, limit), board.terms.hours.timezone
        entered = [one["entered_at"] for one in came] or [row["since"]]
        facts = [
            Evidence(at, language.came_into(row["stage"], language.moment(at, zone)), row["ref"]) for at in entered
        ]
        hours = row["working"].total_seconds() / 3600
        queue = row["stage_kind"] == "waiting"
        in_all = self.visits == "all" and row["visits"] > 1
        return Said(
            language.long_in_stage(row["title"], row["stage"], wait.said, limit.words, in_all), limit.words,
            row["since"], wait.said, wait.excess, tuple(facts),
            language.cost(hours, board.terms.money, row["team"]) if queue else None,
        )  # fmt: skip
