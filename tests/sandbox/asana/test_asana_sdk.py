"""The official SDK, unmodified, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import asana
import pytest
from asana.rest import ApiException
from desk import Desk

from connectors.sandbox.notion import NotionSide
from connectors.sandbox.server import serving


@pytest.fixture
def served() -> Iterator[tuple[Desk, asana.ApiClient]]:
    desk = Desk()
    desk.world.notion = NotionSide(desk.world)
    configuration = asana.Configuration()
    configuration.access_token = "any"
    with serving(desk.world) as base:
        configuration.host = f"{base}/asana/api/1.0"
        client = asana.ApiClient(configuration)
        yield desk, client
        client.pool.close()
        client.pool.join()


def test_the_daily_round(served: tuple[Desk, Any]) -> None:
    _desk, client = served
    workspace = next(iter(asana.WorkspacesApi(client).get_workspaces({})))["gid"]
    projects = asana.ProjectsApi(client)
    project = projects.create_project({"data": {"name": "Launch", "workspace": workspace}}, {})["gid"]
    section = asana.SectionsApi(client).create_section_for_project(project, {"body": {"data": {"name": "Doing"}}})
    tasks = asana.TasksApi(client)
    made = [
        tasks.create_task({"data": {"name": f"Task\u00a0{n}", "projects": [project]}}, {})["gid"] for n in range(5)
    ]
    fields = "name,memberships.section.name"
    listed = list(tasks.get_tasks_for_project(project, {"limit": 2, "opt_fields": fields}))
    assert [one["gid"] for one in listed] == made
    asana.SectionsApi(client).add_task_for_section(section["gid"], {"body": {"data": {"task": made[0]}}})
    asana.StoriesApi(client).create_story_for_task({"data": {"text": "hello"}}, made[0], {})
    stories = asana.StoriesApi(client).get_stories_for_task(made[0], {"limit": 100})
    assert [one["resource_subtype"] for one in stories] == ["added_to_project", "section_changed", "comment_added"]
    assert [task["gid"] for task in tasks.get_tasks_for_section(section["gid"], {})] == [made[0]]
    tasks.delete_task(made[4])
    with pytest.raises(ApiException) as gone:
        tasks.get_task(made[4], {})
    assert gone.value.status == 404


def test_fields_status_and_search(served: tuple[Desk, Any]) -> None:
    desk, client = served
    project, _ = desk.project()
    body = {"data": {"workspace": desk.workspace, "name": "Flow status", "resource_subtype": "enum",
                     "enum_options": [{"name": "Waiting"}]}}  # fmt: skip
    field = asana.CustomFieldsApi(client).create_custom_field(body, {})
    attach = {"data": {"custom_field": field["gid"]}}
    asana.ProjectsApi(client).add_custom_field_setting_for_project(attach, project, {})
    task, waiting = desk.task(project), field["enum_options"][0]["gid"]
    body = {"data": {"custom_fields": {field["gid"]: waiting}}}
    written = asana.TasksApi(client).update_task(body, task, {"opt_fields": "custom_fields.enum_value.name"})
    assert written["custom_fields"][0]["enum_value"]["name"] == "Waiting"
    status = {"data": {"parent": project, "status_type": "on_track", "title": "Week", "text": "Fine"}}
    asana.StatusUpdatesApi(client).create_status_for_object(status, {})
    assert len(list(asana.StatusUpdatesApi(client).get_statuses_for_object(project, {}))) == 1
    found = asana.TasksApi(client).search_tasks_for_workspace(desk.workspace, {"projects.any": project})
    assert [one["gid"] for one in found] == [task]


def test_events_and_webhooks_over_the_wire(served: tuple[Desk, Any]) -> None:
    desk, client = served
    project, _ = desk.project()
    with pytest.raises(ApiException) as start:
        client.call_api(
            "/events",
            "GET",
            {},
            {"resource": project},
            {},
            auth_settings=["personalAccessToken"],
            _return_http_data_only=True,
        )
    assert start.value.status == 412
    heard: list[bytes] = []
    arrived = threading.Semaphore(0)

    class Target(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            if "X-Hook-Secret" in self.headers:
                self.send_header("X-Hook-Secret", self.headers["X-Hook-Secret"])
            self.send_header("Content-Length", "0")
            self.end_headers()
            arrived.release()

        def log_message(self, *_: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Target) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        target = f"http://127.0.0.1:{server.server_port}/hook"
        body = {
            "data": {"resource": project, "target": target, "filters": [{"resource_type": "task", "action": "added"}]}
        }
        hook = asana.WebhooksApi(client).create_webhook(body, {"opt_fields": "active"}, full_payload=True)
        assert len(hook["X-Hook-Secret"]) == 64
        task = asana.TasksApi(client).create_task({"data": {"name": "T", "projects": [project]}}, {})["gid"]
        for _ in range(3):  # handshake, first heartbeat, the task
            assert arrived.acquire(timeout=5)
        server.shutdown()
        thread.join()
    assert task.encode() in heard[-1]
