"""Working time as one long line of minutes, so that the same story can end on any day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIMEZONE = "America/New_York"
DAY = 480.0
"""Working minutes in a day: 09:00 to 17:00."""
WEEKS = 14
END = WEEKS * 5 * DAY
"""Where the story ends. It begins at 0; what lies before is negative."""


class WorkLine:
    """Maps working minutes to instants. `END` is the close of the last weekday before the day of `now`."""

    def __init__(self, now: datetime) -> None:
        self._zone = ZoneInfo(TIMEZONE)
        self.today = now.astimezone(self._zone).date()

    def instant(self, minute: float) -> datetime:
        """When this working minute is, in UTC."""
        back = END - minute
        days, rest = divmod(back, DAY)
        day = self._weekday_back(int(days))
        opening = datetime.combine(day, time(9), self._zone)
        return (opening + timedelta(minutes=DAY - rest)).astimezone(UTC)

    def day(self, minute: float) -> date:
        """The local date of a working minute."""
        return self.instant(minute).astimezone(self._zone).date()

    def days_ahead(self, days: int) -> date:
        """A date by its distance from today (negative: past), moved off weekends."""
        day = self.today + timedelta(days=days)
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)

    def _weekday_back(self, count: int) -> date:
        """The count-th weekday before today; 0 is the last one before it (negative: from today on)."""
        last = self.today - timedelta(days=1)
        last -= timedelta(days=max(0, last.weekday() - 4))
        weeks, days = divmod(count, 5)
        day = last - timedelta(weeks=weeks)
        for _ in range(days):
            day -= timedelta(days=3 if day.weekday() == 0 else 1)
        return day
