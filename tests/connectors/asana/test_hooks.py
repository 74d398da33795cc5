"""Webhook deliveries: only what we can prove is from Asana, and only as a hint."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from connectors.asana.hooks import hinted
from connectors.errors import Denied, Garbled
from tests.connectors.asana.world import AsanaRig
from tests.connectors.contract import Notes


def signed(body: bytes, secret: str = "s2") -> dict[str, str]:
    return {"X-Hook-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def happening(gid: str, kind: str, parent: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"action": "added", "resource": {"gid": gid, "resource_type": kind}, "parent": parent}


EVENTS = [
    happening("1", "task"), happening("9", "story", {"gid": "2", "resource_type": "task"}), happening("1", "task"),
    happening("3", "task", {"gid": "4", "resource_type": "section"}), happening("5", "project"),
]  # fmt: skip
BODY = json.dumps({"events": EVENTS}).encode()


def test_tasks_and_the_tasks_of_stories_are_hinted_once_in_order() -> None:
    assert hinted(signed(BODY), BODY, ["s1", "s2"]) == ["1", "2", "3"]
    assert hinted({key.lower(): value for key, value in signed(BODY).items()}, BODY, ["s2"]) == ["1", "2", "3"]


def test_a_heartbeat_hints_at_nothing() -> None:
    assert hinted(signed(b'{"events": []}'), b'{"events": []}', ["s2"]) == []


@pytest.mark.parametrize(
    ("headers", "body", "secrets"),
    [
        (signed(BODY), BODY + b" ", ["s2"]), (signed(BODY, "other"), BODY, ["s1", "s2"]), (signed(BODY), BODY, []),
        ({}, BODY, ["s2"]), ({"X-Hook-Signature": "é"}, BODY, ["s2"]), (signed(BODY, ""), BODY, []),
    ],
)  # fmt: skip
def test_anything_else_is_denied(headers: dict[str, str], body: bytes, secrets: list[str]) -> None:
    with pytest.raises(Denied):
        hinted(headers, body, secrets)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"events": 5}', b'{"events": [7]}'])
def test_signed_nonsense_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        hinted(signed(body), body, ["s2"])


def test_the_connector_takes_its_secrets_from_memory(small: AsanaRig, notes: Notes) -> None:
    notes.set("asana:webhook-secrets", "s1 s2")
    assert small.connector(notes).hear(signed(BODY), BODY) == ["1", "2", "3"]
