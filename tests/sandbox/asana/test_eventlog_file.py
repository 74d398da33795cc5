"""Reading an event log: what is taken as it is, and what is refused with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.sandbox.eventlog import BadEventLog, read_event_log

HEAD = "case:concept:name,concept:name,time:timestamp,org:resource,org:group,lifecycle:transition\n"


def write(path: Path, text: str | bytes) -> Path:
    file = path / "log.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_cells_are_kept_character_for_character_and_only_empty_is_empty(tmp_path: Path) -> None:
    text = HEAD + ' 案件 1,"a, b|*c ",2026-01-01T00:00:00Z,EMPTY,,\n'
    (row,) = read_event_log(write(tmp_path, text)).rows
    assert (row.case, row.activity, row.resource, row.group, row.lifecycle) == (
        " 案件 1",
        "a, b|*c ",
        "EMPTY",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("2026-01-01T10:00:00+02:00", datetime(2026, 1, 1, 8, tzinfo=UTC)),
        ("2026-01-01 10:00:00", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01T10:00:00.123456Z", datetime(2026, 1, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_without_an_offset_are_utc(tmp_path: Path, text: str, there: datetime) -> None:
    assert read_event_log(write(tmp_path, f"{HEAD}c,a,{text},,,\n")).rows[0].at == there


def test_columns_may_come_in_any_order_among_others_and_after_a_mark(tmp_path: Path) -> None:
    text = "\ufefftime:timestamp,x,concept:name,case:concept:name\n2026-01-01T00:00:00Z,?,a,c\n\n"
    log = read_event_log(write(tmp_path, text))
    assert (log.name, log.columns, log.rows[0].resource) == ("log", frozenset(), None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        (HEAD, "no rows"),
        ("a,b\n1,2\n", "line 1: no column case:concept:name, concept:name, time:timestamp"),
        ("case:concept:name;concept:name;time:timestamp\n", "save it with commas"),
        ("concept:name,concept:name,case:concept:name,time:timestamp\n", "more than once"),
        (HEAD + "c,a,soon,,,\n", "line 2: time:timestamp is 'soon'"),
        (HEAD + 'c,"a\nb",2026-01-01,,,\nc,a,,,,\n', "line 4: time:timestamp is empty"),
        (HEAD + ",a,2026-01-01,,,\n", "line 2: case:concept:name is empty"),
        (HEAD + "c,a,2026-01-01\n", "line 2: has 3 cells where the column names are 6"),
        (HEAD + 'c,"a"b,2026-01-01,,,\n', "line 2: is not CSV"),
        (HEAD.encode() + b"\xff,a,2026-01-01,,,\n", "is not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(BadEventLog) as refused:
        read_event_log(write(tmp_path, text))
    assert said in str(refused.value)
    assert "log.csv" in str(refused.value)


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    text = HEAD + "c,a,x,,,\n,a,2026-01-01,,,\n" + "c,a,y,,,\n" * 30
    with pytest.raises(BadEventLog) as refused:
        read_event_log(write(tmp_path, text))
    message = str(refused.value)
    assert "32 lines cannot be used" in message
    assert "line 2:" in message
    assert "line 3:" in message
    assert "and 12 more" in message


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(BadEventLog, match="cannot be read: No such file"):
        read_event_log(tmp_path / "none.csv")
