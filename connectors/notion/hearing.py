"""Webhook deliveries: is it from Notion, and which pages are worth reading again. Pure but for the notes.

The signature: `X-Notion-Signature: sha256=<hex>`, HMAC-SHA256 of the raw body with the verification token as the
key (README of Notion's JavaScript SDK).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from connectors.errors import Denied, Garbled
from connectors.notion.notes import Notes

TOKEN = "verification_token"  # noqa: S105 - the name of the note, and of the key in the handshake
AWAITED = "verification_awaited"
"""Noted by whoever sets the subscription up: only then is a handshake believed, once."""


def hear(notes: Notes, headers: Mapping[str, str], body: bytes) -> Sequence[str]:
    """The ids of pages that a delivery is about; none for our own writes. Denied when the signature is wrong."""
    given = next((value for name, value in headers.items() if name.lower() == "x-notion-signature"), "")
    token = notes.get(TOKEN)
    handshake = _parse(body) if token is None and notes.get(AWAITED) else {}
    if TOKEN in handshake:
        token = str(handshake[TOKEN])
        _check(token, given, body)
        notes.set(TOKEN, token)
        notes.forget(AWAITED)
        return ()
    if token is None:
        raise Denied("a Notion webhook came, but no subscription has been set up; see `handrail webhooks notion`")
    _check(token, given, body)
    return _pages(_parse(body), notes.get("me"))


def _check(token: str, given: str, body: bytes) -> None:
    right = "sha256=" + hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), given.encode()):
        raise Denied("a webhook's X-Notion-Signature does not match its body")


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        event = orjson.loads(body)
    except ValueError as error:
        raise Garbled(f"a webhook's body is no JSON: {error}") from error
    return event if isinstance(event, dict) else {}


def _pages(event: Mapping[str, Any], me: str | None) -> Sequence[str]:
    authors = {author.get("id") for author in event.get("authors") or ()}
    if me and authors == {me}:
        return ()
    entity, data = event.get("entity") or {}, event.get("data") or {}
    found = entity.get("id") if entity.get("type") == "page" else data.get("page_id")
    return (str(found),) if found else ()
