"""Filters and sorts of a data source query, compiled to questions about rows.

At most two levels of `and`/`or`; timestamp filters may stand in groups; people accept `me` (the caller).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.sandbox.core import Json, Somebody
from connectors.sandbox.notion import conditions, texts
from connectors.sandbox.notion.errors import bad_body, invalid, undefined
from connectors.sandbox.notion.names import Names, uuid_of
from connectors.sandbox.notion.records import DataSource, Page, Property

RowTest = Callable[[Page], bool]
MOST_LEVELS = 2
TIMESTAMPS = ("created_time", "last_edited_time")


def to_minute(instant: datetime) -> datetime:
    """Rounded down, as the times are shown and compared."""
    return instant.replace(second=0, microsecond=0)


class Filters:
    """Compiles for one data source and caller."""

    def __init__(self, source: DataSource, names: Names, actor: Somebody, now: datetime) -> None:
        self.source, self.names, self.actor, self.now = source, names, actor, now

    def compile(self, body: Json, path: str = "body.filter", level: int = 0) -> RowTest:
        """The test that a filter describes; 400 for one that is wrong."""
        if not isinstance(body, Mapping):
            raise bad_body(path, "should be an object.")
        for word, fold in (("and", all), ("or", any)):
            if word in body:
                return self._group(body[word], fold, f"{path}.{word}", level)
        if "timestamp" in body:
            return self._timestamp(body, path)
        if "property" in body:
            return self._property(body, path)
        raise undefined(f"{path}.property")

    def _group(self, bodies: Json, fold: Callable[[Any], bool], path: str, level: int) -> RowTest:
        if level >= MOST_LEVELS:
            raise bad_body(path, "should be not present: filters nest at most two levels deep.")
        if not isinstance(bodies, list):
            raise bad_body(path, "should be an array.")
        tests = [self.compile(one, f"{path}[{at}]", level + 1) for at, one in enumerate(bodies)]
        return lambda row: fold(test(row) for test in tests)

    def _timestamp(self, body: Json, path: str) -> RowTest:
        name = body["timestamp"]
        if name not in TIMESTAMPS:
            raise bad_body(f"{path}.timestamp", 'should be `"created_time"` or `"last_edited_time"`.')
        if name not in body:
            raise undefined(f"{path}.{name}")
        ask = conditions.date(body[name], f"{path}.{name}", self.now)
        if name == "created_time":
            return lambda row: ask(to_minute(row.created))
        return lambda row: ask(to_minute(row.edited))

    def _property(self, body: Json, path: str) -> RowTest:
        prop = self.source.property(str(body["property"]))
        if prop is None:
            raise invalid(f"Could not find property with name or id: {body['property']}")
        given = body.get("type") or next((key for key in body if key != "property"), None)
        text_like = ("title", "rich_text", "url", "email", "phone_number")
        if given != prop.type and not (given in text_like and prop.type in text_like):
            raise invalid(f"database property {prop.type} does not match filter {given}")
        if given not in body:
            raise undefined(f"{path}.{given}")
        ask = self.question(prop, body[given], f"{path}.{given}")
        look = reader(prop)
        return lambda row: ask(look(row))

    def question(self, prop: Property, body: Json, path: str) -> conditions.Question:
        """The question that a condition on this property asks of its value."""
        type_ = prop.type
        if type_ in ("title", "rich_text", "url", "email", "phone_number"):
            return conditions.text(body, path)
        if type_ in ("number", "unique_id"):
            return conditions.number(body, path)
        if type_ == "checkbox":
            return conditions.checkbox(body, path)
        if type_ in ("select", "status"):
            return conditions.choice(body, path, lambda wanted: self._option(prop, wanted))
        if type_ == "multi_select":
            return conditions.holding(body, path, lambda wanted: self._option(prop, wanted))
        if type_ in ("people", "created_by", "last_edited_by"):
            return conditions.holding(body, path, lambda wanted: self._person(wanted, path))
        if type_ == "relation":
            return conditions.holding(body, path, lambda wanted: uuid_of(wanted) or str(wanted))
        if type_ in ("date", *TIMESTAMPS):
            return conditions.date(body, path, self.now)
        if type_ == "files":
            return conditions.files(body, path)
        return self._computed(prop, body, path)

    def _computed(self, prop: Property, body: Json, path: str) -> conditions.Question:
        kind, inner = conditions.single(body, path)
        if prop.type == "verification":
            wanted = "unverified" if inner == "none" else inner
            return lambda value: ((value or {}).get("state", "unverified") == wanted) is (kind == "status")
        if prop.type == "rollup" and kind in ("any", "none", "every"):
            ask = self._loose(*conditions.single(inner, f"{path}.{kind}"), path)
            fold: Callable[[Any], bool] = any if kind == "any" else all if kind == "every" else _none
            return lambda value: fold([ask(one.get(one["type"])) for one in (value or {}).get("array") or ()])
        if prop.type not in ("formula", "rollup"):
            raise invalid(f"Filters on properties of type {prop.type} are not supported.")
        ask = self._loose(kind, inner, path)
        key = "boolean" if kind == "checkbox" else kind
        return lambda value: ask((value or {}).get(key))

    def _loose(self, kind: str, body: Json, path: str) -> conditions.Question:
        """A condition on a computed value, of which only the kind is known."""
        path = f"{path}.{kind}"
        if kind in ("string", "rich_text", "title", "url"):
            ask = conditions.text(body, path)
            return lambda value: ask(texts.plain(value) if isinstance(value, list) else value)
        if kind == "number":
            return conditions.number(body, path)
        if kind == "checkbox":
            return conditions.checkbox(body, path)
        if kind == "date":
            return conditions.date(body, path, self.now)
        if kind in ("select", "status"):
            ask = conditions.choice(body, path, lambda wanted: wanted)
            return lambda value: ask(value and value["name"])
        if kind in ("people", "relation", "multi_select"):
            key = "name" if kind == "multi_select" else "id"
            ask = conditions.holding(body, path, lambda wanted: wanted)
            return lambda value: ask([one[key] for one in value or ()])
        raise bad_body(path, "should be not present.")

    def _option(self, prop: Property, wanted: Json) -> str:
        found = prop.option(str(wanted))
        if found is None:
            names = ", ".join(f'"{option.name}"' for option in prop.options)
            raise invalid(
                f'{prop.type} option "{wanted}" not found for property "{prop.name}". Available options: {names}.'
            )
        return found.id

    def _person(self, wanted: Json, path: str) -> str:
        if wanted == "me":
            return self.actor.uuid
        id_ = uuid_of(wanted)
        if id_ is None:
            raise bad_body(path, f'should be a valid uuid or `"me"`, instead was `"{wanted}"`.')
        return id_


def _none(found: Any) -> bool:
    return not any(found)


def reader(prop: Property) -> Callable[[Page], Json]:
    """How a row's value of this property is got, as the questions expect it."""
    type_, id_ = prop.type, prop.id
    if type_ in ("title", "rich_text"):
        return lambda row: texts.plain(row.values.get(id_) or ())
    if type_ == "created_by":
        return lambda row: [row.created_by]
    if type_ == "last_edited_by":
        return lambda row: [row.edited_by]
    if type_ == "created_time":
        return lambda row: to_minute(row.created)
    if type_ == "last_edited_time":
        return lambda row: to_minute(row.edited)
    if type_ == "unique_id":
        return lambda row: row.number
    return lambda row: row.values.get(id_)
