"""The world's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The world's time, in UTC to the millisecond. Standing still when it was given an instant: then each write
    adds one millisecond (`tick`)."""

    def __init__(self, fixed: datetime | None = None) -> None:
        self._fixed = to_milliseconds(fixed) if fixed else None

    @property
    def stands_still(self) -> bool:
        return self._fixed is not None

    def now(self) -> datetime:
        return self._fixed or to_milliseconds(datetime.now(UTC))

    def tick(self) -> datetime:
        """The instant of a write: now, and the next write is later."""
        now = self.now()
        if self._fixed is not None:
            self._fixed = now + timedelta(milliseconds=1)
        return now

    def set(self, instant: datetime) -> None:
        """Stand still at this instant from now on."""
        self._fixed = to_milliseconds(instant)


def to_milliseconds(instant: datetime) -> datetime:
    """The instant in UTC, cut to the millisecond."""
    instant = instant.astimezone(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
