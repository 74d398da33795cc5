"""The same request again and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import polars as pl

from rules import language, where
from rules.alike import groups
from rules.base import Board, Condition, Evidence, Finding, Money, Rule, Subject
from rules.durations import US, US_STEP, Duration
from rules.language import habits
from rules.where import ANY, Where


@dataclass(frozen=True)
class Repeat(Rule):
    """Near-identical requests come in again and again: a candidate for a template, a form or self-service.

    Requests are alike when they are of the same type (task, page, …) and their titles share all words that matter,
    all but one of them, or all before a colon, dash or bracket: figures, months and filler words do not matter.
    `warn` and `breach` say how many of them within `window` are too many. Counted are requests by persons, whether
    open or finished; what bots make, and what recurs by itself, is left out where the vendor says who made it (else
    by `where_not`). `each` prices one of them, as `"45m"` of somebody's time: hours, and money at the default rate.
    Placeholders of `next_step`: {title} the newest of them, {count} how many, {people} how many asked, {limit}.
    """

    kind: ClassVar[str] = "repeat"
    placeholders: ClassVar[tuple[str, ...]] = ("title", "count", "people", "limit")
    flow: str | None = None
    source: str | None = None
    where: Where = field(default=ANY)
    where_not: Where = field(default=ANY)
    window: Duration = field(default_factory=lambda: Duration.parse("8w"))
    warn: int | None = 5
    breach: int | None = None
    each: Duration | None = None

    def __post_init__(self) -> None:
        if self.window.working:
            raise ValueError("window counts time on the wall clock; give days or weeks, like 8w")
        if self.each is not None and self.each.unit not in ("m", "h"):
            raise ValueError(f"each ({self.each}) is the time that one request takes; write 45m or 2h")
        given = [one for one in (self.warn, self.breach) if one is not None]
        if not given or min(given) < 2:
            raise ValueError("needs a limit of 2 requests or more; give warn, breach or both, like warn = 5")
        if self.warn and self.breach and self.breach <= self.warn:
            raise ValueError(f"breach ({self.breach}) is not beyond warn ({self.warn}); breach comes later than warn")

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per group of alike requests."""
        least = self._least()
        rows = self._requests(board).filter(pl.col("times") >= least)
        for (kind, core), mine in rows.group_by("kind", "core", maintain_order=True):
            yield self._finding(board, str(kind), str(core), mine)

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Asked for; by a person, in the window; with a title to compare; like enough others."""
        yield from where.conditions(board, item, self._where(), self.where_not)
        came = language.moment(board.items["created_at"][item], board.terms.hours.timezone)
        recent = bool(self._among(board)[item])
        yield Condition(f"a person asked for it in the last {self.window.words}", recent, came, "a later day")
        mine = self._requests(board).filter(pl.col("item") == item)
        title = language.quoted(board.items["title"][item])
        yield Condition("its title says enough to compare", mine.height > 0, title, "two words that matter")
        times = int(mine["times"][0]) if mine.height else 0
        said = language.counted(times, "request")
        yield Condition("enough others are like it", times >= self._least(), said, str(self._least()))

    def _where(self) -> Where:
        return where.within(self.where, self.flow, self.source)

    def _least(self) -> int:
        return min(one for one in (self.warn, self.breach) if one is not None)

    def _among(self, board: Board) -> pl.Series:
        """For each item whether it is a request by a person in the window that is asked about."""
        items = board.items
        maker = board.people["kind"].cast(pl.String).gather(items["created_by"])
        begin = board.now - US_STEP * self.window.microseconds(0)
        mine = (items["created_at"] > begin) & ~maker.is_in(["bot", "own"]).fill_null(False)
        return mine & where.matching(board, self._where(), self.where_not)

    def _requests(self, board: Board) -> pl.DataFrame:
        """`item`, `core`, `kind`, `times` (how many are alike), newest first within a group."""
        found = groups(board, self._among(board))
        items = board.items
        rows = found.with_columns(
            kind=items["kind"].gather(found["item"]).cast(pl.String), at=items["created_at"].gather(found["item"]),
            by=items["created_by"].gather(found["item"]),
        ).with_columns(times=pl.len().over("kind", "core"))  # fmt: skip
        return rows.sort("kind", "core", "at", "item", descending=[False, False, True, False])

    def _finding(self, board: Board, kind: str, core: str, mine: pl.DataFrame) -> Finding:
        times, people = mine.height, mine["by"].drop_nulls().n_unique()
        breached = self.breach is not None and times >= self.breach
        limit = (self.breach if breached else self.warn) or 0
        items, priced = board.items, self._priced(times, board.terms.money)
        refs, titles = items["ref"].gather(mine["item"]), items["title"].gather(mine["item"])
        words = f"{language.counted(limit, 'request')} in {self.window.words}"
        facts = [
            Evidence(at, habits.asked_then(title), ref)
            for at, title, ref in zip(mine["at"].head(5), titles, refs, strict=False)
        ]
        filled = self.next_step.format(title=titles[0], count=times, people=people, limit=words)
        return Finding(
            key=f"{self.id}/{kind}/{core}", rule=self.id, kind=self.kind, level="breach" if breached else "warn",
            subject=Subject("request", f"{kind}/{core}", titles[0], items["url"][int(mine["item"][0])]),
            since=mine["at"].min(), next_step=filled, limit=words, flow=self.flow or "", refs=tuple(refs),  # type: ignore[arg-type]
            sentence=habits.asked_again(titles[0], times, people, self.window.words, priced.effort),
            cost_money=priced.money, currency=priced.currency, cost_formula=priced.formula,
            evidence=tuple(facts),
        )  # fmt: skip

    def _priced(self, times: int, terms: Money | None) -> _Priced:
        """So many requests by the config's word for one; no word, no price."""
        if self.each is None:
            return _Priced()
        hours = times * self.each.microseconds(0) / (3600 * US)
        effort = habits.effort_of(times, str(self.each), hours)
        rate = terms.default_rate if terms else None
        if terms is None or rate is None:
            return _Priced(effort, effort)
        formula = habits.priced(effort, rate, terms.currency, hours * rate)
        return _Priced(effort, formula, hours * rate, terms.currency)


@dataclass(frozen=True)
class _Priced:
    """What a group of requests takes, in words and in money."""

    effort: str = ""
    formula: str = ""
    money: float | None = None
    currency: str = ""
