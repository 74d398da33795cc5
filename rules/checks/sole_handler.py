"""Work that stops when one person is away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import polars as pl

from rules import language, where
from rules.base import Board, Condition, Evidence, Finding, Level, Rule, Subject
from rules.durations import US_STEP, Duration
from rules.flow import columns_in
from rules.language import habits
from rules.once import while_asked
from rules.where import ANY, Where


@dataclass(frozen=True)
class SoleHandler(Rule):
    """Only one person has moved items on from a stage in the last `window`, though there are others who could.

    A risk to the work, no blame: nobody is named, and the way out is a second pair of hands. Counted are moves out of
    a stage by persons; what bots and the vendor's rules move counts for nobody. `warn` and `breach` say from how many
    moves on one pair of hands says something. Held against the size of the team: the members of the team that answers
    for the stage, else everybody who moved anything in the flow in that time; with fewer than `team_of` people the
    finding would only say that the team is small, and nothing is said. Done stages are left out. Placeholders of
    `next_step`: {stage}, {team} who answers for it, {count} how many moves, {limit}.
    """

    kind: ClassVar[str] = "sole_handler"
    placeholders: ClassVar[tuple[str, ...]] = ("stage", "team", "count", "limit")
    flow: str | None = None
    where: Where = field(default=ANY)
    where_not: Where = field(default=ANY)
    window: Duration = field(default_factory=lambda: Duration.parse("90d"))
    team_of: int = 2
    warn: int | None = 5
    breach: int | None = None

    def __post_init__(self) -> None:
        if self.window.working:
            raise ValueError("window counts time on the wall clock; give days or weeks, like 90d")
        if self.team_of < 2:
            raise ValueError("team_of must be at least 2; of a team of one nobody else could do it")
        given = [one for one in (self.warn, self.breach) if one is not None]
        if not given or min(given) < 1:
            raise ValueError("needs a limit; give warn, breach or both, like warn = 5")
        if self.warn and self.breach and self.breach <= self.warn:
            raise ValueError(f"breach ({self.breach}) is not beyond warn ({self.warn}); breach comes later than warn")

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per stage in one pair of hands."""
        for group in self._stages(board).iter_rows(named=True):
            level = self._level(group["moves"])
            if group["people"] == 1 and group["team_size"] >= self.team_of and level is not None:
                yield self._finding(board, group, level)

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Asked for; moved on from a stage in the window; one pair of hands there; enough moves; a team."""
        yield from where.conditions(board, item, self._where(), self.where_not)
        mine = self._moves(board).filter(pl.col("item") == item)
        moves = language.counted(mine.height, "move")
        yield Condition(f"a person moved it on in the last {self.window.words}", mine.height > 0, moves, "1 or more")
        groups = self._stages(board).join(mine.select("flow", "stage"), on=["flow", "stage"], how="semi",
                                          nulls_equal=True)  # fmt: skip
        ranked = sorted(groups.iter_rows(named=True), key=lambda one: (not self._speaks(one), one["stage"]))
        one = ranked[0]
        people = language.counted(one["people"], "person", "people")
        yield Condition(f"one person only moves {one['stage']} on", one["people"] == 1, people, "1 person")
        floor = self.warn or self.breach
        enough = self._level(one["moves"]) is not None
        yield Condition("often enough to say something", enough, language.counted(one["moves"], "move"), str(floor))
        size = language.counted(one["team_size"], "person", "people")
        yield Condition("others could do it", one["team_size"] >= self.team_of, size, f"{self.team_of} or more")

    def _where(self) -> Where:
        return where.within(self.where, self.flow)

    def _level(self, moves: int) -> Level | None:
        if self.breach is not None and moves >= self.breach:
            return "breach"
        return "warn" if self.warn is not None and moves >= self.warn else None

    def _speaks(self, group: dict[str, Any]) -> bool:
        return group["people"] == 1 and group["team_size"] >= self.team_of and self._level(group["moves"]) is not None

    def _moves(self, board: Board, whenever: bool = False) -> pl.DataFrame:
        """Moves of items that are asked for, in the window or whenever."""
        rows = moves_on(board)
        rows = rows.filter(where.matching(board, self._where(), self.where_not).gather(rows["item"]))
        begin = board.now - US_STEP * self.window.microseconds(0)
        return rows if whenever else rows.filter(pl.col("at") > begin)

    def _stages(self, board: Board) -> pl.DataFrame:
        """By flow and stage: `moves`, `people` (how many made them), `hand` (one of them), `team`, `team_size`."""
        rows = self._moves(board)
        groups = rows.group_by("flow", "stage").agg(
            moves=pl.len(), people=pl.col("actor").n_unique(), hand=pl.col("actor").first(),
            team=pl.col("owner").drop_nulls().first(),
        )  # fmt: skip
        members = (
            board.people.filter(pl.col("active")).group_by(team=pl.col("team").cast(pl.String)).agg(own=pl.len())
        )
        movers = rows.group_by("flow").agg(all=pl.col("actor").n_unique())
        groups = groups.join(members, on="team", how="left").join(movers, on="flow", how="left", nulls_equal=True)
        return groups.with_columns(team_size=pl.coalesce("own", "all")).sort("flow", "stage")

    def _finding(self, board: Board, group: dict[str, Any], level: Level) -> Finding:
        same = pl.col("flow").eq_missing(pl.lit(group["flow"])) & (pl.col("stage") == group["stage"])
        mine = self._moves(board).filter(same)
        past = self._moves(board, whenever=True).filter(same)
        others = past.filter(pl.col("actor") != group["hand"])["at"].max()
        since = past.filter(pl.col("at") > others)["at"].min() if others is not None else past["at"].min()
        flow, stage, team = group["flow"] or "", group["stage"], group["team"] or ""
        limit = (self.breach if level == "breach" else self.warn) or 0
        words = f"{language.counted(limit, 'move')} by one person"
        refs = board.items["ref"].gather(mine.sort("at", "item", descending=[True, False])["item"].unique(
            maintain_order=True))  # fmt: skip
        filled = self.next_step.format(stage=stage, team=team or "the flow", count=group["moves"], limit=words)
        return Finding(
            key=f"{self.id}/{flow}/{stage}", rule=self.id, kind=self.kind, level=level, since=since,  # type: ignore[arg-type]
            subject=Subject("stage", f"{flow}/{stage}", stage), flow=flow, stage=stage, team=team,
            sentence=habits.one_pair_of_hands(stage, group["moves"], self.window.words, group["team_size"], team),
            next_step=filled, limit=words, refs=tuple(refs),
            evidence=(Evidence(since, habits.share_of_moves(group["moves"], stage)),),  # type: ignore[arg-type]
        )  # fmt: skip


@while_asked
def moves_on(board: Board) -> pl.DataFrame:
    """Moves out of stages that are not done, by persons: `item`, `at`, `actor`, `flow`, `stage` (left), `owner` (the
    team that answers for it; null for none and for requesters)."""
    came = columns_in(board)
    same = pl.col("item") == pl.col("item").shift()
    told = ("stage", "stage_kind", "stage_owner")
    left = came.with_columns(pl.col(one).shift().alias(f"was_{one}") for one in told).filter(
        same & pl.col("was_stage").is_not_null() & pl.col("was_stage").ne_missing(pl.col("stage"))
        & (pl.col("was_stage_kind").cast(pl.String) != "done") & (pl.col("pos") >= 0)
    )  # fmt: skip
    left = left.with_columns(pl.col(f"was_{one}").cast(pl.String) for one in told)
    owner = pl.when(pl.col("was_stage_owner") != "requester").then("was_stage_owner")
    rows = left.select("item", "at", "pos", stage="was_stage", owner=owner).with_columns(
        actor=board.events["actor"].gather(left["pos"]),
        hands=board.events["actor_kind"].gather(left["pos"]).cast(pl.String) == "person",
        flow=board.items["flow"].gather(left["item"]).cast(pl.String),
    )
    return rows.filter(pl.col("hands") & pl.col("actor").is_not_null()).drop("hands", "pos")
