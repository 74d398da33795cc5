"""From the facts behind a finding to the vendors' events that they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from connectors.model import Ref
from rules.base import Evidence, Finding
from sync.store import Store


def traced(store: Store, findings: Iterable[Finding]) -> list[Finding]:
    """The findings with the ids of the events that each fact of theirs stands on; none for what did not happen."""
    listed = list(findings)
    told = {(Ref.parse(one.ref), one.at) for finding in listed for one in finding.evidence if one.ref}
    ids = store.event_ids(told)

    def known(fact: Evidence) -> Evidence:
        return replace(fact, events=ids.get((Ref.parse(fact.ref), fact.at), ())) if fact.ref else fact

    return [replace(one, evidence=tuple(map(known, one.evidence))) for one in listed]
