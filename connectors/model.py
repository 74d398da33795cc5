"""The words of the boundary: what comes in from a vendor, and what goes out to one.

What is stored here are facts, in the vendor's own columns, names and ids. What they mean (stages, waits,
findings) is derived later, so that a changed config re-reads the past without a new download.
All instants are timezone-aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from connectors.document import Document

Value = str | float | int | bool | tuple[str, ...] | None
"""A field's value. Options and people by id, dates as ISO 8601 text, several of them as a tuple."""

EventKind = Literal[
    "created", "transition", "owner", "field", "completed", "reopened", "approval", "comment",
    "due", "start", "renamed", "described", "added", "removed", "tag", "dependency", "subtask",
    "attachment", "duplicate", "other",
]  # fmt: skip
"""What a dated fact is about. `transition`: the column changed; `owner`: the owner changed; `field`: any mapped
field; `approval`: the approval status changed; `added`/`removed`: to or from a container; `other`: kept, opaque."""

ActorKind = Literal["person", "own", "bot", "rule", "unknown"]
"""Who did it. `own`: the user behind our token; `bot`: listed in the config; `rule`: the vendor's automation or
system; `unknown`: the vendor does not say."""

ItemKind = Literal["task", "milestone", "approval", "page", "idea", "experiment"]

Presence = Literal["present", "archived", "trashed", "unseen", "outside"]
"""`unseen`: a complete sweep no longer saw it and one direct read did not find it. `outside`: it is there, and no
longer in anything that the config reads. None of them is ever read as finished."""


class Ref(NamedTuple):
    """Where an item lives: the id of the source in the config, and the vendor's own id."""

    source: str
    id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Read `source:id`; ValueError when there is no colon."""
        source, colon, id_ = text.partition(":")
        if not (source and colon and id_):
            raise ValueError(f"{text!r} is no ref; a ref looks like asana:1201")
        return cls(source, id_)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the vendor knows. `ref.id` is the vendor's user id."""

    ref: Ref
    name: str
    email: str | None = None
    kind: Literal["person", "bot", "group", "own"] = "person"
    active: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """The vendor's own word for where an item is: a section, a status option."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class FieldDef:
    """A custom field or property as the vendor defines it. `options`: option id and name, disabled ones too.

    `writable`: False for what the vendor computes or keeps to itself (formulas, read-only fields, ids), and where a
    mark tells our fields from people's, for theirs. `why`: the reason and the way out, where there is more to say.
    """

    id: str
    name: str
    type: str
    options: tuple[tuple[str, str], ...] = ()
    writable: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """An Asana project or a Notion data source. `role` is the config's word for a data source (work, ideas, …).

    `shut`: why our fields do not belong on its items; empty where the config wants none; None: they may be there.
    """

    ref: Ref
    name: str
    url: str = ""
    role: str = "work"
    private: bool | None = None
    columns: tuple[Column, ...] = ()
    fields: tuple[FieldDef, ...] = ()
    shut: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """One home of an item: a container and, where it has any, the column in it. Both by id."""

    container: str
    column: str | None = None


OWN_TEXT = ("notes", "markdown")
"""Types of fields that hold an item's own text, plain or as markdown. They are there only where the config asks."""


@dataclass(frozen=True, slots=True)
class Field:
    """The value of one mapped field. `text` is what a person sees; empty when there is none. A field of a type in
    `OWN_TEXT` holds the item's own text: a task's description, a page's content."""

    id: str
    name: str
    type: str
    value: Value = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One unit of work as the vendor shows it now.

    `version` is whatever the vendor changes when the item changes (Asana: `modified_at`; Notion: a hash of the
    row): equal versions mean that nothing needs to be read again. `owner` and `helpers` are vendor user ids.
    """

    ref: Ref
    kind: ItemKind
    title: str
    url: str
    created_at: datetime
    modified_at: datetime
    version: str
    placements: tuple[Placement, ...] = ()
    created_by: str | None = None
    owner: str | None = None
    helpers: tuple[str, ...] = ()
    completed: bool = False
    completed_at: datetime | None = None
    approval: str | None = None
    due: str | None = None
    start: str | None = None
    parent: str | None = None
    subtasks: int = 0
    tags: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    links: tuple[str, ...] = ()
    presence: Presence = "present"


@dataclass(frozen=True, slots=True)
class Event:
    """A dated fact about one item. `source_id` is unique within the item; `seq` orders events of one instant.

    `at` is the instant, or the latest it can have been when `not_before` is given (then `approximate`).
    `old` and `new` are ids or raw values, `old_text` and `new_text` the names at the time. For a `transition`
    they are columns of `container`; for an `owner` event people's vendor ids.
    """

    ref: Ref
    at: datetime
    seq: int
    kind: EventKind
    source_id: str
    field: str = ""
    field_name: str = ""
    container: str = ""
    old: str | None = None
    new: str | None = None
    old_text: str | None = None
    new_text: str | None = None
    actor: str | None = None
    actor_kind: ActorKind = "unknown"
    not_before: datetime | None = None
    approximate: bool = False


# ---- what goes out -------------------------------------------------------------------------------------------

OwnType = Literal["option", "date", "text", "number", "url"]


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field, property or table column that Handrail owns. `options` in the order they are created."""

    name: str
    type: OwnType
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnsureFields:
    """Create our fields where they are missing and attach them to a container. Never changes a person's field."""

    key: str
    container: Ref
    fields: tuple[OwnField, ...]


@dataclass(frozen=True, slots=True)
class EnsureTable:
    """Create the table that holds our rows (Notion: a database with one data source) under a page, once."""

    key: str
    source: str
    parent: str
    title: str
    fields: tuple[OwnField, ...]
    key_field: str


@dataclass(frozen=True, slots=True)
class SetFields:
    """Set our own fields on an item. `before` is what they held when this was decided; None empties a field.

    Values by field name; an option by its name, a date as `YYYY-MM-DD`.
    """

    key: str
    ref: Ref
    values: Mapping[str, Value]
    before: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class PutRow:
    """Create or update the row of our table whose key field holds `row`. `remote` is its id when we know it."""

    key: str
    source: str
    table: str
    row: str
    title: str
    values: Mapping[str, Value]
    before: Mapping[str, Value]
    remote: str | None = None


@dataclass(frozen=True, slots=True)
class PutPage:
    """Create or rewrite a page that Handrail owns. `remote` is its id when we know it.

    `digest` is the hash of what a reader would call its content (the as-of line left out). `expect`: rewrite only a
    page whose content is one of these; empty: whatever it is. `region`: the page is `parent`, a person's, and only
    what stands between two marks in it is ours. `before`: the digest of what stood there when this was decided, ""
    for nothing of ours; None where it does not matter.
    """

    key: str
    source: str
    parent: str
    title: str
    document: Document
    digest: str
    remote: str | None = None
    expect: tuple[Document, ...] = ()
    region: bool = False
    before: str | None = None


@dataclass(frozen=True, slots=True)
class PutAway:
    """Put something that Handrail made into the trash, or (not `away`) take it out again.

    Only what is still ours: a row whose columns hold `values` and nothing else, a page whose content is one of
    `expect`, a table without rows. `key`: of the change that made it; `table`: of the table that a row is in.
    """

    key: str
    source: str
    what: Literal["row", "page", "table"]
    remote: str
    away: bool = True
    table: str = ""
    title: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    expect: tuple[Document, ...] = ()


StatusType = Literal["on_track", "at_risk", "off_track", "on_hold", "complete", "dropped"]


@dataclass(frozen=True, slots=True)
class PostStatus:
    """Say how a whole container is to everybody who follows it. It notifies them, and can never be edited.

    At most one a week and container, and only where it says something else than ours before it. `text`: plain, or
    the vendor's rich text; what is not valid goes out as plain text. `link`: an address at its end; it is no part of
    the words by which a post is known again.
    """

    key: str
    container: Ref
    status: StatusType
    title: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class PostComment:
    """Comment on an item, once for each key. It notifies its followers. `text`, `link`: as in PostStatus."""

    key: str
    ref: Ref
    text: str
    pinned: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class PutBrief:
    """Write a container's brief, where it has none, or ours as we left it. `text` as in PostStatus."""

    key: str
    container: Ref
    title: str
    text: str


Post = PostStatus | PostComment | PutBrief
"""What people are told, or see, outside our own fields, table and pages: never sent unless the config asks for it."""

Change = EnsureFields | EnsureTable | SetFields | PutRow | PutPage | PutAway | Post


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a change reached the vendor.

    `outcome`: `written`; `found` (it was there already, by our mark); `moved_on` (what we would have replaced was
    no longer what we had decided on: left alone). `remote`: the vendor's id of what was written; `values`: what it
    holds now, by field name; `version`: the item's new version, so that our own write costs no second read;
    `seen_version`: the version that was seen right before the write. `fields`: of an item whose vendor keeps no
    history, our fields as its next look shows them.
    """

    key: str
    outcome: Literal["written", "found", "moved_on"]
    remote: str = ""
    url: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    version: str = ""
    note: str = ""
    seen_version: str = ""
    fields: tuple[Field, ...] = ()
