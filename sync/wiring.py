"""The one place that names a vendor: which kinds of source there are, and how a house is joined together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from pydantic import BaseModel

from connectors.asana.addresses import task_gid
from connectors.asana.connector import AsanaConnector
from connectors.asana.discovery import AsanaDiscovery
from connectors.asana.discovery import claims as asana_claims
from connectors.asana.fields_of_ours import SUBTYPES
from connectors.asana.hooks import AsanaEar
from connectors.asana.options import AsanaOptions
from connectors.base import Connector, Ear
from connectors.http import Meter
from connectors.model import OwnField
from connectors.notion.connector import NotionConnector
from connectors.notion.discovery import NotionDiscovery
from connectors.notion.discovery import claims as notion_claims
from connectors.notion.hearing import NotionEar
from connectors.notion.ids import page_id
from connectors.notion.options import NotionOptions
from connectors.notion.properties import TYPES
from connectors.notion.schema import OWN
from connectors.pace import Pace
from sync.config import Settings, SourceKind
from sync.house import House, Listening, Progress, Source
from sync.init.vendor import Vendor
from sync.intent import TABLE, item_fields
from sync.pace import SharedPace, pace_key
from sync.sandbox_time import observing
from sync.stopping import Stop, StoppingPace
from sync.store import Store
from sync.view import SourceTerms

KINDS: Mapping[str, SourceKind] = {
    "asana": SourceKind(AsanaOptions, item_fields=True, posts=True, histories=True),
    "notion": SourceKind(NotionOptions, item_fields=True, pages=True),
}

VENDORS: Mapping[str, Vendor] = {
    "asana": Vendor(
        "Asana",
        "ASANA_TOKEN",
        str(AsanaOptions.model_fields["base_url"].default),
        AsanaDiscovery,
        asana_claims,
        SUBTYPES,
    ),
    "notion": Vendor(
        "Notion",
        "NOTION_TOKEN",
        str(NotionOptions.model_fields["base_url"].default),
        NotionDiscovery,
        notion_claims,
        TYPES,
        OWN,
    ),
}
"""Where `handrail init` and `handrail check` can look around."""


class _Door(Connector, Protocol):
    def close(self) -> None: ...


@contextmanager
def open_house(
    settings: Settings, progress: Progress | None = None, *, doors: bool = True, stop: Stop | None = None
) -> Iterator[House]:  # fmt: skip
    """Open the store and a door for each source. Without `doors` no token is asked for and no vendor reached.

    `stop`: once it says so, nothing more is sent, and whoever waits for a turn or a repeat wakes up with Parked.
    Raises StoreError, MissingToken.
    """
    with (
        Store.open(settings.database_url) as store,
        furnished(settings, store, Meter(), progress, doors=doors, stop=stop) as house,
    ):
        yield house


@contextmanager
def furnished(
    settings: Settings, store: Store, meter: Meter, progress: Progress | None = None, *, doors: bool = True,
    stop: Stop | None = None,
) -> Iterator[House]:  # fmt: skip
    """A house on a store that is open already, with fresh doors, which are closed at the end. MissingToken."""
    rules, stop = settings.rules(), stop or Stop()
    own = item_fields(settings.field_names, rules)
    opened: list[_Door] = []
    try:
        sources: dict[str, Source] = {}
        for id_ in settings.sources:
            door = _door(id_, settings, store, own, meter, stop) if doors else None
            opened.extend([door] if door else [])
            kind = settings.kind_of(id_)
            heard = Listening(door) if door and settings.mode == "observe" else door
            can = (kind.item_fields, kind.pages, kind.posts, kind.histories)
            sources[id_] = Source(id_, heard, _terms(id_, settings), *can, id_of=_id_of(settings.sources[id_]))
        yield House(settings, store, sources, rules, settings.terms(), meter, progress or Progress(), stop)
    finally:
        for one in opened:
            one.close()


def ears(settings: Settings) -> dict[str, Ear]:
    """What hears each source's webhooks, by the source's id: no token, no store, no connection."""
    return {
        id_: AsanaEar(id_) if isinstance(options, AsanaOptions) else NotionEar(id_)
        for id_, options in settings.sources.items()
    }


def _door(
    id_: str, settings: Settings, store: Store, own: Sequence[OwnField], meter: Meter, stop: Stop
) -> _Door:  # fmt: skip
    options, token, memory = settings.sources[id_], settings.token_of(id_), store.memory(id_)
    match options:
        case AsanaOptions():
            pace = _pace(store, options, token, stop)
            subtasks = {
                project: flow.subtasks
                for flow in settings.shape.flows.values()
                if flow.source == id_ and flow.subtasks
                for project in flow.projects or options.projects
            }
            return AsanaConnector(
                id_, options, token, pace, memory, own, meter,
                sleep=stop.sleep, stored=store.present, subtasks=subtasks,
            )  # fmt: skip
        case NotionOptions():
            pace = _pace(store, options, token, stop)
            return NotionConnector(
                id_, options, token, pace, memory, TABLE, meter, sleep=stop.sleep, stored=store.present,
                own=[one.name for one in own], clock=observing(options.base_url),
            )  # fmt: skip
        case _:
            raise AssertionError(f"sources.{id_}: a kind without a door")


def _id_of(options: BaseModel) -> Callable[[str], str | None]:
    match options:
        case AsanaOptions(base_url=url):
            return lambda address: task_gid(address, url)
        case NotionOptions(base_url=url):
            return lambda address: page_id(address, url)
        case _:
            raise AssertionError("a kind without addresses")


def _pace(store: Store, options: AsanaOptions | NotionOptions, token: str, stop: Stop) -> Pace:
    window = 60.0 if isinstance(options, NotionOptions) else 0.0
    key = pace_key(f"{options.kind} {token}")
    shared = SharedPace(store.engine, key, options.requests_per_minute, sleep=stop.sleep, window=window)
    return StoppingPace(shared, stop)


def _terms(id_: str, settings: Settings) -> SourceTerms:
    """What the source's fields mean, for the view."""
    money = settings.shape.money
    blocked, value = settings.shape.blocked.fields, _named(money.value_field if money else None)
    match settings.sources[id_]:
        case AsanaOptions() as asana:
            return SourceTerms(
                id_,
                blocked_fields=blocked,
                value_fields=value,
                team_fields=_named(asana.team_field),
                priority_fields=_named(asana.priority_field),
                fields=asana.fields,
                bots=asana.bots,
            )
        case NotionOptions() as notion:
            tables = [*notion.work, *notion.pages, *(one for one in (notion.ideas, notion.experiments) if one)]
            return SourceTerms(
                id_,
                blocked_fields=blocked,
                value_fields=value,
                team_fields=_named(notion.team_field, *(one.team for one in tables)),
                priority_fields=_named(*(one.priority for one in tables)),
                reviewed_fields=_named(*(one.reviewed for one in tables)),
                parked_fields=_named(*(one.parked_until for one in tables)),
                fields=_named(*(name for one in tables for name in one.fields)),
                bots=notion.bots,
            )
        case _:
            raise AssertionError(f"sources.{id_}: a kind without meaning")


def _named(*names: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
