"""The figures of a page counted again, in plain Python, from nothing but the rows of `handrail export`."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Row = Mapping[str, str]
_WORK = 8 * 3600.0


class Export:
    """The exported rows, as of an instant, on a calendar's clock (Monday to Friday, nine to five, no day off)."""

    def __init__(self, rows: Mapping[str, list[dict[str, str]]], now: datetime, zone: str, teams: Mapping[str, str]):
        self.items, self.findings, self.handoffs = rows["items"], rows["findings"], rows["handoffs"]
        self.intervals, self.events = rows["intervals"], rows["events"]
        self.now, self.zone, self.teams = now, ZoneInfo(zone), teams
        self.ends: dict[str, list[Row]] = {}
        for one in self.events:
            if one["kind"] in ("completed", "reopened"):
                self.ends.setdefault(one["ref"], []).append(one)
        self.state = {one["ref"]: one["state"] for one in self.items}

    # ---- time ----------------------------------------------------------------------------------------------------

    def midnight(self, back: int = 0) -> datetime:
        day = self.now.astimezone(self.zone).date() - timedelta(days=back)
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def day(self, text: str) -> date:
        return at(text).astimezone(self.zone).date()

    def said(self, instant: datetime) -> str:
        local = instant.astimezone(self.zone)
        return f"{local:%a} {local.day} {local:%b} {local.year}"

    def worked(self, begin: datetime, end: datetime) -> float:
        """Working seconds between two instants."""
        total, day = 0.0, begin.astimezone(self.zone).date()
        while day <= end.astimezone(self.zone).date():
            if day.weekday() < 5:
                opens, shuts = (datetime.combine(day, time(hour), self.zone).astimezone(UTC) for hour in (9, 17))
                total += max((min(end, shuts) - max(begin, opens)).total_seconds(), 0.0)
            day += timedelta(days=1)
        return total

    def whole_days(self, since: datetime) -> int:
        return int(self.worked(since, self.midnight()) // _WORK) if since < self.midnight() else 0

    # ---- handoffs ------------------------------------------------------------------------------------------------

    def party(self, name: str) -> str:
        return {"requester": "whoever asked"}.get(name, self.teams.get(name, name))

    def given(self, by: str | None = "team") -> list[Row]:
        return [one for one in self.handoffs if one["ended"] != "slip" and by in (None, one["by"])]

    def wait(self, one: Row) -> float:
        """Working seconds of a handoff's wait; what goes on is counted up to the morning."""
        if one["ended"] == "waiting":
            return self.worked(at(one["given_at"]), self.midnight())
        return float(one["working_seconds"])

    def pair(self, giver: str, to: str) -> tuple[str, str, str]:
        """How many handoffs, within what time half and 85 of 100 got a first look, how many were sent back."""
        mine = [one for one in self.given() if (self.party(one["from"]), self.party(one["to"])) == (giver, to)]
        looked = sorted(float(one["working_seconds"]) for one in mine if one["touched_at"])
        first = "–"
        if len(looked) >= 20:
            first = " · ".join(_short(looked[math.ceil(len(looked) * share) - 1]) for share in (0.5, 0.85))
        back = sum(one["ended"] == "bounced" for one in mine)
        return f"{len(mine):,}", first, f"{back * 100 / len(mine):.0f} %"

    def late(self, giver: str, to: str, days: int, limit: int) -> tuple[int, int, int]:
        """Of how many handoffs of that many days how many waited more than so many working days, and how long."""
        since = self.midnight() - timedelta(days=days)
        mine = [one for one in self.given() if at(one["given_at"]) >= since and at(one["given_at"]) < self.midnight()]
        mine = [one for one in mine if (self.party(one["from"]), self.party(one["to"])) == (giver, to)]
        waits = [self.wait(one) for one in mine]
        over = [wait for wait in waits if wait > limit * _WORK]
        return len(over), len(mine), int(sum(over) // _WORK)

    def turns(self) -> dict[str, tuple[str, str]]:
        """Who has how many items that they have not looked at, and the oldest since when."""
        found: dict[str, dict[str, datetime]] = {}
        for one in self.given(None):
            if one["ended"] == "waiting" and self.state[one["ref"]] in ("open", "backlog"):
                mine = found.setdefault(self.party(one["to"]), {})
                given = at(one["given_at"])
                mine[one["ref"]] = min(given, mine.get(one["ref"], given))
        return {to: (f"{len(mine):,}", self.said(min(mine.values()))) for to, mine in found.items()}

    # ---- friction ------------------------------------------------------------------------------------------------

    def asked_again(self, days: int) -> int:
        """Comments by whoever gave it, between the giving and the first look, each once."""
        said: dict[str, list[Row]] = {}
        for one in self.events:
            if one["kind"] == "comment" and one["actor_kind"] == "person":
                said.setdefault(one["ref"], []).append(one)
        found = set()
        for one in self.given(None):
            begin, end = at(one["given_at"]), self._ended(one)
            if begin > self.midnight(days):
                found |= {
                    (one["ref"], comment["source_id"]) for comment in said.get(one["ref"], ())
                    if one["from"] in (comment["actor"], self.teams.get(comment["actor"]))
                    and begin < at(comment["at"]) and (end is None or at(comment["at"]) < end)
                }  # fmt: skip
        return len(found)

    def sent_back(self, days: int) -> int:
        """How often an item came back, whatever came back with it within the hour."""
        found: dict[str, list[datetime]] = {}
        for one in self.given(None):
            back = self._passed(one) if one["ended"] == "bounced" else None
            if back and back > self.midnight(days):
                found.setdefault(one["ref"], []).append(back)
        count = 0
        for times in map(sorted, found.values()):
            count += sum(n == 0 or time - times[n - 1] > timedelta(hours=1) for n, time in enumerate(times))
        return count

    def opened_again(self, days: int) -> int:
        return sum(one["kind"] == "reopened" and at(one["at"]) > self.midnight(days) for one in self.events)

    def _ended(self, one: Row) -> datetime | None:
        """When a handoff was looked at, or else ended."""
        if one["ended"] == "waiting":
            return None
        return at(one["touched_at"] or one["given_at"]) + timedelta(
            seconds=0 if one["touched_at"] else float(one["elapsed_seconds"])
        )

    def _passed(self, one: Row) -> datetime | None:
        """When it was handed on: the next handoff of the same responsibility."""
        mine = (other for other in self.handoffs if (other["ref"], other["by"]) == (one["ref"], one["by"]))
        return min((time for other in mine if (time := at(other["given_at"])) > at(one["given_at"])), default=None)

    # ---- items ---------------------------------------------------------------------------------------------------

    def of(self, flow: str, rows: Iterable[Row] | None = None) -> list[Row]:
        return [one for one in (self.items if rows is None else rows) if flow_name(one["flow"]) == flow]

    def stage(self, flow: str, stage: str) -> tuple[str, str]:
        here = [one for one in self.of(flow) if one["stage"] == stage and one["state"] in ("open", "backlog")]
        refs = {one["ref"] for one in here}
        stays = [one for one in self.intervals if one["ref"] in refs and not one["left_at"]]
        return f"{len(here):,}", self.said(min(at(one["entered_at"]) for one in stays))

    def came_and_went(self, flow: str) -> tuple[int, int, int, int]:
        """In the four weeks up to yesterday: created, finished; begun and not finished before, and this morning."""
        begin, end, mine = self.midnight(28), self.midnight(), self.of(flow)
        came = sum(begin <= at(one["created_at"]) < end for one in mine)
        done = sum(begin <= at(one["finished_at"]) < end for one in mine if one["finished_at"])
        then, today = (sum(self._in_hand(one, instant) for one in mine) for instant in (begin, end))
        return came, done, then, today

    def _in_hand(self, one: Row, instant: datetime) -> bool:
        """Begun by then, and not finished then: what was reopened later was finished once, too."""
        if not one["started_at"] or at(one["started_at"]) >= instant:
            return False
        if one["finished_at"] and at(one["finished_at"]) < instant:
            return False
        told = [event["kind"] for event in self.ends.get(one["ref"], ()) if at(event["at"]) < instant]
        return not told or told[-1] == "reopened"

    def older(self, flow: str) -> tuple[int, int]:
        """How many open begun items are older than 85 of 100 were on leaving their stage, of how many."""
        started = {one["ref"]: at(one["started_at"]) for one in self.of(flow) if one["started_at"]}
        last: dict[tuple[str, str], datetime] = {}
        for one in self.of(flow, self.intervals):
            if one["left_at"] and one["stage"]:
                last[one["ref"], one["stage"]] = at(one["left_at"])
        old = known = 0
        for one in self.of(flow):
            if one["state"] != "open" or one["ref"] not in started or not one["stage"]:
                continue
            ages = [left - started[ref] for (ref, stage), left in last.items()
                    if stage == one["stage"] and ref in started and left >= started[ref]]  # fmt: skip
            if len(ages) >= 20:
                known += 1
                age = self.midnight() - started[one["ref"]]
                old += sum(other < age for other in ages) / len(ages) >= 0.85
        return old, known

    def two_ways(self, done: Container[tuple[str, str]]) -> tuple[int, int]:
        """How many items are completed, or in a done stage, and not both; of all that are one of the two."""
        both = [
            ((one["flow"], one["stage"]) in done, _completed(self.ends.get(one["ref"], ())), bool(one["stage"]))
            for one in self.items
        ]
        return sum(staged and here != told for here, told, staged in both), sum(a or b for a, b, _ in both)

    def finished(self, days: int = 28) -> list[Row]:
        return [one for one in self.items if one["finished_at"] and at(one["finished_at"]) >= self.midnight(days)]

    def on_time(self, rows: Iterable[Row]) -> int:
        return sum(self.day(one["finished_at"]) <= date.fromisoformat(one["due"]) for one in rows)

    def overdue(self) -> int:
        today = self.now.astimezone(self.zone).date()
        rows = (one for one in self.items if one["state"] in ("open", "backlog") and one["due"])
        return sum(date.fromisoformat(one["due"]) < today for one in rows)

    def learned(self, flow: str) -> tuple[int, int, float, int]:
        """Of those finished lately how many, of how many, took no longer than so many days; of how many before."""
        begun = [one for one in self.of(flow) if one["started_at"] and one["finished_at"]]
        took = [(at(one["finished_at"]), at(one["finished_at"]) - at(one["started_at"])) for one in begun]
        before = sorted(span for end, span in took if self.midnight(112) <= end < self.midnight(28))
        lately = [span for end, span in took if end >= self.midnight(28)]
        exact = before[(len(before) * 85 + 99) // 100 - 1] / timedelta(days=1)
        limit = math.ceil(round(exact * 10, 6)) / 10
        return sum(span <= timedelta(days=limit) for span in lately), len(lately), limit, len(before)


def _completed(ends: Sequence[Row]) -> bool:
    return bool(ends) and ends[-1]["kind"] == "completed"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def flow_name(id_: str) -> str:
    return id_.replace("-", " ").replace("_", " ").capitalize()


def number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def share(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.0f} %"


def _short(seconds: float) -> str:
    value, unit = (seconds / _WORK, "d") if seconds >= _WORK else (seconds / 3600, "h")
    return f"{number(value)}\N{NO-BREAK SPACE}{unit}"


def limits(findings: Sequence[Row], level: str) -> str:
    """The limits of a level as a card says them, the smallest first."""
    said = {one["limit"] for one in findings if one["level"] == level}
    ordered = sorted(said, key=lambda one: float(one.split(" ", 1)[0].replace(",", "")))
    return " or ".join(ordered) + (", whichever applies" if len(ordered) > 1 else "")
