"""Both pretend vendors shake hands with the receiver and deliver to it, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.sandbox.core import World
from connectors.sandbox.server import SandboxApp
from tests.sandbox.ann import ann_app, ann_client
from tests.sync.receiver.rig import PATH, Rig


@pytest.fixture
def app() -> SandboxApp:
    return ann_app()


@pytest.fixture
def world(app: SandboxApp) -> World:
    return app.world


@pytest.fixture
def vendors(app: SandboxApp) -> Iterator[httpx.Client]:
    with ann_client(app) as made:
        yield made


def _post(vendors: httpx.Client, path: str, data: dict[str, Any]) -> Any:
    answer = vendors.post(f"/asana/api/1.0{path}", json={"data": data})
    assert answer.is_success, answer.text
    return answer.json()


def test_asana_knocks_during_our_call_and_then_delivers(rig: Rig, vendors: httpx.Client, app: SandboxApp) -> None:
    workspace = vendors.get("/asana/api/1.0/workspaces").json()["data"][0]["gid"]
    project = _post(vendors, "/projects", {"name": "Launch", "workspace": workspace})["data"]["gid"]
    rig.store.await_hook(PATH, "asana", project)
    made = _post(vendors, "/webhooks", {"resource": project, "target": f"{rig.url}/hooks/asana/{PATH}"})
    kept = rig.store.hook(PATH)
    assert kept is not None
    assert kept.secret == made["X-Hook-Secret"]
    rig.store.hook_made(PATH, made["data"]["gid"])
    task = _post(vendors, "/tasks", {"name": "Brief", "projects": [project]})["data"]["gid"]
    assert rig.woken.wait(10)
    app.carrier.settle()
    assert ("asana", task) in rig.inbox()
    kept = rig.store.hook(PATH)
    assert kept is not None
    assert kept.heard_at is not None
    assert rig.receiver.counts.handshakes == 1
    assert not rig.receiver.counts.refused


def test_notions_ceremony_is_taken_once_and_its_events_come(
    rig: Rig, vendors: httpx.Client, world: World, app: SandboxApp
) -> None:
    rig.store.await_hook("notion", "notion")
    assert vendors.post("/_sandbox/notion/webhooks", json={"url": f"{rig.url}/hooks/notion"}).is_success
    kept = rig.store.hook("notion")
    assert kept is not None
    assert kept.secret
    page = world.notion.shared_page_id
    title = {"title": {"title": [{"text": {"content": "Handrail notes"}}]}}
    vendors.patch(f"/notion/v1/pages/{page}", json={"properties": title}).raise_for_status()
    vendors.post("/_sandbox/clock", json={"advance": "PT1M"}).raise_for_status()
    assert rig.woken.wait(10)
    app.carrier.settle()
    assert set(rig.inbox()) == {("notion", page)}
    again = vendors.post("/_sandbox/notion/webhooks", json={"url": f"{rig.url}/hooks/notion/notion"})
    assert again.json().get("state") != "active"
    now = rig.store.hook("notion")
    assert now is not None
    assert now.secret == kept.secret
    assert rig.receiver.counts.refused["wrong signature"] == 1
