"""A look around in Notion: the data sources and pages shared with the connection. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from connectors.discovery import (
    Claim,
    Claims,
    FoundColumn,
    FoundField,
    FoundPage,
    FoundPlace,
    Hint,
    NeededField,
    Space,
)
from connectors.errors import Missing, Rejected
from connectors.http import Meter
from connectors.notion.ids import normal_id
from connectors.notion.mapping import home_of
from connectors.notion.options import NotionOptions, TableOptions
from connectors.notion.pages import SYNCED_PAGE
from connectors.notion.policy import NotionPolicy
from connectors.notion.schema import FITTING, SYNCED_TABLE, WITH_OPTIONS, schema_of
from connectors.notion.sdk import PAGE, Notion
from connectors.notion.sources import only_data_source
from connectors.notion.values import plain_text
from connectors.pace import LocalPace

Json = Any

HOME = "Handrail"
"""The title we suggest for the page to write under."""
_A_MINUTE = 180
_LOOKED_THROUGH = 3 * PAGE
"""Search cannot leave out rows of tables, which are pages, too: so many results are looked through, and no more."""
_HASTY = NotionPolicy(attempts=3, total_seconds=20.0, longest_pause=20.0)
"""A person is watching: a vendor that is away is told of soon."""
_GROUPS: Mapping[str, Hint] = {"To-do": "backlog", "In progress": "active", "Complete": "done"}
"""The groups that every status property has; Notion's API names them so in every language."""


class NotionDiscovery:
    """See `connectors.discovery.Discovery`. A connection belongs to one workspace.

    Notion has no list of what is shared: search is all there is, and it promises no complete answer.
    """

    def __init__(self, base_url: str, token: str, meter: Meter | None = None) -> None:
        pace = LocalPace(_A_MINUTE)
        self._notion = Notion(base_url, token, pace, source="notion", meter=meter, policy=_HASTY)
        self._me: Json = None

    def who(self) -> str:
        self._me = self._notion.me()
        return str(self._me.get("name") or self._me["id"])

    def spaces(self) -> Sequence[Space]:
        bot = (self._me or {}).get("bot") or {}
        return [Space("", str(bot.get("workspace_name") or "Notion"))]

    def places(self, space: Space) -> Sequence[FoundPlace]:
        found = [one for one in self._notion.search_data_sources() if not one.get("in_trash")]
        whole = (one if one.get("properties") else self._notion.data_source(one["id"]) for one in found)
        return [_place(one) for one in whole if not _ours(one)]

    def with_columns(self, place: FoundPlace) -> FoundPlace:
        return place

    def choices(self, field: FoundField) -> tuple[str, ...]:
        return tuple(one.name for one in field.options)

    def pages(self) -> Sequence[FoundPage]:
        named = islice(self._notion.search_pages(HOME), PAGE)
        recent = islice(self._notion.search_pages(), _LOOKED_THROUGH)
        found = {page.id: page for page in map(_page, (*_no_rows(named), *_no_rows(recent)))}
        return sorted(found.values(), key=lambda page: page.title != HOME)

    def place(self, id_: str) -> FoundPlace:
        here = normal_id(id_)
        try:
            return _place(self._notion.data_source(here))
        except Rejected as error:
            if error.status not in {400, 404}:
                raise
        inside = only_data_source(self._notion.database(here), repr(id_))  # an address names the database
        return _place(self._notion.data_source(inside))

    def group(self, kind: str, id_: str) -> Sequence[FoundPlace]:
        return ()

    def people(self) -> Sequence[str]:
        everyone = list(self._notion.users())
        names = [one.get("name") for one in everyone]
        return [*filter(None, names), *(mail for one in everyone if (mail := (one.get("person") or {}).get("email")))]

    def page(self, id_: str) -> FoundPage:
        found = self._notion.page(normal_id(id_))
        if found.get("in_trash"):
            raise Missing("it is in the trash")
        home = home_of(found)
        if home and schema_of(self._notion.data_source(home)).synced:
            raise Rejected(SYNCED_PAGE)
        return _page(found)

    def below(self, page: FoundPage) -> Sequence[str]:
        kinds = ("child_page", "child_database")
        return [one[one["type"]]["title"] for one in self._notion.children(page.id) if one.get("type") in kinds]

    def id_of(self, text: str) -> str:
        try:
            return normal_id(text)
        except Rejected as error:
            raise ValueError(str(error)) from None

    def close(self) -> None:
        self._notion.close()


def _place(source: Json) -> FoundPlace:
    schema = schema_of(source)
    fields = (
        FoundField(one.id, one.name, one.type, _options(source["properties"][one.name]))
        for one in schema.properties
        if not one.mark
    )
    return FoundPlace(
        schema.id,
        schema.name,
        schema.url,
        fields=tuple(fields),
        own=tuple(schema.own()),
        shut=SYNCED_TABLE if schema.synced else "",
    )


def _options(body: Json) -> tuple[FoundColumn, ...]:
    if body.get("type") not in WITH_OPTIONS:
        return ()
    told = body.get(body["type"]) or {}
    hints = {id_: _GROUPS.get(group["name"]) for group in told.get("groups") or () for id_ in group["option_ids"]}
    return tuple(FoundColumn(one["name"], hints.get(one["id"])) for one in told.get("options") or ())


def _ours(source: Json) -> bool:
    """Our own table of findings, from before."""
    return any(one.mark == "key" for one in schema_of(source).properties)


def _no_rows(pages: Iterator[Json]) -> Iterator[Json]:
    """Pages that are no rows of a table, and not in the trash."""
    rows = ("data_source_id", "database_id")
    return (one for one in pages if (one.get("parent") or {}).get("type") not in rows and not one.get("in_trash"))


def _page(page: Json) -> FoundPage:
    titles = [one.get("title") for one in (page.get("properties") or {}).values() if one.get("type") == "title"]
    return FoundPage(page["id"], plain_text(titles[0] if titles else None), page.get("url") or "")


def claims(options: NotionOptions) -> Claims:
    """What the table names: data sources in their roles, and the properties that each must have."""
    listed: list[tuple[tuple[str | int, ...], TableOptions]] = [
        (("work", at), table) for at, table in enumerate(options.work)
    ]
    listed += [(("pages", at), table) for at, table in enumerate(options.pages)]
    listed += [((role,), table) for role in ("ideas", "experiments") if (table := getattr(options, role))]
    fields = (NeededField(("team_field",), options.team_field),) if options.team_field else ()
    return Claims(tuple(_claim(path, table) for path, table in listed), fields)


def _claim(path: tuple[str | int, ...], table: TableOptions) -> Claim:
    words = ("status", "owner", "team", "priority", "due", "reviewed", "parked_until", "link")
    carries = path[0] == "work" and table.write_status
    named = ((word, getattr(table, word)) for word in words)
    fields = [NeededField((*path, word), name, FITTING.get(word, frozenset())) for word, name in named if name]
    for word in ("fields", "complete"):
        types = FITTING.get(word, frozenset())
        fields += [NeededField((*path, word, at), name, types) for at, name in enumerate(getattr(table, word))]
    return Claim(
        (*path, "data_source"), table.data_source, "place", str(path[0]), table.status, tuple(fields), carries
    )
