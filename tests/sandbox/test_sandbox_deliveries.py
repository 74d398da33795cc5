"""Deliveries while targets are slow or down and while the clock is moved by days, over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.sandbox.server import SandboxApp, serving_app
from tests.sandbox.ann import HEADERS
from tests.sandbox.ear import Ear, hearing
from tests.sandbox.test_sandbox_hook_faults import ASANA, app, client, ear, rename, watched

__all__ = ["app", "client", "ear"]


@pytest.fixture
def deaf(client: httpx.Client) -> Iterator[Ear]:
    """A target that takes a delivery and does not answer until `open` is set."""
    with hearing() as made:
        made.open.clear()
        yield made


def advance(client: httpx.Client, duration: str) -> None:
    client.post("/_sandbox/clock", json={"advance": duration}).raise_for_status()


def seen(client: httpx.Client, hook: str) -> Any:
    return client.get(f"{ASANA}/webhooks/{hook}").json()["data"]


def test_three_days_have_nine_heartbeats_each_dated_then(client: httpx.Client, app: SandboxApp, ear: Ear) -> None:
    _, hook = watched(client, app, ear)
    advance(client, "P3D")
    assert ear.bodies == [b'{"events":[]}'] * 9
    assert seen(client, hook)["last_success_at"].startswith("2026-11-05T09:00:00")
    advance(client, "PT7H")
    assert seen(client, hook)["last_success_at"].startswith("2026-11-05T09:00:00")


def test_a_target_that_is_down_for_a_day_loses_its_webhook(client: httpx.Client, app: SandboxApp, ear: Ear) -> None:
    project, hook = watched(client, app, ear)
    ear.status = 500
    rename(client, app, project)
    assert seen(client, hook)["delivery_retry_count"] == 1
    advance(client, "PT20H")
    assert seen(client, hook)["delivery_retry_count"] > 20
    assert seen(client, hook)["last_failure_at"] > "2026-11-03T04"
    advance(client, "P3D")
    assert client.get(f"{ASANA}/webhooks/{hook}").status_code == 404


def test_retries_on_the_way_reach_a_target_that_came_back(client: httpx.Client, app: SandboxApp, ear: Ear) -> None:
    project, hook = watched(client, app, ear)
    ear.status = 500
    rename(client, app, project)
    ear.status = 200
    advance(client, "P2D")
    assert [len(json.loads(body)["events"]) for body in ear.bodies] == [1, 1, 0, 0, 0, 0, 0, 0]
    assert seen(client, hook)["delivery_retry_count"] == 0


def test_the_world_goes_on_while_the_clock_waits_for_a_target(
    client: httpx.Client, app: SandboxApp, ear: Ear
) -> None:
    watched(client, app, ear)
    ear.open.clear()
    moving = threading.Thread(target=advance, args=(client, "P1D"))
    moving.start()
    ear.wait_for(1)
    assert client.get("/_sandbox/clock").json()["now"].startswith("2026-11-02T17:00:00")
    assert client.get(f"{ASANA}/users/me", timeout=2).status_code == 200
    ear.open.set()
    moving.join()
    assert len(ear.bodies) == 3


def test_what_happens_while_a_target_is_slow_comes_in_bodies_of_a_thousand(
    client: httpx.Client, app: SandboxApp, ear: Ear
) -> None:
    project, _ = watched(client, app, ear)
    ear.open.clear()
    client.put(f"{ASANA}/projects/{project}", json={"data": {"name": "first"}}).raise_for_status()
    ear.wait_for(1)
    side = app.world.asana
    with app.world.lock:
        record = side.state.by_gid[project]
        for _ in range(1500):
            side.state.changed(record, None, "name", app.world.tick())
    client.get(f"{ASANA}/users/me").raise_for_status()
    ear.open.set()
    app.carrier.settle()
    assert [len(json.loads(body)["events"]) for body in ear.bodies] == [1, 1000, 500]


def test_a_pending_subscription_hears_nothing(client: httpx.Client, app: SandboxApp, ear: Ear) -> None:
    ear.status = 400
    assert client.post("/_sandbox/notion/webhooks", json={"url": ear.url}).json()["state"] == "pending"
    ear.status = 200
    title = {"title": {"title": [{"text": {"content": "Notes"}}]}}
    client.patch(f"/notion/v1/pages/{app.world.notion.shared_page_id}", json={"properties": title}).raise_for_status()
    advance(client, "P1D")
    assert len(ear.bodies) == 1
    assert "verification_token" in json.loads(ear.bodies[0])


def test_a_ceremony_waits_for_its_own_target_only(client: httpx.Client, app: SandboxApp, ear: Ear, deaf: Ear) -> None:
    app.carrier.send(deaf.url, {}, b"{}", lambda _: None)
    deaf.wait_for(1)
    made = client.post("/_sandbox/notion/webhooks", json={"url": ear.url}, timeout=5)
    assert made.json()["state"] == "active"
    assert not deaf.open.is_set()


def test_closing_does_not_wait_for_a_target_that_hangs(app: SandboxApp) -> None:
    with hearing() as deaf:
        deaf.open.clear()
        with serving_app(app) as url, httpx.Client(base_url=url, headers=HEADERS):
            for _ in range(3):
                app.carrier.send(deaf.url, {}, b"{}", lambda _: None)
            deaf.wait_for(1)
        # had closing waited for its answer, that delivery would have been given up by now
        assert any(thread.is_alive() for thread in app.carrier._threads)
