"""Small facts for the store's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import History, Page, Scope
from connectors.model import Event, Placement, Ref, WorkItem

T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCOPE = Scope("asana", "p", "Launches")
REF = Ref("asana", "1")


def at(hours: float) -> datetime:
    return T + timedelta(hours=hours)


def item(id_: str = "1", version: str = "v1", **facts: Any) -> WorkItem:
    home = (Placement("p", "c1"),)
    base: dict[str, Any] = {"kind": "task", "title": "Brief", "url": "https://example.org/1", "placements": home}
    ref = Ref(facts.pop("source", "asana"), id_)
    base |= {"created_at": T, "modified_at": T} | facts
    return WorkItem(ref=ref, version=version, **base)


def event(source_id: str, hours: float, kind: Any = "comment", seq: int = 0, **facts: Any) -> Event:
    return Event(facts.pop("ref", REF), at(hours), seq, kind, source_id, **facts)


def page(*items: WorkItem, events: tuple[Event, ...] | None = None, cursor: str = "1", **more: Any) -> Page:
    histories = () if events is None else (History(REF, events, more.pop("since", None)),)
    return Page(more.pop("scope", SCOPE), cursor, items, more.pop("histories", histories), **more)
