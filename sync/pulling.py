"""Hops 1 and 2: read every scope from its cursor on, and keep each page together with its cursor."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from connectors.base import Scope
from connectors.errors import ConnectorError, Denied
from connectors.model import PutPage
from sync.house import House, Source
from sync.intent import own_target
from sync.planning import own_places, place_of
from sync.stopping import Parked


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong and that the run survived. `denied`: the credentials are wrong."""

    source: str
    where: str
    text: str
    denied: bool = False


@dataclass(slots=True)
class Pulled:
    """What was read: `unheard` sources could not be read whole, so nothing is concluded about them.

    `parked`: why it ended early, if it did; then nothing may be concluded from it at all.
    """

    items: int = 0
    events: int = 0
    scopes: int = 0
    unheard: set[str] = field(default_factory=set)
    troubles: list[Trouble] = field(default_factory=list)
    parked: str = ""


def pull(
    house: House, only: Collection[str] | None = None, scopes: Collection[str] | None = None, *, anew: bool = False
) -> Pulled:  # fmt: skip
    """Read every source (or only these), each of its scopes (or only these ids), from its cursor on.

    One that fails is reported and left out; the others go on. `anew`: from the beginning, as if there were no cursor;
    what is kept already is listed again, but no history is read twice.
    """
    pulled = Pulled()
    try:
        _pull_sources(house, pulled, only, scopes, anew)
    except Parked as parked:
        pulled.parked = str(parked)
    return pulled


def _pull_sources(
    house: House, pulled: Pulled, only: Collection[str] | None, scopes: Collection[str] | None, anew: bool
) -> None:
    for source in house.sources.values():
        if only is not None and source.id not in only:
            continue
        try:
            find_own(house, source)
            for scope in source.connector.scopes():
                if scopes is None or scope.id in scopes:
                    _pull_scope(house, source, scope, pulled, anew)
        except ConnectorError as error:
            _note(pulled, source.id, f"[sources.{source.id}]", error)


def find_own(house: House, source: Source) -> None:
    """Look for our table and page here if we have no record of them: a lost database finds them by their marks."""
    places = [place for place in own_places(house) if place.source == source.id]
    if not places:
        return
    own = source.connector.survey(places)
    for place in places:
        remote = (own.pages if isinstance(place, PutPage) else own.tables).get(place.key)
        if remote:
            house.store.note_made(place_of(place), remote)


def _pull_scope(house: House, source: Source, scope: Scope, pulled: Pulled, anew: bool) -> None:
    _may_go_on(house)
    house.progress.pulling(scope)
    cursor = None if anew else house.store.cursor(scope)
    try:
        for page in source.connector.pull(scope, cursor, house.store.known):
            kept = house.store.keep(page)
            pulled.items += kept.items
            pulled.events += kept.events
            for key in page.stale:
                house.store.forget_said(own_target(source.id, key))
            house.progress.kept(scope, kept.items, kept.events)
            if not page.last:
                _may_go_on(house)
    except Denied:
        raise
    except ConnectorError as error:
        _note(pulled, source.id, scope.name or scope.id, error)
    else:
        pulled.scopes += 1


def _may_go_on(house: House) -> None:
    if house.stop.why:
        raise Parked(house.stop.why)


def _note(pulled: Pulled, source: str, where: str, error: ConnectorError) -> None:
    pulled.unheard.add(source)
    pulled.troubles.append(Trouble(source, where, str(error), isinstance(error, Denied)))
