"""Webhook deliveries from Asana: signed, compact, and only ever a hint of what to read again. Pure.

Source: developers.asana.com, webhooks guide, and the specification's createWebhook.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson

from connectors.base import Handshake
from connectors.errors import Denied, Garbled

Json = Any

SECRET, SIGNATURE = "x-hook-secret", "x-hook-signature"
_FORM = re.compile(r"[0-9a-fA-F]{64}")
_SECRET_FORM = re.compile(r"[!-~]{1,512}")
_FIELD_STORIES = re.compile(r"\w+_custom_field_changed")


class AsanaEar:
    """What hears a source's deliveries. Each webhook has an address, and so a secret, of its own."""

    kind = "asana"
    hidden = True
    heartbeat: timedelta | None = timedelta(hours=8)

    def __init__(self, source: str) -> None:
        self.source = source

    def signed(self, headers: Mapping[str, str]) -> bool:
        return bool(_FORM.fullmatch(headers.get(SIGNATURE, "").strip()))

    def knocks(self, headers: Mapping[str, str]) -> bool:
        return SECRET in headers

    def handshake(self, headers: Mapping[str, str], body: bytes) -> Handshake | None:
        """Asana wants its `X-Hook-Secret` back, with 200 or 204; it is told only this once."""
        secret = headers.get(SECRET, "")
        return Handshake(secret, {"X-Hook-Secret": secret}) if _SECRET_FORM.fullmatch(secret) else None

    def hints(self, headers: Mapping[str, str], body: bytes, secret: str, me: Collection[str]) -> Sequence[str]:
        """The gids of tasks worth reading again. `X-Hook-Signature` is the hex HMAC-SHA256 of the raw body."""
        given = headers.get(SIGNATURE, "").strip().lower()
        right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if not secret or not hmac.compare_digest(right.encode(), given.encode()):
            raise Denied("a webhook delivery whose signature is not by our secret")
        try:
            events = orjson.loads(body)["events"]
            return list(dict.fromkeys(gid for one in events if not _echo(one, me) for gid in touched(one)))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise Garbled("a signed webhook delivery that is no list of events") from error


def touched(event: Json) -> Iterator[str]:
    """The tasks that an event is about: the task itself, its parent, or the one that a story was added to."""
    for one in (event.get("resource"), event.get("parent")):
        if one and one.get("resource_type") == "task":
            gid = one["gid"]
            if not isinstance(gid, str):
                raise TypeError("a gid is text")
            yield gid


def _echo(event: Json, me: Collection[str]) -> bool:
    """Whether this is what our own write to custom fields makes.

    Only that: a token may belong to a person, who works in Asana under the same user. Their moves and comments
    count; their changes of custom fields are seen by the next scheduled run.
    """
    if (event.get("user") or {}).get("gid") not in me:
        return False
    resource, change = event["resource"], event.get("change") or {}
    if resource.get("resource_type") == "story":
        return bool(_FIELD_STORIES.fullmatch(resource.get("resource_subtype") or ""))
    return event.get("action") == "changed" and change.get("field") == "custom_fields"
