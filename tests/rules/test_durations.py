"""Limits as people write them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from rules.durations import Duration

DAY = 8 * 3600


@pytest.mark.parametrize(
    ("text", "words", "seconds"),
    [
        ("3wd", "3 working days", 3 * DAY), ("1wd", "1 working day", DAY), ("16wh", "16 working hours", 16 * 3600),
        ("30d", "30 days", 30 * 86_400), ("4h", "4 hours", 4 * 3600), ("2w", "2 weeks", 14 * 86_400),
        ("45m", "45 minutes", 2700), (" 1.5wd ", "1.5 working days", 12 * 3600), ("10d", "10 days", 864_000),
    ],
)  # fmt: skip
def test_reads_and_says(text: str, words: str, seconds: int) -> None:
    duration = Duration.parse(text)
    assert duration.words == words
    assert duration.microseconds(DAY * 1_000_000) == seconds * 1_000_000
    assert Duration.parse(str(duration)) == duration


@pytest.mark.parametrize("text", ["", "3", "wd", "three days", "3 days", "-1d", "0wd", "1y", "3wdd", "1e3d", "٣d "])
def test_refuses_with_the_way_out(text: str) -> None:
    with pytest.raises(ValueError, match=r"3wd \(working days\)"):
        Duration.parse(text)


def test_compares_in_its_own_calendar_and_exactly() -> None:
    limit = Duration.parse("2wd")
    assert not limit.exceeded(2 * DAY, 99 * DAY, DAY)
    assert limit.exceeded(2 * DAY + 1e-6, 0, DAY)
    assert Duration.parse("2d").exceeded(0, 2 * 86_400 + 1e-6, DAY)
    assert not Duration.parse("2d").exceeded(99 * DAY, 2 * 86_400, DAY)


def test_settings_read_it_from_text() -> None:
    reader: TypeAdapter[Duration] = TypeAdapter(Duration)
    assert reader.validate_python("3wd") == Duration.parse("3wd")
    assert reader.dump_python(Duration.parse("3wd")) == "3wd"
    with pytest.raises(ValidationError, match="is no length of time"):
        reader.validate_python("soon")
    with pytest.raises(ValidationError, match="is no length of time"):
        reader.validate_python(3)
