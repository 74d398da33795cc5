"""Notion as a connector: data sources in; findings rows, fields and pages out."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from connectors.base import Amount, Known, Memory, Own, Page, Scope, Stored
from connectors.errors import Rejected
from connectors.http import Meter
from connectors.model import (
    Change,
    EnsureFields,
    EnsureTable,
    PostComment,
    PostStatus,
    PutAway,
    PutBrief,
    PutPage,
    PutRow,
    Receipt,
    SetFields,
)
from connectors.notion.away import Away
from connectors.notion.doubles import Doubles
from connectors.notion.ids import normal_id
from connectors.notion.notes import Notes
from connectors.notion.options import NotionOptions
from connectors.notion.own_rows import OwnRows
from connectors.notion.pages import Pages
from connectors.notion.reads import Reads
from connectors.notion.rows import Rows
from connectors.notion.sdk import PAGE, Notion
from connectors.notion.sources import Sources
from connectors.notion.sweeping import Sweeps
from connectors.notion.tables import Tables
from connectors.pace import Pace


def _now() -> datetime:
    return datetime.now(UTC)


class NotionConnector:
    """One Notion connection (token) as one source of the config. See `connectors.base.Connector`.

    `own_table_key`: the key of the `EnsureTable` change whose table is also pulled. `clock` dates what is observed.
    `stored`: which rows are kept as present; without it nothing is swept. `own`: the names of our item fields.
    Raises Rejected at once when the config's ids are none.
    """

    def __init__(
        self, id: str, options: NotionOptions, token: str, pace: Pace, memory: Memory,  # noqa: A002
        own_table_key: str = "findings", meter: Meter | None = None, transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = _now, stored: Stored | None = None,
        sleep: Callable[[float], None] = time.sleep, own: Collection[str] = (),
    ) -> None:  # fmt: skip
        self.id = id
        self._notes = Notes(memory)
        self._notion = Notion(options.base_url, token, pace, source=id, meter=meter, transport=transport, sleep=sleep)
        sources = Sources(id, options, self._notion, self._notes)
        self._tables = Tables(sources, own_table_key)
        sweeps = Sweeps(sources, stored, options.sweeps, clock)
        self._pages = Pages(sources)
        self._doubles = Doubles(sources, self._pages.edited)
        own_rows = OwnRows(sources, self._tables, clock, sweeps, self._doubles)
        self._reads = Reads(sources, self._tables, own_rows, sweeps, clock, own)
        self._rows = Rows(sources, self._tables, own_rows, self._reads.item)
        self._away = Away(sources, self._tables, own_rows)

    def close(self) -> None:
        """Close the connections."""
        self._notion.close()

    def scopes(self) -> Sequence[Scope]:
        """One per configured data source, then our own table when it is known. No request."""
        return self._reads.scopes()

    def pull(self, scope: Scope, cursor: str | None, known: Known) -> Iterator[Page]:
        """Everything in the scope, or what was edited since the cursor; `observed_at` is set on each page.

        Idle: one request. Full: the schema, the latest edit, and one request per 100 rows, and once in a
        connector's life the users. When a sweep is due (`sweep_every`): one per 100 rows, and one for each that
        vanished. A full pull settles what vanished, too.
        """
        self._tables.new.discard(scope.id)
        return self._reads.pull(scope, cursor, known)

    def begin(self, since: datetime) -> str:
        """See `Connector.begin`. The next sweep lists the others, too."""
        return self._reads.begin(since)

    def amount(self, scope: Scope, kept: int) -> Amount:
        """No request: Notion has no count of rows, and counting them costs what reading them costs."""
        if not kept:
            return Amount(None, None, "Notion does not tell how many rows there are; each 100 cost one request")
        return Amount(kept, 2 + -(-kept // PAGE), "as many as are kept; Notion does not tell how many there are now")

    def get(self, ids: Sequence[str]) -> Page:
        """These pages as they are now: one request each; what names a comment on a page of ours is noted for none."""
        return self._reads.get([one for one in ids if not self._pages.comments.heard(one)])

    def survey(self, wanted: Sequence[Change]) -> Own:
        """What of ours exists: tables and pages by our notes, else by marks under their parent pages."""
        below: dict[str, list[Any]] = {}
        places = [one for one in wanted if isinstance(one, EnsureTable | PutPage)]
        shut = {parent: self._pages.shut(parent) for parent in dict.fromkeys(one.parent for one in places)}
        fields = {
            one.container.id: self._tables.attached(one.container.id)
            for one in wanted
            if isinstance(one, EnsureFields)
        }
        tables = {
            one.key: table.data_source
            for one in wanted
            if isinstance(one, EnsureTable) and (table := self._tables.find(one, self._below(one.parent, below)))
        }
        pages = {
            one.key: page.id
            for one in wanted
            if isinstance(one, PutPage) and (page := self._pages.find(one, self._below(one.parent, below)))
        }
        return Own(fields, tables, pages, {one.key: why for one in places if (why := shut[one.parent])})

    def _below(self, parent: str, seen: dict[str, list[Any]]) -> Iterator[Any]:
        """The blocks of a page, listed once a survey, and only if somebody looks."""
        if parent not in seen:
            seen[parent] = list(self._notion.children(normal_id(parent)))
        yield from seen[parent]

    def apply(self, change: Change) -> Receipt:
        """See `Connector.apply`."""
        match change:
            case EnsureFields():
                return self._tables.ensure_fields(change)
            case EnsureTable():
                return self._tables.ensure(change)
            case SetFields():
                return self._rows.set_fields(change)
            case PutRow():
                return self._rows.put(change)
            case PutPage():
                return self._pages.put(change)
            case PostStatus() | PostComment() | PutBrief():
                raise Rejected(f"{self.id}: Notion cannot carry out a {type(change).__name__}; it is for Asana")
            case PutAway():
                receipt = self._away.put(change)
                self._doubles.settled(change)
                return receipt

    def doubles(self) -> Sequence[PutAway]:
        """What takes away the doubles of our own things that the last sweep found; no request."""
        return self._doubles.changes()
