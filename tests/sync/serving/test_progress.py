"""Long work tells of itself: alive at each step, a line of the log now and then."""

from __future__ import annotations

from structlog.testing import capture_logs

from connectors.base import Scope
from sync.serving.progress import EVERY, Told

SCOPE = Scope("asana", "1", "Launch")


def test_short_work_is_alive_and_says_nothing() -> None:
    turns: list[int] = []
    told = Told(lambda: turns.append(1), lambda: 5.0).progress()
    with capture_logs() as lines:
        told.pulling(SCOPE)
        told.kept(SCOPE, 100, 900, None)
        told.applying(2)
        told.applied("a")
    assert lines == []
    assert len(turns) == 4


def test_long_work_has_a_line_every_few_seconds_with_all_of_it_so_far() -> None:
    now = [0.0]
    told = Told(lambda: None, lambda: now[0]).progress()
    with capture_logs() as lines:
        told.pulling(SCOPE)
        for _ in range(20):
            now[0] += EVERY / 4
            told.kept(SCOPE, 100, 1000, 300)
    assert [line["items"] for line in lines] == [400, 800, 1200, 1600, 2000]
    assert lines[0] == {
        "event": "reading", "log_level": "info", "what": "asana: Launch", "items": 400, "events": 4000, "ahead": 300,
    }  # fmt: skip


def test_writing_says_how_many_of_how_many_and_counts_anew_each_time() -> None:
    now = [0.0]
    told = Told(lambda: None, lambda: now[0]).progress()
    with capture_logs() as lines:
        for total in (3, 5):
            told.applying(total)
            now[0] += EVERY
            told.applied("a task")
    assert [(line["event"], line["done"], line["of"]) for line in lines] == [("writing", 1, 3), ("writing", 1, 5)]
