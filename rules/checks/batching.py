"""Work that waits for its turn in a pile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import polars as pl

from rules import language, where
from rules.base import Board, Condition, Evidence, Finding, Rule, Subject
from rules.calendars import calendar_of
from rules.durations import US_STEP, Duration
from rules.item_rule import days
from rules.language import habits
from rules.limits import over
from rules.sittings import sittings
from rules.where import ANY, Where

Per = Literal["team", "flow", "owner"]
_KIND: dict[Per, Literal["team", "stage", "person"]] = {"team": "team", "flow": "stage", "owner": "person"}


@dataclass(frozen=True)
class Batching(Rule):
    """Many items that had waited were first looked at in one sitting: the pile made them wait, not the work.

    A sitting is a run of first looks by one person with no break longer than `gap`. Counted are items that had waited
    longer than `waited`; `warn` and `breach` say how many of them in one sitting are too many. Looked at is the last
    `window`; by `per`, all such sittings of a team, of everybody in a flow, or of one person are one finding: by
    default nobody is singled out. A few minutes of smaller piles more often would end the same waits sooner. What the
    waits before the sittings came to is told, and not added to waiting that goes on. Placeholders of `next_step`:
    {waiting_on} the team, flow or person, {count} how many items, {excess} how many more than the limit the largest
    sitting held, {title} the one that had waited longest, {limit}.
    """

    kind: ClassVar[str] = "batching"
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "count", "limit")
    flow: str | None = None
    where: Where = field(default=ANY)
    where_not: Where = field(default=ANY)
    per: Per = "team"
    gap: Duration = field(default_factory=lambda: Duration.parse("15m"))
    waited: Duration = field(default_factory=lambda: Duration.parse("4wh"))
    window: Duration = field(default_factory=lambda: Duration.parse("4w"))
    warn: int | None = 5
    breach: int | None = None

    def __post_init__(self) -> None:
        for name in ("gap", "window"):
            if getattr(self, name).working:
                raise ValueError(f"{name} counts time on the wall clock; write 15m, 4h or 4w")
        given = [one for one in (self.warn, self.breach) if one is not None]
        if not given or min(given) < 2:
            raise ValueError("needs a limit of 2 items or more; give warn, breach or both, like warn = 5")
        if self.warn and self.breach and self.breach <= self.warn:
            raise ValueError(f"breach ({self.breach}) is not beyond warn ({self.warn}); breach comes later than warn")

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per team, flow or person with a sitting that large."""
        for (group,), mine in self._piles(board).group_by("group", maintain_order=True):
            yield self._finding(board, str(group), mine)

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Asked for; first looked at in the window, after a wait; in a sitting that large."""
        yield from where.conditions(board, item, self._where(), self.where_not)
        looks = self._waited(board)
        mine = looks.filter(pl.col("item") == item)
        said = language.counted(mine.height, "first look")
        yield Condition(
            f"it was first looked at after more than {self.waited.words}, in the last {self.window.words}",
            mine.height > 0, said, "1 or more",
        )  # fmt: skip
        known = mine.filter(pl.col("group").is_not_null())
        yield Condition(f"its looker has a known {self.per}", known.height > 0, "none", "any")
        size = int(known["size"].max() or 0)  # type: ignore[arg-type]
        floor = self.warn or self.breach or 0
        yield Condition("that sitting held too many", size >= floor, language.counted(size, "item"), str(floor))

    def _where(self) -> Where:
        return where.within(self.where, self.flow)

    def _waited(self, board: Board) -> pl.DataFrame:
        """The looks of the window at items that had waited, with their `group` and the `size` of their sitting."""
        asked = where.matching(board, self._where(), self.where_not)
        begin = board.now - US_STEP * self.window.microseconds(0)
        looks = sittings(board, US_STEP * self.gap.microseconds(0), asked)
        keys = board.people["key"].gather(looks["hand"])
        group = {"team": looks["team"], "flow": looks["flow"], "owner": keys}[self.per]
        looks = looks.with_columns(group=group).filter(
            over(self.waited, days(board, looks["item"])) & (pl.col("began") > begin)
        )
        return looks.with_columns(size=pl.col("item").n_unique().over("sitting"))

    def _piles(self, board: Board) -> pl.DataFrame:
        """The looks in sittings that reach a limit, by group, the longest wait first."""
        least = min(one for one in (self.warn, self.breach) if one is not None)
        piles = self._waited(board).filter((pl.col("size") >= least) & pl.col("group").is_not_null())
        return piles.sort("group", "working", "touched_at", "item", descending=[False, True, False, False])

    def _finding(self, board: Board, group: str, mine: pl.DataFrame) -> Finding:
        largest, day = int(mine["size"].max() or 0), calendar_of(board, mine["flow"][0]).day  # type: ignore[arg-type]
        breached = self.breach is not None and largest >= self.breach
        limit = (self.breach if breached else self.warn) or 0
        mine = mine.unique("item", keep="first", maintain_order=True)
        refs, titles = board.items["ref"].gather(mine["item"]), board.items["title"].gather(mine["item"])
        name = str(board.people["name"][mine["hand"][0]]) if self.per == "owner" else group
        team = group if self.per == "team" else mine["team"][0] or ""
        cost = language.cost(_sum(mine) / 3600, board.terms.money, team)
        half = language.whole_working(_half(mine), day)
        piles = mine.group_by("sitting", maintain_order=True).agg(pl.col("began").first(), pl.len()).sort("began")
        facts = [Evidence(at, habits.one_sitting(n)) for at, n in piles.select("began", "len").head(5).iter_rows()]
        words = f"{language.counted(limit, 'waiting item')} in one sitting"
        filled = self.next_step.format(
            waiting_on=name, count=mine.height, excess=language.counted(largest - limit + 1, "item"),
            title=titles[0], limit=words,
        )  # fmt: skip
        return Finding(
            key=f"{self.id}/{self.per}/{group}", rule=self.id, kind=self.kind, level="breach" if breached else "warn",
            subject=Subject(_KIND[self.per], group, name), since=piles["began"][0], next_step=filled, limit=words,
            sentence=habits.in_sittings(name, mine.height, piles.height, limit, half, self.window.words),
            flow=self.flow or "", team=team, cost_formula=cost.formula, refs=tuple(refs), evidence=tuple(facts),
        )  # fmt: skip


def _sum(looks: pl.DataFrame) -> float:
    """Working seconds of waiting, together."""
    return float(looks["working"].dt.total_microseconds().sum()) / 1e6


def _half(looks: pl.DataFrame) -> int:
    """The wait that half of them reached: the lower of the middle two."""
    waits: list[Any] = looks["working"].dt.total_microseconds().sort().to_list()
    return int(waits[(len(waits) - 1) // 2])
