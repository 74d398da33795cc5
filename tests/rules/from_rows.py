"""Every figure once more from the rows of an export, slowly and plainly: the standard library, and nothing of ours.

`Rows(folder, config, now)` reads `items.csv` and `events.csv` and knows the config's stages, teams and hours.
`stays`, `finished` and `day` work out what `intervals.csv`, the dates of `items.csv` and the days of a flow ought to
say.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, str]
Span = tuple[str, datetime, datetime | None]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
REFUSED = ("rejected", "changes_requested")


def at(row: Row) -> datetime:
    return datetime.fromisoformat(row["at"])


def _pattern(text: str) -> str:
    """A star is anything; a backslash takes the next character as it is."""
    parts = re.findall(r"\\.|.", text, re.DOTALL)
    return "".join(".*" if part == "*" else re.escape(part.removeprefix("\\") or part) for part in parts)


def read(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Rows:
    """An export and the config it was made with, as of `now`."""

    def __init__(self, out: Path, config: Path, now: datetime):
        self.out, self.path, self.now, self.config = out, config, now, tomllib.loads(config.read_text("utf-8"))
        self.items, self.events = read(out / "items.csv"), read(out / "events.csv")
        self.told: dict[str, list[Row]] = {item["ref"]: [] for item in self.items}
        for event in self.events:
            self.told[event["ref"]].append(event)
        for told in self.told.values():
            told.sort(key=lambda event: (event["at"], int(event["seq"])))
        self.members = {name: table["members"] for name, table in self.config.get("teams", {}).items()}
        self.zone = ZoneInfo(self.config["calendar"]["timezone"])
        self.off = {date.fromisoformat(day) for day in self.config["calendar"].get("days_off", ())}
        self._lives: dict[str, tuple[list[datetime | None], datetime | None, list[datetime]]] = {}
        self.names = self._names()

    def _names(self) -> dict[str, str]:
        """Columns by id as they are called: the last name that any event gave them."""
        found = {}
        for event in sorted(self.events, key=at):
            if event["kind"] == "transition":
                found |= {event[f"{side}_id"]: event[side] for side in ("from", "to") if event[f"{side}_id"]}
        return found

    def stage(self, flow: str, column: str) -> dict[str, Any]:
        """The stage of a flow that a column name belongs to; nothing where none matches."""
        for stage in self.config["flows"].get(flow, {}).get("stages", ()):
            if any(re.fullmatch(_pattern(pattern), column, re.DOTALL) for pattern in stage["match"]):
                return dict(stage)
        return {}

    # ---- time --------------------------------------------------------------------------------------------------

    def working(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants, a day after the other, by the wall clock of the calendar's zone."""
        week, total = self.config["calendar"]["week"], timedelta()
        begin, stop = (time.fromisoformat(clock) for clock in week["hours"].split("-"))
        day = start.astimezone(self.zone).date()
        while day <= end.astimezone(self.zone).date():
            if DAYS[day.weekday()] in week["days"] and day not in self.off:
                opens = datetime.combine(day, begin, self.zone).astimezone(start.tzinfo)
                shuts = datetime.combine(day, stop, self.zone).astimezone(start.tzinfo)
                total += max(min(shuts, end) - max(opens, start), timedelta())
            day += timedelta(days=1)
        return total

    # ---- where an item was -------------------------------------------------------------------------------------

    def columns(self, item: Row) -> list[tuple[int, datetime, str]]:
        """(row of the event, since when, column id or nothing); -1 where it was there before any event told."""
        homes = {str(home) for home in self.config["flows"].get(item["flow"], {}).get("projects", ())}
        found: list[tuple[int, datetime, str]] = []
        for row, event in enumerate(self.told[item["ref"]]):
            if event["kind"] not in ("transition", "removed") or (homes and event["container"] not in homes):
                continue
            new = event["to_id"] if event["kind"] == "transition" else ""
            if not found and event["from_id"]:
                found.append((-1, min(datetime.fromisoformat(item["created_at"]), at(event)), event["from_id"]))
            if not found or found[-1][2] != new:
                found.append((row, at(event), new))
        return found

    def stays(self, item: Row) -> Iterator[Span]:
        came = self.columns(item)
        for number, (_, since, column) in enumerate(came):
            if column:
                yield column, since, came[number + 1][1] if number + 1 < len(came) else None

    def timed_stays(self, item: Row) -> Iterator[tuple[str, str, datetime, datetime | None, timedelta, timedelta]]:
        for column, since, left in self.stays(item):
            end, name = left or self.now, self.names.get(column, column)
            stage = self.stage(item["flow"], name).get("name", "")
            yield column, stage, since, left, end - since, self.working(since, end)

    # ---- when it was done --------------------------------------------------------------------------------------

    def finished(self, item: Row) -> list[datetime | None]:
        """Since when the item is finished, after each of its events (and once before the first)."""
        completed = refused = False
        since: datetime | None = None
        places = {row: column for row, _, column in self.columns(item)}
        done_stage = self._is_done(item, places.get(-1, ""))
        found: list[datetime | None] = [None]
        for row, event in enumerate(self.told[item["ref"]]):
            if event["kind"] in ("completed", "reopened"):
                completed = event["kind"] == "completed"
            if event["kind"] == "approval":
                completed, refused = event["to_id"] == "approved", event["to_id"] in REFUSED
            if row in places:
                done_stage = self._is_done(item, places[row])
            done = (completed and not refused) or done_stage
            since = (since or at(event)) if done else None
            found.append(since)
        return found

    def _is_done(self, item: Row, column: str) -> bool:
        return bool(self.stage(item["flow"], self.names.get(column, column)).get("kind") == "done")

    # ---- the flow, day by day ----------------------------------------------------------------------------------

    def started(self, item: Row) -> datetime | None:
        kinds = ((since, self.stage(item["flow"], self.names.get(column, column)).get("kind"))
                 for column, since, _ in self.stays(item))  # fmt: skip
        return next((since for since, kind in kinds if kind == "active"), None)

    def day(self, flow: str, day: date) -> dict[str, Any]:
        """What came, was started and finished on that day, and what was in hand at its end, or now."""
        begin, end = (datetime.combine(day + timedelta(days=n), time(), self.zone).astimezone(UTC) for n in (0, 1))
        found = {"arrivals": 0, "started": 0, "finished": 0, "wip": 0, "total_age": timedelta()}
        for item in (one for one in self.items if one["flow"] == flow):
            since, started, moments = self._life(item)
            turns = [now for before, now in pairwise(since) if now and now != before]
            found["arrivals"] += begin <= datetime.fromisoformat(item["created_at"]) < end
            found["started"] += bool(started and begin <= started < end)
            found["finished"] += sum(begin <= turn < end for turn in turns)
            stop = min(end, self.now)
            told = sum(moment < end for moment in moments)
            if started and started < end and not since[told]:
                found["wip"] += 1
                found["total_age"] += stop - started
        return found

    def _life(self, item: Row) -> tuple[list[datetime | None], datetime | None, list[datetime]]:
        """What `day` asks of an item, worked out once."""
        if item["ref"] not in self._lives:
            moments = [at(event) for event in self.told[item["ref"]]]
            self._lives[item["ref"]] = self.finished(item), self.started(item), moments
        return self._lives[item["ref"]]
