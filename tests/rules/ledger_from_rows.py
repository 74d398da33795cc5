"""The handoff ledger once more from the rows of an export: who gave what to whom, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.rules.from_rows import REFUSED, Row, Rows, at

Handoff = tuple[str, str, str, datetime, datetime | None, str, timedelta, timedelta]


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


class Ledger(Rows):
    """`ledger` is what `handoffs.csv` ought to say of an item."""

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
