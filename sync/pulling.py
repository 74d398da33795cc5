"""Hops 1 and 2: read every scope from its cursor on, and keep each page together with its cursor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from connectors.base import Page, Scope
from connectors.errors import ConnectorError, Denied, Garbled, Rejected
from connectors.model import PutPage, Ref
from sync.house import House, Source
from sync.intent import own_target
from sync.planning import own_places, place_of
from sync.stopping import Stop
from sync.store import Busy

LOOK = 50
"""Items that are read again together, and kept together."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong and that the run survived. `denied`: the credentials are wrong."""

    source: str
    where: str
    text: str
    denied: bool = False


@dataclass(slots=True)
class Pulled:
    """What was read: `unheard` sources are not read whole, so nothing is concluded about them.

    `left_to_others`: scopes, in words, that another process was reading at the time; theirs is the same reading.
    `looked`: of the items that were to be read again, those that were, or that no repeating would bring.
    `changed_at`: when the item of a source that changed last did so, of those that were read.
    `refused`: targets where nothing can be written, and why.
    """

    items: int = 0
    events: int = 0
    scopes: int = 0
    unheard: set[str] = field(default_factory=set)
    troubles: list[Trouble] = field(default_factory=list)
    left_to_others: list[str] = field(default_factory=list)
    looked: set[Ref] = field(default_factory=set)
    changed_at: dict[str, datetime] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def pull(house: House, pulled: Pulled, stop: Stop, only: Collection[str] | None = None) -> Pulled:
    """Read every source (or only these). One that fails is reported and left out; the others go on. Parked."""
    for source in house.sources.values():
        if only is not None and source.id not in only:
            continue
        try:
            pulled.refused |= find_own(house, source)
            for scope in source.connector.scopes():
                pull_scope(house, source, scope, pulled, stop)
        except ConnectorError as error:
            _note(pulled, source.id, f"[sources.{source.id}]", error)
    return pulled


def read_echo(house: House, whole: Collection[str], items: Collection[Ref], stop: Stop) -> None:
    """Read what we have just written ourselves: it moves the cursors behind our writes.

    These sources as a whole; of the others only the scopes that hold one of these items.
    """
    homes = {place.container for item in house.store.items(items) for place in item.placements} if items else set()
    pulled = Pulled()
    for source in house.sources.values():
        try:
            for scope in source.connector.scopes() if source.id in {*whole, *(ref.source for ref in items)} else ():
                if source.id in whole or scope.id in homes:
                    pull_scope(house, source, scope, pulled, stop)
        except ConnectorError as error:
            _note(pulled, source.id, f"[sources.{source.id}]", error)


def look(house: House, refs: Collection[Ref], pulled: Pulled, stop: Stop) -> Pulled:
    """Read these items again, wherever they are.

    A source that is not read whole stays unheard: nothing can be concluded from a part of it. Parked.
    """
    pulled.looked.update(ref for ref in refs if ref.source not in house.sources)
    for source in house.sources.values():
        try:
            scopes = source.connector.scopes()
            if not house.store.read_whole(scopes):
                pulled.unheard.add(source.id)
            ids = sorted({ref.id for ref in refs if ref.source == source.id})
            for start in range(0, len(ids), LOOK):
                _look_at(house, source, ids[start : start + LOOK], pulled, stop)
        except ConnectorError as error:
            _note(pulled, source.id, f"[sources.{source.id}]", error)
    return pulled


def _look_at(house: House, source: Source, ids: Sequence[str], pulled: Pulled, stop: Stop) -> None:
    """Items that are read together. One that the vendor refuses must not keep the others from being read."""
    stop.check()
    try:
        page = source.connector.get(ids)
    except (Rejected, Garbled) as error:
        if len(ids) > 1:
            for one in ids:
                _look_at(house, source, [one], pulled, stop)
            return
        pulled.troubles.append(Trouble(source.id, f"item {ids[0]}", str(error)))
    else:
        _take(house, source, _without_strangers(house, page), pulled)
    pulled.looked.update(Ref(source.id, one) for one in ids)


def _without_strangers(house: House, page: Page) -> Page:
    """The page without what is outside of every scope and was never in one: a webhook may tell of anything."""
    outside = [item.ref for item in page.items if item.presence == "outside"]
    strangers = set(outside) - {item.ref for item in house.store.items(outside)} if outside else set()
    return replace(page, items=tuple(item for item in page.items if item.ref not in strangers))


def find_own(house: House, source: Source) -> dict[str, str]:
    """Look for our table and page here if we have no record of them: a lost database finds them by their marks.

    The targets where they cannot be, and why.
    """
    places = [place for place in own_places(house) if place.source == source.id]
    if not places:
        return {}
    own = source.connector.survey(places)
    for place in places:
        remote = (own.pages if isinstance(place, PutPage) else own.tables).get(place.key)
        if remote:
            house.store.note_made(place_of(place), remote)
    return {place_of(place): own.refused[place.key] for place in places if place.key in own.refused}


def pull_scope(
    house: House, source: Source, scope: Scope, pulled: Pulled, stop: Stop, since: datetime | None = None
) -> None:
    """Read one scope from its cursor on. One that another process is reading is left to it. Parked, Denied.

    `since`: where one begins that has no cursor yet; None: at the beginning.
    """
    stop.check()
    house.progress.pulling(scope)
    try:
        with house.store.scope_lock(scope):
            cursor = house.store.cursor(scope) or (source.connector.begin(since) if since else None)
            for page in source.connector.pull(scope, cursor, house.store.known):
                _take(house, source, page, pulled)
                stop.check()
    except Denied:
        raise
    except ConnectorError as error:
        _note(pulled, source.id, scope.name or scope.id, error)
    except Busy as busy:
        pulled.unheard.add(source.id)
        pulled.left_to_others.append(f"{source.id}: {scope.name or scope.id}: {busy.holder} is reading it")
    else:
        pulled.scopes += 1


def _take(house: House, source: Source, page: Page, pulled: Pulled) -> None:
    kept = house.store.keep(page)
    pulled.items += kept.items
    pulled.events += kept.events
    if page.items:
        latest = max(item.modified_at for item in page.items)
        pulled.changed_at[source.id] = max(latest, pulled.changed_at.get(source.id, latest))
    for key in page.stale:
        house.store.forget_said(own_target(source.id, key))
    house.progress.kept(page.scope, kept.items, kept.events, page.ahead)


def _note(pulled: Pulled, source: str, where: str, error: ConnectorError) -> None:
    pulled.unheard.add(source)
    pulled.troubles.append(Trouble(source, where, str(error), isinstance(error, Denied)))
