"""The control endpoints over HTTP, on a real world: clock, state, faults, Notion's webhook ceremony."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors.sandbox.build import build_world
from connectors.sandbox.control import BadRequest, parse_duration, parse_instant
from connectors.sandbox.core import World
from connectors.sandbox.faults import KINDS, BadFaults, read_faults
from connectors.sandbox.server import serving

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ME = "/asana/api/1.0/users/me"
NOTION_ME = "/notion/v1/users/me"
HEADERS = {"authorization": "Bearer anything", "notion-version": "2026-03-11"}


@pytest.fixture
def world() -> World:
    return build_world(NOW)


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    with serving(world) as url, httpx.Client(base_url=url, headers=HEADERS, timeout=10) as made:
        yield made


def test_both_vendors_answer_in_their_own_words(client: httpx.Client) -> None:
    assert client.get(ME).json()["data"]["name"] == "Handrail"
    assert client.get(NOTION_ME).json()["object"] == "user"
    assert client.get(ME, headers={"authorization": ""}).status_code == 401
    assert client.get(NOTION_ME, headers={"authorization": "Bearer as:Nobody"}).status_code == 401


def test_the_clock_stands_still_and_is_moved(client: httpx.Client) -> None:
    assert client.get("/_sandbox/clock").json() == {"now": "2026-11-02T09:00:00.000Z", "stands_still": True}
    moved = client.post("/_sandbox/clock", json={"advance": "P1DT2H30M"}).json()
    assert moved["now"] == "2026-11-03T11:30:00.000Z"
    moved = client.post("/_sandbox/clock", json={"now": "2026-12-01T00:00:00+01:00"}).json()
    assert moved["now"] == "2026-11-30T23:00:00.000Z"


def test_what_is_due_happens_as_the_clock_is_moved(client: httpx.Client, world: World) -> None:
    seen: list[datetime] = []
    for hours in (3, 1, 30):
        world.schedule(NOW + timedelta(hours=hours), lambda: seen.append(world.now()))
    answer = client.post("/_sandbox/clock", json={"advance": "P1D"}).json()
    assert answer["happened"] == 2
    assert seen == [NOW + timedelta(hours=1), NOW + timedelta(hours=3)]


def test_a_running_clock_lets_things_happen_by_itself() -> None:
    world = build_world()
    happened: list[int] = []
    with serving(world) as url, httpx.Client(base_url=url) as client:
        with world.lock:
            world.schedule(world.now() + timedelta(milliseconds=50), lambda: happened.append(1))
        deadline = datetime.now(UTC) + timedelta(seconds=5)
        while not happened and datetime.now(UTC) < deadline:
            client.get("/_sandbox/clock")
    assert happened == [1]


@pytest.mark.parametrize(
    "told", [{}, {"now": "yesterday"}, {"advance": "1 hour"}, {"advance": "P"}, {"advance": "P1M"}, {"x": 1}, [], "x"]
)
def test_nonsense_for_the_clock_is_refused(client: httpx.Client, told: object) -> None:
    answer = client.post("/_sandbox/clock", json=told)
    assert answer.status_code == 400
    assert "looks like" in answer.json()["error"] or "send" in answer.json()["error"]
    assert client.get("/_sandbox/clock").json()["now"] == "2026-11-02T09:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "hours"), [("PT1H", 1), ("P1D", 24), ("P1W", 168), ("PT90M", 1.5), ("P1DT0.5H", 24.5), ("PT3600S", 1)]
)
def test_durations(text: str, hours: float) -> None:
    assert parse_duration(text) == timedelta(hours=hours)


def test_instants_without_an_offset_are_utc() -> None:
    assert parse_instant("2011-06-01T00:00:00") == parse_instant("2011-06-01T02:00:00+02:00")
    with pytest.raises(BadRequest):
        parse_instant("2011-13-01")


def test_the_state_is_the_whole_world(client: httpx.Client) -> None:
    workspace = client.get("/asana/api/1.0/workspaces").json()["data"][0]["gid"]
    wanted = {"data": {"name": "Launch", "workspace": workspace}}
    project = client.post("/asana/api/1.0/projects", json=wanted).json()["data"]
    told = client.get("/_sandbox/state").json()
    assert [one["name"] for one in told["asana"]["projects"]] == ["Launch"]
    assert told["asana"]["projects"][0]["gid"] == project["gid"]
    assert told["asana"]["projects"][0]["sections"][0]["name"]
    assert [one["name"] for one in told["people"]] == ["Handrail"]
    assert set(told["notion"]["shared"]) <= set(told["notion"]["nodes"])


def test_an_unreadable_body_is_said_so(client: httpx.Client) -> None:
    answer = client.post("/_sandbox/faults", content=b"{")
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["error"]


def test_notion_subscriptions_only_to_this_machine(client: httpx.Client, world: World) -> None:
    assert client.post("/_sandbox/notion/webhooks", json={"url": "https://example.org/x"}).status_code == 400
    assert client.post("/_sandbox/notion/webhooks", json={}).status_code == 400
    nobody = client.post("/_sandbox/notion/webhooks", json={"url": "http://127.0.0.1:9/hooks"}).json()
    assert nobody["state"] == "pending"


def test_faults_say_their_vendors_words(client: httpx.Client) -> None:
    client.post("/_sandbox/faults", json={"fault": [{"match": "GET /*", "kind": 429, "retry_after": 7}]})
    asana, notion = client.get(ME), client.get(NOTION_ME)
    assert (asana.status_code, asana.headers["retry-after"]) == (429, "7")
    assert asana.json()["errors"][0]["message"]
    assert notion.json()["code"] == "rate_limited"
    assert notion.json()["additional_data"]["retry_after"] == "7"
    assert client.get("/_sandbox/faults").json()["fault"][0]["struck"] == 2
    client.delete("/_sandbox/faults")
    assert client.get(ME).status_code == 200


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.isdigit()])
def test_every_status_can_be_had(client: httpx.Client, kind: str) -> None:
    client.post("/_sandbox/faults", json=[{"match": {"path": "/notion/*"}, "kind": kind, "count": 1}])
    struck = client.get(NOTION_ME)
    assert struck.status_code == int(kind)
    assert client.get(NOTION_ME).status_code == 200
    logged = client.get("/_sandbox/requests").json()["requests"]
    assert [one.get("fault") for one in logged] == [kind, None]


def test_saved_and_still_503(client: httpx.Client, world: World) -> None:
    client.post("/_sandbox/faults", json=[{"match": "POST *", "kind": "saved_503", "count": 2}])
    wanted = {"data": {"name": "Launch", "workspace": world.asana.state.workspace.gid}}
    assert client.post("/asana/api/1.0/projects", json=wanted).status_code == 503
    assert [project.name for project in world.asana.state.projects] == ["Launch"]
    parent = {"page_id": world.notion.shared_page_id}
    title = {"title": {"title": [{"text": {"content": "Weekly"}}]}}
    answer = client.post("/notion/v1/pages", json={"parent": parent, "properties": title})
    assert answer.status_code == 503
    about = answer.json()["additional_data"]
    assert about["committed_resource_id"] in world.notion.nodes
    assert about["retry_guidance"]


def test_a_page_token_that_expired(client: httpx.Client) -> None:
    client.post("/_sandbox/faults", json=[{"kind": "expired_offset", "count": 1}])
    assert client.get("/asana/api/1.0/users?limit=1").status_code == 200
    answer = client.get("/asana/api/1.0/users?limit=1&offset=abc")
    assert answer.status_code == 400
    assert "pagination token has expired" in answer.json()["errors"][0]["message"]


def test_a_page_where_json_should_be(client: httpx.Client) -> None:
    client.post("/_sandbox/faults", json=[{"kind": "not_json", "count": 1}])
    answer = client.get(ME)
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")


def test_rate_and_skip() -> None:
    half = read_faults([{"kind": 500, "rate": 0.5}])[0]
    struck = sum(half.strikes("GET", "/x", "") for _ in range(1000))
    assert 420 < struck < 580
    third = read_faults([{"kind": 500, "skip": 2, "count": 1}])[0]
    assert [third.strikes("GET", "/x", "") for _ in range(5)] == [False, False, True, False, False]


def test_all_that_is_wrong_with_faults_is_said_at_once() -> None:
    told = {
        "fault": [{"kind": "503 "}, {"kind": 500, "rate": 2, "colour": "red"}, {"kind": 500, "match": "SEND /x"}, 7]
    }
    with pytest.raises(BadFaults) as refused:
        read_faults(told, "trouble.toml")
    lines = str(refused.value).splitlines()
    assert [line.split(":")[1] for line in lines] == [" fault 1", " fault 2", " fault 2", " fault 3", " fault 4"]
    assert "the kinds are" in lines[0]
