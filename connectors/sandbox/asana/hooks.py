"""Webhooks: filters, signatures, heartbeats, retries and the end of a hook that fails for a day (asana-facts §7)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import orjson

from connectors.sandbox.asana.records import Task
from connectors.sandbox.asana.streams import Happening
from connectors.sandbox.asana.times import iso
from connectors.sandbox.core import Answer, Somebody, World

HEARTBEAT = timedelta(hours=8)
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_RETRY = timedelta(seconds=10)
PER_DELIVERY = 1000
HIGHER_LEVEL = ("workspace", "team")


@dataclass(slots=True, eq=False)
class Webhook:
    kind: ClassVar[str] = "webhook"
    gid: str
    resource: Any
    target: str
    filters: list[dict[str, Any]]
    owner: Somebody
    secret: str
    created_at: datetime
    active: bool = True
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_failure_content: str = ""
    retries: int = 0
    next_attempt_after: datetime | None = None
    failing_since: datetime | None = None
    pending: list[Happening] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    beat: bool = False
    sending: bool = False

    @property
    def deleted_at(self) -> datetime | None:
        """When it will be deleted if it goes on failing."""
        return self.failing_since + GIVE_UP_AFTER if self.failing_since else None


class Hooks:
    """Every webhook, what waits to be sent to each, and the sending."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: dict[str, Webhook] = {}

    def add(self, hook: Webhook) -> None:
        """Take a hook whose handshake succeeded; a heartbeat follows at once, then every eight hours."""
        self.all[hook.gid] = hook
        self._beat(hook)

    def note(self, happening: Happening) -> None:
        """Keep it for every hook that it concerns."""
        scopes = happening.scopes()
        for hook in self.all.values():
            if hook.resource.gid in scopes and passes(hook, happening):
                hook.pending.append(happening)

    def flush(self) -> None:
        """Send what has been noted. What happened together, or while a target was slow or down, goes out together."""
        for hook in list(self.all.values()):
            hook.waiting += map(compact_event, hook.pending)
            hook.pending.clear()
            self._send(hook)

    def _send(self, hook: Webhook) -> None:
        if hook.sending or not (hook.waiting or hook.beat) or hook.gid not in self.all:
            return
        if hook.next_attempt_after is not None and hook.next_attempt_after > self._world.now():
            return
        hook.sending = True
        sent = hook.waiting[:PER_DELIVERY]
        body = orjson.dumps({"events": sent})
        headers = {"Content-Type": "application/json", "X-Hook-Signature": sign(hook.secret, body)}
        self._world.carrier.send(
            hook.target, headers, body, lambda answer: self._answered(hook, answer, len(sent)), "asana"
        )

    def _answered(self, hook: Webhook, answer: Answer, count: int) -> None:
        hook.sending = False
        now = self._world.now()
        if answer.status in (200, 204):
            del hook.waiting[:count]
            hook.beat = False  # any delivery says that we are alive
            hook.last_success_at, hook.failing_since, hook.next_attempt_after, hook.retries = now, None, None, 0
            self._send(hook)
            return
        hook.last_failure_at = now
        hook.last_failure_content = answer.text[:1000] or f"HTTP {answer.status}"
        hook.failing_since = hook.failing_since or now
        if now - hook.failing_since >= GIVE_UP_AFTER:
            self.all.pop(hook.gid, None)
            return
        hook.next_attempt_after = now + min(FIRST_RETRY * 2**hook.retries, timedelta(hours=1))
        hook.retries += 1
        self._world.schedule(hook.next_attempt_after, lambda: self._send(hook))

    def _beat(self, hook: Webhook) -> None:
        if hook.gid not in self.all:
            return
        if hook.active:
            hook.beat = True
            self._send(hook)
        self._world.schedule(self._world.now() + HEARTBEAT, lambda: self._beat(hook))


def sign(secret: str, body: bytes) -> str:
    """What `X-Hook-Signature` says: HMAC-SHA256 over the raw body, in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def passes(hook: Webhook, happening: Happening) -> bool:
    """Any filter lets it through; no filters let everything. Higher levels never hear of tasks and stories."""
    kind = happening.resource.kind
    if hook.resource.kind in HIGHER_LEVEL and kind in ("task", "story"):
        return False
    return not hook.filters or any(_matches(f, happening, kind) for f in hook.filters)


def _matches(wanted: dict[str, Any], happening: Happening, kind: str) -> bool:
    subtype = wanted.get("resource_subtype")
    fields: Sequence[str] | None = wanted.get("fields")
    changed = (happening.change or {}).get("field")
    return (
        wanted.get("resource_type") in (None, kind)
        and wanted.get("action") in (None, happening.action)
        and (subtype is None or subtype == getattr(happening.resource, "resource_subtype", None))
        and (not fields or changed in fields)
    )


def compact(record: Any) -> dict[str, Any]:
    """A resource as events name it: gid, type, and subtype where there is one."""
    if isinstance(record, Somebody):
        return {"gid": record.gid, "resource_type": "user"}
    out = {"gid": record.gid, "resource_type": record.kind}
    if isinstance(record, Task) or record.kind == "story":
        out["resource_subtype"] = record.resource_subtype
    elif record.kind == "custom_field":
        out["resource_subtype"] = record.type
    return out


def compact_event(happening: Happening) -> dict[str, Any]:
    """An event as webhooks and `/events` carry it."""
    event: dict[str, Any] = {
        "user": compact(happening.user) if happening.user else None,
        "created_at": iso(happening.at),
        "action": happening.action,
        "resource": compact(happening.resource),
        "parent": compact(happening.parent) if happening.parent is not None else None,
    }
    if happening.change is not None:
        event["change"] = {
            key: value if isinstance(value, (str, dict)) else compact(value)
            for key, value in happening.change.items()
        }
    return event
