"""Who may come in, at which version, and how the pretend Notion says no."""

from __future__ import annotations

import pytest

from connectors.sandbox.core import Request, World
from connectors.sandbox.notion import NotionSide
from tests.sandbox.notion.asking import Asker, said


def test_no_token_is_unauthorized(side: NotionSide) -> None:
    answer = side.handle(Request("GET", "/v1/users/me", headers={"notion-version": "2026-03-11"}))
    assert (answer.status, answer.body["code"]) == (401, "unauthorized")
    assert answer.body["message"] == "API token is invalid."


def test_an_unknown_person_is_unauthorized(side: NotionSide) -> None:
    assert Asker(side, token="as:Nobody").refused("GET", "/users/me")["code"] == "unauthorized"


def test_tokens_are_the_bot_or_a_person(ask: Asker, ann: Asker, world: World) -> None:
    assert ask("GET", "/users/me")["bot"]["workspace_limits"]["max_file_upload_size_in_bytes"] == 5_242_880
    assert ann("GET", "/users/me")["name"] == "Ann"
    gid = world.people.find("Ann").gid  # type: ignore[union-attr]
    assert Asker(world.notion, token=f"as:{gid}")("GET", "/users/me")["person"] == {"email": "ann@example.com"}


def test_the_version_must_be_sent_and_known(side: NotionSide) -> None:
    answer = side.handle(Request("GET", "/v1/users", headers={"authorization": "Bearer x"}))
    assert (answer.status, answer.body["code"]) == (400, "missing_version")
    refused = Asker(side, version="2022-06-28").refused("GET", "/users")
    assert (refused["status"], refused["code"]) == (400, "validation_error")


def test_archived_is_shown_by_the_old_version_only(ask: Asker, old: Asker, side: NotionSide, source: str) -> None:
    database = side.nodes[source].parent
    paths = (f"/pages/{side.shared_page_id}", f"/databases/{database}", f"/data_sources/{source}",
             f"/blocks/{side.shared_page_id}")  # fmt: skip
    for path in paths:
        assert old("GET", path)["archived"] is False
        assert "archived" not in ask("GET", path)
    side.create_row("Ann", source, {"Name": "x"})
    assert old("POST", f"/data_sources/{source}/query", {})["results"][0]["archived"] is False
    assert "archived" in ask.refused("PATCH", f"/pages/{side.shared_page_id}", {"archived": True})["message"]
    assert old("PATCH", f"/data_sources/{source}", {"archived": True})["in_trash"] is True


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "words"),
    [
        ("GET", "/invalid", 400, "invalid_request_url", "Invalid request URL."),
        ("GET", "/pages/abc", 400, "validation_error",
         'path failed validation: path.page_id should be a valid uuid, instead was `"abc"`.'),
        ("GET", "/users?page_size=101", 400, "invalid_request_url", "Invalid"),
        ("GET", "/pages/00000000-0000-0000-0000-000000000000", 404, "object_not_found",
         'Could not find page with ID: 00000000-0000-0000-0000-000000000000. Make sure the relevant pages and '
         'databases are shared with your integration "Handrail".'),
    ],
)  # fmt: skip
def test_errors_as_recorded(ask: Asker, method: str, path: str, status: int, code: str, words: str) -> None:
    refused = ask.refused(method, path)
    assert (refused["status"], refused["code"]) == (status, code)
    assert refused["message"].startswith(words)
    if status == 404:
        assert refused["additional_data"] == {"integration_id": ask("GET", "/users/me")["id"]}


def test_bad_json_is_said(ask: Asker, side: NotionSide) -> None:
    headers = {"authorization": "Bearer x", "notion-version": "2026-03-11"}
    assert side.handle(Request("POST", "/v1/search", (), headers, b"{")).body["code"] == "invalid_json"
    assert side.handle(Request("POST", "/v1/search", (), headers, b"[]")).body["code"] == "validation_error"
    assert "500KB" in side.handle(Request("POST", "/v1/search", (), headers, b" " * 500_001)).body["message"]


def test_page_sizes_end_at_100(ask: Asker, source: str) -> None:
    assert "should be ≤ `100`" in ask.refused("GET", "/users", page_size=101)["message"]
    assert "page_size" in ask.refused("GET", "/users", page_size="x")["message"]
    assert "body.page_size" in ask.refused("POST", f"/data_sources/{source}/query", {"page_size": 0})["message"]


def test_users_come_in_pages(ask: Asker) -> None:
    first = ask("GET", "/users", page_size=2)
    rest = ask("GET", "/users", start_cursor=first["next_cursor"])
    assert [user["name"] for user in first["results"] + rest["results"]] == ["Handrail", "Ann", "Ben"]
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)
    assert ask("GET", f"/users/{rest['results'][0]['id'].replace('-', '')}")["name"] == "Ben"


def test_only_what_is_shared_is_seen_by_the_bot(ask: Asker, ann: Asker, side: NotionSide) -> None:
    secret = side.create_page("Ann", "Secret")
    below = side.create_page("Ann", "Open", side.shared_page_id)
    hidden = side.create_database("Ann", "Hidden", secret.id, {})
    assert ask.refused("GET", f"/pages/{secret.id}")["code"] == "object_not_found"
    assert ask.refused("POST", f"/data_sources/{hidden.sources[0]}/query", {})["status"] == 404
    assert ann("GET", f"/pages/{secret.id}")["id"] == secret.id
    assert ask("GET", f"/pages/{below.id}")["parent"] == {"type": "page_id", "page_id": side.shared_page_id}
    side.share(hidden.id)
    assert ask("POST", f"/data_sources/{hidden.sources[0]}/query", {})["results"] == []
    titles = {node["id"] for node in ask("POST", "/search", {})["results"]}
    assert titles == {side.shared_page_id, below.id, hidden.sources[0]}


def test_search_by_words_kind_and_trash(ask: Asker, side: NotionSide, source: str) -> None:
    row = side.create_row("Ann", source, {"Name": "Autumn banner"})
    assert [one["id"] for one in ask("POST", "/search", {"query": "BANNER"})["results"]] == [row.id]
    only = {"filter": {"property": "object", "value": "data_source"}}
    assert [one["object"] for one in ask("POST", "/search", only)["results"]] == ["data_source"]
    side.put_away("Ann", row.id)
    assert ask("POST", "/search", {"query": "banner"})["results"] == []
    assert len(ask("POST", "/search", {"query": "banner", "filter": {"in_trash": True}})["results"]) == 1
    assert "data_source" in ask.refused("POST", "/search", {"filter": {"value": "database"}})["message"]


def test_a_rate_limit_only_on_request(ask: Asker, side: NotionSide) -> None:
    side.settings.requests_per_minute = 2
    ask("GET", "/users")
    ask("GET", "/users")
    answer = ask.raw("GET", "/users")
    assert (answer.status, answer.body["code"]) == (429, "rate_limited")
    assert answer.body["additional_data"]["rate_limit_reason"] == "public_api_request_rate_limit"
    assert answer.body["additional_data"]["retry_after"] == answer.headers["Retry-After"]
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    Asker(side, token="another")("GET", "/users")


def test_saved_and_yet_503_on_request(ask: Asker, side: NotionSide) -> None:
    side.settings.saved_but_503 = 2
    parent = {"page_id": side.shared_page_id}
    refused = ask.refused("POST", "/pages", {"parent": parent, "properties": {"title": {"title": said("New")}}})
    assert (refused["status"], refused["code"]) == (503, "service_unavailable")
    made = refused["additional_data"]["committed_resource_id"]
    body = {"children": [{"paragraph": {"rich_text": said("x")}}]}
    ask("GET", "/users")
    again = ask.refused("PATCH", f"/blocks/{made}/children", body)["additional_data"]
    assert again["committed_resource_id"] == made
    assert [b["id"] for b in ask("GET", f"/blocks/{made}/children")["results"]] == again["committed_child_ids"]


def test_ids_are_the_same_in_every_run() -> None:
    first, second = NotionSide(World()), NotionSide(World())
    assert first.shared_page_id == second.shared_page_id
    assert first.create_page("Handrail", "a").id == second.create_page("Handrail", "b").id


def test_everything_can_be_told_as_json(side: NotionSide, source: str) -> None:
    page = side.create_row("Ann", source, {"Name": "x", "Owner": ["Ann"]}, markdown="- a")
    side.comment("Ann", page.id, "hello")
    nodes = side.state()["nodes"]
    assert nodes[page.id]["object"] == "page"
    assert nodes[source]["rows"] == [page.id]
