"""The laws of a run hold for any event log, not only for the one we thought of."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.config import load
from sync.plan.file import from_json, to_json
from sync.run import apply_plan, run
from sync.wiring import open_house
from tests.run.worlds import NOW, rig

_HEAD = "case:concept:name,concept:name,time:timestamp,org:resource,org:group\n"
_PEOPLE = st.sampled_from(["", "Lena", "Kofi", "Ana, B.", "山田", "שרה"])
_STAGES = st.sampled_from(["Intake", "Build | *", "Review"])
_TEAMS = st.sampled_from(["", "Design", "EMPTY"])
_HOURS = st.integers(-24 * 30, 24 * 3)
_ROWS = st.lists(st.tuples(st.integers(1, 4), _STAGES, _HOURS, _PEOPLE, _TEAMS), min_size=1, max_size=14)

_some = settings(
    max_examples=5, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


def _log(rows: list[tuple[int, str, int, str, str]]) -> str:
    def when(hours: int) -> datetime:
        return NOW + timedelta(hours=hours)

    return _HEAD + "".join(
        f'case {case},{stage},{when(hours).isoformat()},"{who}",{team}\n' for case, stage, hours, who, team in rows
    )


@_some
@given(_ROWS)
def test_the_second_run_is_quiet_and_so_is_one_with_the_database_lost(
    rows: list[tuple[int, str, int, str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder), _log(rows)) as one:
        first = one.run()
        assert first.troubles == []
        seen = one.seen()
        one.clear_log()
        assert one.run().plan.steps == ()
        assert one.writes() == 0
        one.forget()
        assert one.run().troubles == []
        assert one.seen() == seen


@_some
@given(_ROWS)
def test_a_plan_applied_twice_is_a_plan_applied_once(rows: list[tuple[int, str, int, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder), _log(rows)) as one:
        config = load(one.config, {})
        with open_house(config) as house:
            plan, _ = from_json(to_json(run(house, NOW, write=False).plan, config.hash))
            assert apply_plan(house, plan).troubles == []
            seen = one.seen()
            assert apply_plan(house, plan).troubles == []
        assert one.seen() == seen
        assert one.run().plan.steps == ()


@_some
@given(_ROWS, st.integers(1, 30))
def test_days_later_the_marks_are_those_of_that_day(rows: list[tuple[int, str, int, str, str]], days: int) -> None:
    """Run today and then, or only then: the same is to be seen."""
    later = NOW + timedelta(days=days)
    with tempfile.TemporaryDirectory() as folder:
        with rig(Path(folder) / "both", _log(rows)) as one:
            one.run()
            one.world.advance_to(later)
            assert one.run(now=later).troubles == []
            both = one.seen()
        with rig(Path(folder) / "then", _log(rows)) as one:
            one.world.advance_to(later)
            one.run(now=later)
            then = one.seen()
    assert both["tasks"] == then["tasks"]
    assert [row for row in both["rows"] if row["State"] == "Open"] == then["rows"]
