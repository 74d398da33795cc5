"""Every figure once more from the rows of an export, slowly and plainly: the standard library, and nothing of ours.

`Rows(folder, config)` reads `items.csv` and `events.csv` and knows the config's stages, teams and hours. `stays`,
`ledger` and `finished` work out what `intervals.csv`, `handoffs.csv` and the dates of `items.csv` ought to say.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, str]
Handoff = tuple[str, str, str, datetime, datetime | None, str, timedelta, timedelta]
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

    # ---- who handed it to whom ---------------------------------------------------------------------------------

    def ledger(self, item: Row) -> list[Handoff]:
        found = []
        for by in ("owner", "team", "stage", "approval"):
            turns = self._approvals(item) if by == "approval" else self._turns(item, by)
            found += [self._handoff(item, by, turn, turns) for turn in turns if turn.giver and turn.to]
        return sorted(found, key=lambda row: (row[3], row[0]))

    def _turns(self, item: Row, by: str) -> list[Turn]:
        """Each change of one responsibility, to and from nobody too."""
        told, found = self.told[item["ref"]], []
        if by == "stage":
            owners = [(row, self.stage(item["flow"], self.names.get(column, column)).get("owner") or "")
                      for row, _, column in self.columns(item)]  # fmt: skip
            pairs = [(row, owners[number - 1][1] if number else "", new) for number, (row, new) in enumerate(owners)]
        else:
            pairs, before = [], ""
            team = self.config["sources"][item["source"]].get("team_field")
            for row, event in enumerate(told):
                if event["kind"] == by or (by == "team" and event["kind"] == "field" and event["field"] == team):
                    pairs.append((row, event["from_id"] or before, event["to_id"]))
                    before = event["to_id"]
        for row, old, new in pairs:
            if old != new and row >= 0:
                shown = (told[row]["from"] or old, told[row]["to"] or new) if by != "stage" else (old, new)
                found.append(Turn(row, old, new, *shown))
        return [
            turn.then(found[number + 1], found[number + 1].to == turn.giver) if number + 1 < len(found) else turn
            for number, turn in enumerate(found)
        ]  # fmt: skip

    def _approvals(self, item: Row) -> list[Turn]:
        """Asked for: from who asks to who owns the item. A refusal, being next, gives it back."""
        told = self.told[item["ref"]]
        rows = [row for row, event in enumerate(told) if event["kind"] == "approval"]
        found = []
        for number, row in enumerate(rows):
            owner = next((e for e in reversed(told[: row + 1]) if e["kind"] == "owner"), None)
            asker, to = told[row]["actor_id"], owner["to_id"] if owner else ""
            asked = told[row]["to_id"] == "pending" and asker != to
            turn = Turn(row, asker if asked else "", to, told[row]["actor"], owner["to"] if owner else "")
            if number + 1 < len(rows):
                following = rows[number + 1]
                turn = turn.then(Turn(following, "", "", "", ""), told[following]["to_id"] in REFUSED)
            found.append(turn)
        return found

    def _handoff(self, item: Row, by: str, turn: Turn, turns: list[Turn]) -> Handoff:
        told = self.told[item["ref"]]
        last = len(told) - 1 if turn.next_row is None else turn.next_row
        given, to = at(told[turn.row]), turn.to_name if by == "team" else turn.to
        touch = next((at(told[row]) for row in range(turn.row + 1, last + 1) if self._own(item, by, to, row)), None)
        quiet = all(told[row]["actor_kind"] in ("own", "bot", "rule") for row in range(turn.row + 1, last))
        closed = self.finished(item)[last + 1]
        minutes = timedelta(minutes=self.config.get("slip_minutes", 60))
        if turn.back and quiet and at(told[last]) - given <= minutes:
            ended = "slip"
        elif turn.back:
            ended = "bounced"
        elif turn.next_row is not None and touch is None:
            ended = "passed_on"
        elif touch is not None:
            ended = "picked_up"
        else:
            ended = "closed" if closed else "waiting"
        stop = touch or (at(told[last]) if turn.next_row is not None else max(closed, given) if closed else self.now)
        wait = stop - given, self.working(given, stop)
        return by, turn.from_name, turn.to_name, given, touch, ended, *wait

    def _own(self, item: Row, by: str, to: str, row: int) -> bool:
        """Whether an event is the receiver's own: by that person, by a member of that team, or, where the team lists
        nobody, by who owned the item before the event or by it."""
        told = self.told[item["ref"]]
        event = told[row]
        if event["actor_kind"] != "person" or not event["actor_id"]:
            return False
        if by in ("owner", "approval"):
            return event["actor_id"] == to
        if by == "stage" and to == "requester":
            return event["actor_id"] == next((e["actor_id"] for e in told if e["kind"] == "created"), "")
        if members := self.members.get(to):
            return event["actor"] in members
        owners = [e["to_id"] for e in told[: row + 1] if e["kind"] == "owner"]
        before = [e["to_id"] for e in told[:row] if e["kind"] == "owner"]
        return event["actor_id"] in {*owners[-1:], *before[-1:]}


@dataclass(frozen=True)
class Turn:
    """A change of one responsibility: at which event, from whom to whom, and what came next."""

    row: int
    giver: str
    to: str
    from_name: str
    to_name: str
    next_row: int | None = None
    back: bool = False

    def then(self, following: Turn, back: bool) -> Turn:
        return Turn(self.row, self.giver, self.to, self.from_name, self.to_name, following.row, back)
