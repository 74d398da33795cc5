"""A data source's schema, and which of its properties the config means. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from connectors.errors import Garbled, Rejected
from connectors.model import Column, Container, FieldDef, Ref
from connectors.notion.options import TableOptions
from connectors.notion.values import plain_text

Json = Any

Mark = Literal["", "own", "key"]
OWN = "Written by Handrail."
KEY = "Handrail knows its rows by this."
"""How the descriptions of our properties begin. A property without one of these is a person's, whatever its name."""

COMPUTED = frozenset({
    "formula", "rollup", "unique_id", "button", "created_time", "created_by", "last_edited_time", "last_edited_by",
})  # fmt: skip
"""Types whose values nobody can set."""
WITH_OPTIONS = frozenset({"select", "status", "multi_select"})
FITTING: Mapping[str, frozenset[str]] = {
    "status": frozenset({"status", "select"}),
    "owner": frozenset({"people", "created_by", "last_edited_by"}),
    "due": frozenset({"date", "formula", "rollup", "created_time", "last_edited_time"}),
    "reviewed": frozenset({"date", "formula", "rollup", "created_time", "last_edited_time"}),
    "parked_until": frozenset({"date", "formula", "rollup"}),
    "link": frozenset({"url", "rich_text", "formula", "rollup", "relation"}),
    "complete": frozenset({"relation", "people", "rich_text", "title"}),
}
"""Property types that can mean what the config says; any type where nothing is listed."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property as the schema defines it. `id` is decoded; `options` are ids and names, in the vendor's order.

    `mark`: it is ours by its description: a column that we write, or the one that holds a row's key.
    """

    id: str
    name: str
    type: str
    options: tuple[tuple[str, str], ...] = ()
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """A data source: its id, name, address and properties. `synced`: Notion fills it from another tool, one way."""

    id: str
    name: str
    url: str
    properties: tuple[Property, ...]
    synced: bool = False

    def find(self, name_or_id: str) -> Property | None:
        """By name, else by id (encoded or not)."""
        decoded = unquote(name_or_id)
        named = (prop for prop in self.properties if prop.name == name_or_id)
        return next(named, None) or next((prop for prop in self.properties if prop.id == decoded), None)

    def title(self) -> Property:
        """The title property: every data source has exactly one."""
        found = next((prop for prop in self.properties if prop.type == "title"), None)
        if found is None:
            raise Garbled(f"data source {self.name!r} came without a title property")
        return found

    def own(self) -> dict[str, Property]:
        """Our own properties by name: all that carry a mark."""
        return {prop.name: prop for prop in self.properties if prop.mark}

    def fits(self, row: Mapping[str, Json]) -> bool:
        """Whether this row of the data source still has these properties and no option that we do not know."""
        have = {unquote(body.get("id", "")): (name, body) for name, body in row.get("properties", {}).items()}
        if {(prop.id, prop.name, prop.type) for prop in self.properties} != {
            (id_, name, body.get("type", "")) for id_, (name, body) in have.items()
        }:
            return False
        return all(
            set(_chosen(have[prop.id][1])) <= set(prop.options)
            for prop in self.properties
            if prop.type in WITH_OPTIONS
        )


def schema_of(data_source: Mapping[str, Json]) -> Schema:
    """From `GET /data_sources/{id}`."""
    properties = tuple(
        Property(unquote(body["id"]), name, body.get("type", ""), _options(body), _mark(body))
        for name, body in data_source["properties"].items()
    )
    parent = data_source.get("parent") or {}  # only of a synced one is it a data source again (SDK 5.26, its types)
    return Schema(
        data_source["id"], plain_text(data_source.get("title")), data_source.get("url") or "", properties,
        parent.get("type") == "data_source_id",
    )  # fmt: skip


def _mark(body: Mapping[str, Json]) -> Mark:
    description = body.get("description") or ""
    return "own" if description.startswith(OWN) else "key" if description.startswith(KEY) else ""


def to_text(schema: Schema) -> str:
    """For the connector's memory; `from_text` reads it back equal."""
    rows = [[prop.id, prop.name, prop.type, prop.options, prop.mark] for prop in schema.properties]
    return json.dumps(
        [schema.id, schema.name, schema.url, rows, schema.synced], ensure_ascii=False, separators=(",", ":")
    )


def from_text(text: str) -> Schema:
    """What `to_text` gave."""
    id_, name, url, rows, synced = json.loads(text)
    read = (Property(i, n, t, tuple((one, words) for one, words in options), mark) for i, n, t, options, mark in rows)
    return Schema(id_, name, url, tuple(read), synced)


def _options(body: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    listed = (body.get(body.get("type", "")) or {}).get("options") or () if body.get("type") in WITH_OPTIONS else ()
    return tuple((option["id"], option["name"]) for option in listed)


def _chosen(body: Mapping[str, Json]) -> list[tuple[str, str]]:
    value = body.get(body.get("type", ""))
    several = value if isinstance(value, list) else [value] if value else []
    return [(option.get("id", ""), option.get("name", "")) for option in several]


# ---- what the config means -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Binding:
    """A schema with the config's words for it: the property behind each word, and those kept as fields.

    `complete`: those that are read whole; `body`: the page's content is kept, too.
    """

    schema: Schema
    role: str
    status: Property | None = None
    owner: Property | None = None
    due: Property | None = None
    link: Property | None = None
    team: Property | None = None
    fields: tuple[Property, ...] = ()
    complete: tuple[Property, ...] = ()
    body: bool = False
    write_status: bool = True

    @property
    def own(self) -> frozenset[str]:
        """Ids of our own properties."""
        return frozenset(prop.id for prop in self.fields if prop.mark)


def bind(schema: Schema, options: TableOptions, role: str, team: str | None = None) -> Binding:
    """Find the properties that the config names; our own are kept as fields, too. `team`: the source's team field.

    Rejected names every one that is missing or of a type that cannot mean it, with the nearest names.
    """
    problems: list[str] = []
    words = ("status", "owner", "team", "priority", "due", "reviewed", "parked_until", "link")
    found = {word: _named(schema, word, getattr(options, word), problems) for word in words}
    extra = [_named(schema, "fields", name, problems) for name in options.fields]
    complete = [_named(schema, "complete", name, problems) for name in options.complete]
    if problems:
        raise Rejected(f"data source {schema.name!r} does not fit its table in the config: " + "; ".join(problems))
    if found["team"] is None and team:
        found["team"] = schema.find(team)
    kept = [found["team"], found["priority"], found["due"], found["reviewed"], found["parked_until"], *extra]
    kept += [prop for prop in schema.properties if prop.mark == "own"]
    fields = tuple(dict.fromkeys(prop for prop in kept if prop is not None))
    return Binding(
        schema, role, found["status"], found["owner"], found["due"], found["link"], found["team"], fields,
        tuple(prop for prop in complete if prop is not None), options.body, options.write_status,
    )  # fmt: skip


def _named(schema: Schema, word: str, wanted: str | None, problems: list[str]) -> Property | None:
    if wanted is None:
        return None
    prop = schema.find(wanted)
    if prop is None:
        problems.append(f"{word} = {wanted!r}: there is no such property{nearest(wanted, schema.properties)}")
    elif prop.type not in FITTING.get(word, {prop.type}):
        fitting = ", ".join(sorted(FITTING[word]))
        problems.append(f"{word} = {wanted!r}: it is a {prop.type} property; {word} needs one of {fitting}")
    return prop


def nearest(wanted: str, properties: Sequence[Property]) -> str:
    """A hint at what may have been meant: the nearest names, else all of them."""
    names = [prop.name for prop in properties]
    folded = {name.casefold(): name for name in names}
    close = [folded[name] for name in difflib.get_close_matches(wanted.casefold(), folded, n=3, cutoff=0.5)]
    if close:
        return " (did you mean " + " or ".join(repr(name) for name in close) + "?)"
    return " (there are: " + ", ".join(repr(name) for name in names) + ")"


def container(source: str, binding: Binding) -> Container:
    """The data source in the model's words: its status options are the columns."""
    schema = binding.schema
    columns = tuple(Column(id_, name) for id_, name in binding.status.options) if binding.status else ()
    fields = tuple(map(_field_def, schema.properties))
    shut = "" if not binding.write_status else SYNCED_TABLE if schema.synced else None
    return Container(Ref(source, schema.id), schema.name, schema.url, binding.role, None, columns, fields, shut)


SYNCED_TABLE = (
    "Notion syncs this table from another tool, so nothing is written to its rows; say so with write_status = false "
    "in its table of the config"
)


def _field_def(prop: Property) -> FieldDef:
    """Only what carries our mark is ours to write, and only while it can hold anything."""
    why = "" if prop.mark == "own" else _THEIRS
    if prop.type in COMPUTED:
        why = f"is of type {prop.type}, which nobody can write to; rename it, or give ours another name {_WHERE}"
    return FieldDef(prop.id, prop.name, prop.type, prop.options, not why, why)


_WHERE = "under [write] fields"
_THEIRS = (
    f"is a person's; rename it, give ours another name {_WHERE}, or hand it over by beginning its description with "
    f"“{OWN}”"
)
