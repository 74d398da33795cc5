"""Webhook deliveries from Notion: is it from there, and which pages are worth reading again. Pure.

The signature: `X-Notion-Signature: sha256=<hex>`, HMAC-SHA256 of the raw body with the verification token as the
key (README of Notion's JavaScript SDK).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson

from connectors.base import Handshake
from connectors.errors import Denied, Garbled
from connectors.notion.ids import hint_of

SIGNATURE = "x-notion-signature"
TOKEN = "verification_token"  # noqa: S105 - the name of a key
_FORM = re.compile(r"sha256=[0-9a-fA-F]{64}")
_TOKEN_FORM = re.compile(r"[!-~]{8,512}")


class NotionEar:
    """What hears a source's deliveries. All come to one address, whose secret is the verification token."""

    kind = "notion"
    hidden = False
    heartbeat: timedelta | None = None

    def __init__(self, source: str) -> None:
        self.source = source

    def signed(self, headers: Mapping[str, str]) -> bool:
        return bool(_FORM.fullmatch(headers.get(SIGNATURE, "")))

    def knocks(self, headers: Mapping[str, str]) -> bool:
        """The token comes in the body of a signed POST like any other."""
        return self.signed(headers)

    def handshake(self, headers: Mapping[str, str], body: bytes) -> Handshake | None:
        """`{"verification_token": …}`, signed with that very token."""
        try:
            told = orjson.loads(body)
        except ValueError:
            return None
        token = told.get(TOKEN) if isinstance(told, dict) else None
        if not isinstance(token, str) or not _TOKEN_FORM.fullmatch(token) or not _signed(token, headers, body):
            return None
        return Handshake(token)

    def hints(self, headers: Mapping[str, str], body: bytes, secret: str, me: Collection[str]) -> Sequence[str]:
        """The ids of pages that a delivery is about, a new comment's with its block; none for what is ours alone."""
        if not secret or not _signed(secret, headers, body):
            raise Denied("a webhook's X-Notion-Signature does not match its body")
        try:
            return _pages(orjson.loads(body), me)
        except (ValueError, TypeError, AttributeError) as error:
            raise Garbled("a signed webhook delivery that is no event") from error


def _signed(token: str, headers: Mapping[str, str], body: bytes) -> bool:
    right = "sha256=" + hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right.encode(), headers.get(SIGNATURE, "").lower().encode())


def _pages(event: Any, me: Collection[str]) -> Sequence[str]:
    authors = {author.get("id") for author in event.get("authors") or ()}
    if authors and authors <= set(me):
        return ()
    entity, data = event.get("entity") or {}, event.get("data") or {}
    if entity.get("type") == "page":
        return (str(entity["id"]),) if entity.get("id") else ()
    page, parent = data.get("page_id"), data.get("parent") or {}
    block = parent.get("id") if event.get("type") == "comment.created" and parent.get("type") == "block" else None
    return (hint_of(str(page), block),) if page else ()
