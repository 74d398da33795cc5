"""From the facts behind a finding to the vendors' events that they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.model import Ref
from rules.base import Evidence, Finding
from sync.store import Store
from sync.store.facts import Told


def traced(store: Store, findings: Iterable[Finding]) -> list[Finding]:
    """The findings with the events that each fact of theirs stands on, and how exact its time is; none for what did
    not happen."""
    listed = list(findings)
    told = {(Ref.parse(one.ref), one.at) for finding in listed for one in finding.evidence if one.ref}
    told |= {(Ref.parse(one.subject.id), one.since) for one in listed if one.subject.kind == "item"}
    found = store.events_at(told)

    def known(fact: Evidence) -> Evidence:
        events = found.get((Ref.parse(fact.ref), fact.at), ()) if fact.ref else ()
        return replace(fact, events=tuple(id_ for id_, _ in events), not_before=_earliest(events, fact.at))

    def began(one: Finding) -> datetime | None:
        is_item = one.subject.kind == "item"
        return _earliest(found.get((Ref.parse(one.subject.id), one.since), ()), one.since) if is_item else None

    return [replace(one, evidence=tuple(map(known, one.evidence)), not_before=began(one)) for one in listed]


def _earliest(events: Sequence[Told], at: datetime) -> datetime | None:
    """The earliest that what is dated to an instant can have been; None where any of its events has an exact time."""
    bounds = [not_before for _, not_before in events if not_before is not None and not_before < at]
    return min(bounds) if len(bounds) == len(events) > 0 else None
