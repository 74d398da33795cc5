"""The one place that names a vendor: which kinds of source there are, and how a house is joined together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from connectors.asana.connector import AsanaConnector
from connectors.asana.options import AsanaOptions
from connectors.base import Connector, Memory
from connectors.http import Meter
from connectors.model import OwnField
from connectors.notion.connector import NotionConnector
from connectors.notion.options import NotionOptions
from connectors.pace import Pace
from sync.config import Settings, SourceKind
from sync.house import House, Progress, Source
from sync.intent import item_fields
from sync.pace import SharedPace
from sync.planning import TABLE
from sync.store import Store
from sync.view import SourceTerms

KINDS: Mapping[str, SourceKind] = {
    "asana": SourceKind(AsanaOptions, item_fields=True),
    "notion": SourceKind(NotionOptions, pages=True),
}


class _Door(Connector, Protocol):
    def close(self) -> None: ...


@contextmanager
def open_house(settings: Settings, progress: Progress | None = None, *, doors: bool = True) -> Iterator[House]:
    """Open the store and a door for each source. Without `doors` no token is asked for and no vendor reached.

    Raises StoreError, MissingToken.
    """
    meter, rules = Meter(), settings.rules()
    own = item_fields(settings.field_names, rules)
    with Store.open(settings.database_url) as store:
        opened: list[_Door] = []
        try:
            sources: dict[str, Source] = {}
            for id_ in settings.sources:
                door = _door(id_, settings, store, own, meter) if doors else None
                opened.extend([door] if door else [])
                kind = settings.kind_of(id_)
                sources[id_] = Source(id_, door, _terms(id_, settings), kind.item_fields, kind.pages)
            yield House(settings, store, sources, rules, settings.terms(), meter, progress or Progress())
        finally:
            for one in opened:
                one.close()


def _door(id_: str, settings: Settings, store: Store, own: Sequence[OwnField], meter: Meter) -> _Door:
    options, token, memory = settings.sources[id_], settings.token_of(id_), store.memory(id_)
    match options:
        case AsanaOptions():
            return AsanaConnector(id_, options, token, _pace(store, options, token), memory, own, meter)
        case NotionOptions():
            return NotionConnector(id_, options, token, _pace(store, options, token), memory, TABLE, meter)
        case _:
            raise AssertionError(f"sources.{id_}: a kind without a door")


def _pace(store: Store, options: AsanaOptions | NotionOptions, token: str) -> Pace:
    key = hashlib.sha256(f"{options.kind}\x1f{token}".encode()).hexdigest()
    return SharedPace(store.engine, key, options.requests_per_minute)


def _terms(id_: str, settings: Settings) -> SourceTerms:
    options: Any = settings.sources[id_]
    return SourceTerms(id_, getattr(options, "team_field", None), getattr(options, "priority_field", None))
