"""How long the judge takes, and how much memory: boards of 10,000, 100,000 and 1,000,000 items, ten events each.

    python -m benchmarks.rules [ITEMS …]

Each size runs in a process of its own, so that the peak is its own. The board's frames are part of the peak.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock

import polars as pl

from rules.base import COLUMNS, EVENTS, ITEMS, PEOPLE, Board, Hours, Money, Rule, Terms, Week
from rules.checks.handoff_stall import HandoffStall
from rules.checks.overload import Load, Overload
from rules.checks.unreviewed import Unreviewed
from rules.durations import Duration
from rules.engine import judge
from rules.finish import finishes
from rules.flow import ownerships, stays, team_spells
from rules.handoffs import handoffs

EACH = 10
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KINDS = ["created", "transition", "owner", "comment", "transition", "field", "owner", "comment", "transition", "team"]
STAGES = [("ideas", "backlog"), ("build", "active"), ("review", "waiting"), ("live", "done")]


def dice(size: int, faces: int, seed: int) -> pl.Series:
    """Whole numbers below `faces` that look random and are the same each time."""
    return pl.int_range(size, eager=True, dtype=pl.UInt32).hash(seed) % faces


def made(items: int) -> Board:
    """A board of so many items in projects of a hundred people."""
    events, people = items * EACH, 100
    row = pl.int_range(events, eager=True, dtype=pl.Int64)
    start = NOW - timedelta(days=700)
    item = (row // EACH).cast(pl.UInt32)
    begun = dice(items, 690 * 86_400, 1).cast(pl.Int64).gather(item)
    at = pl.select(pl.lit(start) + pl.duration(seconds=begun + (row % EACH) * dice(events, 86_400, 2))).to_series()
    kind = pl.Series(KINDS * items, dtype=EVENTS["kind"])
    column = pl.Series([name for name, _ in STAGES], dtype=pl.Categorical)
    key = pl.Series([f"s:{one}" for one in range(people)], dtype=pl.Categorical)
    team = pl.Series([f"Team {one}" for one in range(10)], dtype=pl.Categorical)
    new = pl.select(
        pl.when(kind == "transition").then(column.gather(dice(events, 4, 3)))
        .when(kind == "owner").then(key.gather(dice(events, people, 4)))
        .when(kind == "team").then(team.gather(dice(events, 10, 5)))
    ).to_series()  # fmt: skip
    home = pl.Series(["s:P"], dtype=pl.Categorical)
    told = pl.DataFrame({
        "item": item, "at": at.clip(upper_bound=NOW), "seq": row, "kind": kind,
        "container": pl.select(pl.when(kind == "transition").then(pl.lit(home[0], dtype=pl.Categorical))).to_series(),
        "new": new, "actor": dice(events, people, 6).cast(pl.UInt32),
    }).with_columns(actor_kind=pl.lit("person", EVENTS["actor_kind"]), approximate=pl.lit(False))  # fmt: skip
    told = told.sort("item", "at", "seq")
    number = pl.int_range(items, eager=True, dtype=pl.UInt32)
    facts = pl.DataFrame({"item": number, "ref": "s:" + number.cast(pl.String).str.zfill(9)}).with_columns(
        title=pl.lit("Brief ") + pl.col("ref"), url=pl.lit(""), presence=pl.lit("present"), flow=pl.lit("f"),
        container=pl.lit("s:P"), source=pl.lit("s"), kind=pl.lit("task"), created_at=pl.lit(start),
        created_by=pl.lit(0), tags=pl.lit([], dtype=pl.List(pl.String)),
    )  # fmt: skip
    persons = pl.DataFrame({
        "person": range(people), "key": key.cast(pl.String), "name": [f"Person {one}" for one in range(people)],
        "team": [f"Team {one % 8}" for one in range(people)],
    }).with_columns(kind=pl.lit("person"), active=pl.lit(True))  # fmt: skip
    columns = pl.DataFrame({
        "column": [name for name, _ in STAGES], "name": [name for name, _ in STAGES],
        "stage": [name for name, _ in STAGES], "stage_kind": [kind for _, kind in STAGES],
        "stage_owner": ["Team 1", "Team 2", "requester", None],
    }).with_columns(container=pl.lit("s:P"), flow=pl.lit("f"))  # fmt: skip
    hours = Hours("Europe/Berlin", Week({day: ((clock(9), clock(17)),) for day in range(5)}))
    return Board(NOW, shaped(facts, ITEMS), shaped(told, EVENTS), shaped(persons, PEOPLE), shaped(columns, COLUMNS),
                 Terms(hours, money=Money("EUR", 50)))  # fmt: skip


def shaped(frame: pl.DataFrame, shape: dict[str, pl.DataType]) -> pl.DataFrame:
    """The frame in a shape; missing columns are null."""
    have = [pl.col(name) if name in frame.columns else pl.lit(None).alias(name) for name in shape]
    return frame.select(have).cast(dict(shape))


def asked() -> list[Rule]:
    """One rule of each kind, and an overload of each sort, with limits as a team of that size would set them."""
    days = Duration.parse
    return [
        HandoffStall("stall", "Ask {waiting_on}.", 10, warn=days("470wd"), breach=days("480wd")),
        Overload("owners", "Finish {excess}.", 10, breach=Load(wip=50, arrivals_over_finishes=1.3)),
        Overload("stages", "Finish {excess}.", 10, per="stage", breach=Load(age_sum=days("40wd"))),
        Unreviewed("ideas", "Decide.", 10, review_every={"high": days("30d"), "default": days("685d")}),
    ]


def measure(items: int) -> None:
    """Make the board, judge it, and print where the time went."""
    board = made(items)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begin, parts = time.perf_counter(), []
    for frame in (stays, ownerships, team_spells, finishes, handoffs):
        since = time.perf_counter()
        frame(board)
        parts.append(f"{frame.__name__} {time.perf_counter() - since:.2f}")
    since = time.perf_counter()
    found = judge(board, asked())
    parts.append(f"judge {time.perf_counter() - since:.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = time.perf_counter() - begin
    print(
        f"{items:>9,} items {items * EACH:>10,} events: {took:6.2f} s, peak {peak:,.0f} MB "
        f"(making the board reached {before:,.0f} MB; its frames {board.events.estimated_size('mb'):,.0f} MB), "
        f"{handoffs(board).height:,} handoffs, {len(found.findings):,} findings\n          {', '.join(parts)}"
    )


if __name__ == "__main__":
    sizes = [int(one) for one in sys.argv[1:]]
    if len(sizes) == 1:
        measure(sizes[0])
    else:
        for size in sizes or (10_000, 100_000, 1_000_000):
            subprocess.run([sys.executable, "-m", "benchmarks.rules", str(size)], check=True)
