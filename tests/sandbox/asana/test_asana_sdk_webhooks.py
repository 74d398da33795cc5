"""The official SDK, unmodified, makes, lists, changes and takes away webhooks; what it is told is what is heard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import asana
import pytest
from asana.rest import ApiException
from desk import Desk

from connectors.sandbox.notion import NotionSide
from connectors.sandbox.server import SandboxApp, serving_app
from tests.sandbox.ear import Ear, hearing

HEALTH = (
    "active,resource.name,target,filters,created_at,last_success_at,last_failure_at,last_failure_content,"
    "delivery_retry_count,next_attempt_after,failure_deletion_timestamp"
)


@pytest.fixture
def ear() -> Iterator[Ear]:
    with hearing() as made:
        yield made


@pytest.fixture
def served(ear: Ear) -> Iterator[tuple[Desk, SandboxApp, asana.ApiClient]]:
    desk = Desk()
    desk.world.notion = NotionSide(desk.world)
    configuration = asana.Configuration()
    configuration.access_token = "any"
    app = SandboxApp(desk.world)
    with serving_app(app) as base:
        configuration.host = f"{base}/asana/api/1.0"
        client = asana.ApiClient(configuration)
        yield desk, app, client
        client.pool.close()
        client.pool.join()
    app.close()


def only(*actions: str) -> list[dict[str, str]]:
    return [{"resource_type": "task", "action": action} for action in actions]


def made(client: Any, project: str, target: str, *actions: str) -> Any:
    """A new webhook, as the SDK gives it with the whole answer."""
    body = {"data": {"resource": project, "target": target, "filters": only(*actions)}}
    return asana.WebhooksApi(client).create_webhook(body, {"opt_fields": HEALTH}, full_payload=True)


def heard(ear: Ear, app: SandboxApp) -> list[str]:
    """The actions of every event so far, each once: a task is added to its project and to its section."""
    app.carrier.settle()
    return list(dict.fromkeys(event["action"] for body in ear.bodies for event in json.loads(body)["events"]))


def test_made_looked_at_changed_and_taken_away(served: tuple[Desk, SandboxApp, Any], ear: Ear) -> None:
    desk, app, client = served
    project, _ = desk.project()
    api, tasks = asana.WebhooksApi(client), asana.TasksApi(client)
    whole = made(client, project, ear.url, "added")
    hook = whole["data"]
    assert (len(whole["X-Hook-Secret"]), hook["active"], hook["target"]) == (64, True, ear.url)
    assert [(one["resource_type"], one["action"]) for one in hook["filters"]] == [("task", "added")]
    task = tasks.create_task({"data": {"name": "T", "projects": [project]}}, {})["gid"]
    tasks.update_task({"data": {"completed": True}}, task, {})
    assert heard(ear, app) == ["added"]

    seen = api.get_webhook(hook["gid"], {"opt_fields": HEALTH})
    assert (seen["resource"]["gid"], seen["delivery_retry_count"], seen["last_failure_at"]) == (project, 0, None)
    assert seen["last_success_at"]

    changed = api.update_webhook({"data": {"filters": only("deleted")}}, hook["gid"], {"opt_fields": HEALTH})
    assert [one["action"] for one in changed["filters"]] == ["deleted"]
    tasks.create_task({"data": {"name": "U", "projects": [project]}}, {})
    tasks.delete_task(task)
    assert heard(ear, app) == ["added", "deleted"]

    assert api.delete_webhook(hook["gid"]) == {}
    with pytest.raises(ApiException) as gone:
        api.get_webhook(hook["gid"], {})
    assert gone.value.status == 404
    tasks.delete_task(tasks.create_task({"data": {"name": "V", "projects": [project]}}, {})["gid"])
    assert heard(ear, app) == ["added", "deleted"]


def test_listed_page_by_page_and_by_what_they_watch(served: tuple[Desk, SandboxApp, Any], ear: Ear) -> None:
    desk, _, client = served
    project, _ = desk.project()
    other, _ = desk.project()
    gids = [made(client, where, ear.url, "added")["data"]["gid"] for where in (project, other)]
    gids.append(made(client, project, f"{ear.url}/second", "added")["data"]["gid"])
    api = asana.WebhooksApi(client)
    everything = list(api.get_webhooks(desk.workspace, {"limit": 1, "opt_fields": "target"}))
    assert [one["gid"] for one in everything] == gids
    mine = list(api.get_webhooks(desk.workspace, {"resource": project}))
    assert [one["gid"] for one in mine] == [gids[0], gids[2]]


def test_what_asana_refuses_the_sdk_raises(served: tuple[Desk, SandboxApp, Any], ear: Ear) -> None:
    desk, _, client = served
    project, _ = desk.project()
    made(client, project, ear.url, "added")
    with pytest.raises(ApiException) as twice:
        made(client, project, ear.url, "added")
    assert (twice.value.status, b"Duplicated webhook" in twice.value.body) == (403, True)
    with pytest.raises(ApiException) as deaf:
        made(client, project, "http://127.0.0.1:9/nobody", "added")
    assert (deaf.value.status, b"handshake" in deaf.value.body) == (400, True)
    with pytest.raises(ApiException) as wrong:
        made(client, project, f"{ear.url}/other", "exploded")
    assert wrong.value.status == 400
    assert len(list(asana.WebhooksApi(client).get_webhooks(desk.workspace, {}))) == 1
