"""The backfill: killed, stopped or locked out at any moment, it ends as if nothing had happened."""

from __future__ import annotations

import json
import random
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from connectors.base import Scope
from sync.config import load
from sync.store import Store
from tests.cli.program import edited, last_line, process
from tests.run.filling import AS_OF, CHUNK, backfilled, ended, exported, facts, log, started, stories, until
from tests.run.worlds import Rig, rig

TASKS = 300


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path / "world", log(TASKS)) as one:
        yield one


def elsewhere(one: Rig, folder: Path) -> Path:
    """The same config with a database of its own."""
    place = f'schema = 1\ndatabase_url = "sqlite:///{folder}/calm.db"\n'
    return edited(one.config, [("schema = 1\n", place)], "calm.toml")


def calm_and_killed(one: Rig, folder: Path, kills: int, tasks: int, seed: int) -> tuple[int, int]:
    """A backfill killed so often at random leaves what a calm one leaves, and reads little twice.

    How often it was killed, and how many histories were asked for.
    """
    calm = elsewhere(one, folder)
    assert last_line(backfilled(calm))["finished"] is True
    chance, done = random.Random(seed), 0
    one.app.log.clear()
    while done < kills:
        at = len(one.app.log.all()) + tasks // 100 + chance.randint(1, 2 * tasks // kills)
        child = started(one.config)
        if not until(child, lambda at=at: len(one.app.log.all()) >= at):  # type: ignore[misc]
            ended(child)
            break  # it was through before it could be killed
        ended(child, signal.SIGKILL)
        done += 1
    last = backfilled(one.config)
    assert (last.code, last_line(last)["finished"]) == (0, True)
    assert done >= min(kills, 3)
    assert stories(one) <= tasks + done * 2 * CHUNK  # the page in hand, and what was under way for the next
    assert facts(one.config) == facts(calm)
    assert exported(one.config, folder / "killed") == exported(calm, folder / "calm")
    return done, stories(one)


def test_killed_at_random_it_ends_row_for_row_as_a_calm_one(world: Rig, tmp_path: Path) -> None:
    calm_and_killed(world, tmp_path, kills=5, tasks=TASKS, seed=7)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_parks_it_and_the_same_command_goes_on(world: Rig, number: signal.Signals) -> None:
    child = started(world.config)
    until(child, lambda: stories(world) >= 60)
    said = ended(child, number)
    assert (said.code, last_line(said)["finished"]) == (0, False), said.all
    assert "goes on from there" in said.out
    kept = last_line(said)["pulled"]["items"]
    assert 0 < kept < TASKS
    world.app.log.clear()
    again = backfilled(world.config)
    assert last_line(again)["finished"] is True
    assert stories(world) == TASKS - kept


def test_it_writes_nothing_to_a_vendor_in_whatever_mode(world: Rig) -> None:
    assert 'mode = "apply"' in world.config.read_text()
    world.clear_log()
    assert backfilled(world.config).code == 0
    assert world.writes() == 0


def test_a_token_that_expires_midway_costs_the_page_in_hand(world: Rig) -> None:
    stop = {"match": "GET /asana/api/1.0/tasks/*/stories", "kind": "401", "skip": 120}
    world.send("POST", "/_sandbox/faults", {"fault": [stop]})
    said = backfilled(world.config)
    assert said.code == 4
    assert "asana" in said.err
    assert last_line(said)["finished"] is False
    assert 0 < last_line(said)["pulled"]["items"] <= 120
    world.lift_faults()
    world.app.log.clear()
    again = backfilled(world.config, env={"ASANA_TOKEN": "another", "NOTION_TOKEN": "another"})
    assert (again.code, last_line(again)["finished"]) == (0, True)
    assert stories(world) == TASKS - last_line(said)["pulled"]["items"]


def test_a_lost_network_costs_the_page_in_hand(world: Rig) -> None:
    cut = {"match": "GET /asana/api/1.0/tasks/*/stories", "kind": "drop", "skip": 70}
    world.send("POST", "/_sandbox/faults", {"fault": [cut]})
    said = backfilled(world.config, "--max-minutes", "0.2")
    assert last_line(said)["finished"] is False
    assert last_line(said)["pulled"]["items"] == CHUNK
    world.lift_faults()
    assert last_line(backfilled(world.config))["finished"] is True
    with Store.open(load(world.config, {}).database_url) as store:
        assert len(store.items()) == TASKS


def test_a_run_beside_it_counts_nothing_twice(world: Rig, tmp_path: Path) -> None:
    child = started(world.config)
    until(child, lambda: stories(world) >= 60)
    beside = process("run", *AS_OF, "-c", world.config, cwd=world.config.parent)
    assert beside.code == 0, beside.all
    if child.poll() is None:
        assert "is reading it" in beside.err
        assert last_line(beside)["written"] == 0 or "asana" not in last_line(beside)["outcomes"]
    assert last_line(ended(child))["finished"] is True
    calm = elsewhere(world, tmp_path)
    assert last_line(backfilled(calm))["finished"] is True
    assert facts(world.config)["event"] == facts(calm)["event"]


def test_it_waits_for_a_scope_that_somebody_reads(world: Rig) -> None:
    settings = load(world.config, {})
    scope = Scope("asana", world.world.asana.state.projects[0].gid, "")
    with Store.open(settings.database_url) as store:
        with store.scope_lock(scope):
            child = started(world.config, "--json")
            assert child.stdout is not None
            events = iter(lambda: json.loads(child.stdout.readline()), None)  # type: ignore[union-attr]
            waiting = next(one for one in events if one and one["event"] == "waiting")
            assert "is reading it" in waiting["why"]
        assert last_line(ended(child))["finished"] is True


# ---- what it says --------------------------------------------------------------------------------------------


def test_the_estimate_is_what_it_then_costs(world: Rig) -> None:
    paced = edited(world.config, [("requests_per_minute = 0", "requests_per_minute = 100")], "paced.toml")
    world.clear_log()
    told = last_line(process("backfill", "--estimate", "--json", "-c", paced, cwd=paced.parent))
    asana = told["scopes"][0]
    assert (asana["items"], asana["kept"], asana["minutes"]) == (TASKS, 0, round(asana["requests"] / 100, 1))
    assert world.get("/_sandbox/requests")["count"] == 1
    done = last_line(backfilled(world.config))
    assert abs(done["requests"]["asana"] - asana["requests"]) <= 2  # who we are, and the people of the workspace
    again = last_line(process("backfill", "--estimate", "--json", "-c", paced, cwd=paced.parent))
    assert again["scopes"][0]["requests"] == 2 + TASKS // 100


def test_progress_says_how_many_of_how_many(world: Rig) -> None:
    said = backfilled(world.config, "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    pages = [one for one in lines if one.get("event") == "page"]
    assert [(one["items"], one["of"]) for one in pages] == [(n, TASKS) for n in range(CHUNK, TASKS + 1, CHUNK)]
    assert [one["requests"] for one in pages] == sorted(one["requests"] for one in pages)
    assert pages[-1]["seconds_left"] == 0
    assert lines[-1]["pulled"] == {"items": TASKS, "events": pages[-1]["events"]}


def test_since_reads_what_changed_since_and_a_sweep_the_rest(world: Rig) -> None:
    late = [task["gid"] for task in world.get("/asana/api/1.0/tasks", project=_project(world), limit="3")["data"]]
    for gid in late:
        world.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"name": f"late {gid}"}}, token="as:Lena")
    since = backfilled(world.config, "--since", "2026-02-20", "--project", _project(world))
    assert (since.code, last_line(since)["pulled"]["items"]) == (0, len(late)), since.all
    assert "next sweep" in since.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--project", "nowhere"), "--project nowhere: not in scope; there is"),
        (("--source", "jira"), "--source jira: no such source; known: asana, notion"),
        (("--since", "yesterday"), "--since yesterday: not an instant"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(world: Rig, words: tuple[str, ...], said: str) -> None:
    answer = process("backfill", *words, "-c", world.config, cwd=world.config.parent)
    assert (answer.code, said in answer.err) == (2, True), answer.all


def _project(one: Rig) -> str:
    return one.world.asana.state.projects[0].gid


# ---- long ----------------------------------------------------------------------------------------------------


@pytest.mark.torture
def test_twenty_thousand_tasks_killed_fifty_times(tmp_path: Path) -> None:
    with rig(tmp_path / "world", log(20_000)) as one:
        kills, read = calm_and_killed(one, tmp_path, kills=50, tasks=20_000, seed=11)
    print(f"\n20,000 tasks: killed {kills} times, {read:,} histories asked for; row for row as calm")
    assert kills >= 40


@pytest.mark.torture
def test_memory_is_the_same_for_ten_times_as_many(tmp_path: Path) -> None:
    small, big = (_peak(tmp_path / str(tasks), tasks) for tasks in (2_000, 20_000))
    print(f"\nmost memory: {small / 2**20:.0f} MB at 2,000 tasks, {big / 2**20:.0f} MB at 20,000")
    assert abs(big - small) <= 0.2 * small, (small, big)


def _peak(folder: Path, tasks: int) -> int:
    """The most memory in bytes that a backfill of so many tasks held."""
    with rig(folder, log(tasks)) as one:
        child, most = started(one.config), 0
        watched = psutil.Process(child.pid)

        def grown() -> bool:
            nonlocal most
            with suppress(psutil.NoSuchProcess):
                most = max(most, watched.memory_info().rss)
            return False

        until(child, grown)
        assert last_line(ended(child))["finished"] is True
    return most
