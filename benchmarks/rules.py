"""How long the judge takes, and how much memory: boards of 10,000, 100,000 and 1,000,000 items, ten events each.

    python -m benchmarks.rules [ITEMS …]

A board is made and written down in one process, and read and judged in another, so that the peak of judging is its
own: the frames of the board and everything that is worked out from them. Every kind of rule is asked once.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from rules.base import (
    COLUMNS,
    EVENTS,
    ITEMS,
    PEOPLE,
    Board,
    Flow,
    Hours,
    Money,
    Rule,
    Stage,
    Terms,
    Week,
)  # fmt: skip
from rules.engine import judge, kinds
from rules.finish import finishes
from rules.flow import ownerships, stays, team_spells
from rules.handoffs import handoffs
from rules.now import standing
from sync.config.rule_tables import model_of

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
    later = begun + (row % EACH) * dice(events, 86_400, 2)
    at = pl.DataFrame({"s": later}).select(pl.lit(start) + pl.duration(seconds="s")).to_series()
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
    return Board(NOW, shaped(facts, ITEMS), shaped(told, EVENTS), shaped(persons, PEOPLE), shaped(columns, COLUMNS),
                 terms())  # fmt: skip


def terms() -> Terms:
    """Office hours in Berlin, one flow, one rate."""
    hours = Hours("Europe/Berlin", Week({day: ((clock(9), clock(17)),) for day in range(5)}))
    flow = Flow("f", "s", tuple(Stage(name, kind, (name,)) for name, kind in STAGES))  # type: ignore[arg-type]
    return Terms(hours, {"f": flow}, money=Money("EUR", 50))


def shaped(frame: pl.DataFrame, shape: Mapping[str, Any]) -> pl.DataFrame:
    """The frame in a shape; missing columns are null."""
    have = [pl.col(name) if name in frame.columns else pl.lit(None).alias(name) for name in shape]
    types: dict[Any, Any] = dict(shape)
    return frame.select(have).cast(types)


ASKED: dict[str, dict[str, Any]] = {
    "at_risk": {"promise": "700d", "breach": 0.99},
    "blocked": {"breach": "1d"},
    "bounce": {"breach": 4},
    "handoff_stall": {"warn": "485wd", "breach": "490wd"},
    "hygiene": {"warn": "485wd", "where": {"owner": ["Person 7"]}},
    "match": {"breach": "3w", "where": {"stage": ["review"], "owner": ["Person 7"]}},
    "overdue": {"breach": "1d"},
    "overload": {"breach": {"wip": 50, "age_sum": "40wd", "arrivals_over_finishes": 1.3}},
    "quiet": {"breach": "685d"},
    "reopened": {"breach": 2, "window": "4w"},
    "stage_age": {"breach": "685d"},
    "unowned": {"breach": "650d"},
    "unreviewed": {"review_every": {"high": "30d", "default": "685d"}},
}
"""Limits that leave a believable number of findings; a kind that is not here is asked with its defaults."""


def asked() -> Iterator[Rule]:
    """One rule of each kind, as the config would read it."""
    for kind, shape in kinds().items():
        table = model_of(shape).model_validate({"next_step": "Look.", "limit": 10, **ASKED.get(kind, {})})
        known = {one.name for one in fields(shape)}
        options = {name: getattr(table, name) for name in type(table).model_fields if name in known}
        yield shape(id=kind, **options)


def make(items: int, folder: Path) -> None:
    """Make a board and write its frames down."""
    board = made(items)
    for name in ("items", "events", "people", "columns"):
        getattr(board, name).write_ipc(folder / name, record_batch_size=items * EACH)


def read(folder: Path) -> Board:
    """The board as it was written down."""
    names = ("items", "events", "people", "columns")
    items, events, people, columns = (pl.read_ipc(folder / name).rechunk() for name in names)
    return Board(NOW, items, events, people, columns, terms())


def measure(items: int, folder: Path) -> None:
    """Judge a written board, and print where time and memory went."""
    board, parts = read(folder), []
    at_first = peak()

    def timed(name: str, work: Callable[[], Any]) -> Any:
        since, before = time.perf_counter(), peak()
        done = work()
        parts.append(f"{name} {time.perf_counter() - since:.2f} s +{peak() - before:,.0f}")
        return done

    begin = time.perf_counter()
    for frame in (stays, ownerships, team_spells, finishes, standing, handoffs):
        timed(frame.__name__, partial(frame, board))
    facts = time.perf_counter() - begin
    found = {rule.kind: len(timed(rule.kind, partial(judge, board, [rule])).findings) for rule in asked()}
    took = time.perf_counter() - begin
    print(
        f"{items:>9,} items {items * EACH:>10,} events: judged in {took:6.2f} s (facts {facts:.2f} s), peak "
        f"{peak():,.0f} MB ({at_first:,.0f} MB by when the board was read); {handoffs(board).height:,} handoffs, "
        f"{sum(found.values()):,} findings\n  time, and MB the peak grew: {', '.join(parts)}\n  findings: "
        + ", ".join(f"{kind} {many:,}" for kind, many in found.items()),
        flush=True,
    )


def peak() -> float:
    """The most memory this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(asked_for: list[str]) -> None:
    """Each size in processes of its own; `make N FOLDER` and `judge N FOLDER` are those processes."""
    if asked_for[:1] in (["make"], ["judge"]):
        step = make if asked_for[0] == "make" else measure
        step(int(asked_for[1]), Path(asked_for[2]))
        return
    for size in asked_for or ["10000", "100000", "1000000"]:
        with tempfile.TemporaryDirectory() as folder:
            for step_name in ("make", "judge"):
                subprocess.run([sys.executable, "-m", "benchmarks.rules", step_name, size, folder], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
