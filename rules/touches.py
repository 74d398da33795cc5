"""Who touched what first: one sorted array of (party, event row), searched for all handoffs at once.

A party is a person, or a team of which any listed member touches. For teams without listed members the one who
owns the item touches. Only persons touch: our own writes, bots and the vendor's rules do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rules.base import Board
from rules.once import once
from rules.owners import SHIFT, owner_at, place


@dataclass(frozen=True)
class Touches:
    """Event rows by party. `keys` is sorted; `items` and `instants` are the board's events."""

    keys: pl.Series
    items: pl.Series
    instants: pl.Series

    def last_row(self, items: pl.Series) -> pl.Series:
        """The row of each item's last event."""
        return self.items.search_sorted(items, side="right").cast(pl.Int64) - 1

    def first(self, party: pl.Series, after: pl.Series, until: pl.Series) -> pl.Series:
        """The party's first row after one row and no later than another; null when there is none."""
        if not len(self.keys):
            return pl.repeat(None, len(party), dtype=pl.Int64, eager=True)
        index = self._index(party, after, "right")
        key = self.keys.gather(index.clip(upper_bound=len(self.keys) - 1))
        row = (key % SHIFT).cast(pl.Int64)
        mine = (index < len(self.keys)) & (key // SHIFT == party.cast(pl.UInt64)) & (row <= until)
        return pl.select(pl.when(mine).then(row)).to_series()

    def count(self, party: pl.Series, after: pl.Series, before: pl.Series) -> pl.Series:
        """How many rows of the party lie strictly between two rows."""
        upto = self._index(party, before, "left")
        many = (upto - self._index(party, after, "right")).clip(lower_bound=0)
        return pl.select(pl.when(party.is_not_null()).then(many).otherwise(0)).to_series().cast(pl.UInt32)

    def at(self, rows: pl.Series) -> pl.Series:
        """The instants of event rows; null for null."""
        return self.instants.gather(rows)

    def _index(self, party: pl.Series, row: pl.Series, side: str) -> pl.Series:
        asked = place(party.fill_null(0), row)
        right = side == "right"
        return self.keys.search_sorted(asked, side="right" if right else "left").cast(pl.Int64)


@once
def team_parties(board: Board) -> pl.DataFrame:
    """`team`, `listed` (somebody is listed as a member), `party`: every team that the config or the facts name.

    Teams without listed members share one party: whoever owns the item.
    """
    told = board.events.lazy().filter(pl.col("kind") == "team").select(pl.concat_list("old", "new")).collect()
    named = pl.concat([
        board.people["team"], board.columns["stage_owner"], told.to_series().explode().unique(),
        pl.Series(list(board.terms.teams), dtype=pl.Categorical),
    ]).drop_nulls().unique(maintain_order=True)  # fmt: skip
    listed = named.is_in(board.people["team"].drop_nulls().unique().implode())
    people = board.people.height
    number = pl.int_range(people + 1, people + 1 + len(named), dtype=pl.UInt32, eager=True)
    party = pl.select(pl.when(listed).then(number).otherwise(people).cast(pl.UInt32)).to_series()
    return pl.DataFrame({"team": named, "listed": listed, "party": party})


@once
def touches(board: Board) -> Touches:
    """Every event of a person by the person, by the person's team, and by the item's owner of that moment."""
    events = board.events
    hands = events["actor_kind"] == "person"
    rows = events.lazy().select(party="actor", row=pl.int_range(pl.len(), dtype=pl.Int64)).filter(
        hands & pl.col("party").is_not_null()
    ).collect()  # fmt: skip
    keys = [rows.select(place(pl.col("party"), pl.col("row"))).to_series()]
    teams = team_parties(board)
    if teams.height:
        members = board.people.select("team").join(teams, on="team", how="left", maintain_order="left")["party"]
        of_team = rows.with_columns(party=members.gather(rows["party"])).filter(pl.col("party").is_not_null())
        keys.append(of_team.select(place(pl.col("party"), pl.col("row"))).to_series())
    if teams.height and not teams["listed"].all():
        own = _by_owner(board, rows)
        keys.append(own.select(place(pl.lit(board.people.height), pl.col("row"))).to_series())
    return Touches(pl.concat(keys).sort(), events["item"], events["at"])


def _by_owner(board: Board, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows whose actor owned the item before the event, or owns it by the event."""
    items = board.events["item"].gather(rows["row"])
    before = owner_at(board, items, rows["row"] - 1)
    after = owner_at(board, items, rows["row"])
    mine = (before == rows["party"]).fill_null(False) | (after == rows["party"]).fill_null(False)
    return rows.filter(mine)
