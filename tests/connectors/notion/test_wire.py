"""Exact behaviour on the wire: what is sent, what is repeated, what a refusal becomes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from connectors.errors import ConnectorError, Denied, Garbled, Missing, NotGranted, Rejected, Transient
from connectors.http import open_door
from connectors.notion.policy import NotionPolicy, has_conflict
from connectors.notion.schema import Binding, Schema
from connectors.notion.sdk import Notion
from connectors.notion.whole import whole_item
from tests.connectors.wire import Paced

HERE = Path(__file__).parent
BASE = "https://api.notion.test"
ID = "393abc1e-edcd-81a0-9a08-d7413a049dc8"
TOKEN = "ntn_not_a_real_one"


class Line:
    """Notion's endpoints over a door whose sleeps and pauses are noted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pace, self.slept = Paced(), list[float]()

        def door(*args: Any, **kwargs: Any) -> httpx.Client:
            return open_door(*args, **{**kwargs, "sleep": self.slept.append})

        monkeypatch.setattr("connectors.notion.sdk.open_door", door)
        self.notion = Notion(BASE + "/v1/", TOKEN, self.pace, source="notion")


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    wire = Line(monkeypatch)
    yield wire
    wire.notion.close()


@pytest.fixture
def vendor() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE + "/v1") as router:
        yield router


def _error(status: int, code: str, data: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
    body = {"object": "error", "status": status, "code": code, "message": "So it is.", "request_id": "r"}
    return httpx.Response(status, json=body | ({"additional_data": data} if data else {}), headers=headers)


LISTED = httpx.Response(200, json={"object": "list", "results": [], "has_more": False, "next_cursor": None})
PAGE = httpx.Response(200, json={"object": "page", "id": ID, "properties": {}})


# ---- what is sent --------------------------------------------------------------------------------------------


def test_version_and_token_are_sent_and_the_sdk_does_not_hold_the_token(wire: Line, vendor: respx.MockRouter) -> None:
    route = vendor.get(f"/pages/{ID}").mock(PAGE)
    wire.notion.page(ID)
    headers = route.calls.last.request.headers
    assert headers["Notion-Version"] == "2026-03-11"
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in repr(vars(wire.notion._sdk)) + repr(wire.notion._sdk.client.headers)


def test_a_query_sends_what_the_sdk_would_drop_and_no_null(wire: Line, vendor: respx.MockRouter) -> None:
    route = vendor.post(f"/data_sources/{ID}/query").mock(LISTED)
    wire.notion.query(ID, filter=None, start_cursor=None, is_archived=True)
    assert json.loads(route.calls.last.request.content) == {"page_size": 100, "is_archived": True}


def test_request_status_is_not_lost(wire: Line, vendor: respx.MockRouter) -> None:
    status = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    vendor.post(f"/data_sources/{ID}/query").respond(json=LISTED.json() | {"request_status": status})
    assert wire.notion.query(ID)["request_status"] == status


def test_listings_are_read_to_their_end(wire: Line, vendor: respx.MockRouter) -> None:
    route = vendor.get("/users")
    route.side_effect = [
        httpx.Response(200, json={"results": [{"id": "1"}], "has_more": True, "next_cursor": "c"}),
        httpx.Response(200, json={"results": [{"id": "2"}], "has_more": False, "next_cursor": None}),
    ]
    assert [user["id"] for user in wire.notion.users()] == ["1", "2"]
    assert [dict(call.request.url.params) for call in route.calls] == [
        {"page_size": "100"},
        {"page_size": "100", "start_cursor": "c"},
    ]


def test_a_rewrite_never_allows_deleting_what_people_put_there(wire: Line, vendor: respx.MockRouter) -> None:
    route = vendor.patch(f"/pages/{ID}/markdown").mock(PAGE)
    wire.notion.replace_markdown(ID, "text")
    assert json.loads(route.calls.last.request.content) == {
        "type": "replace_content",
        "replace_content": {"new_str": "text"},
    }


# ---- what is repeated ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 529])
def test_busy_is_waited_out_for_reads_and_writes(wire: Line, vendor: respx.MockRouter, status: int) -> None:
    data = {"rate_limit_reason": "public_api_request_rate_limit", "retry_after": "17"}
    busy = _error(status, "rate_limited", data, **{"Retry-After": "17"})
    vendor.patch(f"/pages/{ID}").side_effect = [busy, PAGE]
    assert wire.notion.update_page(ID, {})["id"] == ID
    assert wire.slept == [17.0]
    assert wire.pace.paused == [17.0]


def test_the_wait_is_read_from_the_body_when_the_header_is_missing(wire: Line, vendor: respx.MockRouter) -> None:
    vendor.get(f"/pages/{ID}").side_effect = [_error(429, "rate_limited", {"retry_after": "8"}), PAGE]
    wire.notion.page(ID)
    assert wire.slept == [8.0]


def test_blocked_is_never_repeated(wire: Line, vendor: respx.MockRouter) -> None:
    blocked = _error(429, "rate_limited", {"rate_limit_reason": "public_api_request_blocked"})
    route = vendor.get(f"/pages/{ID}").mock(blocked)
    with pytest.raises(Rejected, match="only Notion's support"):
        wire.notion.page(ID)
    assert route.call_count == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_reads_by_post_are_repeated_like_reads(wire: Line, vendor: respx.MockRouter, status: int) -> None:
    route = vendor.post(f"/data_sources/{ID}/query")
    route.side_effect = [_error(status, "service_unavailable"), LISTED]
    wire.notion.query(ID)
    route = vendor.post("/search")
    route.side_effect = [_error(status, "service_unavailable"), LISTED]
    assert list(wire.notion.search_data_sources()) == []
    assert len(wire.slept) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_writes_are_not_repeated_and_may_have_landed(wire: Line, vendor: respx.MockRouter, status: int) -> None:
    route = vendor.post("/pages").mock(_error(status, "service_unavailable"))
    with pytest.raises(Transient) as transient:
        wire.notion.create_page({}, {})
    assert (transient.value.uncertain, route.call_count) == (True, 1)


def test_what_was_saved_is_read_by_its_id_and_not_sent_again(wire: Line, vendor: respx.MockRouter) -> None:
    guidance = ["Read the object again to confirm the saved change.", "Do not repeat the write."]
    data = {"retry_guidance": guidance, "committed_resource_id": ID, "committed_child_ids": ["b1"]}
    made = vendor.post("/pages").mock(_error(503, "service_unavailable", data))
    vendor.get(f"/pages/{ID}").mock(PAGE)
    assert wire.notion.create_page({}, {})["id"] == ID
    assert made.call_count == 1
    vendor.post("/pages").mock(_error(503, "service_unavailable", {"retry_guidance": guidance}))
    with pytest.raises(Transient) as unnamed:  # nobody can tell which page it is: it is looked for by its mark
        wire.notion.create_page({}, {})
    assert unnamed.value.uncertain


def test_a_conflict_is_no_uncertain_write_and_a_full_table_is_refused(wire: Line, vendor: respx.MockRouter) -> None:
    vendor.patch(f"/pages/{ID}").side_effect = [_error(409, "conflict_error"), _error(409, "row_limit_exceeded")]
    with pytest.raises(Transient) as conflict:
        wire.notion.update_page(ID, {})
    assert has_conflict(conflict.value)
    assert not conflict.value.uncertain
    with pytest.raises(Rejected, match="row_limit_exceeded"):
        wire.notion.update_page(ID, {})


# ---- a page that is too long


def test_a_page_that_notion_cuts_is_never_written_to_and_says_so_where_it_is_read(
    wire: Line, vendor: respx.MockRouter
) -> None:
    cut = {"object": "page_markdown", "id": ID, "markdown": "One", "truncated": True, "unknown_block_ids": ["b"]}
    vendor.get(f"/pages/{ID}/markdown").respond(json=cut)
    with pytest.raises(Rejected, match="too long for Notion to show it whole"):
        wire.notion.markdown(ID)
    row = json.loads((HERE / "raw" / "row.json").read_text("utf-8")) | {"id": ID}
    item = whole_item("notion", Binding(Schema("", "", "", ()), "work", body=True), row, wire.notion)
    assert item.fields[-1].text == "One\n(Notion shows no more of this page.)"


# ---- what a refusal becomes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_error(400, "validation_error"), Rejected),
        (_error(401, "unauthorized"), Denied),
        (_error(403, "restricted_resource"), NotGranted),
        (httpx.Response(403, text="<html>blocked</html>", headers={"cf-ray": "1"}), NotGranted),
        (_error(404, "object_not_found"), Missing),
        (httpx.Response(200, text="<html>"), Garbled),
        (httpx.Response(200, json=[1]), Garbled),
    ],
)
def test_refusals_have_types(
    wire: Line, vendor: respx.MockRouter, answer: httpx.Response, kind: type[ConnectorError]
) -> None:
    vendor.get(f"/pages/{ID}").mock(answer)
    with pytest.raises(kind) as raised:
        wire.notion.page(ID)
    assert type(raised.value) is kind
    assert TOKEN not in str(raised.value)
    if answer.headers.get("content-type", "").startswith("application/json") and answer.status_code >= 400:
        assert "So it is." in str(raised.value)


def test_ids_are_left_out_of_routes() -> None:
    assert NotionPolicy().route(f"/v1/pages/{ID}/markdown") == "/v1/pages/{id}/markdown"
