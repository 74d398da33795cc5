"""A source that cannot be read: the page says so from `stale_after` on, once, in the same words, until it is read."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from sync.config import load
from sync.report import rendered
from sync.run import Outcome
from sync.wiring import open_house
from tests.run.worlds import NOW, Rig, rig

HOUR = timedelta(hours=1)
SAID = "asana has not been read whole since Mon 2 Mar 2026, 12:00 (UTC)"


def report(one: Rig, hours: float, form: str = "md") -> str:
    with open_house(load(one.config, {}), doors=False) as house:
        return rendered(house, house.judge(NOW + hours * HOUR), form, 100).decode()


def pages(outcome: Outcome) -> int:
    """How many pages a run wanted to write."""
    return sum(step.target.startswith("page:") for step in outcome.plan.steps)


def test_the_page_says_it_once_and_takes_it_back(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        one.run()
        one.send("POST", "/_sandbox/faults", [{"match": "/asana/*", "kind": "401"}])
        one.run(now=NOW + 1 * HOUR)
        assert "has not been read whole" not in one.page()
        assert pages(one.run(now=NOW + 3 * HOUR)) == 1
        assert SAID in one.page()
        assert one.page().index(SAID) < one.page().index("one big thing")
        assert pages(one.run(now=NOW + 4 * HOUR)) == 0
        one.lift_faults()
        assert pages(one.run(now=NOW + 5 * HOUR)) == 1
        assert "has not been read whole" not in one.page()


def test_the_report_says_it_in_every_form(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        one.run()
        for form in ("text", "md", "html"):
            assert "not been read whole" not in report(one, 1, form)
            assert "asana has not been read" in report(one, 3, form)
        assert json.loads(report(one, 1, "json"))["stale"] == []
        told = json.loads(report(one, 3, "json"))["stale"]
        assert told == [
            {"key": f"stale/{source}", "source": source, "read_whole_at": NOW.isoformat()}
            for source in ("asana", "notion")
        ]


def test_a_source_that_was_never_read_whole_is_said_when_a_run_fails_to(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        one.send("POST", "/_sandbox/faults", [{"match": "GET /asana/api/1.0/tasks", "kind": "400"}])
        one.run()
        assert "asana was never read whole yet" in one.page()
