"""Why a handoff waited, in one of seven plain words, each by a test on the facts; the first that holds.

nobody's: there is nobody to look: the team has no listed members and the item no owner, or who has it is gone.
blocked: something blocked the item (`rules.blocked`) for at least half of the wait.
batched: the receiver took up three items or more of this flow in one sitting, of which this was one.
passed over: the receiver first looked at something given later, before this wait ended.
away: the wait holds no working time, and an hour or more of the clock; or half a working day or more, and the
    receiver did nothing anywhere in its full hours.
busy: the receiver did something elsewhere in at least one full hour for each working day of the wait.
not known: none of these. Shorter waits have no full hour and are mostly that.

A full hour is one of the clock in UTC that lies whole within the wait; events of the receiver in it are on other
items, or the wait would have ended. Where a team received the item, any listed member counts.
"""

from __future__ import annotations

import polars as pl

from rules.base import Board
from rules.blocked import covers
from rules.calendars import days_of
from rules.once import while_asked
from rules.owners import SHIFT, owner_at, place
from rules.runs import bunches, sittings
from rules.touches import team_parties

CAUSES = pl.Enum(["busy", "away", "batched", "passed over", "blocked", "nobody's", "not known", ""])
"""The last is for slips, which are no waits."""
_HOUR = 3_600_000_000
_MS = 1 << 42
_SLICE = 1 << 20
"""Events taken at once: hours that are many times in them are let go before the next."""


def causes(board: Board, rows: pl.DataFrame) -> pl.Series:
    """The cause of each handoff's wait. `rows`: `item`, `pos`, `by`, `receiver` (party), `given_at`, `touched_at`,
    `wait_end` (instants; the board's where it goes on), `working`, `ended`, `return_of_slip`."""
    if not rows.height:
        return pl.Series("cause", [], CAUSES)
    who = _receivers(board, rows)
    day = days_of(board, board.items["flow"].gather(rows["item"]))
    hours = _active_hours(board, who, rows["given_at"], rows["wait_end"])
    working = rows["working"].dt.total_microseconds()
    clock = (rows["wait_end"] - rows["given_at"]).dt.total_microseconds()
    seen = who.is_not_null()
    slip = (rows["ended"] == "slip") | rows["return_of_slip"]
    away = ((working == 0) & (clock >= _HOUR)) | (seen & (hours == 0) & (working * 2 >= day))
    tests = pl.DataFrame({
        "slip": slip, "nobody": _nobody(board, rows, who), "blocked": _blocked(board, rows),
        "batched": _batched(board, rows, who), "over": _passed_over(rows, who, slip), "away": away,
        "busy": seen & (hours > 0) & (hours * day >= working),
    })  # fmt: skip
    return tests.select(
        pl.when("slip").then(pl.lit("")).when("nobody").then(pl.lit("nobody's"))
        .when("blocked").then(pl.lit("blocked")).when("batched").then(pl.lit("batched"))
        .when("over").then(pl.lit("passed over")).when("away").then(pl.lit("away")).when("busy").then(pl.lit("busy"))
        .otherwise(pl.lit("not known")).cast(CAUSES).alias("cause")
    ).to_series()  # fmt: skip


def _receivers(board: Board, rows: pl.DataFrame) -> pl.Series:
    """The party that is to look: for a team without listed members whoever owned the item then."""
    shared = rows["receiver"] == board.people.height
    if not shared.any():
        return rows["receiver"]
    owner = owner_at(board, rows["item"], rows["pos"])
    return pl.select(pl.when(shared.fill_null(False)).then(owner).otherwise(rows["receiver"])).to_series()


def _nobody(board: Board, rows: pl.DataFrame, who: pl.Series) -> pl.Series:
    people = board.people
    gone = ~people["active"] | people["kind"].cast(pl.String).is_in(["bot", "own"])
    person = pl.select(pl.when(who < people.height).then(who)).to_series()
    unowned = who.is_null() & (rows["by"].cast(pl.String).is_in(["team", "stage"]))
    return unowned | gone.gather(person).fill_null(False)


@while_asked
def _hours_worked(board: Board) -> pl.Series:
    """Sorted (party, hour): every hour in which a person, or a team's listed member, did anything."""
    told = board.events.select("actor", "at", "actor_kind", "approximate")
    keys = _once_each(pl.concat([_hours_in(part) for part in told.iter_slices(_SLICE)] or [_hours_in(told)]))
    teams = team_parties(board).filter("listed")
    members = board.people.select("team").join(teams, on="team", how="left", maintain_order="left")["party"]
    team = members.gather((keys // SHIFT).cast(pl.UInt32))
    of_team = (team.cast(pl.UInt64) * SHIFT + keys % SHIFT).drop_nulls()
    return pl.concat([keys, _once_each(of_team)])  # teams are numbered after people


def _hours_in(events: pl.DataFrame) -> pl.Series:
    """(person, hour) of some events, sorted, each once."""
    mine = (pl.col("actor_kind") == "person") & pl.col("actor").is_not_null() & ~pl.col("approximate")
    told = events.filter(mine)
    return _once_each(place(told["actor"], told["at"].dt.epoch("us") // _HOUR))


def _once_each(keys: pl.Series) -> pl.Series:
    """Sorted, each once; at this size a sort is quicker than a hash table, and smaller."""
    ordered = keys.sort()
    return ordered.filter(ordered.ne_missing(ordered.shift()))


def _active_hours(board: Board, who: pl.Series, start: pl.Series, end: pl.Series) -> pl.Series:
    """In how many full hours between two instants the party did something; 0 where nobody is known."""
    keys, party = _hours_worked(board), who.fill_null(0)
    first = start.dt.epoch("us") // _HOUR + 1
    last = pl.select(pl.max_horizontal(end.dt.epoch("us") // _HOUR, first)).to_series()
    upto = keys.search_sorted(place(party, last), side="left").cast(pl.Int64)
    return upto - keys.search_sorted(place(party, first), side="left").cast(pl.Int64)


def _blocked(board: Board, rows: pl.DataFrame) -> pl.Series:
    """Whether blocked spells cover at least half of the wait."""
    spells = covers(board)
    no = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    if not spells.height:
        return no
    waits = rows.select("item", "given_at", "wait_end", row=pl.int_range(pl.len(), dtype=pl.UInt32))
    met = waits.join(spells, on="item", how="inner")
    both = pl.min_horizontal("wait_end", "until") - pl.max_horizontal("given_at", "since")
    shared = met.with_columns(both=both).filter(pl.col("both").dt.total_microseconds() > 0)
    half = shared.group_by("row", "given_at", "wait_end").agg(pl.col("both").sum()).filter(
        pl.col("both") * 2 >= pl.col("wait_end") - pl.col("given_at")
    )  # fmt: skip
    return no.scatter(half["row"], True) if half.height else no


def _batched(board: Board, rows: pl.DataFrame, who: pl.Series) -> pl.Series:
    """Whether the first look was one of three or more alike in one sitting; what was given within it is not."""
    flow = board.items["flow"].gather(rows["item"])
    looks = rows.select("item", "given_at", "touched_at", who=who, flow=flow)
    sitting = sittings(looks, ["who", "flow"], "touched_at")
    big = bunches(looks, sitting)
    begun = looks.with_columns(sitting=sitting).drop_nulls("sitting").group_by("sitting").agg(
        begun=pl.col("touched_at").min()
    )  # fmt: skip
    of = pl.DataFrame({"sitting": sitting}).join(
        big.join(begun, on="sitting"), on="sitting", how="left", maintain_order="left"
    )  # fmt: skip
    return (of["begun"] > rows["given_at"]).fill_null(False)


def _passed_over(rows: pl.DataFrame, who: pl.Series, slip: pl.Series) -> pl.Series:
    """Whether something given later to the same receiver was looked at before this wait ended.

    Sorted by receiver and giving, latest first, the least first look so far; receivers lie so far apart in the key
    that another's looks are always later. Whole milliseconds.
    """
    group = who.rank("dense").cast(pl.Int64)
    ms = pl.DataFrame({
        "row": pl.int_range(rows.height, dtype=pl.UInt32, eager=True), "group": group,
        "given": rows["given_at"].dt.epoch("ms"), "end": rows["wait_end"].dt.epoch("ms"),
        "look": pl.select(pl.when(~slip).then(rows["touched_at"].dt.epoch("ms"))).to_series(),
    }).drop_nulls("group").sort("group", "given", descending=True)  # fmt: skip
    least = (pl.col("group") * _MS + pl.col("look")).cum_min().forward_fill()
    later = pl.when(pl.col("given") != pl.col("given").shift()).then(least.shift()).forward_fill()
    over = ms.with_columns(least=later).filter(
        (pl.col("least") < pl.col("group") * _MS + pl.col("end")).fill_null(False)
        & (pl.col("least") >= pl.col("group") * _MS)
    )
    no = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    return no.scatter(over["row"], True) if over.height else no
