"""The official SDK for its endpoints, on our door for everything else.

What `notion-client` 3.1 does by itself and is kept from doing: retry (529 not at all, queries not), hold the token,
drop arguments it does not know (those calls go through `request`), send `filter: null`, add a log handler, and end
a listing at 10,000 rows without a word (its pagination functions lose `request_status`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx
import notion_client

from connectors.errors import ConnectorError, Garbled, Rejected
from connectors.http import Meter, open_door
from connectors.notion.policy import NotionPolicy, saved
from connectors.pace import Pace

Json = Any
Body = Mapping[str, Json]

VERSION = "2026-03-11"
PAGE = 100
"""Rows or blocks a request; Notion's most."""

_log = logging.getLogger("handrail.notion")


class Notion:
    """Notion's endpoints as far as Handrail uses them. Raises the types of `connectors.errors` only."""

    def __init__(
        self, base_url: str, token: str, pace: Pace, *, source: str, meter: Meter | None = None,
        transport: httpx.BaseTransport | None = None, sleep: Callable[[float], None] = time.sleep,
        policy: NotionPolicy | None = None,
    ) -> None:  # fmt: skip
        base = base_url.rstrip("/").removesuffix("/v1")
        patience = policy or NotionPolicy()
        door = open_door(base, token, pace, patience, source=source, meter=meter, sleep=sleep, transport=transport)
        self._door = door
        self._sdk = notion_client.Client(
            client=door, base_url=base, notion_version=VERSION, retry=False, logger=_log, log_level=_log.level
        )

    def close(self) -> None:
        """Close the connections."""
        self._door.close()

    # ---- reading

    def me(self) -> Json:
        """The bot user behind the token."""
        return _dict(self._sdk.users.me())

    def users(self) -> Iterator[Json]:
        """Everyone but guests."""
        return self._listed("users")

    def database(self, id_: str) -> Json:
        """A database: the container, with its data sources."""
        return _dict(self._sdk.databases.retrieve(id_))

    def data_source(self, id_: str) -> Json:
        """A data source: the schema."""
        return _dict(self._sdk.data_sources.retrieve(id_))

    def query(self, id_: str, *, only: Sequence[str] | None = None, **body: Json) -> Json:
        """One page of rows, `request_status` included. Keys of `body` that are None are left out.

        `only`: ids of the properties that the rows come with; all when None.
        """
        query = {"filter_properties": list(only)} if only else None
        return self._call("POST", f"data_sources/{id_}/query", {"page_size": PAGE} | _given(body), query)

    def search_data_sources(self) -> Iterator[Json]:
        """Data sources shared with us, as far as Notion's search knows: it promises no complete answer."""
        return self._listed("search", {"filter": {"property": "object", "value": "data_source"}})

    def search_pages(self, words: str | None = None) -> Iterator[Json]:
        """Pages, rows among them, likewise, the latest edit first. `words`: only with these in the title."""
        return self._listed("search", {"filter": {"property": "object", "value": "page"}} | _given({"query": words}))

    def page(self, id_: str) -> Json:
        """A page with its properties."""
        return _dict(self._sdk.pages.retrieve(id_))

    def children(self, id_: str) -> Iterator[Json]:
        """The blocks directly on a page."""
        return self._listed(f"blocks/{id_}/children")

    def block(self, id_: str) -> Json:
        """One block."""
        return _dict(self._sdk.blocks.retrieve(id_))

    def has_comments(self, block: str) -> bool:
        """Whether an unresolved comment hangs on a block."""
        return bool(self._call("GET", "comments", query={"block_id": block, "page_size": 1})["results"])

    def markdown(self, id_: str) -> str:
        """A page's whole content as enhanced markdown. Rejected where Notion shows a part of it only."""
        text, whole = self.shown(id_)
        if not whole:
            raise Rejected(f"page {id_} is too long for Notion to show it whole, so nothing is written there")
        return text

    def shown(self, id_: str) -> tuple[str, bool]:
        """What Notion shows of a page's content, and whether that is all: it cuts after some 20,000 blocks."""
        content = self._content(id_)
        return str(content.get("markdown") or ""), not content.get("truncated")

    def property_values(self, page: str, property_id: str) -> Iterator[Json]:
        """All values of one property of a page that Notion cuts elsewhere: a request per hundred."""
        return self._listed(f"pages/{page}/properties/{quote(property_id, safe='')}")

    # ---- writing; what was saved although 503 was answered is read, and never sent again

    def create_page(self, parent: Body, properties: Body, markdown: str | None = None) -> Json:
        """A new page or row."""
        body = {"parent": parent, "properties": properties} | _given({"markdown": markdown})
        return self._write("POST", "pages", body, self.page)

    def update_page(self, id_: str, properties: Body) -> Json:
        """Set these properties; others stay."""
        return self._write("PATCH", f"pages/{id_}", {"properties": properties}, self.page, id_)

    def replace_markdown(self, id_: str, text: str) -> Json:
        """A page's whole content. Never allowed to delete child pages or databases."""
        body = {"type": "replace_content", "replace_content": {"new_str": text}}
        return self._write("PATCH", f"pages/{id_}/markdown", body, self._content, id_)

    def update_markdown(self, id_: str, *pieces: tuple[str, str]) -> Json:
        """Replace pieces of a page's content, old by new, one after the other: all, or none.

        Each must be there exactly once when its turn comes. Rejected (400) when one is not.
        """
        told = [{"old_str": old, "new_str": new} for old, new in pieces]
        body = {"type": "update_content", "update_content": {"content_updates": told}}
        return self._write("PATCH", f"pages/{id_}/markdown", body, self._content, id_)

    def append_markdown(self, id_: str, text: str) -> Json:
        """More content at the end of a page."""
        body = {"type": "insert_content", "insert_content": {"content": text, "position": {"type": "end"}}}
        return self._write("PATCH", f"pages/{id_}/markdown", body, self._content, id_)

    def create_database(self, parent: str, title: Sequence[Body], properties: Body) -> Json:
        """A database with one data source, under a page."""
        body = {
            "parent": {"type": "page_id", "page_id": parent},
            "title": title,
            "initial_data_source": {"properties": properties},
        }
        return self._write("POST", "databases", body, self.database)

    def update_data_source(self, id_: str, properties: Body) -> Json:
        """Add or change these properties of a schema; others stay."""
        return self._write("PATCH", f"data_sources/{id_}", {"properties": properties}, self.data_source, id_)

    def put_away(self, kind: str, id_: str, away: bool) -> Json:
        """Into the trash, or out of it. `kind`: `pages` (rows, too) or `databases`."""
        read = self.database if kind == "databases" else self.page
        return self._write("PATCH", f"{kind}/{id_}", {"in_trash": away}, read, id_)

    # ---- how

    def _content(self, id_: str) -> Json:
        return _dict(self._sdk.pages.retrieve_markdown(id_))

    def _write(self, method: str, path: str, body: Body, read: Callable[[str], Json], id_: str | None = None) -> Json:
        """Send once. `read` brings what was saved without an answer; `id_`: whose, None for what is made anew."""
        try:
            return self._call(method, path, body)
        except ConnectorError as error:
            kept = saved(error)
            there = (id_ or kept.id) if kept else None
            if there is None:
                raise
            return read(there)

    def _call(self, method: str, path: str, body: Body | None = None, query: dict[str, Json] | None = None) -> Json:
        return _dict(self._sdk.request(path=path, method=method, body=dict(body) if body else None, query=query))

    def _listed(self, path: str, body: Body | None = None) -> Iterator[Json]:
        start: str | None = None
        while True:
            paging = _given({"page_size": PAGE, "start_cursor": start})
            answer = self._call("POST", path, dict(body) | paging) if body else self._call("GET", path, query=paging)
            yield from answer["results"]
            start = answer.get("next_cursor")
            if not answer.get("has_more") or not start:
                return


def _given(body: Body) -> dict[str, Json]:
    return {key: value for key, value in body.items() if value is not None}


def _dict(answer: object) -> Json:
    if not isinstance(answer, dict):
        raise Garbled(f"Notion answered with {type(answer).__name__} where it promises an object")
    return answer
