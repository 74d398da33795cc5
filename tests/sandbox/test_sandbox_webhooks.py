"""Webhooks all the way: handshake, signed deliveries, Notion's ceremony, over HTTP to a listener on this machine."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from connectors.sandbox.core import World
from connectors.sandbox.server import SandboxApp
from tests.sandbox.ann import HEADERS, ann_app, ann_client


class Listener(http.server.BaseHTTPRequestHandler):
    """Echoes the hook secret, asks the sandbox back while it is being called, and remembers what it heard."""

    heard: list[tuple[dict[str, str], bytes]]
    base: str

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        type(self).heard.append(({name.lower(): text for name, text in self.headers.items()}, body))
        httpx.get(f"{self.base}/asana/api/1.0/users/me", headers=HEADERS, timeout=5).raise_for_status()
        self.send_response(200)
        if secret := self.headers["x-hook-secret"]:
            self.send_header("X-Hook-Secret", secret)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


@pytest.fixture
def app() -> SandboxApp:
    return ann_app()


@pytest.fixture
def world(app: SandboxApp) -> World:
    return app.world


@pytest.fixture
def client(app: SandboxApp) -> Iterator[httpx.Client]:
    with ann_client(app) as made:
        yield made


@pytest.fixture
def target(client: httpx.Client) -> Iterator[str]:
    Listener.heard, Listener.base = [], str(client.base_url)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hooks"
        server.shutdown()
        thread.join()


def _until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not met():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def _post(client: httpx.Client, path: str, data: dict[str, Any]) -> Any:
    answer = client.post(f"/asana/api/1.0{path}", json={"data": data})
    assert answer.is_success, answer.text
    return answer.json()


def test_asanas_handshake_and_deliveries(client: httpx.Client, app: SandboxApp, target: str) -> None:
    workspace = client.get("/asana/api/1.0/workspaces").json()["data"][0]["gid"]
    project = _post(client, "/projects", {"name": "Launch", "workspace": workspace})["data"]["gid"]
    made = _post(client, "/webhooks", {"resource": project, "target": target})
    secret = made["X-Hook-Secret"]
    assert Listener.heard[0][0]["x-hook-secret"] == secret
    task = _post(client, "/tasks", {"name": "Brief", "projects": [project]})["data"]["gid"]
    _until(lambda: any(task.encode() in body for _, body in Listener.heard))
    for headers, body in Listener.heard[1:]:
        assert headers["x-hook-signature"] == hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    app.carrier.settle()
    hook = client.get(f"/asana/api/1.0/webhooks/{made['data']['gid']}?opt_fields=last_success_at").json()["data"]
    assert hook["last_success_at"]


def test_a_target_that_does_not_answer_gets_no_hook(client: httpx.Client) -> None:
    workspace = client.get("/asana/api/1.0/workspaces").json()["data"][0]["gid"]
    project = _post(client, "/projects", {"name": "Launch", "workspace": workspace})["data"]["gid"]
    wanted = {"data": {"resource": project, "target": "http://127.0.0.1:9/hooks"}}
    assert client.post("/asana/api/1.0/webhooks", json=wanted).status_code >= 400


def test_notions_ceremony_and_deliveries(client: httpx.Client, world: World, target: str) -> None:
    made = client.post("/_sandbox/notion/webhooks", json={"url": target}).json()
    assert made["state"] == "active"
    token = json.loads(Listener.heard[0][1])["verification_token"]
    page = world.notion.shared_page_id
    title = {"title": {"title": [{"text": {"content": "Handrail notes"}}]}}
    client.patch(f"/notion/v1/pages/{page}", json={"properties": title}).raise_for_status()
    assert len(Listener.heard) == 1
    client.post("/_sandbox/clock", json={"advance": "PT1M"}).raise_for_status()
    _until(lambda: any(page.encode() in body for _, body in Listener.heard[1:]))
    headers, body = Listener.heard[-1]
    assert headers["x-notion-signature"] == "sha256=" + hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    assert json.loads(body)["authors"] == [{"id": world.people.find("Ann").uuid, "type": "person"}]
