"""What scheduled work is due, by `[write] when` and what the store says is done. A missed one is caught up, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync.config.shape import WhenTable
from sync.config.times import Times, last_of, next_of
from sync.store import Store

_LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Due:
    """A run that is due. `pages`: it writes the pages, too; `slots`: what is done with it, and as of when.

    `late`: it was due some time ago, and is caught up.
    """

    slots: dict[str, datetime]
    pages: bool
    late: bool


class Agenda:
    """Two schedules: `fields`, and `page` where it is given; else every run writes the pages."""

    def __init__(self, when: WhenTable, zone: ZoneInfo, store: Store) -> None:
        self._zone, self._store = zone, store
        self._lines = {"fields": [Times.parse(line) for line in when.fields]}
        if when.page:
            self._lines["page"] = [Times.parse(line) for line in when.page]

    @property
    def pages_apart(self) -> bool:
        """The pages have times of their own."""
        return "page" in self._lines

    def due(self, now: datetime) -> Due | None:
        """The run that is due; never run before counts as due. However many were missed, it is one run."""
        last = {name: last_of(lines, now, self._zone) or now for name, lines in self._lines.items()}
        done = {name: self._store.slot(name) for name in last}
        slots = {name: at for name, at in last.items() if (was := done[name]) is None or was < at}
        if not slots:
            return None
        late = any(self._missed(name, done[name], now) for name in slots)
        return Due(slots, "page" in slots or not self.pages_apart, late)

    def _missed(self, name: str, done: datetime | None, now: datetime) -> bool:
        """Whether the first that was due after the one that was done is not just now."""
        first = next_of(self._lines[name], done, self._zone) if done else None
        return first is not None and now - first > _LATE

    def done(self, due: Due) -> None:
        """Note that this was done."""
        for name, at in due.slots.items():
            self._store.slot_done(name, at)

    def next(self, now: datetime) -> datetime | None:
        """When the next run is due."""
        return next_of((line for lines in self._lines.values() for line in lines), now, self._zone)
