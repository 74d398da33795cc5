"""Alive and ready, over real HTTP with a real database: each check by name, its state, and the way out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sync.config import load
from sync.house import House
from sync.run import run
from sync.serving.health import STUCK_AFTER
from sync.serving.routes import routes
from sync.serving.vitals import Vitals
from sync.wiring import open_house
from tests.run.worlds import NOW, Rig, rig
from tests.sync.serving.serving import served

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("health")) as one:
        one.run()
        yield one


class Clock:
    """An instant that a test moves."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@contextmanager
def service(
    world: Rig, clock: Clock, *, host: str = "127.0.0.1", env: dict[str, str] | None = None
) -> Iterator[tuple[httpx.Client, Vitals, House]]:  # fmt: skip
    with open_house(load(world.config, env or {}), doors=False) as house:
        vitals = Vitals(clock())
        with served(routes(house, vitals, host=host, clock=clock)) as client:
            yield client, vitals, house


def failing(answer: httpx.Response) -> dict[str, str]:
    return {one["check"]: one["said"] for one in answer.json()["checks"] if not one["ok"]}


def test_it_is_alive_while_the_worker_turns(world: Rig) -> None:
    clock = Clock(NOW)
    with service(world, clock) as (client, vitals, _):
        assert client.get("/healthz").status_code == 200
        clock.at = NOW + STUCK_AFTER + MINUTE
        dead = client.get("/healthz")
        assert dead.status_code == 503
        assert failing(dead).keys() == {"worker"}
        vitals.loop_turn(clock.at)
        assert client.get("/healthz").json()["ok"] is True


def test_it_is_ready_while_every_source_was_read_whole_not_long_ago(world: Rig) -> None:
    clock = Clock(NOW + 119 * MINUTE)
    with service(world, clock) as (client, vitals, _):
        assert client.get("/readyz").status_code == 200
        clock.at = NOW + 121 * MINUTE
        vitals.loop_turn(clock.at)
        late = client.get("/readyz")
        assert late.status_code == 503
        assert failing(late).keys() == {"source asana", "source notion"}
        assert "since 2026-03-02 12:00:00 UTC" in failing(late)["source asana"]
        assert "handrail run" in failing(late)["source asana"]


def test_a_source_that_was_not_read_whole_keeps_its_old_time(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        one.run()
        one.send("POST", "/_sandbox/faults", [{"match": "/notion/*", "kind": "401"}])
        with open_house(load(one.config, {})) as house:
            run(house, NOW + 60 * MINUTE, write=True)
            assert house.store.last_read_whole() == {"asana": NOW + 60 * MINUTE, "notion": NOW}


def test_without_a_database_it_is_not_ready_and_says_so(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        one.run()
        with service(one, Clock(NOW)) as (client, _, house):
            path = str(house.store.engine.url.database)
            with sqlite3.connect(path) as connection:
                connection.execute("DROP TABLE read_whole")
            connection.close()
            answer = client.get("/readyz")
            assert answer.status_code == 503
            assert failing(answer).keys() == {"database"}
            assert client.get("/healthz").status_code == 200


def test_strangers_are_told_no_more_than_yes_or_no(world: Rig) -> None:
    clock = Clock(NOW)
    with service(world, clock, host="0.0.0.0", env={"HANDRAIL_SERVE_TOKEN": "s3cret"}) as (client, _, _):
        assert client.get("/readyz").json() == {"ok": True}
        known = client.get("/readyz", headers={"Authorization": "Bearer s3cret"}).json()
        assert {one["check"] for one in known["checks"]} >= {"worker", "database", "source asana"}


def test_on_loopback_only_loopback_names_are_answered(world: Rig) -> None:
    with service(world, Clock(NOW)) as (client, _, _):
        refused = client.get("/readyz", headers={"Host": "evil.example"})
        assert refused.status_code == 403
        assert "evil.example" in refused.text
        assert client.get("/readyz", headers={"Host": "localhost:8080"}).status_code == 200
