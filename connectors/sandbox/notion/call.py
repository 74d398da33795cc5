"""One request to the pretend Notion, taken apart; and the table of what answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sandbox.core import Json, Request, Somebody
from connectors.sandbox.notion.errors import bad_body, invalid, undefined
from connectors.sandbox.notion.names import uuid_of
from connectors.sandbox.notion.records import DataSource, Node
from connectors.sandbox.notion.shapes import Shapes
from connectors.sandbox.notion.store import N
from connectors.sandbox.notion.texts import check_object

if TYPE_CHECKING:
    from connectors.sandbox.notion.side import NotionSide

MOST_ON_A_PAGE = 100


@dataclass(slots=True)
class Call:
    """What a route works with. `body` is the JSON object sent, empty when there was none."""

    side: NotionSide
    request: Request
    actor: Somebody
    version: str
    body: Mapping[str, Json]
    args: Mapping[str, str]

    @property
    def old(self) -> bool:
        """Whether it speaks 2025-09-03."""
        return self.version < "2026-03-11"

    @property
    def shapes(self) -> Shapes:
        """Shows records at this call's version."""
        return Shapes(self.side, old=self.old)

    def id(self, name: str) -> str:
        """The uuid in the path; 400 when it is none."""
        id_ = uuid_of(self.args[name])
        if id_ is None:
            raise invalid(
                f'path failed validation: path.{name} should be a valid uuid, instead was `"{self.args[name]}"`.'
            )
        return id_

    def seen(self, id_: Json, type_: type[N], kind: str) -> N:
        """The record, if the caller may see it; else 404. A wrong id in a body is 400."""
        uuid = uuid_of(id_)
        if uuid is None:
            raise bad_body(f"body.{kind}_id", f'should be a valid uuid, instead was `"{id_}"`.')
        node = self.side.find(uuid, type_)
        if node is None or not self.side.visible(node, self.actor):
            raise self.side.not_found(kind, uuid)
        return node

    def written(self, id_: Json, type_: type[N], kind: str) -> N:
        """Like `seen`, for a write: 400 when it lies in the trash."""
        node = self.seen(id_, type_, kind)
        self.side.writable(node)
        return node

    def need(self, name: str) -> Json:
        """A part of the body that must be there."""
        if self.body.get(name) is None:
            raise undefined(f"body.{name}")
        return self.body[name]

    def part(self, name: str) -> dict[str, Json]:
        """An object of the body that must be there."""
        return check_object(self.need(name), f"body.{name}")

    def away(self) -> bool | None:
        """Whether the body asks for the trash (`in_trash`; `archived` in the old version), None when it does not."""
        if "archived" in self.body and not self.old:
            raise bad_body("body.archived", "should be not present, use `in_trash` instead.")
        value = self.body.get("in_trash", self.body.get("archived"))
        if value is not None and not isinstance(value, bool):
            raise bad_body("body.in_trash", f'should be a boolean, instead was `"{value}"`.')
        return value

    # ---- pages of a list --------------------------------------------------------------------------------

    def page_size(self) -> int:
        """From the query string or the body; at most 100."""
        where = "body" if self.request.method == "POST" else "query"
        raw = self.body.get("page_size") if where == "body" else self.request.arg("page_size")
        if raw is None:
            return MOST_ON_A_PAGE
        try:
            size = int(raw)
        except (TypeError, ValueError):
            raise invalid(
                f'{where} failed validation: {where}.page_size should be a number, instead was `"{raw}"`.'
            ) from None
        if not 1 <= size <= MOST_ON_A_PAGE:
            limit = "≥ `1`" if size < 1 else f"≤ `{MOST_ON_A_PAGE}`"
            raise invalid(f"{where} failed validation: {where}.page_size should be {limit}, instead was `{size}`.")
        return size

    def cursor(self) -> str | None:
        """Where to go on."""
        if self.request.method == "POST":
            return self.body.get("start_cursor")
        return self.request.arg("start_cursor")

    def cut(self, ids: Sequence[str], prefix: str = "") -> tuple[Sequence[str], str | None]:
        """The ids of this page and the next cursor: the id of the first one that follows."""
        size, cursor, start = self.page_size(), self.cursor(), 0
        if cursor is not None:
            id_ = uuid_of(str(cursor).rpartition(":")[2])
            if id_ is None or id_ not in ids:
                raise invalid(f"The start_cursor provided is invalid: {cursor}")
            start = list(ids).index(id_)
        rest = ids[start + size : start + size + 1]
        return ids[start : start + size], prefix + rest[0] if rest else None


def listed(results: list[Json], next_cursor: str | None, kind: str, **more: Json) -> Json:
    """A list object; `kind` names its own key, as in the recordings."""
    return {
        "object": "list", "results": results, "next_cursor": next_cursor, "has_more": next_cursor is not None,
        "type": kind, kind: {}, **more,
    }  # fmt: skip


Answerer = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers. `writes`: it changes something, so it may be saved and yet answered 503."""

    method: str
    pattern: re.Pattern[str]
    answer: Answerer
    writes: bool


ROUTES: list[Route] = []


def route(method: str, path: str, *, writes: bool | None = None) -> Callable[[Answerer], Answerer]:
    """Put a function into the table. Earlier entries go first, so fixed words come before `{id}`."""
    pattern = re.compile("/v1" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "/?$")
    changes = method != "GET" if writes is None else writes

    def put(answer: Answerer) -> Answerer:
        ROUTES.append(Route(method, pattern, answer, changes))
        return answer

    return put


def data_source_of(node: Node, side: NotionSide) -> DataSource | None:
    """The data source that a row belongs to."""
    found = side.nodes.get(node.parent)
    return found if isinstance(found, DataSource) else None
