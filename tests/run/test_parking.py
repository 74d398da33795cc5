"""Runs that end early: what was kept stays, nothing is concluded from a half, and the next run makes it whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sync.config import load
from sync.house import Progress
from sync.run import Outcome, run
from sync.stopping import Parked, Stop
from sync.store import Store
from sync.wiring import open_house
from tests.cli.program import Said, edited, environment, last_line, process
from tests.run.worlds import NOW, Rig, rig

AS_OF = ("--as-of", NOW.isoformat())


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path / "a") as one:
        yield one


def calm(folder: Path) -> dict[str, Any]:
    """What an undisturbed run leaves in a world like `small`."""
    with rig(folder) as one:
        one.run()
        return one.seen()


def run_until(one: Rig, ask: Callable[[Stop], Progress]) -> Outcome:
    """A run that is asked to stop by something that it does."""
    stop = Stop()
    with open_house(load(one.config, {}), ask(stop), stop=stop) as house:
        return run(house, NOW, write=True)


def test_a_run_stopped_while_it_reads_concludes_nothing(small: Rig, tmp_path: Path) -> None:
    small.clear_log()
    ended = run_until(small, lambda stop: replace(Progress(), kept=lambda *_: stop.ask("enough")))
    assert ended.parked == "enough"
    assert ended.pulled.items > 0
    assert (ended.judged, ended.plan.steps, small.writes()) == (None, (), 0)
    with Store.open(load(small.config, {}).database_url) as store:
        assert (store.runs()[0].summary or {})["finished"] is False
    small.run()
    assert small.seen() == calm(tmp_path / "b")


@pytest.mark.parametrize("after", [1, 3, 6])
def test_a_run_stopped_while_it_writes_is_taken_up(small: Rig, tmp_path: Path, after: int) -> None:
    done: list[str] = []

    def ask(stop: Stop) -> Progress:
        def applied(target: str) -> None:
            done.append(target)
            if len(done) == after:
                stop.ask("enough")

        return replace(Progress(), applied=applied)

    ended = run_until(small, ask)
    assert (ended.parked, ended.applied.written, len(done)) == ("enough", after, after)
    assert small.run().parked == ""
    assert small.seen() == calm(tmp_path / "b")
    assert small.run().plan.steps == ()


def test_a_stopped_sleep_wakes_at_once() -> None:
    stop = Stop()
    stop.ask("enough")
    with pytest.raises(Parked, match="enough"):
        stop.sleep(60)
    with pytest.raises(Parked, match="time is up"):
        Stop(0).check()
    whole = Stop()
    part = whole.within(0)
    assert (whole.why, part.why) == ("", "the time is up")
    whole.ask("all of it")
    assert part.why == "all of it"


# ---- real processes ------------------------------------------------------------------------------------------


def started(config: Path, *arguments: str) -> subprocess.Popen[str]:
    """`handrail` as a process of its own, not waited for."""
    return subprocess.Popen(
        [sys.executable, "-m", "sync", *arguments, "-c", str(config)], env=environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=config.parent,
    )  # fmt: skip


def ended_by(child: subprocess.Popen[str], number: signal.Signals) -> tuple[Said, float]:
    """What it said after this signal, and the seconds it took."""
    began = time.monotonic()
    os.kill(child.pid, number)
    out, err = child.communicate(timeout=60)
    return Said(child.returncode, out, err), time.monotonic() - began


def until(true: Callable[[], bool]) -> None:
    """Wait for something that a process does; the limit is only there for a broken one."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it never happened")


def asked(one: Rig, path: str) -> bool:
    """Whether a path has been asked for."""
    return any(path in told["path"] for told in one.get("/_sandbox/requests")["requests"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_parks_a_run_that_waits_for_the_limiter(small: Rig, tmp_path: Path, number: signal.Signals) -> None:
    small.clear_log()
    slow = edited(small.config, [('kind = "asana"\n', 'kind = "asana"\nrequests_per_minute = 1\n')])
    slow.write_text(slow.read_text().replace("requests_per_minute = 0", ""))
    child = started(slow, "run", *AS_OF, "--json")
    until(lambda: asked(small, "/stories"))  # the burst is spent soon: from then on it waits a minute a request
    said, seconds = ended_by(child, number)
    assert (said.code, seconds < 10) == (0, True), said.all
    summary = last_line(said)
    assert (summary["finished"], summary["stopped"]) == (False, f"{number.name} came")
    after = process("run", *AS_OF, "-c", small.config, cwd=small.config.parent)
    assert last_line(after)["finished"] is True
    assert small.seen() == calm(tmp_path / "b")


def test_a_signal_parks_a_run_that_waits_to_repeat(small: Rig) -> None:
    small.send(
        "POST",
        "/_sandbox/faults",
        {"fault": [{"match": "GET /asana/api/1.0/tasks", "kind": "429", "retry_after": 25}]},
    )
    small.clear_log()
    child = started(small.config, "run", *AS_OF)
    until(lambda: asked(small, "/tasks"))
    assert {one["status"] for one in small.get("/_sandbox/requests")["requests"] if "/tasks" in one["path"]} == {429}
    said, seconds = ended_by(child, signal.SIGTERM)
    assert (said.code, seconds < 10, last_line(said)["finished"]) == (0, True, False), said.all


def test_a_signal_ends_a_run_whose_vendor_does_not_answer(small: Rig) -> None:
    small.send(
        "POST", "/_sandbox/faults", {"fault": [{"match": "GET /asana/api/1.0/tasks", "kind": "slow", "seconds": 12}]}
    )
    child = started(small.config, "run", *AS_OF)
    until(lambda: asked(small, "/sections"))
    time.sleep(0.5)  # the next request is the one that hangs
    said, seconds = ended_by(child, signal.SIGTERM)
    assert (said.code, seconds < 10, last_line(said)["finished"]) == (0, True, False), said.all
    assert "a request was under way" in last_line(said)["stopped"]


def test_a_run_ends_with_its_time(small: Rig) -> None:
    slow = edited(small.config, [('kind = "asana"\n', 'kind = "asana"\nrequests_per_minute = 1\n')])
    slow.write_text(slow.read_text().replace("requests_per_minute = 0", ""))
    said = process("run", *AS_OF, "--max-minutes", 0.03, "-c", slow, cwd=slow.parent)
    assert said.code == 0
    assert "Stopped early: the time is up" in said.out
    assert last_line(said)["finished"] is False


# ---- beside another process ----------------------------------------------------------------------------------


def test_a_scope_that_somebody_else_reads_is_left_to_them(small: Rig) -> None:
    settings = load(small.config, {})
    with open_house(settings) as house, Store.open(settings.database_url) as other:
        scope = house.sources["asana"].connector.scopes()[0]
        with other.scope_lock(scope):
            left = run(house, NOW, write=True)
        assert left.pulled.unheard == {"asana"}
        assert "is reading it" in left.pulled.left_to_others[0]
        assert left.troubles == []
        assert house.store.cursor(scope) is None
        assert not any(step.source == "asana" for step in left.plan.steps)
        assert run(house, NOW, write=True).pulled.unheard == set()
    assert not list(small.config.parent.glob("*.lock"))


def test_a_run_beside_a_run_ends_before_its_first_request(small: Rig) -> None:
    with Store.open(load(small.config, {}).database_url) as store, store.run_lock():
        small.clear_log()
        said = process("run", *AS_OF, "-c", small.config, cwd=small.config.parent)
        assert said.code == 5
        assert f"process {os.getpid()}" in said.err, said.all
        assert small.get("/_sandbox/requests")["count"] == 0
    assert process("run", *AS_OF, "-c", small.config, cwd=small.config.parent).code == 0
