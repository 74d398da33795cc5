"""Nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from rules import language, limits
from rules.base import Board, Condition, Evidence, Finding, Level
from rules.durations import Duration
from rules.flow import ownerships, stays, timed
from rules.item_rule import ItemRule, Said, about, days
from rules.now import standing
from rules.once import while_asked
from rules.waits import Wait


@dataclass(frozen=True)
class Unowned(ItemRule):
    """Work in hand has no owner, or one whose account is no longer active, for longer than `warn` or `breach`.

    Finds work that everybody believes somebody else has. Asked about are open items in an active or waiting stage; a
    backlog needs no owner. The time begins when the item was in hand and without an owner. With an owner who was
    deactivated, or whom the vendor lists no more, it begins with the last sign of that account, or with the
    assignment, whichever is later: when an account was closed no vendor tells. It ends when somebody takes the item.
    A team or a stage's team does not own an item, a person does; queues that work without owners are left out by
    `where_not`. The time without any owner is priced as waiting. Placeholders of `next_step`: {waiting_on} the team
    whose stage it is in, {excess} how far beyond the limit it is, {title}, {limit}, {waited}.
    """

    kind: ClassVar[str] = "unowned"
    words: ClassVar[dict[Level, str]] = {"warn": "Needs an owner", "breach": "Still without an owner"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    warn: Duration | None = None
    breach: Duration | None = None

    def __post_init__(self) -> None:
        limits.in_order(self.warn, self.breach)

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item that nobody has."""
        rows = nobodys(board)
        rows = rows.filter(self.asked(board).gather(rows["item"]))
        rows = rows.with_columns(level=limits.level_of(self.warn, self.breach, days(board, rows["item"])))
        for row in about(board, rows.filter(pl.col("level").is_not_null())).iter_rows(named=True):
            yield self.finding({**row, "answers": row["turn"] or ""}, self._said(board, row))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """In hand; asked for; without an owner; for longer than the limit."""
        now = standing(board).row(item, named=True)
        going = now["state"] == "open" and now["stage_kind"] in ("active", "waiting")
        place = f"{now['state']}, {now['stage_kind'] or 'no stage'}"
        yield Condition("it is in hand", going, place, "open, in an active or waiting stage")
        yield from self.asked_of(board, item)
        mine = nobodys(board).filter(pl.col("item") == item)
        yield Condition("it has no active owner", mine.height > 0, str(now["owner_name"] or "nobody"), "nobody")
        limit = self.warn or self.breach
        if limit is not None and mine.height:
            wait = Wait.of(board, mine.row(0, named=True), limit)
            yield wait.condition("that has been so for longer than the limit")

    def _said(self, board: Board, row: dict[str, Any]) -> Said:
        limit, owner = limits.the_limit(row["level"], self.warn, self.breach), row["owner_name"]
        wait, at = Wait.of(board, row, limit), language.moment(row["since"], board.terms.hours.timezone)
        sentence = language.unowned(row["title"], wait.said, limit.words)
        fact = language.unowned_since(at)
        cost = language.cost(row["working"].total_seconds() / 3600, board.terms.money, row["team"])
        if owner:
            sentence, fact = language.owner_left(row["title"], owner), language.last_seen(owner, at)
        return Said(
            sentence, limit.words, row["since"], wait.said, wait.excess, (Evidence(row["since"], fact, row["ref"]),),
            None if owner else cost,
        )  # fmt: skip


@while_asked
def nobodys(board: Board) -> pl.DataFrame:
    """The items in hand without an active owner: `item`, `since`, how long."""
    now = standing(board)
    going = (pl.col("state") == "open") & pl.col("stage_kind").cast(pl.String).is_in(["active", "waiting"])
    active = board.people["active"].fill_null(True)
    held = now.with_columns(active=active.gather(now["owner"]))
    rows = held.filter(going & (pl.col("active").fill_null(False) == False))  # noqa: E712
    rows = rows.select("item", "owner")
    for more in (_in_hand_since(board), _last_spell(board)):
        rows = rows.join(more, on="item", how="left", maintain_order="left")
    seen = _last_signs(board, rows["owner"].drop_nulls().unique())
    rows = rows.join(seen, on="owner", how="left", maintain_order="left", nulls_equal=False)
    since = pl.max_horizontal("begun", pl.coalesce("until", pl.max_horizontal("given", "seen")))
    none = pl.lit(None, board.items["created_at"].dtype)
    return timed(rows.with_columns(since=since, none=none), board, "since", "none").select(
        "item", "since", "elapsed", "working"
    )


def _in_hand_since(board: Board) -> pl.DataFrame:
    """`item`, `begun`: when each item last came out of a backlog, a done stage or no stage into work."""
    kinds = pl.col("stage_kind").cast(pl.String).is_in(["active", "waiting"]).fill_null(False)
    rows = stays(board).select("item", "entered_at", "left_at", going=kinds)
    before = pl.col("going").shift() & (pl.col("item") == pl.col("item").shift())
    whole = before & (pl.col("left_at").shift() == pl.col("entered_at"))
    begins = rows.filter(pl.col("going") & ~whole.fill_null(False))
    return begins.unique("item", keep="last", maintain_order=True).select("item", begun="entered_at")


def _last_spell(board: Board) -> pl.DataFrame:
    """`item`, `given` and `until` of the last time that somebody had it."""
    return ownerships(board).unique("item", keep="last", maintain_order=True).select("item", "until", given="since")


def _last_signs(board: Board, owners: pl.Series) -> pl.DataFrame:
    """`owner`, `seen`: the last event by each of these people, on whatever item."""
    theirs = board.events.lazy().filter(pl.col("actor").is_in(owners.implode()))
    return theirs.group_by(owner="actor").agg(seen=pl.col("at").max()).collect()
