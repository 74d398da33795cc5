"""Telling subscribers: the ceremony, signed deliveries, events of one entity joined, up to eight attempts.

Bodies as in the official JavaScript SDK's webhook types; the signature is HMAC-SHA256 of the raw body, keyed with
the verification token. Only ids are told, no values.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.sandbox.core import Answer, Json, Somebody, World, stable_uuid

ATTEMPTS = 8
FIRST_RETRY = 60.0
WAIT = 1.0


@dataclass(slots=True)
class Subscription:
    """Somebody who listens at `url`; `token` is the key of the signatures. `state`: pending, active."""

    id: str
    url: str
    token: str
    state: str = "pending"


@dataclass(slots=True)
class _Pending:
    event: str
    entity: Json
    at: datetime
    authors: dict[str, Json]
    data: dict[str, Json] = field(default_factory=dict)


def sign(token: str, body: bytes) -> str:
    """The value of `X-Notion-Signature`."""
    return "sha256=" + hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


class Herald:
    """Collects events and delivers them through the world's carrier."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.delay = WAIT
        self.workspace_id = ""
        self.workspace_name = ""
        self.subscriptions: list[Subscription] = []
        self._pending: dict[tuple[str, str], _Pending] = {}
        self._count = 0

    def subscribe(self, url: str) -> Subscription:
        """The ceremony: POST the verification token there; from then on events are delivered."""
        number = str(len(self.subscriptions) + 1)
        token = "secret_" + hashlib.sha256(f"notion webhook {number}".encode()).hexdigest()[:43]
        made = Subscription(stable_uuid("notion", "subscription", number), url, token)
        self.subscriptions.append(made)

        def then(answer: Answer) -> None:
            made.state = "active" if 200 <= answer.status < 300 else "pending"

        body = json.dumps({"verification_token": token}).encode()
        self.world.carrier.send(url, self._headers(token, body), body, then)
        return made

    def unsubscribe(self, id_: str) -> None:
        """No more deliveries to it."""
        self.subscriptions = [one for one in self.subscriptions if one.id != id_]

    def note(self, event: str, entity: Json, by: Somebody, data: dict[str, Json]) -> None:
        """An event, joined with those of the same kind and entity that are not yet delivered."""
        pending, key = self._pending, (event, entity["id"])
        kind = event.partition(".")[0]
        if event.endswith(".deleted") and (f"{kind}.created", entity["id"]) in pending:
            for name in [name for name in pending if name[1] == entity["id"]]:
                del pending[name]
            return
        now = self.world.now()
        author = {"id": by.uuid, "type": "bot" if by.is_bot else "person"}
        if key not in pending:
            pending[key] = _Pending(event, entity, now, {})
            self.world.schedule(now + timedelta(seconds=self.delay), lambda: self._deliver(key))
        one = pending.get(key)
        if one is not None:
            one.authors[by.uuid] = author
            _join(one.data, data)

    def _deliver(self, key: tuple[str, str]) -> None:
        one = self._pending.pop(key, None)
        if one is None:
            return
        for subscription in self._active():
            self._count += 1
            self._send(subscription, self._body(one, subscription), attempt=1)

    def _active(self) -> list[Subscription]:
        """Those that took their verification token: a pending one hears nothing."""
        return [one for one in self.subscriptions if one.state == "active"]

    def _body(self, one: _Pending, subscription: Subscription) -> Json:
        bot = self.world.people.bot.uuid
        return {
            "id": stable_uuid("notion", "delivery", str(self._count)),
            "timestamp": one.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "workspace_id": self.workspace_id,
            "workspace_name": self.workspace_name,
            "subscription_id": subscription.id,
            "integration_id": bot,
            "authors": list(one.authors.values()),
            "attempt_number": 1,
            "api_version": "2026-03-11",
            "entity": one.entity,
            "type": one.event,
            "data": one.data,
        }

    def _send(self, subscription: Subscription, told: Json, attempt: int) -> None:
        body = json.dumps(told | {"attempt_number": attempt}).encode()

        def then(answer: Answer) -> None:
            if not 200 <= answer.status < 300 and attempt < ATTEMPTS:
                later = self.world.now() + timedelta(seconds=FIRST_RETRY * 3 ** (attempt - 1))
                self.world.schedule(later, lambda: self._again(subscription, told, attempt + 1))

        self.world.carrier.send(subscription.url, self._headers(subscription.token, body), body, then, "notion")

    def _again(self, subscription: Subscription, told: Json, attempt: int) -> None:
        if subscription in self.subscriptions:
            self._send(subscription, told, attempt)

    def _headers(self, token: str, body: bytes) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "User-Agent": "notion-api-webhooks",
            "X-Notion-Signature": sign(token, body),
        }


def _join(into: dict[str, Json], data: dict[str, Json]) -> None:
    for key, value in data.items():
        if isinstance(value, list):
            known = into.setdefault(key, [])
            known.extend(item for item in value if item not in known)
        else:
            into[key] = value
