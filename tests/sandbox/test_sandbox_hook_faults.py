"""Faults on webhook deliveries, over HTTP: lost, doubled, overtaken; and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from connectors.sandbox.faults import BadFaults, read_faults
from connectors.sandbox.server import SandboxApp
from tests.sandbox.ann import ann_app, ann_client
from tests.sandbox.ear import Ear, hearing

ASANA = "/asana/api/1.0"


@pytest.fixture
def app() -> SandboxApp:
    return ann_app()


@pytest.fixture
def client(app: SandboxApp) -> Iterator[httpx.Client]:
    with ann_client(app) as made:
        yield made


@pytest.fixture
def ear(client: httpx.Client) -> Iterator[Ear]:
    with hearing() as made:
        yield made


def post(client: httpx.Client, path: str, data: Any) -> Any:
    answer = client.post(ASANA + path, json={"data": data})
    assert answer.is_success, answer.text
    return answer.json()["data"]["gid"]


def faults(client: httpx.Client, *rules: dict[str, Any]) -> None:
    client.post("/_sandbox/faults", json=list(rules)).raise_for_status()


def watched(client: httpx.Client, app: SandboxApp, ear: Ear) -> tuple[str, str]:
    """A project with a webhook that hears of its changes: the project's gid and the hook's."""
    workspace = client.get(f"{ASANA}/workspaces").json()["data"][0]["gid"]
    project = post(client, "/projects", {"name": "Launch", "workspace": workspace})
    filters = [{"resource_type": "project", "action": "changed"}]
    hook = post(client, "/webhooks", {"resource": project, "target": ear.url, "filters": filters})
    app.carrier.settle()
    ear.bodies.clear()
    return project, hook


def rename(client: httpx.Client, app: SandboxApp, project: str) -> None:
    client.put(f"{ASANA}/projects/{project}", json={"data": {"name": uuid4().hex}}).raise_for_status()
    app.carrier.settle()


def test_a_dropped_delivery_never_arrives_and_the_vendor_does_not_know(
    client: httpx.Client, app: SandboxApp, ear: Ear
) -> None:
    project, hook = watched(client, app, ear)
    faults(client, {"match": "hook:asana", "kind": "drop", "count": 1})
    rename(client, app, project)
    assert ear.bodies == []
    seen = client.get(f"{ASANA}/webhooks/{hook}").json()["data"]
    assert (seen["delivery_retry_count"], seen["last_failure_at"]) == (0, None)
    rename(client, app, project)
    assert len(ear.bodies) == 1
    assert client.get("/_sandbox/faults").json()["fault"][0]["struck"] == 1


def test_a_doubled_delivery_arrives_twice_the_same(client: httpx.Client, app: SandboxApp, ear: Ear) -> None:
    project, _ = watched(client, app, ear)
    faults(client, {"match": "hook:*", "kind": "double", "count": 1})
    rename(client, app, project)
    assert len(ear.bodies) == 2
    assert ear.bodies[0] == ear.bodies[1]


def _instants(ear: Ear) -> list[str]:
    return [json.loads(body)["events"][0]["created_at"] for body in ear.bodies]


def test_a_reordered_delivery_comes_after_the_next_one(client: httpx.Client, app: SandboxApp, ear: Ear) -> None:
    project, _ = watched(client, app, ear)
    faults(client, {"match": "hook:asana", "kind": "reorder", "count": 1})
    for number in range(3):
        client.put(f"{ASANA}/projects/{project}", json={"data": {"name": f"Launch {number}"}}).raise_for_status()
        ear.wait_for(0 if number == 0 else number + 1)
    first, second, third = _instants(ear)
    assert second < first < third


def test_a_reordered_delivery_that_nothing_follows_comes_all_the_same(
    client: httpx.Client, app: SandboxApp, ear: Ear
) -> None:
    project, _ = watched(client, app, ear)
    faults(client, {"match": "hook:asana", "kind": "reorder"})
    rename(client, app, project)
    assert len(ear.bodies) == 1


def test_notions_deliveries_are_struck_and_its_ceremony_is_not(
    client: httpx.Client, app: SandboxApp, ear: Ear
) -> None:
    faults(client, {"match": "hook:notion", "kind": "drop"})
    assert client.post("/_sandbox/notion/webhooks", json={"url": ear.url}).json()["state"] == "active"
    page = app.world.notion.shared_page_id
    for name in ("lost", "heard"):
        title = {"title": {"title": [{"text": {"content": name}}]}}
        client.patch(f"/notion/v1/pages/{page}", json={"properties": title}).raise_for_status()
        client.post("/_sandbox/clock", json={"advance": "PT1M"}).raise_for_status()
        app.carrier.settle()
        client.delete("/_sandbox/faults").raise_for_status()
    told = [json.loads(body) for body in ear.bodies]
    assert "verification_token" in told[0]
    assert told[1:]
    assert {one["timestamp"][:16] for one in told[1:]} == {"2026-11-02T09:01"}


def test_a_share_of_deliveries_is_the_same_share_each_time() -> None:
    def struck() -> list[bool]:
        rule = read_faults([{"match": "hook:asana", "kind": "drop", "rate": 0.2}])[0]
        return [rule.strikes("POST", "hook:asana", "") for _ in range(500)]

    assert struck() == struck()
    assert 70 < sum(struck()) < 130


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            {"match": "hook:asana", "kind": 503},
            "kind '503' is none for deliveries (hook:asana); those are double, drop",
        ),
        ({"match": "hook:asana", "kind": "delay"}, "kind 'delay' is none; the kinds are"),
        ({"match": "hook:jira", "kind": "drop"}, "'hook:jira' is none of hook:asana, hook:notion, hook:*"),
        ({"match": "/asana/*", "kind": "reorder"}, 'is for webhook deliveries: match = "hook:asana"'),
    ],
)
def test_what_makes_no_sense_is_refused(rule: dict[str, Any], words: str) -> None:
    with pytest.raises(BadFaults) as refused:
        read_faults([rule])
    assert words in str(refused.value)
