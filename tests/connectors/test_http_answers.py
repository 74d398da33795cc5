"""The door on the wire: answers read to their end, kept character for character, and never with the token."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest
import respx
import structlog

from connectors.errors import Garbled, NotGranted, Transient
from connectors.http import Policy
from tests.connectors.wire import BASE, TOKEN, Wire, ok


class Wordy(Policy):
    def message(self, body: Any) -> str:
        return str(body["error"])


def test_the_vendors_words_are_kept_and_the_token_is_not(vendor: respx.MockRouter) -> None:
    wire = Wire(Wordy())
    vendor.get("/x").mock(return_value=httpx.Response(403, json={"error": f"{TOKEN} may not see “Grüße”"}))
    with pytest.raises(NotGranted) as caught:
        wire.door.get("x", params={"secret": "query"})
    assert str(caught.value) == "GET vendor.test/api/x answered 403: *** may not see “Grüße”"
    assert TOKEN not in repr(caught.value.__cause__)
    assert TOKEN not in repr(vars(wire.door._transport))
    wire.door.close()


def test_an_html_page_from_the_edge_is_said_in_words(wire: Wire, vendor: respx.MockRouter) -> None:
    page = "<html><head><title>x</title></head><body><h1>Forbidden</h1> by the  edge</body></html>"
    vendor.get("/x").mock(return_value=httpx.Response(403, text=page))
    with pytest.raises(NotGranted, match=r"answered 403: Forbidden by the edge$"):
        wire.door.get("x")


@pytest.mark.parametrize("content", [b"", b"<html>login</html>", b'{"data": [1,', b'{"data": NaN}'])
def test_200_without_json_is_garbled_for_reads(wire: Wire, vendor: respx.MockRouter, content: bytes) -> None:
    route = vendor.get("/x").mock(return_value=httpx.Response(200, content=content))
    with pytest.raises(Garbled):
        wire.door.get("x")
    assert route.call_count == 6


def test_200_without_json_is_uncertain_for_writes(wire: Wire, vendor: respx.MockRouter) -> None:
    route = vendor.post("/x").mock(return_value=httpx.Response(200, content=b'{"data": '))
    with pytest.raises(Transient) as caught:
        wire.door.post("x", json={})
    assert caught.value.uncertain
    assert route.call_count == 1


def test_no_content_is_an_answer(wire: Wire, vendor: respx.MockRouter) -> None:
    vendor.delete("/x").mock(return_value=httpx.Response(204))
    assert wire.door.delete("x").status_code == 204


def test_gzip_is_asked_for_and_undone(wire: Wire, vendor: respx.MockRouter) -> None:
    packed = gzip.compress(json.dumps({"name": "a\u00a0b"}).encode())
    route = vendor.get("/x").mock(
        return_value=httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"})
    )
    assert wire.door.get("x").json() == {"name": "a\u00a0b"}
    assert "gzip" in route.calls[0].request.headers["Accept-Encoding"]


def test_half_an_emoji_becomes_the_replacement_character(wire: Wire, vendor: respx.MockRouter) -> None:
    content = rb'{"name": "cut \ud83d", "whole": "\ud83d\ude00", "nbsp": "\u00a0"}'
    vendor.get("/x").mock(return_value=httpx.Response(200, content=content))
    assert wire.door.get("x").json() == {"name": "cut \ufffd", "whole": "😀", "nbsp": "\u00a0"}


def test_the_token_goes_to_its_own_host_only(wire: Wire) -> None:
    with respx.mock() as router:
        ours = router.get(f"{BASE}/x").mock(return_value=ok())
        other = router.get("https://elsewhere.test/x").mock(return_value=ok())
        wire.door.get("x")
        wire.door.get("https://elsewhere.test/x")
    assert ours.calls[0].request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "Authorization" not in other.calls[0].request.headers


class Noting(Policy):
    notable_headers = ("Asana-Change",)


def test_an_announced_change_is_logged_once() -> None:
    answer = httpx.Response(200, json={}, headers={"Asana-Change": f"name=x;info=https://a.test?{TOKEN}"})
    wire = Wire(Noting(), httpx.MockTransport(lambda request: answer))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(0))
    with structlog.testing.capture_logs() as logs:
        wire.door.get("x")
        wire.door.get("x")
    notes = [one for one in logs if one["event"] == "vendor_note"]
    assert [one["text"] for one in notes] == ["name=x;info=https://a.test?***"]
    assert TOKEN not in repr(logs)
    wire.door.close()
