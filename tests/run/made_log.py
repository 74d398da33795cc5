"""An event log with everything that hurts, and what it says, counted slowly and straight from its rows."""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

COLUMNS = (
    "case:concept:name", "concept:name", "time:timestamp", "org:resource", "org:group", "lifecycle:transition",
)  # fmt: skip
PEOPLE = [
    "Ana Ruiz", "Bo, Lind", 'Cy "Ace" Tran', "אדם שלום", "李 雷", "Ünal Öz", "*", "a|b", "EMPTY", " Dee ",
    "O'Hara; -", "🚀 Crew", "null", "= 1+1", "Ана",
]  # fmt: skip
TEAMS = ["Demand Gen", "Design | Web", "*", "Legal, Risk", "מכירות", '"Ops"', "EMPTY"]
COLUMN_NAMES = ["Intake", 'Review "*" \\', "Build, test", "設計", "Sign-off | final", "שלב", "Closed"]
CASES = ["Brief", "案件", "בקשה", 'quote "q"', "pipe | and, comma", "*star*", "naïve 🚀"]
GAPS = [1, 40_000, 3_600_000, 90_000_123, 700_000_000, 2_400_000_000]  # milliseconds
STATES = ["start"] * 5 + ["complete"] * 4 + ["hold"]
DONE = ("Closed", "hold")
NO_SECTION = "Untitled section"


@dataclass(frozen=True)
class Event:
    """One row; None is an empty cell."""

    case: str
    column: str | None
    at: datetime
    owner: str | None
    team: str | None
    state: str | None


def write(path: Path, cases: int = 60, seed: int = 2011) -> None:
    """Write a log with the same bytes for the same seed: ties, gaps, reopenings, doubles, rows of one person."""
    chance, rows = random.Random(seed), []
    for number in range(cases):
        name = f"{chance.choice(CASES)} {number}"
        at = datetime(2011, 2, 1, 8, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 120))
        owner, team = chance.choice(PEOPLE), chance.choice(TEAMS)
        for _ in range(chance.randrange(1, 12)):
            if chance.random() < 0.5:
                owner = chance.choice(PEOPLE)
            if chance.random() < 0.4:
                team = chance.choice(TEAMS)
            rows.append([
                name, "" if chance.random() < 0.05 else chance.choice(COLUMN_NAMES), _written(at, chance),
                "" if chance.random() < 0.15 else owner, "" if chance.random() < 0.15 else team,
                "" if chance.random() < 0.1 else chance.choice(STATES),
            ])  # fmt: skip
            if chance.random() < 0.08:
                rows.append(list(rows[-1]))  # a double
            if chance.random() > 0.25:  # else a tie: the next row at the same instant
                at += timedelta(milliseconds=chance.choice(GAPS))
    chance.shuffle(rows)  # cases are mixed; rows of one instant keep the order that the file has
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


def _written(at: datetime, chance: random.Random) -> str:
    """An instant in one of the ways in which logs write it."""
    there = at + timedelta(hours=2)
    return chance.choice([
        at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        at.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds"),
        there.replace(tzinfo=None).isoformat(timespec="milliseconds") + "+02:00",
    ])  # fmt: skip


def read(path: Path) -> dict[str, list[Event]]:
    """Rows by case in time order, file order breaking ties."""
    cases: dict[str, list[Event]] = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            case, column, when, owner, team, state = (line.get(name) or None for name in COLUMNS)
            at = datetime.fromisoformat(when or "")
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
            cases[case or ""].append(Event(case or "", column or NO_SECTION, at, owner, team, state))
    return {case: sorted(rows, key=lambda row: row.at) for case, rows in cases.items()}


@dataclass
class Counted:
    """What a log says. Pairs are (from, to); waits in whole milliseconds, one a handoff; stays by case and column."""

    owner_pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    team_pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    waits: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    moves: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    stays: list[tuple[str, str, datetime, datetime | None]] = field(default_factory=list)


def count(cases: dict[str, list[Event]], done: tuple[str, ...] = ()) -> Counted:
    """Count with plain loops. `done`: the columns and states that complete a task."""
    told = Counted()
    for rows in cases.values():
        finished = [row.column in done or row.state in done for row in rows]
        told.kinds.update(_first(rows[0], finished[0]))
        entered = rows[0].at
        for number, (before, row) in enumerate(pairwise(rows), start=1):
            just_completed = finished[number - 1] and not (number > 1 and finished[number - 2])
            _handed_over(told, before, row, just_completed)
            told.kinds.update(_later(before, row, finished[number - 1], finished[number]))
            if before.column != row.column:
                told.moves += 1
                told.stays.append((row.case, str(before.column), entered, row.at))
                entered = row.at
        told.stays.append((rows[-1].case, str(rows[-1].column), entered, None))
    return told


def _handed_over(told: Counted, before: Event, row: Event, just_completed: bool) -> None:
    """The row before hands over; but who has just completed a task hands nothing over: the later row takes it."""
    if before.owner and row.owner and before.owner != row.owner:
        wait = timedelta() if just_completed else row.at - before.at
        told.owner_pairs[before.owner, row.owner] += 1
        told.waits[before.owner, row.owner].append(round(wait / timedelta(milliseconds=1)))
    if before.team and row.team and before.team != row.team:
        told.team_pairs[before.team, row.team] += 1


def _first(row: Event, finished: bool) -> list[str]:
    kinds = ["created", "added", "transition"] + ["completed"] * finished
    return kinds + ["owner"] * bool(row.owner) + ["Team"] * bool(row.team) + ["Status"] * bool(row.state)


def _later(before: Event, row: Event, was: bool, finished: bool) -> list[str]:
    """What a row says beside its owner; when that is nothing, it was a comment."""
    kinds = ["transition"] * (before.column != row.column) + ["Team"] * (before.team != row.team)
    kinds += ["Status"] * (before.state != row.state)
    if was != finished:
        kinds.append("completed" if finished else "reopened")
    return (kinds or ["comment"]) + ["owner"] * (before.owner != row.owner)
