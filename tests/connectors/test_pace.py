"""A pace for one process: never more than the burst and the rate allow, and nobody moves during a pause."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.pace import LocalPace


class Time:
    """A clock that only sleeping and idling move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += max(seconds, 1e-6)


def test_after_the_burst_turns_are_evenly_spaced() -> None:
    time = Time()
    pace = LocalPace(60, burst=3, clock=time, sleep=time.sleep)
    assert [pace.wait_for_turn() for _ in range(6)] == pytest.approx([0, 0, 0, 1, 1, 1])


def test_without_a_limit_only_a_pause_holds_up() -> None:
    time = Time()
    pace = LocalPace(0, clock=time, sleep=time.sleep)
    assert [pace.wait_for_turn() for _ in range(100)] == [0.0] * 100
    pace.pause(7)
    pace.pause(3)
    assert pace.wait_for_turn() == pytest.approx(7)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.integers(1, 600), st.integers(1, 20),
    st.lists(st.tuples(st.floats(0, 30), st.sampled_from([0.0, 0.0, 0.0, 5.0])), min_size=1, max_size=60),
)  # fmt: skip
def test_no_window_holds_more_than_burst_and_rate(
    per_minute: int, burst: int, steps: list[tuple[float, float]]
) -> None:
    time = Time()
    pace = LocalPace(per_minute, burst, clock=time, sleep=time.sleep)
    turns: list[float] = []
    closed = 0.0
    for idle, pause in steps:
        time.now += idle
        if pause:
            pace.pause(pause)
            closed = max(closed, time.now + pause)
        pace.wait_for_turn()
        assert time.now >= closed - 1e-6
        turns.append(time.now)
    interval = 60 / per_minute
    for first in range(len(turns)):
        for last in range(first, len(turns)):
            allowed = burst + (turns[last] - turns[first]) / interval
            assert last - first + 1 <= allowed + 1e-3
