"""Webhook deliveries: signed, compact, and only ever a hint of what to read again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import orjson

from connectors.errors import Denied, Garbled

Json = Any


def hinted(headers: Mapping[str, str], body: bytes, secrets: Collection[str]) -> Sequence[str]:
    """The gids of tasks worth reading again, each once, in order.

    `X-Hook-Signature` is the hex HMAC-SHA256 of the raw body under the secret of the handshake; compared in
    constant time, and before anything is parsed.
    """
    given = next((value for name, value in headers.items() if name.lower() == "x-hook-signature"), "")
    signed = [hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in secrets]
    matches = [hmac.compare_digest(one.encode(), given.strip().lower().encode()) for one in signed]
    if not any(matches):
        raise Denied("a webhook delivery whose signature is by none of our secrets")
    try:
        events = orjson.loads(body)["events"]
        return list(dict.fromkeys(gid for event in events for gid in touched(event)))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise Garbled("a signed webhook delivery that is no list of events") from error


def touched(event: Json) -> Iterator[str]:
    """The tasks that an event is about: the task itself, its parent, or the one that a story was added to."""
    for one in (event.get("resource"), event.get("parent")):
        if one and one.get("resource_type") == "task":
            yield one["gid"]
