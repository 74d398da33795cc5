"""One budget for all who share a token: exact, fair, and a pause stops everybody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.pace import SharedPace, pace_key
from sync.store import Store
from sync.store.schema import PACE


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "pace.db")) as opened:
        yield opened


def test_after_the_burst_turns_come_evenly(file_store: Store) -> None:
    clock = Clock()
    pace = SharedPace(file_store.engine, "k", per_minute=60, burst=5, clock=clock, sleep=clock.sleep)
    start = clock.now
    waits = [pace.wait_for_turn() for _ in range(65)]
    assert waits[:5] == [0.0] * 5
    assert clock.now - start == pytest.approx(60.0)
    assert all(wait == pytest.approx(1.0) for wait in waits[5:])


@pytest.mark.parametrize("per_minute", [180, 600, 7])
def test_a_window_is_spent_at_once_and_the_next_as_it_opens(file_store: Store, per_minute: int) -> None:
    clock = Clock()
    clock.now += 17
    paces = [
        SharedPace(file_store.engine, "k", per_minute, clock=clock, sleep=clock.sleep, window=60) for _ in range(2)
    ]
    opened = clock.now - clock.now % 60
    sent: dict[float, int] = {}
    for number in range(3 * per_minute):
        paces[number % 2].wait_for_turn()
        sent[clock.now] = sent.get(clock.now, 0) + 1
    assert sent == {opened + 17: per_minute, opened + 60: per_minute, opened + 120: per_minute}


def test_a_pause_holds_within_a_window_too(file_store: Store) -> None:
    clock = Clock()
    one, two = (SharedPace(file_store.engine, "k", 180, clock=clock, sleep=clock.sleep, window=60) for _ in range(2))
    one.wait_for_turn()
    one.pause(40)
    assert two.wait_for_turn() == pytest.approx(40)
    assert one.wait_for_turn() == 0.0


def test_two_share_one_budget_and_a_pause_stops_both(file_store: Store) -> None:
    clock = Clock()
    one, two = (SharedPace(file_store.engine, "k", 60, 1, clock, clock.sleep) for _ in range(2))
    other = SharedPace(file_store.engine, "other token", 60, 1, clock, clock.sleep)
    assert (one.wait_for_turn(), two.wait_for_turn()) == (0.0, pytest.approx(1.0))
    one.pause(30)
    assert other.wait_for_turn() == 0.0
    assert two.wait_for_turn() == pytest.approx(30)
    assert one.wait_for_turn() == pytest.approx(1), "no burst after a pause"


def test_a_turn_given_out_before_a_pause_is_void(file_store: Store) -> None:
    clock = Clock()
    other = SharedPace(file_store.engine, "k", 60, 1, clock, clock.sleep)

    def sleep(seconds: float) -> None:
        if clock.now < 1_800_000_001:
            other.pause(10)
        clock.sleep(seconds)

    pace = SharedPace(file_store.engine, "k", 60, 1, clock, sleep)
    pace.wait_for_turn()
    pace.wait_for_turn()
    assert clock.now == pytest.approx(1_800_000_010)


def test_a_learned_limit_is_kept_for_everybody(file_store: Store) -> None:
    clock = Clock()
    SharedPace(file_store.engine, "k", 60, 1, clock, clock.sleep).learn(30)
    pace = SharedPace(file_store.engine, "k", 60, 1, clock, clock.sleep)
    pace.wait_for_turn()
    assert pace.wait_for_turn() == pytest.approx(2.0)


def test_without_a_limit_only_pauses_count(file_store: Store) -> None:
    clock = Clock()
    pace = SharedPace(file_store.engine, "k", 0, clock=clock, sleep=clock.sleep)
    assert sum(pace.wait_for_turn() for _ in range(1000)) == 0
    pace.pause(7)
    assert pace.wait_for_turn() == pytest.approx(7)
    pace.pause(9)
    assert SharedPace(file_store.engine, "k", 0, clock=clock, sleep=clock.sleep).wait_for_turn() == pytest.approx(9)


def test_the_token_is_not_in_the_database(file_store: Store) -> None:
    SharedPace(file_store.engine, pace_key("secret-token"), 60)
    with file_store.engine.connect() as connection:
        assert "secret" not in str(connection.execute(PACE.select()).all())


def test_two_processes_get_equal_shares_and_no_more(database_url: str) -> None:
    Store.open(database_url).close()
    program = (
        "import sys, time; from sync.store import Store; from sync.pace import SharedPace\n"
        f"pace = SharedPace(Store.open({database_url!r}).engine, 'k', 3000, 5)\n"
        "print('ready', flush=True); sys.stdin.readline(); n, end = 0, time.monotonic() + 1.5\n"
        "while time.monotonic() < end: pace.wait_for_turn(); n += 1\n"
        "print(n)"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    counts = [int(child.communicate(timeout=30)[0]) for child in children]
    assert sum(counts) <= 50 * 1.5 + 5 + 2 + 10, counts
    assert min(counts) > 0.3 * sum(counts), counts
