"""The backfill: hops 1 and 2 for everything in scope, and nothing else. Every page is kept with its cursor.

It holds no run's lock, only that of the scope that it reads, so it may go on for hours beside the scheduled job. Two
readers of one scope would only do the same work twice: who comes second waits here, and a run leaves that scope out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.base import Amount, Scope
from connectors.errors import ConnectorError, Denied
from sync.config.problems import nearest
from sync.house import House, Source
from sync.pulling import Pulled, Trouble, pull_scope
from sync.stopping import Parked, Stop

_AGAIN = 1.0
"""Seconds until a scope that somebody else reads is tried again."""

Chosen = tuple[Source, Scope]


class NotInScope(Exception):
    """A source or project was named that the config does not read; the text says which there are."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a scope would cost. `minutes` at the pace of the config; None: no pace is set, or nothing is known."""

    source: str
    scope: Scope
    name: str
    kept: int
    amount: Amount
    per_minute: int

    @property
    def minutes(self) -> float | None:
        return self.amount.requests / self.per_minute if self.amount.requests and self.per_minute else None


def chosen(
    house: House, sources: Collection[str], projects: Collection[str], troubles: list[Trouble]
) -> list[Chosen]:
    """What is to be read: everything in scope, or of it what is named, by id or name. Raises NotInScope.

    A source whose scopes cannot be listed becomes a trouble; the others go on.
    """
    if strange := sorted(set(sources) - house.sources.keys()):
        raise NotInScope(f"--source {strange[0]}: no such source; {nearest(strange[0], house.sources)}")
    found: list[Chosen] = []
    for source in house.sources.values():
        if not sources or source.id in sources:
            try:
                found.extend((source, scope) for scope in source.connector.scopes())
            except ConnectorError as error:
                where = f"[sources.{source.id}]"
                troubles.append(Trouble(source.id, where, str(error), isinstance(error, Denied)))
    names = {(source.id, scope.id): title(house, scope) for source, scope in found}
    for project in projects:
        if not any(project in (scope.id, scope.name, names[source.id, scope.id]) for source, scope in found):
            there = ", ".join(f"{scope.id} ({names[source.id, scope.id]})" for source, scope in found[:10])
            raise NotInScope(f"--project {project}: not in scope; there is {there or 'nothing'}")
    wanted = set(projects)
    return [
        one for one in found if not wanted or {one[1].id, one[1].name, names[one[0].id, one[1].id]} & wanted
    ]  # fmt: skip


def title(house: House, scope: Scope) -> str:
    """What people call a scope: its container's name as soon as that is known."""
    known = {one.ref: one.name for one in house.store.containers()}
    return (
        next((name for ref, name in known.items() if ref == (scope.source, scope.id)), "") or scope.name or scope.id
    )


def estimates(house: House, picked: Sequence[Chosen], stop: Stop) -> Iterator[Cost]:
    """What each scope would cost. Raises ConnectorError, Parked."""
    for source, scope in picked:
        stop.check()
        kept = len(house.store.present(scope))
        pace = int(getattr(house.settings.sources[source.id], "requests_per_minute", 0))
        yield Cost(source.id, scope, title(house, scope), kept, source.connector.amount(scope, kept), pace)


@dataclass(slots=True)
class Filled:
    """What a backfill read. `through`: scopes that were read to their end; `parked`: why it ended before."""

    run: str
    picked: int
    pulled: Pulled
    parked: str = ""

    @property
    def finished(self) -> bool:
        return not self.parked and self.pulled.scopes == self.picked and not self.pulled.troubles


def backfill(house: House, picked: Sequence[Chosen], since: datetime | None, stop: Stop, pulled: Pulled) -> Filled:
    """Read these scopes one after the other, each from where it stands; nothing is written to any vendor.

    What fails is in `pulled.troubles`, and the rest goes on; a source whose credentials are wrong is left. `since`
    matters to scopes that were never read.
    """
    number = house.store.begin_run("backfill", "observe", since, house.settings.hash)
    filled = Filled(number, len(picked), pulled)
    denied: set[str] = set()
    try:
        for source, scope in picked:
            if source.id in denied:
                continue
            try:
                _read(house, source, scope, pulled, stop, since)
            except Denied as error:
                denied.add(source.id)
                pulled.troubles.append(Trouble(source.id, title(house, scope), str(error), denied=True))
    except Parked as parked:
        filled.parked = str(parked)
    house.store.end_run(number, summary_of(filled, house))
    return filled


def _read(house: House, source: Source, scope: Scope, pulled: Pulled, stop: Stop, since: datetime | None) -> None:
    """One scope; while another process reads it, wait."""
    while True:
        waiting = len(pulled.left_to_others)
        pull_scope(house, source, scope, pulled, stop, since)
        if len(pulled.left_to_others) == waiting:
            return
        house.progress.waiting(scope, pulled.left_to_others.pop())
        stop.sleep(_AGAIN)


def summary_of(filled: Filled, house: House) -> dict[str, object]:
    """A backfill in one object: its last line, and what the store keeps."""
    tally, pulled = house.meter.read(), filled.pulled
    return {
        "run": filled.run,
        "finished": filled.finished,
        **({"stopped": filled.parked} if filled.parked else {}),
        "scopes": {"read": pulled.scopes, "of": filled.picked},
        "pulled": {"items": pulled.items, "events": pulled.events},
        "requests": {source: tally.total(source) for source in house.sources},
        "limiter_seconds": {source: round(tally.paced.get(source, 0.0), 1) for source in house.sources},
        "errors": [f"{one.source}: {one.where}: {one.text}" for one in pulled.troubles],
    }
