"""Webhook deliveries: believed only with the right signature, reduced to the pages worth reading again."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from connectors.errors import Denied, Garbled
from connectors.notion.hearing import NotionEar

EAR = NotionEar("notion")
SECRET = "secret_9f2c"
PAGE = "393abc1e-edcd-81a0-9a08-d7413a049dc8"


def _signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-notion-signature": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def _event(author: str = "ada", **over: Any) -> bytes:
    event = {
        "type": "page.properties_updated", "authors": [{"id": author, "type": "person"}],
        "entity": {"id": PAGE, "type": "page"}, "data": {"parent": {"id": "x", "type": "database"}},
    }  # fmt: skip
    return json.dumps(event | over, indent=1).encode()


def hear(headers: dict[str, str], body: bytes) -> tuple[str, ...]:
    return tuple(EAR.hints(headers, body, SECRET, {"bot-1"}))


def test_a_signed_page_event_names_its_page() -> None:
    body = _event()
    assert hear(_signed(body), body) == (PAGE,)


def test_the_raw_bytes_are_what_is_signed() -> None:
    body = _event()
    respaced = json.dumps(json.loads(body)).encode()
    with pytest.raises(Denied, match="does not match"):
        hear(_signed(respaced), body)


@pytest.mark.parametrize(
    ("token", "body", "signature"),
    [
        ('secret_example',
         '{"verification_token":"secret_example"}',
         'sha256=c03804531a21a478ae9d36f0197e76c7bd817d9d7fe14e6dfe3f0673bb9e84f4'),
        ('secret_example',
         '{"id":"367cba44-b6f3-4c92-81e7-6a2e9659efd4", "type":"page.created",\n'
         ' "entity":{"id":"153104cd-477e-809d-8dc4-ff2d96ae3090","type":"page"}}',
         'sha256=66e81803503c59eda330acf34c708527241c74c3899a852250c1a543d515cee3'),
        ('secret_ü€',
         '{"workspace_name":"Mañana – 日本 🎯"}',
         'sha256=5744f2b1f26a6415f26a8a2e3f9b368a977c862ed45d4fab9ccf192f550c5862'),
    ],
)  # fmt: skip
def test_the_signature_is_the_one_of_notions_own_sdk(token: str, body: str, signature: str) -> None:
    """Computed by `signWebhookPayload` of @notionhq/client 5.26.0."""
    headers = {"x-notion-signature": signature}
    assert EAR.signed(headers)
    EAR.hints(headers, body.encode(), token, set())
    with pytest.raises(Denied):
        EAR.hints(headers, body.encode(), token + "x", set())


def test_a_comment_names_the_page_it_is_on() -> None:
    body = _event(
        entity={"id": "c1", "type": "comment"}, data={"page_id": PAGE, "parent": {"id": "b", "type": "block"}}
    )
    assert hear(_signed(body), body) == (PAGE,)


def test_a_new_comment_names_the_block_it_hangs_on_too() -> None:
    about: dict[str, Any] = {
        "entity": {"id": "c1", "type": "comment"}, "data": {"page_id": PAGE, "parent": {"id": "b", "type": "block"}},
    }  # fmt: skip
    new = _event(type="comment.created", **about)
    assert hear(_signed(new), new) == (f"{PAGE}#b",)
    gone = _event(type="comment.deleted", **about)
    assert hear(_signed(gone), gone) == (PAGE,)
    on_the_page = _event(
        type="comment.created", **(about | {"data": {"page_id": PAGE, "parent": {"id": PAGE, "type": "page"}}})
    )
    assert hear(_signed(on_the_page), on_the_page) == (PAGE,)


def test_only_events_that_are_all_ours_are_dropped() -> None:
    ours = _event("bot-1")
    assert hear(_signed(ours), ours) == ()
    both = _event(authors=[{"id": "bot-1", "type": "bot"}, {"id": "ada", "type": "person"}])
    assert hear(_signed(both), both) == (PAGE,)
    nobodys = _event(authors=[])
    assert hear(_signed(nobodys), nobodys) == (PAGE,)


def test_other_things_name_no_page() -> None:
    body = _event(entity={"id": "d1", "type": "data_source"}, data={})
    assert hear(_signed(body), body) == ()


@pytest.mark.parametrize("headers", [{}, {"x-notion-signature": ""}, {"x-notion-signature": "sha256=é"}])
def test_a_missing_or_odd_signature_is_denied(headers: dict[str, str]) -> None:
    assert not EAR.signed(headers)
    with pytest.raises(Denied):
        hear(headers, _event())


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000, b'{"authors": 5}', b'{"entity": "x"}'])
def test_a_signed_body_that_is_no_event_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        hear(_signed(body), body)


def test_a_handshake_carries_the_key_that_signs_it() -> None:
    body = json.dumps({"verification_token": SECRET}).encode()
    found = EAR.handshake(_signed(body), body)
    assert found is not None
    assert (found.secret, dict(found.answer)) == (SECRET, {})


@pytest.mark.parametrize(
    ("body", "key"),
    [(b'{"verification_token": "secret_9f2c"}', "another"), (b'{"verification_token": 5}', "5"), (b"{", SECRET),
     (b"[]", SECRET), (b'{"verification_token": ""}', ""), (_event(), SECRET), (b"\xff\x00", SECRET)],
)  # fmt: skip
def test_anything_else_is_no_handshake(body: bytes, key: str) -> None:
    assert EAR.handshake(_signed(body, key), body) is None
