"""Limits as people write them: `3wd` is three working days, `30d` thirty days on the wall clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal, get_args

Unit = Literal["m", "h", "d", "w", "wh", "wd"]

US = 1_000_000
"""Microseconds in a second: waits are counted in whole microseconds, so that sums are exact."""

US_STEP = timedelta(microseconds=1)

_ELAPSED = {"m": 60 * US, "h": 3600 * US, "d": 86_400 * US, "w": 604_800 * US}
_WORDS = {"m": "minute", "h": "hour", "d": "day", "w": "week", "wh": "working hour", "wd": "working day"}
_SHAPE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(wd|wh|m|h|d|w)")
_WAY_OUT = "write 3wd (working days), 16wh (working hours), 45m, 4h, 30d or 2w (elapsed)"


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of time with its calendar: `wd` and `wh` count working time, the other units elapsed time."""

    amount: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise ValueError(f"{self.unit!r} is no unit of time; {_WAY_OUT}")
        if self.amount <= 0:
            raise ValueError(f"{self.amount}{self.unit} is no limit, it must be more than nothing; {_WAY_OUT}")

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `3wd`, `16wh`, `45m`, `4h`, `30d`, `2w`; ValueError names what would be right."""
        found = _SHAPE.fullmatch(text.strip()) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"{text!r} is no length of time; {_WAY_OUT}")
        unit: Any = found[2]
        return cls(Decimal(found[1]), unit)

    @property
    def working(self) -> bool:
        """Whether this is a length of working time."""
        return self.unit in ("wd", "wh")

    def microseconds(self, day: int) -> int:
        """How long it is, of its own calendar's time. `day`: the usual working day in microseconds."""
        length = {"wd": day, "wh": 3600 * US}.get(self.unit) or _ELAPSED[self.unit]
        return int(self.amount * length)

    def exceeded(self, working_seconds: float, elapsed_seconds: float, day_seconds: float) -> bool:
        """Whether a wait is longer than this, counted exactly, in this unit's calendar. Equal is not longer."""
        wait = working_seconds if self.working else elapsed_seconds
        return round(wait * US) > self.microseconds(round(day_seconds * US))

    def __str__(self) -> str:
        return f"{self.amount.normalize():f}{self.unit}"

    @property
    def words(self) -> str:
        """`3 working days`, `1 working day`, `45 minutes`."""
        return f"{self.amount.normalize():f} {_WORDS[self.unit]}{'' if self.amount == 1 else 's'}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let a settings model take the text form; loaded only by those who validate."""
        from pydantic_core import core_schema

        def read(value: Any) -> Duration:
            return value if isinstance(value, Duration) else cls.parse(value)

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )
