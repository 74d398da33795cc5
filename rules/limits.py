"""Two levels of one limit: warn and breach, each a length of time in its own calendar."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rules.base import Level
from rules.durations import Duration


def in_order(warn: Duration | None, breach: Duration | None) -> None:
    """ValueError unless there is a limit, and breach lies beyond warn where both count the same time."""
    if warn is None and breach is None:
        raise ValueError('needs a limit; give warn, breach or both, like warn = "2wd"')
    if warn is None or breach is None or warn.working != breach.working:
        return
    eight_hours = 8 * 3600 * 1_000_000
    if breach.microseconds(eight_hours) <= warn.microseconds(eight_hours):
        raise ValueError(f"breach ({breach}) is not beyond warn ({warn}); breach comes later than warn")


def over(limit: Duration | None, day: int | pl.Series) -> pl.Expr:
    """Whether `working` or `elapsed` (durations) exceed the limit, by the limit's own calendar.

    `day`: the usual working day in microseconds, one for all or one for each row.
    """
    if limit is None:
        return pl.lit(False)
    wait = pl.col("working" if limit.working else "elapsed").dt.total_microseconds()
    return wait > allowed(limit, day)


def allowed(limit: Duration, day: int | pl.Series) -> int | pl.Series:
    """How many microseconds a limit allows, for one usual day or for each of them."""
    if isinstance(day, int) or limit.unit != "wd":
        return limit.microseconds(day if isinstance(day, int) else 0)
    return day * int(limit.amount * 1000) // 1000


def level_of(warn: Duration | None, breach: Duration | None, day: int | pl.Series) -> pl.Expr:
    """`breach`, `warn`, or null."""
    return pl.when(over(breach, day)).then(pl.lit("breach")).when(over(warn, day)).then(pl.lit("warn"))


def the_limit(level: Level, warn: Duration | None, breach: Duration | None) -> Duration:
    """The limit that was passed at this level."""
    limit: Mapping[Level, Duration | None] = {"warn": warn, "breach": breach}
    found = limit[level]
    if found is None:
        raise ValueError(f"no limit at level {level}")
    return found


def chances_in_order(warn: float | None, breach: float | None) -> None:
    """ValueError unless there is a chance between 0 and 1, and breach is the surer one."""
    given = {name: one for name, one in (("warn", warn), ("breach", breach)) if one is not None}
    if not given:
        raise ValueError("needs a limit; give warn, breach or both, like warn = 0.5, a chance between 0 and 1")
    for name, one in given.items():
        if not 0 < one < 1:
            raise ValueError(f"{name} ({one}) is no chance; write a number between 0 and 1, like 0.8")
    if warn is not None and breach is not None and breach <= warn:
        raise ValueError(f"breach ({breach}) is not beyond warn ({warn}); the surer chance is the second level")


def times_in_order(warn: int | None, breach: int | None) -> None:
    """ValueError unless there is a number of times, and breach is the larger one."""
    given = {name: one for name, one in (("warn", warn), ("breach", breach)) if one is not None}
    if not given:
        raise ValueError("needs a limit; give warn, breach or both, like warn = 1")
    for name, one in given.items():
        if one < 1:
            raise ValueError(f"{name} ({one}) is no number of times; write 1 or more")
    if warn is not None and breach is not None and breach <= warn:
        raise ValueError(f"breach ({breach}) is not beyond warn ({warn}); breach is the larger number")


def level_of_times(warn: int | None, breach: int | None) -> pl.Expr:
    """`breach`, `warn` or null for a count `times`; a limit is reached with that many."""
    given: tuple[tuple[Level, int | None], ...] = (("breach", breach), ("warn", warn))
    reached = [pl.when(pl.col("times") >= one).then(pl.lit(level)) for level, one in given if one is not None]
    return pl.coalesce(reached)


def on_the_clock(window: Duration | None) -> None:
    """ValueError for a window in working time."""
    if window is not None and window.working:
        raise ValueError(f"window ({window}) counts time on the wall clock; give days or weeks, like 8w")
