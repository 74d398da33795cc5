"""How long something lasts, held against its limit: for a sentence, for a next step, for an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules import language
from rules.base import Board, Condition
from rules.calendars import calendar_of
from rules.durations import US_STEP, Duration


@dataclass(frozen=True, slots=True)
class Wait:
    """A length in microseconds of its limit's calendar. `day`: the usual working day."""

    us: int
    limit: Duration
    day: int

    @classmethod
    def of(cls, board: Board, row: Mapping[str, Any], limit: Duration) -> Wait:
        """The wait in a row's `working` or `elapsed`, whichever the limit counts. The row names its `item`, and its
        `day` where that is not the usual one of the item's flow."""
        length = row["working" if limit.working else "elapsed"]
        day = row.get("day") or calendar_of(board, board.items["flow"][row["item"]]).day
        return cls(length // US_STEP, limit, day)

    @property
    def over(self) -> bool:
        """Whether it is longer than the limit; equal is not."""
        return self.us > self.limit.microseconds(self.day)

    @property
    def said(self) -> str:
        """In words that change once a day at most."""
        return language.beyond(self.us, self.limit, self.day)

    @property
    def excess(self) -> str:
        """How far beyond the limit it is, in whole days."""
        return language.whole(self.us - self.limit.microseconds(self.day), self.limit, self.day)

    def condition(self, text: str) -> Condition:
        """Its being over the limit as a condition, to the minute."""
        return Condition(text, self.over, language.exact(self.us, self.limit, self.day), self.limit.words)
