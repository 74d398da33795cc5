"""A receiver behind a real port, on a real database, with the ears of a config that has two Notion sources or one."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from starlette.applications import Starlette

from connectors.asana.hooks import AsanaEar
from connectors.base import Ear
from connectors.notion.hearing import NotionEar
from sync.receiver import Receiver, Web
from sync.store import Store

ASANA, NOTION = "asana-secret", "secret_notion"
PATH = "unguessable"
"""The end of the address of a hook for Asana that `Rig.shaken` makes."""


@dataclass
class Rig:
    """The receiver, where it is, and how often it said that something is in the inbox."""

    store: Store
    receiver: Receiver
    url: str
    woken: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    def shaken(self) -> None:
        """One hook of each vendor, as after its handshake."""
        shaken(self.store)

    def inbox(self) -> dict[tuple[str, str], int]:
        """How often each item was named."""
        return inbox(self.store)


def shaken(store: Store) -> None:
    """One hook of each vendor, as after its handshake."""
    for path, source, secret in ((PATH, "asana", ASANA), ("notion", "notion", NOTION)):
        store.await_hook(path, source)
        assert store.shake_hook(path, secret)
        store.hook_made(path, None)


def inbox(store: Store) -> dict[tuple[str, str], int]:
    """How often each item was named, by source and id."""
    later = datetime.now(UTC) + timedelta(hours=1)
    return {(one.ref.source, one.ref.id): one.times for one in store.due_hints(later, timedelta(0), 1_000_000)}


@contextmanager
def receiving(
    store: Store, ears: Sequence[Ear] = (AsanaEar("asana"), NotionEar("notion")), **more: Any
) -> Iterator[Rig]:
    """A receiver that runs while the block does."""
    woken = threading.Event()
    clock = lambda: datetime.now(UTC)  # noqa: E731
    receiver = Receiver({ear.source: ear for ear in ears}, store, lambda _: (), clock, woken.set, **more)
    web = Web(Starlette(routes=receiver.routes()), "127.0.0.1", 0)
    receiver.start()
    port = web.start()
    try:
        yield Rig(store, receiver, f"http://127.0.0.1:{port}", woken)
    finally:
        web.close()
        receiver.close()


def told(*gids: str) -> bytes:
    """A delivery by Asana: these tasks have changed."""
    events = [{"action": "changed", "resource": {"gid": gid, "resource_type": "task"}} for gid in gids]
    return json.dumps({"events": events}).encode()


def by_asana(body: bytes, secret: str = ASANA) -> dict[str, str]:
    """The headers of a delivery by Asana."""
    return {
        "content-type": "application/json",
        "x-hook-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def by_notion(body: bytes, token: str = NOTION) -> dict[str, str]:
    """The headers of a delivery by Notion."""
    right = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    return {"content-type": "application/json", "x-notion-signature": f"sha256={right}"}


def page(id_: str) -> bytes:
    """A delivery by Notion: this page has changed."""
    return json.dumps({"type": "page.properties_updated", "entity": {"type": "page", "id": id_}}).encode()


def asana(rig: Rig, body: bytes, headers: dict[str, str] | None = None, path: str = PATH) -> httpx.Response:
    """Send to the address of Asana's hook."""
    sent = by_asana(body) if headers is None else headers
    return httpx.post(f"{rig.url}/hooks/asana/{path}", content=body, headers=sent, timeout=20)


def notion(rig: Rig, body: bytes, headers: dict[str, str] | None = None, path: str = "") -> httpx.Response:
    """Send to the address of Notion's hook."""
    sent = by_notion(body) if headers is None else headers
    return httpx.post(f"{rig.url}/hooks/notion{path}", content=body, headers=sent, timeout=20)
