"""Our webhooks: the addresses that we gave to vendors, with the secret that signs what comes there.

The secrets lie in the database, whose SQLite file only its owner can read.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, delete, select, update

from sync.store.bulk import put
from sync.store.codec import instant, micros, plain
from sync.store.lock import hold
from sync.store.opening import durable, writing
from sync.store.schema import HOOK

State = Literal["pending", "active"]


@dataclass(frozen=True, slots=True, repr=False)
class Hook:
    """One address of ours. `path`: its end, which is a secret itself where a vendor allows that.

    `scope`: what it tells of, "" for the whole source. `remote`: the vendor's id, once it is known. `secret`: None
    until the handshake. `state`: pending until the vendor says that it exists. `heard_at`: the last signed delivery.
    """

    path: str
    source: str
    scope: str
    made_at: datetime
    remote: str | None = None
    secret: str | None = None
    state: State = "pending"
    heard_at: datetime | None = None
    checked_at: datetime | None = None
    note: str = ""

    def __repr__(self) -> str:
        """Without what must never stand in a log."""
        return f"Hook({self.source}, {self.scope}, {self.state}, remote={self.remote})"


class Hooks:
    """The part of the store that knows our webhooks."""

    engine: Engine
    clock: Callable[[], datetime]

    def hooks_lock(self) -> AbstractContextManager[None]:
        """Hold the right to make webhooks and take them away. Raises Busy."""
        return hold(self.engine, "webhooks", self.clock)

    def hooks(self, source: str | None = None) -> list[Hook]:
        """All of them, or a source's, oldest first."""
        query = select(HOOK).order_by(HOOK.c.made_at, HOOK.c.path)
        if source is not None:
            query = query.where(HOOK.c.source == source)
        with self.engine.connect() as connection:
            return [_hook(row) for row in connection.execute(query)]

    def hook(self, path: str) -> Hook | None:
        """The one with this path."""
        with self.engine.connect() as connection:
            row = connection.execute(select(HOOK).where(HOOK.c.path == path)).one_or_none()
        return None if row is None else _hook(row)

    def await_hook(self, path: str, source: str, scope: str = "") -> None:
        """Let this path take one handshake; noted before the vendor is asked. Whatever was known of it is gone."""
        row = {"path": path, "source": source, "scope": scope, "remote": None, "secret": None, "state": "pending",
               "made_at": micros(self.clock()), "heard_at": None, "checked_at": None, "note": ""}  # fmt: skip
        with durable(self.engine).begin() as connection:
            put(connection, HOOK, [row])

    def shake_hook(self, path: str, secret: str) -> bool:
        """Keep the secret of a handshake, if this path awaits one: the first wins, later ones are refused."""
        waits = (HOOK.c.path == path) & (HOOK.c.state == "pending") & HOOK.c.secret.is_(None)
        with durable(self.engine).begin() as connection:
            return bool(connection.execute(update(HOOK).where(waits).values(secret=plain(secret))).rowcount)

    def hook_made(self, path: str, remote: str | None, note: str = "") -> None:
        """The vendor says that it exists, under this id."""
        values = {"remote": remote, "state": "active", "note": plain(note), "checked_at": micros(self.clock())}
        with writing(self.engine).begin() as connection:
            connection.execute(update(HOOK).where(HOOK.c.path == path).values(**values))

    def hook_checked(self, path: str, note: str = "") -> None:
        """It was looked at just now; `note`: what is wrong with it, in words."""
        values = {"note": plain(note), "checked_at": micros(self.clock())}
        with writing(self.engine).begin() as connection:
            connection.execute(update(HOOK).where(HOOK.c.path == path).values(**values))

    def forget_hook(self, path: str) -> None:
        """Nothing that comes to this path is taken any more."""
        with writing(self.engine).begin() as connection:
            connection.execute(delete(HOOK).where(HOOK.c.path == path))


def _hook(row: Any) -> Hook:
    return Hook(
        row.path, row.source, row.scope, instant(row.made_at), row.remote, row.secret, row.state,
        instant(row.heard_at), instant(row.checked_at), row.note,
    )  # fmt: skip
