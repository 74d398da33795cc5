"""The server around the pretend vendors: routing, log, lock, faults on the wire, webhooks out."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from connectors.sandbox.core import Answer, World
from connectors.sandbox.faults import read_faults
from connectors.sandbox.server import PortTaken, SandboxApp, listen, serving, serving_app
from tests.sandbox.echo import echo_world

ASANA = "/asana/api/1.0"


@pytest.fixture
def app() -> SandboxApp:
    return SandboxApp(echo_world())


@pytest.fixture
def client(app: SandboxApp) -> Iterator[httpx.Client]:
    with serving_app(app) as url, httpx.Client(base_url=url, timeout=10) as made:
        yield made


def test_requests_reach_the_right_vendor_whole(client: httpx.Client, app: SandboxApp) -> None:
    said = client.post(f"{ASANA}/tasks?opt_fields=name,gid&x=&x=2", content=b"caf\xc3\xa9").json()
    assert said["path"] == "/tasks"
    assert said["query"] == [["opt_fields", "name,gid"], ["x", ""], ["x", "2"]]
    assert said["body"] == "café"
    assert client.get("/notion/v1/users/me").json()["path"] == "/v1/users/me"
    assert (app.world.asana.handled, app.world.notion.handled) == (1, 1)


def test_headers_and_empty_answers(client: httpx.Client) -> None:
    answer = client.get(f"{ASANA}/users/me")
    assert answer.headers["x-request-id"] == "abc"
    assert answer.headers["content-type"].startswith("application/json")
    gone = client.delete(f"{ASANA}/gone")
    assert (gone.status_code, gone.content) == (204, b"")


def test_a_broken_vendor_is_a_server_error(client: httpx.Client, capsys: pytest.CaptureFixture[str]) -> None:
    answer = client.get(f"{ASANA}/broken")
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["phrase"]
    assert "the pretend vendor broke" in capsys.readouterr().err


def test_the_log_tells_what_was_asked(client: httpx.Client) -> None:
    client.get(f"{ASANA}/tasks/1200000000000001/stories?limit=100")
    client.get(f"{ASANA}/tasks/1200000000000002/stories")
    client.get("/notion/v1/pages/6f3c1a52-7d0e-5b8a-9d1f-0c6c2f1b7e55")
    client.get("/_sandbox/clock")
    told = client.get("/_sandbox/requests").json()
    assert told["count"] == 3
    assert told["counts"] == {f"GET {ASANA}/tasks/{{id}}/stories": 2, "GET /notion/v1/pages/{id}": 1}
    assert told["statuses"] == {"200": 3}
    first = told["requests"][0]
    assert (first["method"], first["query"], first["status"]) == ("GET", "limit=100", 200)
    assert first["milliseconds"] > 0
    assert first["time"].endswith("Z")
    assert client.delete("/_sandbox/requests").json() == {"cleared": 3}
    assert client.get("/_sandbox/requests").json()["count"] == 0


@pytest.mark.parametrize("kind", ["drop", "drop_saved"])
def test_a_dropped_connection(client: httpx.Client, app: SandboxApp, kind: str) -> None:
    app.faults.replace(read_faults([{"match": f"GET {ASANA}/*", "kind": kind, "count": 1}]))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"{ASANA}/tasks")
    assert app.world.asana.handled == (1 if kind == "drop_saved" else 0)
    assert client.get(f"{ASANA}/tasks").status_code == 200
    assert [one.status for one in app.log.all()] == [0, 200]


def test_a_truncated_body(client: httpx.Client, app: SandboxApp) -> None:
    app.faults.replace(read_faults([{"kind": "truncated", "count": 1}]))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"{ASANA}/tasks")
    assert client.get(f"{ASANA}/tasks").status_code == 200


def test_slow_answers_hold_up_nobody_else(client: httpx.Client, app: SandboxApp) -> None:
    app.faults.replace(read_faults([{"match": f"{ASANA}/slow", "kind": "slow", "seconds": 0.6}]))
    waiting = threading.Thread(target=client.get, args=(f"{ASANA}/slow",))
    began = time.perf_counter()
    waiting.start()
    assert client.get(f"{ASANA}/quick").status_code == 200
    assert time.perf_counter() - began < 0.5
    waiting.join()
    assert time.perf_counter() - began >= 0.6


def test_a_client_that_gives_up_waiting_still_had_its_write(client: httpx.Client, app: SandboxApp) -> None:
    app.faults.replace(read_faults([{"kind": "slow", "seconds": 0.3, "count": 1}]))
    with pytest.raises(httpx.ReadTimeout):
        client.post(f"{ASANA}/tasks", timeout=0.1)
    deadline = time.monotonic() + 5
    while app.world.asana.handled == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert app.world.asana.handled == 1


class _Target(http.server.BaseHTTPRequestHandler):
    heard: list[bytes]
    base: str

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        type(self).heard.append(body)
        if self.path == "/asks-back":
            httpx.get(f"{type(self).base}{ASANA}/during", timeout=5).raise_for_status()
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


@pytest.fixture
def target(client: httpx.Client) -> Iterator[str]:
    _Target.heard, _Target.base = [], str(client.base_url)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Target) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_handshake_may_ask_back_while_it_runs(client: httpx.Client, target: str) -> None:
    answer = client.post(f"{ASANA}/hooks", content=f"{target}/asks-back")
    assert answer.json() == {"said": 200}


def test_deliveries_arrive_in_order_and_are_answered(app: SandboxApp, client: httpx.Client, target: str) -> None:
    answers: list[Answer] = []
    for number in range(5):
        app.carrier.send(f"{target}/hear", {}, str(number).encode(), answers.append)
    app.carrier.settle()
    assert _Target.heard == [b"0", b"1", b"2", b"3", b"4"]
    assert [answer.status for answer in answers] == [200] * 5


@pytest.mark.parametrize(
    "url", ["http://example.org/x", "ftp://127.0.0.1/", "http://10.0.0.1/", "nonsense", "http://["]
)
def test_nothing_is_sent_off_this_machine(app: SandboxApp, client: httpx.Client, url: str) -> None:
    assert app.carrier.call(url, {}, b"").status == 0


def test_nobody_listening_is_no_answer(app: SandboxApp, client: httpx.Client) -> None:
    free = listen(0)
    port = free.getsockname()[1]
    free.close()
    assert app.carrier.call(f"http://127.0.0.1:{port}/", {}, b"").status == 0


def test_a_taken_port_is_said_so(client: httpx.Client) -> None:
    port = client.base_url.port
    assert port
    with pytest.raises(PortTaken, match=str(port)):
        listen(port)


def test_only_this_machine_can_reach_it(client: httpx.Client) -> None:
    assert client.base_url.host == "127.0.0.1"


def test_unlocked_lets_go_of_a_lock_held_twice() -> None:
    world = World()
    got: list[bool] = []

    def take() -> None:
        got.append(world.lock.acquire(timeout=1))
        world.lock.release()

    with world.lock, world.lock:
        with world.unlocked():
            other = threading.Thread(target=take)
            other.start()
            other.join()
        assert got == [True]
        later = threading.Thread(target=lambda: got.append(world.lock.acquire(timeout=0.05)))
        later.start()
        later.join()
    assert got == [True, False]


def test_many_small_requests_a_second() -> None:
    with serving(echo_world()) as url, httpx.Client(base_url=url) as client:
        began = time.perf_counter()
        for _ in range(200):
            client.get(f"{ASANA}/users/me")
        assert time.perf_counter() - began < 4
