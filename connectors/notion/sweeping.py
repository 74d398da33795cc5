"""What has become of rows that no query lists any more: the trash, the archive, another place, or out of sight.

Notion's queries return neither trashed nor archived nor moved rows, and absence proves nothing by itself (reference,
"Query a data source"). So a sweep lists the ids of all rows, asks for the archived ones, and reads each id that is
left once. A listing that fails, or ends early, is concluded nothing from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import Scope, Stored
from connectors.errors import Missing
from connectors.model import Presence, Ref
from connectors.notion import walks
from connectors.notion.mapping import Row, home_of
from connectors.notion.schema import Binding
from connectors.notion.sources import Sources, Table

State = Mapping[str, Any]

_DERIVED = frozenset({"formula", "rollup", "relation"})
"""Types whose change may not move a row's edit time (Notion does not say): a sweep reads their rows whole."""


@dataclass(slots=True)
class Found:
    """What a sweep has settled: rows worth keeping as they are now, and items that are no longer present, and how."""

    rows: list[Row] = field(default_factory=list)
    absent: dict[Ref, Presence] = field(default_factory=dict)


class Sweeps:
    """`stored`: which rows are kept as present; without it nothing is ever swept. `every` None: no schedule."""

    def __init__(
        self, sources: Sources, stored: Stored | None, every: timedelta | None, clock: Callable[[], datetime]
    ) -> None:  # fmt: skip
        self._sources, self._notion, self._id = sources, sources.notion, sources.source
        self._stored, self._every, self._clock = stored, every, clock

    def due(self, state: State) -> bool:
        """Whether it is time, by what the cursor says of the last one."""
        if self._stored is None or self._every is None:
            return False
        try:
            swept = datetime.fromisoformat(state.get("swept") or "")
        except ValueError:
            return True
        return self._clock() - swept.astimezone(UTC) >= self._every

    def done(self) -> dict[str, str]:
        """What a cursor says once everything has been listed."""
        return {"swept": self._clock().isoformat(timespec="seconds")}

    def sweep(self, table: Table, data_source: str, binding: Binding, known: Callable[[Row], bool]) -> Found:
        """List everything, and settle what is kept and not listed. `known`: whether a whole row is kept as it is.

        ⌈N/100⌉ requests while nothing has vanished.
        """
        held, found = self.held(table, data_source), Found()
        whole = any(prop.type in _DERIVED for prop in (*binding.fields, binding.due, binding.link) if prop)
        seen: set[str] = set()
        only = None if whole else ("title",)
        for rows, _, _ in walks.walk(self._notion, data_source, "created_time", only=only):
            seen.update(row["id"] for row in rows)
            found.rows += [row for row in rows if whole and not known(row)]
        if not whole:  # restored, unarchived or moved back without an edit that a query would show
            found.rows += [row for id_ in sorted(seen - held) if (row := self._row(id_)) is not None]
        self.settle(data_source, held - seen, found)
        return found

    def held(self, table: Table, data_source: str) -> set[str]:
        """Ids of the rows of a table that are kept as present."""
        if self._stored is None:
            return set()
        return {ref.id for ref in self._stored(Scope(self._id, data_source, table.role))}

    def settle(self, data_source: str, lost: Collection[str], found: Found) -> None:
        """What became of these rows, which a complete listing did not show."""
        left = set(lost)
        for row in self._archived(data_source, len(left)) if len(left) > 1 else ():
            if row["id"] in left:
                left.discard(row["id"])
                found.rows.append(row)
            if not left:
                break
        for id_ in sorted(left):
            now = self._row(id_)
            if now is None:
                found.absent[Ref(self._id, id_)] = "unseen"
            elif self.is_elsewhere(now):
                found.absent[Ref(self._id, id_)] = "outside"
            else:
                found.rows.append(now)

    def _archived(self, data_source: str, most: int) -> Iterator[Row]:
        """Archived rows, the latest first; no more requests than single reads would cost."""
        sorts, cursor = [{"timestamp": "last_edited_time", "direction": "descending"}], None
        for _ in range(most):
            answer = self._notion.query(data_source, sorts=sorts, start_cursor=cursor, is_archived=True)
            yield from (row for row in answer["results"] if "properties" in row)
            cursor = answer.get("next_cursor") if answer.get("has_more") else None
            if cursor is None:
                return

    def _row(self, id_: str) -> Row | None:
        try:
            row: Row = self._notion.page(id_)
        except Missing:
            return None
        return row if "properties" in row else None

    def is_elsewhere(self, row: Row) -> bool:
        """Whether a row's home is none of the config's data sources."""
        homes = {self._sources.data_source_of(table) or table.id for table in self._sources.tables.values()}
        return home_of(row) not in homes
