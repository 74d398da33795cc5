"""The rows that a query finds, in order, up to Notion's 10,000; the last few answers are remembered for paging."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.sandbox.core import Json, Somebody
from connectors.sandbox.notion.conditions import span
from connectors.sandbox.notion.errors import bad_body, invalid, undefined
from connectors.sandbox.notion.filters import TIMESTAMPS, Filters, RowTest, reader, to_minute
from connectors.sandbox.notion.records import DataSource, Page, Property

if TYPE_CHECKING:
    from connectors.sandbox.notion.tables import Tables

MOST_RESULTS = 10_000
REMEMBERED = 8


class Queries:
    """Answers queries; `found` gives all ids of one, whatever the page that was asked for."""

    def __init__(self, store: Tables) -> None:
        self.store = store
        self._answers: OrderedDict[str, tuple[list[str], bool]] = OrderedDict()

    def found(self, source: DataSource, body: Json, actor: Somebody) -> tuple[list[str], bool]:
        """Ids of the rows in order, and whether the limit cut them off."""
        now = self.store.world.now()
        asked = {key: value for key, value in body.items() if key not in ("start_cursor", "page_size")}
        day = now.date().isoformat()
        key = json.dumps([source.id, asked, actor.uuid, self.store.changes, day], sort_keys=True)
        if key not in self._answers:
            rows = self._rows(source, body, actor)
            self._answers[key] = [row.id for row in rows[:MOST_RESULTS]], len(rows) > MOST_RESULTS
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        return self._answers[key]

    def _rows(self, source: DataSource, body: Json, actor: Somebody) -> list[Page]:
        test: RowTest | None = None
        if "filter" in body:
            test = Filters(source, self.store.names, actor, self.store.world.now()).compile(body["filter"])
        archived, trashed = bool(body.get("is_archived", False)), bool(body.get("in_trash", False))
        rows = [
            row for row in map(self.store.nodes.__getitem__, reversed(source.rows))
            if isinstance(row, Page) and row.is_archived is archived and row.in_trash is trashed
            and (test is None or test(row))
        ]  # fmt: skip
        sorts = body.get("sorts") or []
        if not isinstance(sorts, list):
            raise bad_body("body.sorts", "should be an array.")
        for at, sort in reversed(list(enumerate(sorts))):
            rows = _sorted(rows, sort, source, f"body.sorts[{at}]")
        return rows


def _sorted(rows: list[Page], sort: Json, source: DataSource, path: str) -> list[Page]:
    if not isinstance(sort, Mapping):
        raise bad_body(path, "should be an object.")
    if sort.get("direction", "ascending") not in ("ascending", "descending"):
        raise bad_body(f"{path}.direction", 'should be `"ascending"` or `"descending"`.')
    down = sort.get("direction") == "descending"
    if "timestamp" in sort:
        if sort["timestamp"] not in TIMESTAMPS:
            raise bad_body(f"{path}.timestamp", 'should be `"created_time"` or `"last_edited_time"`.')
        created = sort["timestamp"] == "created_time"
        return sorted(rows, key=lambda row: to_minute(row.created if created else row.edited), reverse=down)
    if "property" not in sort:
        raise undefined(f"{path}.property")
    prop = source.property(str(sort["property"]))
    if prop is None:
        raise invalid(f"Could not find sort property with name or id: {sort['property']}")
    keys = [(row, _key(prop, row)) for row in rows]
    full = sorted((pair for pair in keys if pair[1] is not None), key=lambda pair: pair[1], reverse=down)
    return [row for row, _ in full] + [row for row, key in keys if key is None]


def _key(prop: Property, row: Page) -> Json:
    """What a row is sorted by; None (empty) comes last in both directions."""
    value = reader(prop)(row)
    if prop.type == "checkbox":
        return bool(value)
    if value is None or value == "" or value == []:
        return None
    if prop.type in ("select", "status", "multi_select"):
        order = [option.id for option in prop.options]
        held = value if isinstance(value, list) else [value]
        return [order.index(id_) for id_ in held if id_ in order] or None
    if prop.type in ("date", *TIMESTAMPS):
        return span(value)[0]
    if prop.type in ("title", "rich_text", "url", "email", "phone_number"):
        return value.casefold()
    if prop.type in ("number", "unique_id"):
        return value
    return json.dumps(value, sort_keys=True, default=str)
