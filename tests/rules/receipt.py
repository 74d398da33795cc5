"""An event log as a board: each row's differences from the row before as events, by the row's resource."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rules.base import Board, Terms
from tests.rules.boards import OFFICE, board

LOG = Path(__file__).parents[2] / ".." / "shared" / "data" / "receipt.csv"
KEY = LOG.with_name("receipt.expected.json")


def read(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows by case in time order, file order breaking ties."""
    cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cases[row["case:concept:name"]].append(
                {"at": datetime.fromisoformat(row["time:timestamp"]).astimezone(UTC), "column": row["concept:name"],
                 "owner": row["org:resource"] or None, "team": row["org:group"] or None}
            )  # fmt: skip
    return {case: sorted(rows, key=lambda row: row["at"]) for case, rows in cases.items()}


def events_of(ref: str, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What the rows of one case would have been in a tracker; the row before hands the work over."""
    seq = 0
    for number, row in enumerate(rows):
        before = rows[number - 1] if number else {}
        told = [
            {"kind": kind, "old": before.get(part), "new": row[part]}
            for part, kind in (("column", "transition"), ("team", "team"))
            if row[part] != before.get(part)
        ]
        if not number and row["owner"]:
            told.append({"kind": "owner", "old": None, "new": row["owner"]})
        following = rows[number + 1]["owner"] if number + 1 < len(rows) else row["owner"]
        told = told or [{"kind": "comment"}]
        if following != row["owner"]:
            told.append({"kind": "owner", "old": row["owner"], "new": following})
        for event in told:
            yield {"ref": ref, "at": row["at"], "seq": seq, "actor": row["owner"], **event}
            seq += 1


def log_board(cases: dict[str, list[dict[str, Any]]], terms: Terms | None = None) -> Board:
    """The whole log as a board, as of a moment after its last row."""
    events = [event for case, rows in cases.items() for event in events_of(f"s:{case}", rows)]
    items = [{"ref": f"s:{case}", "created_at": rows[0]["at"]} for case, rows in cases.items()]
    names = dict.fromkeys(row["column"] for rows in cases.values() for row in rows)
    columns = [{"column": name, "name": name, "stage": name, "stage_kind": "active"} for name in names]
    last = max(row["at"] for rows in cases.values() for row in rows)
    return board(items, events, columns=columns, now=last, terms=terms or Terms(hours=OFFICE))
