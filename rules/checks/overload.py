"""More in hand than anybody can move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

import polars as pl

from rules import language, where
from rules.base import Board, Condition, Evidence, Finding, Level, Rule, Subject
from rules.calendars import calendar_of, worked_between
from rules.dates import morning_of
from rules.durations import US_STEP, Duration
from rules.load import Per, came_and_went, in_hand, week_of
from rules.now import standing
from rules.where import ANY, Where

FLOOR = 5
"""Fewer arrivals than this in the window say nothing about a trend."""
_KIND: dict[Per, Literal["person", "team", "stage"]] = {"owner": "person", "team": "team", "stage": "stage"}


@dataclass(frozen=True)
class Load:
    """Limits of one level; passing any of them is enough. `wip`: items in hand; `age_sum`: their ages together;
    `due_this_week`: items in hand due by Sunday; `arrivals_over_finishes`: arrivals for each finish in `window`."""

    wip: int | None = None
    age_sum: Duration | None = None
    due_this_week: int | None = None
    arrivals_over_finishes: float | None = None
    window: Duration = field(default_factory=lambda: Duration.parse("4w"))

    def __post_init__(self) -> None:
        given = (self.wip, self.age_sum, self.due_this_week, self.arrivals_over_finishes)
        if all(one is None for one in given):
            raise ValueError("names no limit; give wip, age_sum, due_this_week or arrivals_over_finishes")
        if any(isinstance(one, int | float) and one <= 0 for one in given):
            raise ValueError("a limit must be more than nothing; leave out what should not be asked")
        if self.window.working:
            raise ValueError("window counts time on the wall clock; give days or weeks, like 4w")


@dataclass(frozen=True)
class _Passed:
    """One limit that a group is beyond: the sentence, the limit in words, how many items too many, since when."""

    sentence: str
    limit: str
    excess: int
    since: datetime


@dataclass(frozen=True)
class Overload(Rule):
    """An owner, a team or a stage has more open work than its limit.

    `per` says of whom: `owner`, `team` or `stage`. A level is a number of items (`warn = 8`) or a table of limits, of
    which any one is enough: `{ wip = 8, age_sum = "40wd", due_this_week = 5, arrivals_over_finishes = 1.3,
    window = "4w" }`. In hand is what is open in an active or waiting stage; a backlog is not work in progress.
    Arrivals are compared with finishes only from five arrivals on. Placeholders of `next_step`: {waiting_on} who
    holds the work, {excess} how many items are too many, {title} the oldest of them, {count} how many are in hand,
    {limit}.
    """

    kind: ClassVar[str] = "overload"
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "count", "limit")
    flow: str | None = None
    where: Where = field(default=ANY)
    where_not: Where = field(default=ANY)
    per: Per = "owner"
    warn: int | Load | None = None
    breach: int | Load | None = None

    def __post_init__(self) -> None:
        if self.warn is None and self.breach is None:
            raise ValueError("needs a limit; give warn, breach or both, like breach = { wip = 8 }")
        warn, breach = _load(self.warn), _load(self.breach)
        if warn and breach and warn.wip and breach.wip and breach.wip <= warn.wip:
            raise ValueError(f"breach ({breach.wip}) is not beyond warn ({warn.wip}); breach comes later than warn")

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per group beyond a limit."""
        asked = where.matching(board, self._where(), self.where_not)
        held = in_hand(board, self.per, asked)
        flows = {level: self._flows(board, level, asked) for level in ("breach", "warn")}
        for (group,), mine in held.group_by("group", maintain_order=True):
            for level, load in self._levels():
                passed = list(_passed(board, self.per, mine, load, flows[level].get(str(group))))
                if passed:
                    yield self._finding(board, str(group), mine, level, passed)
                    break

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """In hand; asked for; with somebody; who is beyond a limit."""
        now = standing(board)
        place = str(now["stage_kind"][item] or "no stage")
        going = now["state"][item] == "open" and place in ("active", "waiting")
        yield Condition(
            "it is in hand", going, f"{now['state'][item]}, {place}", "open, in an active or waiting stage"
        )
        yield from where.conditions(board, item, self._where(), self.where_not)
        held = in_hand(board, self.per, where.matching(board, self._where(), self.where_not))
        group = held.filter(pl.col("item") == item)["group"]
        yield Condition(f"it has a known {self.per}", len(group) > 0, group[0] if len(group) else "none", "any")
        if not len(group):
            return
        mine = held.filter(pl.col("group") == group[0])
        loud = next((one for one in self.check(board) if one.subject.id == group[0]), None)
        limit = "; ".join(_words(load) for _, load in reversed(list(self._levels())))
        yield Condition(
            "that is beyond a limit", loud is not None, language.counted(mine.height, "item") + " in hand", limit
        )

    def _where(self) -> Where:
        return self.where if self.flow is None else where.within(self.where, self.flow)

    def _levels(self) -> Iterator[tuple[Level, Load]]:
        if breach := _load(self.breach):
            yield "breach", breach
        if warn := _load(self.warn):
            yield "warn", warn

    def _flows(self, board: Board, level: Level, asked: pl.Series) -> dict[str, tuple[int, int]]:
        load = dict(self._levels()).get(level)
        if load is None or load.arrivals_over_finishes is None:
            return {}
        rows = came_and_went(board, self.per, asked, _window(load))
        return {group: (arrived, finished) for group, _, arrived, finished in rows.iter_rows()}

    def _finding(
        self, board: Board, group: str, mine: pl.DataFrame, level: Level, passed: list[_Passed]
    ) -> Finding:  # fmt: skip
        first, name = passed[0], mine["name"][0] or group
        refs, titles = board.items["ref"].gather(mine["item"]), board.items["title"].gather(mine["item"])
        filled = self.next_step.format(
            waiting_on=name, excess=language.counted(first.excess, "item"), title=titles[0], count=mine.height,
            limit=first.limit,
        )  # fmt: skip
        facts = [
            Evidence(since, language.in_hand_since(title), ref)
            for since, title, ref in zip(mine["since"].head(5), titles, refs, strict=False)
        ]
        return Finding(
            key=f"{self.id}/{self.per}/{group}", rule=self.id, kind=self.kind, level=level,
            subject=Subject(_KIND[self.per], group, name), since=first.since,
            sentence=" ".join(one.sentence for one in passed), next_step=filled,
            limit="; ".join(one.limit for one in passed), flow=self.flow or "",
            stage=name if self.per == "stage" else "", team=self._team(board, mine) or "",
            waiting_on=name if self.per != "stage" else "", refs=tuple(refs), evidence=tuple(facts),
        )  # fmt: skip

    def _team(self, board: Board, mine: pl.DataFrame) -> str | None:
        """The team that holds the work: its own, or its owner's."""
        if self.per == "stage":
            return None
        now, item = standing(board), int(mine["item"][0])
        owner = now["owner"][item]
        team = board.people["team"][owner] if self.per == "owner" and owner is not None else now["team"][item]
        return None if team is None else str(team)


def _load(level: int | Load | None) -> Load | None:
    return Load(wip=level) if isinstance(level, int) else level


def _window(load: Load) -> timedelta:
    return US_STEP * load.window.microseconds(0)


def _words(load: Load) -> str:
    said = [
        language.counted(load.wip, "item") + " in hand" if load.wip else "",
        f"{load.age_sum.words} of age together" if load.age_sum else "",
        f"{load.due_this_week} due this week" if load.due_this_week else "",
        f"{load.arrivals_over_finishes} arrivals for each finish" if load.arrivals_over_finishes else "",
    ]
    return ", ".join(one for one in said if one)


def _passed(
    board: Board, per: Per, mine: pl.DataFrame, load: Load, flow: tuple[int, int] | None
) -> Iterator[_Passed]:  # fmt: skip
    """The limits that a group is beyond; the first one leads the finding."""
    name = mine["name"][0] or mine["group"][0]
    if load.wip and mine.height > load.wip:
        what, limit = language.counted(mine.height, "item"), language.counted(load.wip, "item")
        sentence = language.loaded(name, per, "in hand", what, limit)
        yield _Passed(sentence, f"{limit} in hand", mine.height - load.wip, mine["came"].sort()[load.wip])
    yield from _too_old(board, per, mine, load, name)
    if load.due_this_week:
        monday, next_monday = week_of(board)
        due = mine.filter(pl.col("due") < next_monday.date()).height
        if due > load.due_this_week:
            what, limit = language.counted(due, "item"), language.counted(load.due_this_week, "item")
            sentence = language.loaded(name, per, "due by the end of this week", what, limit)
            yield _Passed(sentence, f"{limit} due in a week", due - load.due_this_week, monday)
    ratio, (arrived, finished) = load.arrivals_over_finishes, flow or (0, 0)
    if ratio and arrived >= FLOOR and arrived > ratio * finished:
        sentence = language.arriving(name, per, arrived, finished, ratio, load.window.words)
        limit = f"{language.number(ratio)} arrivals for each finish"
        yield _Passed(sentence, limit, max(1, int(arrived - ratio * finished)), week_of(board)[0])


def _too_old(board: Board, per: Per, mine: pl.DataFrame, load: Load, name: str) -> Iterator[_Passed]:
    """The ages of everything in hand, added up, against their limit."""
    if load.age_sum is None:
        return
    flows = board.items["flow"].gather(mine["item"]).unique()
    day = calendar_of(board, flows[0] if len(flows) == 1 else None).day
    limit = load.age_sum.microseconds(day)
    total = int(_ages(mine, load.age_sum, board, board.now).sum())
    if total > limit:
        morning = _ages(mine, load.age_sum, board, morning_of(board))
        said = language.beyond(int(morning.sum()), load.age_sum, day)
        sentence = language.loaded(name, per, "of age in hand", said, load.age_sum.words)
        needed = _fewest(morning.to_list(), int(morning.sum()) - limit)
        yield _Passed(sentence, f"{load.age_sum.words} of age together", needed, mine["came"].max())  # type: ignore[arg-type]


def _ages(mine: pl.DataFrame, limit: Duration, board: Board, at: datetime) -> pl.Series:
    """How old each item was at an instant, in microseconds of the limit's calendar. What is said is said of the
    morning: many ages together would change with every hour."""
    begun = mine["since"].clip(upper_bound=at)
    upto = pl.repeat(at, len(begun), dtype=begun.dtype, eager=True)
    return worked_between(board, mine, begun, upto) if limit.working else (upto - begun).dt.total_microseconds()


def _fewest(ages: list[int], too_much: int) -> int:
    """How many of the oldest have to go until the rest is within the limit; one at least."""
    for count, age in enumerate(sorted(ages, reverse=True), start=1):
        too_much -= age
        if too_much <= 0:
            return count
    return max(1, len(ages))
