"""Webhook deliveries: only what we can prove is from Asana, and only as a hint."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from connectors.asana.hooks import AsanaEar
from connectors.errors import Denied, Garbled

EAR = AsanaEar("asana")
ME = {"900"}


def signed(body: bytes, secret: str = "s2") -> dict[str, str]:
    return {"x-hook-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def happening(gid: str, kind: str, parent: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"action": "added", "resource": {"gid": gid, "resource_type": kind}, "parent": parent, **more}


def hinted(events: list[dict[str, Any]]) -> list[str]:
    body = json.dumps({"events": events}).encode()
    return list(EAR.hints(signed(body), body, "s2", ME))


EVENTS = [
    happening("1", "task"), happening("9", "story", {"gid": "2", "resource_type": "task"}), happening("1", "task"),
    happening("3", "task", {"gid": "4", "resource_type": "section"}), happening("5", "project"),
]  # fmt: skip
BODY = json.dumps({"events": EVENTS}).encode()


def test_tasks_and_the_tasks_of_stories_are_hinted_once_in_order() -> None:
    assert hinted(EVENTS) == ["1", "2", "3"]


def test_a_heartbeat_hints_at_nothing() -> None:
    assert EAR.hints(signed(b'{"events":[]}'), b'{"events":[]}', "s2", ME) == []


@pytest.mark.parametrize(
    ("secret", "body", "signature"),
    [
        ('b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81',
         '{"events":[]}',
         '10468027b67df18c739cc4794c6fc2d2806dcaaf2259fc3e1ed9d26433659853'),
        ('b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81',
         '{"events":[{"user":{"gid":"1","resource_type":"user"},"created_at":"2026-03-02T09:00:00.000Z","action":"changed","resource":{"gid":"1201","resource_type":"task","resource_subtype":"default_task"},"parent":null,"change":{"field":"assignee","action":"changed"}}]}',
         '2202ce6de8159c50ab91573d4495c79d416f673f0a6402a3b534d791df35837f'),
    ],
)  # fmt: skip
def test_the_signature_is_the_one_that_asana_documents(secret: str, body: str, signature: str) -> None:
    """Computed by Node's `crypto.createHmac("SHA256", secret).update(body).digest("hex")`, as in Asana's guide."""
    headers = {"x-hook-signature": signature}
    assert EAR.signed(headers)
    EAR.hints(headers, body.encode(), secret, ME)
    with pytest.raises(Denied):
        EAR.hints(headers, body.encode(), secret[:-1], ME)


@pytest.mark.parametrize(
    ("headers", "body", "secret"),
    [
        (signed(BODY), BODY + b" ", "s2"), (signed(BODY, "other"), BODY, "s2"), ({}, BODY, "s2"),
        ({"x-hook-signature": "é"}, BODY, "s2"), (signed(BODY, ""), BODY, ""), (signed(BODY[:-1]), BODY, "s2"),
    ],
)  # fmt: skip
def test_anything_else_is_denied(headers: dict[str, str], body: bytes, secret: str) -> None:
    with pytest.raises(Denied):
        EAR.hints(headers, body, secret, ME)


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"events": 5}', b'{"events": [7]}', b"\xff\xfe", b'{"events":' + b"[" * 100_000,
     b'{"events": [{"resource": {"resource_type": "task", "gid": {}}}]}'],
)  # fmt: skip
def test_signed_nonsense_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        EAR.hints(signed(body), body, "s2", ME)


def test_our_own_field_writes_are_dropped_and_nothing_else_of_ours() -> None:
    """The token may be a person's: what they do by hand under the same user has to be heard."""
    us, ana = {"gid": "900", "resource_type": "user"}, {"gid": "7", "resource_type": "user"}
    field = {"field": "custom_fields", "action": "changed"}
    task = {"gid": "1", "resource_type": "task"}
    wrote = happening("1", "task", user=us, change=field) | {"action": "changed"}
    story = happening("8", "story", task, user=us)
    story["resource"]["resource_subtype"] = "enum_custom_field_changed"
    assert hinted([wrote, story]) == []
    assert hinted([wrote | {"user": ana}]) == ["1"]
    assert hinted([wrote | {"user": None}]) == ["1"]
    moved = happening("8", "story", task, user=us)
    moved["resource"]["resource_subtype"] = "section_changed"
    assert hinted([wrote, moved]) == ["1"]
    assert hinted([wrote | {"change": {"field": "assignee", "action": "changed"}}]) == ["1"]


@pytest.mark.parametrize(("secret", "taken"), [("s" * 64, True), ("", False), ("a b", False), ("x" * 600, False)])
def test_the_handshake_gives_the_secret_back(secret: str, taken: bool) -> None:
    found = EAR.handshake({"x-hook-secret": secret}, b"{}")
    assert (found is not None) is taken
    if found:
        assert found.answer == {"X-Hook-Secret": secret}
