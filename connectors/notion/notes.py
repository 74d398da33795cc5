"""What the connector remembers between runs, all of it safe to lose: it is found again at the price of requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar

from connectors.base import Memory
from connectors.notion.properties import TITLE
from connectors.notion.schema import Schema, from_text, to_text

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class OwnTable:
    """Our own table: ids, address, its key column, and our names of its columns → their property ids."""

    data_source: str
    url: str
    key_field: str
    columns: Mapping[str, str]


def own_table(schema: Schema, url: str = "") -> OwnTable | None:
    """The table that a schema describes, when it is ours: by the mark on its key column."""
    own = schema.own()
    key = next((prop.name for prop in own.values() if prop.mark == "key"), None)
    if key is None:
        return None
    columns = {TITLE: schema.title().id} | {name: prop.id for name, prop in own.items()}
    return OwnTable(schema.id, url or schema.url, key, columns)


class Notes:
    """The connector's memory with names for what is in it."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, key: str) -> str | None:
        """A plain note; None when there is none."""
        return self._memory.get(key) or None

    def set(self, key: str, value: str) -> None:
        """Note it."""
        self._memory.set(key, value)

    def forget(self, key: str) -> None:
        """As if it had never been noted."""
        self._memory.set(key, "")

    def schema(self, data_source: str) -> Schema | None:
        """The schema as last seen."""
        return _read(self.get(f"schema:{data_source}"), from_text)

    def keep_schema(self, schema: Schema) -> None:
        """Note the schema, when it is news."""
        if self.schema(schema.id) != schema:
            self.set(f"schema:{schema.id}", to_text(schema))

    def table(self, key: str) -> OwnTable | None:
        """Our table by the key of the change that made it."""
        return _read(self.get(f"table:{key}"), lambda text: OwnTable(**json.loads(text)))

    def keep_table(self, key: str, table: OwnTable) -> None:
        """Note our table, when it is news."""
        if self.table(key) != table:
            self.set(f"table:{key}", json.dumps(asdict(table), ensure_ascii=False))


def _read(text: str | None, read: Callable[[str], _T]) -> _T | None:
    """None for a note that is missing, or that another version wrote."""
    try:
        return read(text) if text else None
    except (ValueError, TypeError, KeyError):
        return None


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page of ours as noted: id, address, digest of the content that we sent; "" is unknown.

    `blocks`: marks of our blocks on it, `shown`: as Notion gave them back; `begun`: of a write without an answer yet.
    """

    id: str
    url: str = ""
    digest: str = ""
    blocks: tuple[str, ...] = ()
    shown: bool = False
    begun: tuple[str, ...] = ()


def own_page(text: str | None) -> OwnPage | None:
    """A page of ours from its note; None for none, or for one that this version does not understand."""
    try:
        told = json.loads(text) if text else None
        marks = {name: tuple(told.get(name, ())) for name in ("blocks", "begun")} if told else {}
        return OwnPage(**(told | marks)) if told else None
    except (ValueError, TypeError, AttributeError):
        return None
