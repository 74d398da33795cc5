"""An event log as a file: CSV in the process-mining standard's column names, read whole and checked whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

CASE, ACTIVITY, TIME = "case:concept:name", "concept:name", "time:timestamp"
RESOURCE, GROUP, LIFECYCLE = "org:resource", "org:group", "lifecycle:transition"
REQUIRED = (CASE, ACTIVITY, TIME)
OPTIONAL = (RESOURCE, GROUP, LIFECYCLE)
SHOWN = 20


class BadEventLog(Exception):
    """The file is no event log. The message names the file, every trouble with its line, and the way out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event. `at` is as precise as the file; empty cells are None; `line` is where it begins in the file."""

    case: str
    activity: str | None
    at: datetime
    resource: str | None
    group: str | None
    lifecycle: str | None
    line: int


@dataclass(frozen=True, slots=True)
class EventLog:
    """Rows in the order of the file. `columns`: which of the optional columns there are."""

    name: str
    rows: tuple[Row, ...]
    columns: frozenset[str]

    def in_time_order(self) -> list[Row]:
        """By time, the order of the file breaking ties."""
        return sorted(self.rows, key=lambda row: row.at)

    def repeated(self) -> int:
        """How many rows repeat an earlier one in every column that is read."""
        return len(self.rows) - len(
            {(r.case, r.activity, r.at, r.resource, r.group, r.lifecycle) for r in self.rows}
        )  # fmt: skip


def read_event_log(path: Path) -> EventLog:
    """Read and check a log; BadEventLog with every problem at once. A time without an offset is UTC."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = _records(path, csv.reader(file, strict=True))
            header = next(records, None)
            if header is None:
                raise BadEventLog(f"{path}: the file is empty. An event log begins with a line of column names.")
            where = _columns(path, header[1])
            rows, problems = _rows(records, where, len(header[1]))
    except OSError as error:
        raise BadEventLog(f"{path}: cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise BadEventLog(f"{path}: is not UTF-8 (byte {error.start}). Save it as CSV in UTF-8.") from error
    if problems:
        more = [f"  and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        raise BadEventLog("\n".join([f"{path}: {_count(len(problems))}:", *problems[:SHOWN], *more]))
    if not rows:
        raise BadEventLog(f"{path}: has column names but no rows. An event log needs one row an event.")
    return EventLog(path.stem, tuple(rows), frozenset(OPTIONAL) & where.keys())


def _count(problems: int) -> str:
    return "1 line cannot be used" if problems == 1 else f"{problems} lines cannot be used"


def _records(path: Path, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line where it begins."""
    line = 0
    while True:
        begins = line + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadEventLog(
                f"{path}, line {begins}: is not CSV: {error}. Quotes inside a cell are doubled."
            ) from error
        line = reader.line_num  # type: ignore[attr-defined]
        if record:
            yield begins, record


def _columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Where each column that is read stands."""
    twice = [name for name in (*REQUIRED, *OPTIONAL) if header.count(name) > 1]
    if twice:
        raise BadEventLog(f"{path}, line 1: the column {', '.join(twice)} is there more than once. Keep one.")
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        hint = (
            " The cells look separated by something else than commas: save it with commas." if _other(header) else ""
        )
        raise BadEventLog(
            f"{path}, line 1: no column {', '.join(missing)}; there is {', '.join(header)}. "
            f"Rename the columns to the standard's names: {', '.join(REQUIRED)}, "
            f"and optionally {', '.join(OPTIONAL)}.{hint}"
        )
    return {name: header.index(name) for name in (*REQUIRED, *OPTIONAL) if name in header}


def _other(header: Sequence[str]) -> bool:
    return len(header) == 1 and any(mark in header[0] for mark in (";", "\t", "|"))


def _rows(records: Iterator[tuple[int, list[str]]], where: dict[str, int], width: int) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    problems: list[str] = []
    for line, record in records:
        if len(record) != width:
            problems.append(f"  line {line}: has {len(record)} cells where the column names are {width}")
            continue
        cells = {name: record[at] or None for name, at in where.items()}
        at = _instant(cells[TIME])
        case = cells[CASE]
        if at is None:
            problems.append(
                f"  line {line}: {TIME} is {cells[TIME]!r}; write it as ISO 8601, such as 2026-01-31T09:30:00+01:00"
                if cells[TIME] else f"  line {line}: {TIME} is empty; every row needs a time"
            )  # fmt: skip
        if case is None:
            problems.append(f"  line {line}: {CASE} is empty; every row belongs to a case")
        if at is not None and case is not None:
            rows.append(
                Row(case, cells[ACTIVITY], at, cells.get(RESOURCE), cells.get(GROUP), cells.get(LIFECYCLE), line)
            )
    return rows, problems


def _instant(text: str | None) -> datetime | None:
    try:
        instant = datetime.fromisoformat((text or "").strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
