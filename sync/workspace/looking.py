"""What the tokens of a config see: each place, page and person that the config names is asked for. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from connectors.discovery import Claim, Claims, Discovery, FoundPage, FoundPlace
from connectors.errors import ConnectorError, Denied, Rejected
from connectors.http import Meter
from sync.config import MissingToken, Settings
from sync.config.sources import is_loopback
from sync.init.vendor import Vendor

T = TypeVar("T")


@dataclass
class SeenSource:
    """One source as its token sees it.

    `places`: by claim, in its order; `unseen`: why a claim could not be read. `people`: None when they could not be
    listed. `page`, `below`: what we write under and the titles there; `no_page`: why it cannot be seen.
    `failed`: why nothing more could be asked; `code`: what kind of failure ("denied", "no token", "away"; "skipped":
    no token is here, and need not be).
    """

    id: str
    vendor: Vendor
    claims: Claims
    who: str = ""
    visible: int | None = None
    places: dict[Claim, tuple[FoundPlace, ...]] = field(default_factory=dict)
    unseen: dict[Claim, str] = field(default_factory=dict)
    people: tuple[str, ...] | None = None
    page: FoundPage | None = None
    below: tuple[str, ...] = ()
    no_page: dict[str, Rejected] = field(default_factory=dict)
    failed: str = ""
    code: str = ""

    def all_places(self) -> list[FoundPlace]:
        """Every place that could be read, each once."""
        return list({one.id: one for found in self.places.values() for one in found}.values())

    def carrying(self) -> list[FoundPlace]:
        """Those whose items may carry our fields."""
        work = (found for claim, found in self.places.items() if claim.carries)
        return list({one.id: one for found in work for one in found}.values())


def look(settings: Settings, vendors: Mapping[str, Vendor], meter: Meter) -> dict[str, SeenSource]:
    """Ask each source whose token is there. What one vendor refuses does not keep the others from being asked."""
    return {id_: _source(id_, settings, vendors[settings.sources[id_].kind], meter) for id_ in settings.sources}  # type: ignore[attr-defined]


def _source(id_: str, settings: Settings, vendor: Vendor, meter: Meter) -> SeenSource:
    options = settings.sources[id_]
    seen = SeenSource(id_, vendor, vendor.claims(options))
    try:
        token = settings.token_of(id_)
    except MissingToken as missing:
        seen.failed, seen.code = str(missing), "skipped" if missing.elsewhere else "no token"
        return seen
    discovery = vendor.open(str(getattr(options, "base_url", vendor.base_url)), token, meter)
    try:
        seen.who = discovery.who()
        _look_around(seen, discovery, settings)
    except Denied as error:
        seen.failed, seen.code = str(error), "denied"
    except ConnectorError as error:
        seen.failed, seen.code = str(error), "away"
        if not error.status and not seen.who and is_loopback(str(getattr(options, "base_url", ""))):
            seen.failed += (
                " Is the sandbox running? `handrail sandbox` starts it; --offline looks at the config alone."
            )
    finally:
        discovery.close()
    return seen


def _look_around(seen: SeenSource, discovery: Discovery, settings: Settings) -> None:
    for claim in seen.claims.places:
        try:
            seen.places[claim] = _places(claim, discovery)
        except Rejected as error:
            seen.unseen[claim] = str(error)
    seen.visible = _or_none(lambda: sum(len(discovery.places(space)) for space in discovery.spaces()))
    if settings.shape.teams or settings.shape.people:
        seen.people = _or_none(lambda: tuple(discovery.people()))
    if settings.kind_of(seen.id).pages and settings.write.notion_source in (None, seen.id):
        _pages(seen, discovery, settings)


def _places(claim: Claim, discovery: Discovery) -> tuple[FoundPlace, ...]:
    if claim.kind != "place":
        return tuple(discovery.with_columns(one) for one in discovery.group(claim.kind, claim.id))
    return (discovery.with_columns(discovery.place(claim.id)),)


def _pages(seen: SeenSource, discovery: Discovery, settings: Settings) -> None:
    for key in ("notion_parent", "notion_page"):
        wanted = getattr(settings.write, key)
        if wanted is None:
            continue
        try:
            page = discovery.page(wanted)
            if key == "notion_parent":
                seen.page, seen.below = page, tuple(discovery.below(page))
        except Rejected as error:
            seen.no_page[key] = error


def _or_none(ask: Callable[[], T]) -> T | None:
    """What a plan or a connection's capabilities do not include is no reason to stop."""
    try:
        return ask()
    except Rejected:
        return None
