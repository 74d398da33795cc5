"""Is it alive, and is it of use: `/healthz` for what restarts it, `/readyz` for what alarms somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from sync.house import House
from sync.serving.secrets import Secrets
from sync.serving.vitals import Snapshot
from sync.staleness import stale
from sync.store import Hook

STUCK_AFTER = timedelta(minutes=10)
"""A worker that has not turned for so long, and has no run in hand, is taken for dead."""

HUNG_AFTER = timedelta(hours=2)
"""The same with a run in hand, which may read whole projects at the vendors' pace; each page may count as a turn."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `said`: what is so; for a failing one, the way out, too."""

    name: str
    ok: bool
    said: str

    def data(self) -> dict[str, Any]:
        return {"check": self.name, "ok": self.ok, "said": self.said}


def worker(vitals: Snapshot, now: datetime) -> Check:
    """Whether the worker's loop still turns. A worker that has not turned yet counts from the start."""
    turned, limit = vitals.turned_at or vitals.started_at, HUNG_AFTER if vitals.working else STUCK_AFTER
    if now - turned <= limit:
        return Check("worker", True, f"turned at {said(turned)}")
    doing = f", in a run since {said(vitals.working[1])}" if vitals.working else ""
    return Check("worker", False, f"has not turned since {said(turned)}{doing}; see the log, then restart it")


def ready(house: House, now: datetime) -> list[Check]:
    """The database, each source, each webhook. What cannot be asked because the database is away is left out."""
    try:
        with house.store.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return [Check("database", True, "answers"), *_sources(house, now), *_webhooks(house)]
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())[:200]
        return [Check("database", False, f"does not answer: {why}; is it up, and is its disk not full?")]


def _sources(house: House, now: datetime) -> Iterator[Check]:
    late, read = dict(stale(house, now)), house.store.last_read_whole()
    for id_ in house.sources:
        if id_ not in late:
            yield Check(f"source {id_}", True, f"read whole at {said(read[id_])}")
            continue
        last = late[id_]
        since = f"not read whole since {said(last)}" if last else "never read whole yet"
        yield Check(f"source {id_}", False, f"{since}; the log and the last runs say what was in the way, "
                    "and `handrail run` tries again at once")  # fmt: skip


def _webhooks(house: House) -> Iterator[Check]:
    """Only where the vendors are told an address of ours."""
    if not house.settings.shape.serve.public_url:
        return
    hooks = house.store.hooks()
    if not hooks:
        yield Check("webhooks", True, "there are none yet; `handrail webhooks sync` makes them")
    for hook in hooks:
        name = f"webhook {hook.source} {hook.scope}".rstrip()
        if hook.note:
            yield Check(name, False, f"{hook_words(hook)}; `handrail webhooks sync` mends what can be mended")
        elif hook.state != "active":
            yield Check(name, True, "is not confirmed yet; `handrail webhooks --help` says how it is made")
        else:
            heard = f"last heard at {said(hook.heard_at)}" if hook.heard_at else "nothing heard yet"
            yield Check(name, True, heard)


def hook_words(hook: Hook) -> str:
    """How a webhook is, without its secrets."""
    return Secrets([hook.path, hook.secret or ""]).masked(hook.note) if hook.note else hook.state


def said(at: datetime) -> str:
    """`2026-10-02 14:05:09 UTC`."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
