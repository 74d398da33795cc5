"""When scheduled work is due: against a slow search minute by minute, over clock changes, and after a pause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.config.shape import WhenTable
from sync.config.times import Times, last_of, next_of
from sync.serving.agenda import Agenda
from sync.store import Store

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
DAYS = {"daily": range(7), "weekdays": range(5), "fri": (4,), "mon,thu": (0, 3), "sun": (6,)}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@given(
    st.sampled_from(sorted(DAYS)), st.integers(4, 23), st.integers(0, 59),
    st.integers(0, 230 * 24 * 60),
)  # fmt: skip
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_plain_form_is_due_at_that_time_on_these_days(days: str, hour: int, minute: int, later: int) -> None:
    now = datetime(2026, 3, 20, tzinfo=UTC) + later * MINUTE
    line = Times.parse(f"{days} {hour:02}:{minute:02}")

    def right(instant: datetime) -> bool:
        local = instant.astimezone(BERLIN)
        return (local.hour, local.minute) == (hour, minute) and local.weekday() in DAYS[days]

    start = now.replace(second=0, microsecond=0)
    back = next(one for n in range(8 * 24 * 60) if right(one := start - n * MINUTE))
    ahead = next(one for n in range(1, 8 * 24 * 60) if right(one := start + n * MINUTE))
    assert line.last(now, BERLIN) == back
    assert line.next(now, BERLIN) == ahead


def test_a_time_that_a_clock_change_skips_or_repeats_is_due_once() -> None:
    line = Times.parse("daily 02:30")
    for day, zone_day in (("2026-03-29", "2026-03-30"), ("2026-10-25", "2026-10-26")):
        begin, end = at(f"{day}T00:00"), at(f"{zone_day}T00:00")
        due, now = [], begin - MINUTE
        while (now := line.next(now, BERLIN) or end) < end:
            due.append(now)
        assert len(due) == 1, (day, due)


def test_steps_cron_lines_and_several_lines() -> None:
    now = datetime(2026, 3, 2, 12, 7, 30, tzinfo=UTC)
    every = Times.parse("every 15m")
    assert every.last(now, BERLIN) == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert every.next(now, BERLIN) == datetime(2026, 3, 2, 12, 15, tzinfo=UTC)
    cron = Times.parse("10 13 * * 1-5")
    assert cron.next(now, BERLIN) == at("2026-03-02T13:10")
    assert next_of([every, cron], now, BERLIN) == at("2026-03-02T13:10")
    assert last_of([every, cron], now, BERLIN) == every.last(now, BERLIN)
    exactly = datetime(2026, 3, 2, 12, 15, tzinfo=UTC)
    assert every.last(exactly, BERLIN) == exactly
    assert cron.last(at("2026-03-02T13:10"), BERLIN) == at("2026-03-02T13:10")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("sometimes", "is no time"), ("weekdays 25:00", "is no time"), ("every 3wd", "working time"),

        ("every 10s", "no length of time"), ("every 0.5m", "less than a minute"),
        ("every 0m", "more than nothing"), ("* * * * * *", "counts seconds"),
        ("61 7 * * *", "is no time"), ("", "is no time"), ("0 0 31 2 *", "is no time"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_the_way_out(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Times.parse(line)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "handrail.db")) as one:
        yield one


def test_a_first_start_is_due_and_a_missed_run_is_caught_up_once(store: Store) -> None:
    agenda = Agenda(WhenTable(fields=("daily 07:00",)), BERLIN, store)
    first = agenda.due(at("2026-03-02T12:00"))
    assert first is not None
    assert (first.pages, first.late) == (True, False)
    agenda.done(first)
    assert agenda.due(at("2026-03-03T06:59")) is None
    again = agenda.due(at("2026-03-03T07:00"))
    assert again is not None
    assert not again.late
    agenda.done(again)
    missed = agenda.due(at("2026-03-06T09:00"))  # three were
    assert missed is not None
    assert missed.late
    agenda.done(missed)
    assert agenda.due(at("2026-03-06T09:01")) is None
    assert agenda.next(at("2026-03-06T09:01")) == at("2026-03-07T07:00")


def test_pages_with_times_of_their_own_are_written_then_only(store: Store) -> None:
    agenda = Agenda(WhenTable(fields=("every 1h",), page=("weekdays 07:00",)), BERLIN, store)
    start = agenda.due(at("2026-03-02T06:30"))
    assert start is not None
    assert start.pages
    agenda.done(start)
    fields = agenda.due(at("2026-03-02T07:00") - timedelta(seconds=1))
    assert fields is None
    both = agenda.due(at("2026-03-02T07:00"))
    assert both is not None
    assert both.pages
    agenda.done(both)
    hourly = agenda.due(at("2026-03-02T08:00"))
    assert hourly is not None
    assert not hourly.pages
