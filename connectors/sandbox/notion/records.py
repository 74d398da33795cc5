"""What a pretend Notion workspace is made of. Instants are kept whole; they are rounded when they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from connectors.sandbox.core import Json

ParentKind = Literal["workspace", "page", "block", "database", "data_source"]


@dataclass(slots=True)
class Node:
    """Anything with an id and a place in the tree. `by` fields are user ids (uuids).

    `children`: ids of blocks, child pages and child databases, in order.
    """

    id: str
    parent_kind: ParentKind
    parent: str
    created: datetime
    created_by: str
    edited: datetime
    edited_by: str
    in_trash: bool = False
    children: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Block(Node):
    """A piece of a page. `content` is what stands under the key named by `type`, in response form."""

    type: str = "paragraph"
    content: Json = None


@dataclass(slots=True)
class Page(Node):
    """A page, or a row when its parent is a data source.

    `values`: by property id. Title and rich text as response items; select and status as option id; multi_select,
    people and relation as lists of ids; the others as the API shows them. A plain page has `title` only.
    """

    values: dict[str, Json] = field(default_factory=dict)
    icon: Json = None
    cover: Json = None
    is_archived: bool = False
    is_locked: bool = False
    number: int = 0


@dataclass(slots=True)
class Database(Node):
    """A container of data sources. `title` and `description` as response rich text."""

    title: list[Json] = field(default_factory=list)
    description: list[Json] = field(default_factory=list)
    icon: Json = None
    cover: Json = None
    is_inline: bool = False
    is_locked: bool = False
    sources: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Option:
    """A choice of a select, multi_select or status property. `group` only for status."""

    id: str
    name: str
    color: str = "default"
    description: str | None = None
    group: str = ""


@dataclass(slots=True)
class Property:
    """A column of a data source. `config`: what stands under the type's key, without options."""

    id: str
    name: str
    type: str
    config: Json = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    description: str | None = None

    def option(self, name_or_id: str) -> Option | None:
        """By id, else by name."""
        found = next((o for o in self.options if o.id == name_or_id), None)
        return found or next((o for o in self.options if o.name == name_or_id), None)


@dataclass(slots=True)
class DataSource(Node):
    """A table: its schema by property id, and its rows' ids in order of creation (trashed ones too).

    `synced_from`: the id of the data source that another tool fills it from; its pages take no content.
    """

    title: list[Json] = field(default_factory=list)
    description: list[Json] = field(default_factory=list)
    icon: Json = None
    properties: dict[str, Property] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)
    numbered: int = 0
    synced_from: str | None = None

    def property(self, name_or_id: str) -> Property | None:
        """By id (as shown, percent-encoded), else by name."""
        return self.properties.get(name_or_id) or next(
            (p for p in self.properties.values() if p.name == name_or_id), None
        )


@dataclass(slots=True)
class Comment:
    """A comment on a page or a block. The first one of a discussion carries it."""

    id: str
    discussion: str
    parent_kind: Literal["page", "block"]
    parent: str
    created: datetime
    created_by: str
    edited: datetime
    rich_text: list[Json]
    display_name: Json = None
    attachments: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """A saved look at a data source. `settings`: filter, sorts, quick_filters, configuration."""

    id: str
    database: str
    source: str
    name: str
    type: str
    created: datetime
    created_by: str
    edited: datetime
    edited_by: str
    settings: dict[str, Json] = field(default_factory=dict)


@dataclass(slots=True)
class Upload:
    """A file sent by the API; it goes away an hour after its creation unless something uses it."""

    id: str
    created: datetime
    created_by: str
    filename: str | None
    content_type: str | None
    mode: str = "single_part"
    total_parts: int | None = None
    status: str = "pending"
    parts: dict[int, bytes] = field(default_factory=dict)
    attached: bool = False

    @property
    def content(self) -> bytes:
        """All parts in order."""
        return b"".join(self.parts[number] for number in sorted(self.parts))
