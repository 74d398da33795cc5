"""Rules about single items: what they share. Selection is columnar; words are made only of what is over a limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from rules import language, where
from rules.base import Board, Charge, Condition, Evidence, Finding, Rule, Subject
from rules.calendars import days_of
from rules.now import standing
from rules.parties import REQUESTER
from rules.where import ANY, Where


@dataclass(frozen=True)
class Said:
    """What a rule says of one row: the sentence, the limit in words, what `next_step` may fill in, and the facts.

    `since`: when the trouble began; with the ref it makes the key, unless `mark` gives something steadier.
    """

    sentence: str
    limit: str
    since: datetime
    waited: str = ""
    excess: str = ""
    evidence: tuple[Evidence, ...] = ()
    cost: language.Cost | None = None
    mark: str = ""
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True)
class ItemRule(Rule):
    """A rule that looks at one item at a time. `flow`, `source`, `where` and `where_not` say which items."""

    flow: str | None = None
    source: str | None = None
    where: Where = field(default=ANY)
    where_not: Where = field(default=ANY)

    def asked(self, board: Board) -> pl.Series:
        """For each item whether it is asked for."""
        return where.matching(board, where.within(self.where, self.flow, self.source), self.where_not)

    def asked_of(self, board: Board, item: int) -> Iterator[Condition]:
        """The same for one item, list by list."""
        yield from where.conditions(board, item, where.within(self.where, self.flow, self.source), self.where_not)

    def finding(self, row: dict[str, Any], said: Said) -> Finding:
        """The finding on a row of `about` that has a `level`, `elapsed` and `working`."""
        ref, title, cost = row["ref"], row["title"], said.cost
        filled = self.next_step.format(
            waiting_on=row["answers"] or language.whoever(), excess=said.excess, title=title, limit=said.limit,
            waited=said.waited,
        )  # fmt: skip
        return Finding(
            key=f"{self.id}/{ref}/{said.mark or f'{said.since:%Y%m%dT%H%M%S.%fZ}'}", rule=self.id, kind=self.kind,
            level=row["level"], subject=Subject("item", ref, title, row["url"]), since=said.since,
            sentence=said.sentence, next_step=filled, limit=said.limit,
            flow=row["flow"] or "", stage=row["stage"] or "", waiting_on=row["answers"] or "", team=row["team"] or "",
            waited_working=row["working"].total_seconds(), waited_elapsed=row["elapsed"].total_seconds(),
            cost_hours=cost.hours if cost else None, cost_money=cost.money if cost else None,
            currency=cost.currency if cost else "", cost_formula=cost.formula if cost else "",
            charges=said.charges, refs=(ref,), evidence=said.evidence,
        )  # fmt: skip


def about(board: Board, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with what a finding says of their items: `ref`, `title`, `url`, `flow`, `stage`, `stage_kind`,
    `owner_name`, `turn` (the team, or the asker, whose stage it is in), `answers` (in a waiting stage that one, else
    the owner) and `team`."""
    now, items, at = standing(board), board.items, rows["item"]
    asker = board.people["name"].gather(items["created_by"].gather(at))

    def text(column: pl.Series) -> pl.Series:
        return column.gather(at).cast(pl.String)

    described = rows.with_columns(
        ref=text(items["ref"]), title=text(items["title"]), url=text(items["url"]), flow=text(items["flow"]),
        stage=text(now["stage"]), stage_kind=text(now["stage_kind"]), owner_name=text(now["owner_name"]),
        team=text(now["team"]), stage_owner=text(now["stage_owner"]), asker=asker,
    )  # fmt: skip
    others = (pl.col("stage_kind") == "waiting").fill_null(False) & pl.col("stage_owner").is_not_null()
    described = described.with_columns(
        turn=pl.when(pl.col("stage_owner") == REQUESTER).then("asker").otherwise("stage_owner")
    )
    team = pl.when(others & (pl.col("stage_owner") != REQUESTER)).then("stage_owner").otherwise("team")
    return described.with_columns(
        answers=pl.when(others).then(pl.coalesce("turn", "owner_name")).otherwise(pl.coalesce("owner_name", "turn")),
        team=team,
    ).drop("stage_owner", "asker")  # fmt: skip


def days(board: Board, items: pl.Series) -> pl.Series:
    """The usual working day of each item's flow, in microseconds."""
    return days_of(board, board.items["flow"].gather(items))


def open_of(board: Board, item: int) -> Condition:
    """The condition that an item is open."""
    state = str(standing(board)["state"][item])
    return Condition("it is open", state == "open", state, "open")
