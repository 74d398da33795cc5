"""A run that has to end early: cleanly, soon, and so that the next one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.backfill import backfill, chosen
from sync.cli.parking import parking
from sync.config import load
from sync.pulling import Pulled
from sync.run import run
from sync.stopping import Parked, Stop
from sync.wiring import open_house
from tests.cli import program
from tests.run.worlds import NOW, Rig, rig


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path / "small") as one:
        yield one


class AtLook(Stop):
    """Asks to stop at the n-th look at it."""

    def __init__(self, look: int) -> None:
        super().__init__()
        self._left = look

    @property
    def why(self) -> str:
        self._left -= 1
        return "enough" if self._left <= 0 else ""


def test_a_sleep_ends_when_the_time_is_up() -> None:
    stop = Stop(0.001)
    with pytest.raises(Parked, match="the time is up"):
        stop.sleep(60)
    with pytest.raises(Parked):
        stop.sleep(0)


def test_a_sleep_that_fits_is_slept() -> None:
    started = time.monotonic()
    Stop(1).sleep(0.05)
    assert time.monotonic() - started >= 0.05


def test_sigterm_asks_and_is_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    stop = Stop()
    with parking(stop):
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Parked, match="SIGTERM"):
            stop.sleep(60)
    assert signal.getsignal(signal.SIGTERM) is before


def test_runs_that_are_stopped_at_any_look_end_where_an_undisturbed_one_does(small: Rig, tmp_path: Path) -> None:
    settings = load(small.config, {})
    ends: list[str] = []
    for look in range(1, 400):
        with open_house(settings, stop=AtLook(look)) as house:
            outcome = run(house, NOW, write=True)
            assert house.store.runs(1)[0].summary["finished"] is not bool(outcome.parked)  # type: ignore[index]
            ends.append("done" if not outcome.parked else "writing" if outcome.judged else "reading")
            if not outcome.parked:
                break
    assert ends[-1] == "done"
    assert {*ends} == {"reading", "writing", "done"}
    assert small.run().plan.steps == ()
    with rig(tmp_path / "calm") as calm:
        calm.run()
        assert (small.tasks(), small.own_places(), small.fields()) == (calm.tasks(), calm.own_places(), calm.fields())
        assert [row["Key"] for row in small.rows()] == [row["Key"] for row in calm.rows()]


def test_a_backfill_reads_all_and_writes_nothing_and_the_next_reads_no_history_again(small: Rig) -> None:
    settings = load(small.config, {})
    for stop in (AtLook(1), Stop(), Stop()):
        small.clear_log()
        with open_house(settings, stop=stop) as house:
            filled = backfill(house, chosen(house, (), (), []), None, house.stop, Pulled())
            assert bool(filled.parked) is isinstance(stop, AtLook)
            stored = len(list(house.store.items()))
    assert stored == 6
    assert small.writes() == 0
    paths = [one["path"] for one in small.get("/_sandbox/requests")["requests"]]
    assert not [path for path in paths if path.endswith("/stories")]
    assert [path for path in paths if path.endswith("/tasks")]


def test_a_backfill_of_what_there_is_not_says_so(small: Rig) -> None:
    said = program.here("backfill", "--config", small.config, "--source", "assana")
    assert (said.code, 'did you mean "asana"?' in said.err) == (2, True)
    said = program.here("backfill", "--config", small.config, "--project", "1")
    assert (said.code, "--project 1: not in scope" in said.err) == (2, True)


def test_no_time_at_all_is_a_clean_end(small: Rig) -> None:
    said = program.here("run", "--config", small.config, "--max-minutes", "0", "--as-of", NOW.isoformat())
    assert said.code == 0
    told = program.last_line(said)
    assert (told["finished"], told["stopped"]) == (False, "the time is up")
    assert small.writes() == 0


def test_sigterm_ends_a_process_that_waits_for_its_pace(small: Rig) -> None:
    slow = program.edited(small.config, [("requests_per_minute = 0", "requests_per_minute = 6")])
    command = [sys.executable, "-m", "sync", "run", "--config", str(slow), "--as-of", NOW.isoformat(), "--json"]
    going = subprocess.Popen(
        command, cwd=small.config.parent, env=program.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    while len(small.get("/_sandbox/requests")["requests"]) < 10:  # the burst is spent: now it waits
        assert going.poll() is None, going.stderr.read() if going.stderr else ""
        time.sleep(0.1)
    going.terminate()
    out, err = going.communicate(timeout=10)
    assert (going.returncode, err) == (0, "")
    assert '"finished":false' in out
    assert '"stopped":"SIGTERM came"' in out
    assert small.run().troubles == []
