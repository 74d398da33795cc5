"""The ledger once more, slowly: one item, one responsibility, straight from the definitions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Event = dict[str, Any]


def slow_handoffs(events: list[Event], by: str, touches: Any, finished_at: Any, slip: float) -> list[tuple[Any, ...]]:
    """`events` in story order. `touches(party, row)`: whether that event is the party's own. `finished_at`: of the
    finished state that holds after a row, else None. Gives from, to, given_at, touched_at, ended, end."""
    values = [(row, e["old"], e["new"]) for row, e in enumerate(events) if e["kind"] == by and e["old"] != e["new"]]
    found = []
    for number, (row, giver, to) in enumerate(values):
        if giver is None or to is None:
            continue
        following, _, after = values[number + 1] if number + 1 < len(values) else (None, None, None)
        last = len(events) - 1 if following is None else following
        given: datetime = events[row]["at"]
        touch = next((events[i]["at"] for i in range(row + 1, last + 1) if touches(to, i)), None)
        between = [e for e in events[row + 1 : last] if e["actor_kind"] not in ("own", "bot", "rule")]
        back, brief = following is not None and after == giver, events[last]["at"] - given <= timedelta(minutes=slip)
        done = finished_at(last)
        ended = (
            "slip" if back and brief and not between
            else "bounced" if back
            else "passed_on" if following is not None and touch is None
            else "picked_up" if touch is not None
            else "closed" if done is not None
            else "waiting"
        )  # fmt: skip
        end = {"picked_up": touch, "closed": done and max(done, given), "waiting": None}.get(
            ended, events[last]["at"]
        )
        found.append((giver, to, given, touch, ended, end))
    return found
