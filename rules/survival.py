"""How long past items took, those included that still go on: what that says of an item of a certain age.

The estimate is Kaplan and Meier's: an item that still goes on counts for as long as it was watched, and no longer.
Leaving such items out would make every place look quicker than it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Past:
    """Sorted lengths in microseconds: of what ended, and of what went on when it was last looked at."""

    ended: pl.Series
    going: pl.Series

    @classmethod
    def of(cls, lengths: pl.Series, ended: pl.Series) -> Past:
        """From lengths and whether each has ended."""
        return cls(lengths.filter(ended).sort(), lengths.filter(~ended).sort())

    def ask(self, age: pl.Series, promise: pl.Series) -> pl.DataFrame:
        """For each age and promise: `reached` (how many came to that age and are known to have kept the promise or
        not), `past` (how many of them took longer), `open` (how many came to that age and may still keep it) and
        `chance` (the estimate that one of that age takes longer)."""
        longer = self._over(self.ended, promise) + self._over(self.going, promise)
        came = len(self.ended) - self.ended.search_sorted(age, side="left").cast(pl.Int64)
        still = len(self.going) - self.going.search_sorted(age, side="left").cast(pl.Int64)
        late = self._over(self.going, promise)
        return pl.DataFrame({
            "reached": came + late, "past": longer, "open": still - late, "chance": self._chance(age, promise),
        })  # fmt: skip

    def _over(self, lengths: pl.Series, than: pl.Series) -> pl.Series:
        return len(lengths) - lengths.search_sorted(than, side="right").cast(pl.Int64)

    def _chance(self, age: pl.Series, promise: pl.Series) -> pl.Series:
        """The product of the shares that went on, over every length at which something ended in between."""
        steps = self.ended.value_counts(sort=False).sort(self.ended.name)
        times, died = steps[self.ended.name], steps["count"].cast(pl.Int64)
        watched = (len(self.ended) - self.ended.search_sorted(times, side="left").cast(pl.Int64)) + (
            len(self.going) - self.going.search_sorted(times, side="left").cast(pl.Int64)
        )
        went_on = watched - died
        share = pl.select(pl.when(went_on > 0).then((went_on / watched).log()).otherwise(0.0)).to_series()
        nothing = pl.Series([0.0]), pl.Series([0], dtype=pl.Int64)
        sums = pl.concat([nothing[0], share.cum_sum()])
        ends = pl.concat([nothing[1], (went_on == 0).cast(pl.Int64).cum_sum()])
        low = times.search_sorted(age, side="left")
        high = times.search_sorted(promise, side="right")
        none_went_on = ends.gather(high) > ends.gather(low)
        grown = (sums.gather(high) - sums.gather(low)).exp()
        return pl.select(pl.when(none_went_on).then(0.0).otherwise(grown)).to_series()
