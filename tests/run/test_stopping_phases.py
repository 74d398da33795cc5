"""SIGTERM while a process reads, writes or waits, whichever command it is: it ends soon, and the next run mends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.config import load
from sync.store import Store
from tests.cli.program import environment, last_line
from tests.run.test_parking import asked, calm, ended_by, until
from tests.run.test_serve_command import serving, wait
from tests.run.test_serving import finish, marked
from tests.run.worlds import NOW, Rig, addressed, rig

SECONDS = 10.0
COMMANDS = {"run": ("--as-of", NOW.isoformat(), "--json"), "serve": ("--as-of", "sandbox", "--port", "0")}
STORIES, TASK, ROW = "GET /asana/api/1.0/tasks/*/stories", "PUT /asana/api/1.0/tasks/*", "PATCH /notion/v1/pages/*"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path / "a") as one:
        yield one


def slow(one: Rig, *matches: str, seconds: float = 0.7) -> None:
    """These requests are answered late, so that somebody can come between."""
    faults = [{"match": match, "kind": "slow", "seconds": seconds} for match in matches]
    one.send("POST", "/_sandbox/faults", {"fault": faults})


def puts(one: Rig) -> int:
    return sum(told["method"] == "PUT" for told in one.get("/_sandbox/requests")["requests"])


def read(one: Rig) -> Callable[[], bool]:
    slow(one, STORIES)
    return lambda: asked(one, "/stories")


def write(one: Rig) -> Callable[[], bool]:
    slow(one, TASK)
    return lambda: puts(one) > 0


def pace(one: Rig) -> Callable[[], bool]:
    """A request a minute: what may be sent at once is spent soon, and then it waits."""
    text = one.config.read_text("utf-8").replace("requests_per_minute = 0", "requests_per_minute = 1", 1)
    one.config.write_text(text, "utf-8")
    return lambda: asked(one, "/stories")


PHASES = {"reading": read, "writing": write, "waiting": pace}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("phase", PHASES)
def test_whatever_it_does_it_ends_and_the_next_run_mends(
    small: Rig, tmp_path: Path, command: str, phase: str
) -> None:
    config, small.config = small.config, small.config.with_name("slow.toml")
    small.config.write_bytes(config.read_bytes())
    met = PHASES[phase](small)
    child = subprocess.Popen(
        [sys.executable, "-m", "sync", command, *COMMANDS[command], "-c", str(small.config)], env=environment(),
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=config.parent,
    )  # fmt: skip
    until(met)
    said, seconds = ended_by(child, signal.SIGTERM)
    assert (said.code, seconds < SECONDS) == (0, True), said.all
    assert "Traceback" not in said.all
    if command == "run":
        assert last_line(said)["finished"] is False
    with Store.open(load(config, {}).database_url) as store:
        (parked,) = store.runs()
        assert (parked.summary or {})["finished"] is False
        assert (parked.summary or {})["stopped"] == "SIGTERM came"
    if phase != "writing":
        assert small.own_places() == []
    small.config = config
    small.lift_faults()
    assert small.run().troubles == []
    assert small.seen() == calm(tmp_path / "b")
    assert small.run().plan.steps == ()


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[tuple[Rig, str]]:
    """A world whose config has a public address on a free port."""
    with addressed(tmp_path / "world") as one:
        yield one


def test_a_look_that_is_parked_while_it_writes_is_taken_up_by_the_next_start(heard: tuple[Rig, str]) -> None:
    one, url = heard
    log = one.config.parent / "log.txt"
    with serving(one, url) as up:
        wait(one.page, log)  # the last of the first run
        name, gid = sorted(marked(one).items())[0]
        slow(one, TASK, ROW, seconds=1.5)
        one.clear_log()
        finish(one, gid)
        wait(lambda: puts(one) > 1, log)  # hers, and our first
        up.send_signal(signal.SIGTERM)
        assert up.wait(SECONDS) == 0
    one.lift_faults()
    with Store.open(load(one.config, {}).database_url) as store:
        assert store.inbox().depth == 1  # not settled: nothing was concluded
    with serving(one, url):
        wait(lambda: name not in marked(one) and open_rows(one, gid) == 0, log)


def open_rows(one: Rig, gid: str) -> int:
    rows: list[dict[str, Any]] = one.rows()
    return sum(row["State"] == "Open" and gid in row["Key"] for row in rows)
