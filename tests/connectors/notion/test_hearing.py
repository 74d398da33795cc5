"""Webhook deliveries: believed only with the right signature, reduced to the pages worth reading again."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from connectors.errors import Denied, Garbled
from connectors.notion.hearing import AWAITED, TOKEN, hear
from connectors.notion.notes import Notes as NotionNotes
from tests.connectors.contract import Notes

SECRET = "secret_9f2c"
PAGE = "393abc1e-edcd-81a0-9a08-d7413a049dc8"


@pytest.fixture
def notes() -> NotionNotes:
    notes = NotionNotes(Notes())
    notes.set(TOKEN, SECRET)
    notes.set("me", "bot-1")
    return notes


def _signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Notion-Signature": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def _event(author: str = "ada", **over: Any) -> bytes:
    event = {
        "type": "page.properties_updated", "authors": [{"id": author, "type": "person"}],
        "entity": {"id": PAGE, "type": "page"}, "data": {"parent": {"id": "x", "type": "database"}},
    }  # fmt: skip
    return json.dumps(event | over, indent=1).encode()


def test_a_signed_page_event_names_its_page(notes: NotionNotes) -> None:
    body = _event()
    assert hear(notes, _signed(body), body) == (PAGE,)


def test_the_raw_bytes_are_what_is_signed(notes: NotionNotes) -> None:
    body = _event()
    respaced = json.dumps(json.loads(body)).encode()
    with pytest.raises(Denied, match="does not match"):
        hear(notes, _signed(respaced), body)


def test_a_comment_names_the_page_it_is_on(notes: NotionNotes) -> None:
    body = _event(
        entity={"id": "c1", "type": "comment"}, data={"page_id": PAGE, "parent": {"id": "b", "type": "block"}}
    )
    assert hear(notes, _signed(body), body) == (PAGE,)


def test_only_events_that_are_all_ours_are_dropped(notes: NotionNotes) -> None:
    ours = _event(author="bot-1")
    assert hear(notes, _signed(ours), ours) == ()
    both = _event(authors=[{"id": "bot-1", "type": "bot"}, {"id": "ada", "type": "person"}])
    assert hear(notes, _signed(both), both) == (PAGE,)


def test_other_things_name_no_page(notes: NotionNotes) -> None:
    body = _event(entity={"id": "d1", "type": "data_source"}, data={})
    assert hear(notes, _signed(body), body) == ()


@pytest.mark.parametrize("headers", [{}, {"X-Notion-Signature": ""}, {"x-notion-signature": "sha256=é"}])
def test_a_missing_or_odd_signature_is_denied(notes: NotionNotes, headers: dict[str, str]) -> None:
    with pytest.raises(Denied):
        hear(notes, headers, _event())


def test_a_signed_body_that_is_no_json_is_garbled(notes: NotionNotes) -> None:
    with pytest.raises(Garbled):
        hear(notes, _signed(b"{"), b"{")


def test_the_handshake_is_believed_once_and_only_when_awaited() -> None:
    notes = NotionNotes(Notes())
    body = json.dumps({"verification_token": SECRET}).encode()
    with pytest.raises(Denied, match="no subscription"):
        hear(notes, _signed(body), body)
    notes.set(AWAITED, "yes")
    with pytest.raises(Denied):
        hear(notes, _signed(body, "another"), body)
    assert notes.get(TOKEN) is None
    assert hear(notes, _signed(body), body) == ()
    assert (notes.get(TOKEN), notes.get(AWAITED)) == (SECRET, None)
    other = json.dumps({"verification_token": "secret_other"}).encode()
    with pytest.raises(Denied):
        hear(notes, _signed(other, "secret_other"), other)
