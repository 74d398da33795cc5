"""Taking writes back: what a place should hold again, worked out from the ledger. Pure.

Writes are taken back newest first, one by one, and each only where what is there is what it left behind. A value
that anybody has changed since stays, and is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.document import Document
from connectors.model import Change, EnsureTable, PutAway, PutPage, PutRow, Value
from sync.plan import alike

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Past:
    """One write: what it replaced, what it left. `certain`: its answer came; if not, it may not have landed."""

    number: int
    change: Change
    before: Values
    after: Values
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at one target. `remote`: the id under which it was, or would come back."""

    there: bool
    remote: str = ""
    values: Values = field(default_factory=dict)
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Stays:
    """Something that is not put back: the field ("" for the whole), what it holds, what we left there, and why."""

    name: str
    theirs: Value = None
    ours: Value = None
    note: str = ""


SINCE = "something was written there since"
NOTHING = Document(())
"""What our region of a person's page holds when there is none: it is taken out, the page stays."""


def fields_back(now: Values, past: Sequence[Past]) -> tuple[dict[str, Value], list[Stays]]:
    """The fields to set, with the values they had before these writes, and those that stay. `past`: newest first."""
    write: dict[str, Value] = {}
    stays: list[Stays] = []
    for name in dict.fromkeys(name for one in past for name in one.after):
        value, kept = _field_back(now.get(name), name, past)
        if kept:
            stays.append(kept)
        if not alike(value, now.get(name)):
            write[name] = value
    return write, stays


def _field_back(value: Value, name: str, past: Sequence[Past]) -> tuple[Value, Stays | None]:
    for one in past:
        if name not in one.after:
            continue
        if alike(value, one.after[name]):
            value = one.before.get(name)
        elif one.certain and not alike(value, one.before.get(name)):
            return value, Stays(name, value, one.after[name])
    return value, None


def row_back(now: Place, past: Sequence[Past], people: Sequence[str]) -> tuple[Place, list[Stays]]:
    """The row as it was before these writes: with other values, or not there at all, or there again.

    `people`: columns that are people's; a row in which one is filled in is not put away.
    """
    place, stays = now, list[Stays]()
    for one in past:
        match one.change:
            case PutAway(away=away):
                if place.there is not away:
                    values = one.change.values if away else {}
                    place = Place(away, one.change.remote, values)
                elif one.certain:
                    return place, [*stays, Stays("", note=SINCE)]
            case PutRow(remote=None) if place.there:
                if kept := _keeps_row(place, one, people):
                    return now, kept
                place = Place(False, place.remote)
            case PutRow() if place.there:
                write, kept = fields_back(place.values, [one])
                stays.extend(kept)
                place = replace(place, values={**place.values, **write})
    return place, stays


def _keeps_row(place: Place, made: Past, people: Sequence[str]) -> list[Stays]:
    """Why a row that we made stays: people's input, and columns that hold neither what we left there."""
    theirs = [Stays(name, place.values[name]) for name in people if not alike(place.values.get(name), None)]
    changed = [
        Stays(name, place.values.get(name), value)
        for name, value in made.after.items()
        if not alike(place.values.get(name), value)
    ]
    return theirs + changed


def page_back(chain: Sequence[Past], chosen: Sequence[Past], now: Place) -> tuple[Place, list[Stays]]:
    """The page as it was before the chosen writes (newest first). `chain`: all writes to it, oldest first.

    What stands on the page is taken to be what the last certain write left; whoever writes looks first.
    """
    place = now
    for one in chosen:
        match one.change:
            case PutAway(away=away):
                if place.there is away:
                    return place, [Stays("", note=SINCE)]
                place = Place(away, one.change.remote, {}, _before(chain, one) if away else None)
            case PutPage(document=left):
                if not one.certain and place.document != left:
                    continue
                if not place.there or place.document != left:
                    return place, [Stays("content", note=SINCE)]
                if one.change.region and _before(chain, one) is None:
                    place = replace(place, document=NOTHING)
                elif _made(chain, one):
                    place = Place(False, place.remote)
                elif (earlier := _before(chain, one)) is not None:
                    place = replace(place, document=earlier)
                else:
                    return place, [Stays("content", note="what was there before is not known any more")]
    return place, []


def standing(chain: Sequence[Past]) -> Document | None:
    """What the page holds because of us: the document of the last write whose answer came."""
    return next((one.change.document for one in reversed(chain) if _wrote(one)), None)  # type: ignore[union-attr]


def may_stand(chain: Sequence[Past]) -> tuple[Document, ...]:
    """What may be on the page: what stands there, and what later writes without an answer may have left."""
    found: list[Document] = []
    for one in reversed(chain):
        if isinstance(one.change, PutPage):
            found.append(one.change.document)
            if one.certain:
                break
    return tuple(dict.fromkeys(found))


def _wrote(one: Past) -> bool:
    return isinstance(one.change, PutPage) and one.certain


def _before(chain: Sequence[Past], one: Past) -> Document | None:
    return standing([other for other in chain if other.number < one.number])


def _made(chain: Sequence[Past], one: Past) -> bool:
    """Whether this write made the page; or an earlier one did whose answer never came."""
    assert isinstance(one.change, PutPage)  # noqa: S101
    if one.change.remote is None:
        return True
    older = [other for other in chain if other.number < one.number and isinstance(other.change, PutPage)]
    return bool(older) and all(not other.certain for other in older) and older[0].change.remote is None  # type: ignore[union-attr]


def table_back(now: Place, past: Sequence[Past]) -> Place:
    """The table as it was before these writes: there, or not."""
    place = now
    for one in past:
        match one.change:
            case PutAway(away=away) if place.there is not away:
                place = Place(away, one.change.remote)
            case EnsureTable() if place.there:
                place = Place(False, place.remote)
    return place
