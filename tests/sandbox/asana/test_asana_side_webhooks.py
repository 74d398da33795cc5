"""Webhooks: handshake, signature, filters, heartbeats, failures."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest

TARGET = "http://127.0.0.1:9/hook?key=unguessable"


def hook(desk: Any, resource: str, **more: Any) -> Any:
    return desk.ask("POST", "/webhooks", {"resource": resource, "target": TARGET, **more})


def test_the_handshake_happens_during_the_request(desk: Any, post: Any) -> None:
    project, _ = desk.project()
    made = hook(desk, project)
    assert made.status == 201
    url, headers, _ = post.sent[0]
    assert (url, headers["X-Hook-Secret"]) == (TARGET, made.body["X-Hook-Secret"])
    assert post.bodies() == [{"events": []}]
    assert made.body["data"]["resource"] == {"gid": project, "resource_type": "project", "name": "Launch"}
    assert hook(desk, project).status == 403
    assert hook(desk, project).body["errors"][0]["message"].startswith("Duplicated webhook")
    gid = made.body["data"]["gid"]
    assert [one["gid"] for one in desk.get("/webhooks", workspace=desk.workspace, resource=project)] == [gid]
    assert desk.get("/webhooks", workspace=desk.workspace, token="as:Jonas") == []
    desk.do("DELETE", f"/webhooks/{gid}")
    assert desk.ask("GET", f"/webhooks/{gid}").status == 404


def test_without_an_echo_there_is_no_webhook(desk: Any, post: Any) -> None:
    project, _ = desk.project()
    post.echo = False
    assert hook(desk, project).status == 400
    assert desk.get("/webhooks", workspace=desk.workspace) == []


def test_other_requests_are_served_during_the_handshake(desk: Any, post: Any) -> None:
    project, _ = desk.project()
    answers = []

    def call(url: str, headers: Any, body: bytes, timeout: float = 10.0) -> Any:
        import threading

        thread = threading.Thread(target=lambda: answers.append(desk.ask("GET", "/users/me").status))
        thread.start()
        thread.join(5)
        return type(post).call(post, url, headers, body)

    post.call = call
    assert hook(desk, project).status == 201
    assert answers == [200]


def test_deliveries_are_signed_over_the_raw_body(desk: Any, post: Any) -> None:
    project, _ = desk.project()
    secret = hook(desk, project).body["X-Hook-Secret"]
    task = desk.task(project)
    _, headers, body = post.sent[-1]
    assert headers["X-Hook-Signature"] == hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    events = post.bodies()[-1]["events"]
    assert {event["resource"]["gid"] for event in events if event["resource"]["resource_type"] == "task"} == {task}
    assert len(post.bodies()) == 2  # what one request changed went out together


@pytest.mark.parametrize(
    ("filters", "heard"),
    [
        ([{"resource_type": "task", "action": "changed", "fields": ["completed"]}], ["completed"]),
        ([{"resource_type": "story", "action": "added", "resource_subtype": "comment_added"}], [None]),
        ([{"resource_type": "task", "action": "deleted"}], []),
        ([{"resource_type": "task", "action": "changed"}, {"resource_type": "section"}], ["name", "completed"]),
    ],
)
def test_any_filter_lets_an_event_through(desk: Any, post: Any, filters: list[Any], heard: list[Any]) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    hook(desk, project, filters=filters)
    desk.do("PUT", f"/tasks/{task}", {"name": "New", "completed": True})
    desk.do("POST", f"/tasks/{task}/stories", {"text": "hi"})
    events = [event for body in post.bodies() for event in body["events"]]
    assert [event.get("change", {}).get("field") for event in events] == heard


def test_higher_levels_need_filters_without_fields_and_hear_no_tasks(desk: Any, post: Any) -> None:
    assert hook(desk, desk.workspace).status == 400
    fields = [{"resource_type": "project", "action": "changed", "fields": ["name"]}]
    assert hook(desk, desk.workspace, filters=fields).status == 400
    wanted = [{"resource_type": "project", "action": "added"}, {"resource_type": "task", "action": "added"}]
    assert hook(desk, desk.workspace, filters=wanted).status == 201
    project, _ = desk.project()
    desk.task(project)
    events = [event for body in post.bodies() for event in body["events"]]
    assert [event["resource"]["gid"] for event in events] == [project]


def test_put_replaces_the_filters(desk: Any, post: Any) -> None:
    project, _ = desk.project()
    made = hook(desk, project, filters=[{"resource_type": "task"}]).body["data"]
    changed = desk.do("PUT", f"/webhooks/{made['gid']}", {"filters": [{"resource_type": "story"}]})
    assert changed["filters"] == [{"resource_type": "story"}]
    assert desk.refused("PUT", f"/webhooks/{made['gid']}", {"filters": [{"action": "added"}]})[0] == 400


def test_a_heartbeat_every_eight_hours(desk: Any, post: Any) -> None:
    project, _ = desk.project()
    hook(desk, project)
    desk.world.advance_to(desk.world.now() + timedelta(hours=25))
    assert post.bodies() == [{"events": []}] * 4


def test_what_piled_up_behind_a_failure_is_delivered_together(desk: Any, post: Any) -> None:
    project, _ = desk.project()
    gid = hook(desk, project).body["data"]["gid"]
    task = desk.task(project)
    post.status = 500
    desk.do("PUT", f"/tasks/{task}", {"name": "A"})
    desk.do("PUT", f"/tasks/{task}", {"name": "B"})
    seen = desk.get(f"/webhooks/{gid}")
    assert (seen["delivery_retry_count"], seen["last_failure_content"]) == (1, "no")
    assert seen["failure_deletion_timestamp"] > seen["next_attempt_after"] > seen["last_failure_at"]
    post.status = 200
    before = len(post.sent)
    desk.world.advance_to(desk.world.now() + timedelta(minutes=5))
    assert len(post.sent) == before + 1
    names = [event["resource"]["gid"] for event in post.bodies()[-1]["events"] if event.get("change")]
    assert names == [task, task]
    assert desk.get(f"/webhooks/{gid}")["delivery_retry_count"] == 0


def test_a_hook_that_fails_for_a_day_is_deleted(desk: Any, post: Any) -> None:
    project, _ = desk.project()
    gid = hook(desk, project).body["data"]["gid"]
    post.status = 503
    desk.task(project)
    desk.world.advance_to(desk.world.now() + timedelta(hours=23))
    assert desk.ask("GET", f"/webhooks/{gid}").status == 200
    desk.world.advance_to(desk.world.now() + timedelta(hours=2))
    assert desk.ask("GET", f"/webhooks/{gid}").status == 404


def test_targets_are_urls_and_local_ones_can_be_forbidden(desk: Any, post: Any) -> None:
    project, _ = desk.project()
    assert desk.refused("POST", "/webhooks", {"resource": project, "target": "not a url"})[0] == 400
    desk.side.settings.loopback_targets = False
    for target in (TARGET, "http://localhost/x", "http://[::1]/x"):
        assert desk.refused("POST", "/webhooks", {"resource": project, "target": target})[0] == 403
