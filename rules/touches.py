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

_SLICE = 1 << 20


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


def touches(board: Board, items: pl.Series, parties: pl.Series) -> Touches:
    """Every event on these items by one of these parties: by the person, by a listed member of the team, or by the
    item's owner of that moment. Ten million keys take their time, so only what is asked for is sorted."""
    events, people = board.events, board.people.height
    asked = _marked(items, board.items.height)
    hands = (events["actor_kind"] == "person") & events["actor"].is_not_null() & asked.gather(events["item"])
    rows = hands.arg_true()
    actor, teams = events["actor"].gather(rows), team_parties(board)
    wanted = _marked(parties.drop_nulls(), people + 1 + teams.height)
    keys = [_keys(actor, rows, wanted)] if (parties < people).any() else []
    if (parties > people).any():
        members = board.people.select("team").join(teams, on="team", how="left", maintain_order="left")["party"]
        keys.append(_keys(members.gather(actor), rows, wanted))
    if (parties == people).any():
        own = _by_owner(board, pl.DataFrame({"party": actor, "row": rows.cast(pl.Int64)}))
        keys.append(own.select(place(pl.lit(people), pl.col("row"))).to_series())
    sorted_keys = pl.concat(keys).sort() if keys else pl.Series([], dtype=pl.UInt64)
    return Touches(sorted_keys, events["item"], events["at"])


def _marked(numbers: pl.Series, size: int) -> pl.Series:
    """For each number below `size` whether it is one of these."""
    none = pl.repeat(False, size, dtype=pl.Boolean, eager=True)
    return none.scatter(numbers.unique(), True) if len(numbers) else none


def _keys(party: pl.Series, rows: pl.Series, wanted: pl.Series) -> pl.Series:
    """The keys of those that are wanted, a slice at a time: on the way a key takes four times its room."""
    pairs = pl.DataFrame({"party": party, "row": rows})
    found = [pl.Series([], dtype=pl.UInt64)]
    for part in pairs.iter_slices(_SLICE):
        mine = part.filter(wanted.gather(part["party"]).fill_null(False))
        found.append(place(mine["party"], mine["row"]))
    return pl.concat(found)


def _by_owner(board: Board, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows whose actor owned the item before the event, or owns it by the event."""
    items = board.events["item"].gather(rows["row"])
    before = owner_at(board, items, rows["row"] - 1)
    after = owner_at(board, items, rows["row"])
    mine = (before == rows["party"]).fill_null(False) | (after == rows["party"]).fill_null(False)
    return rows.filter(mine)
