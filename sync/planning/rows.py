"""What the findings table should hold: a row a finding, closed when it is over, quiet when a person says so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from connectors.base import OwnRow
from connectors.model import EnsureTable, Value
from rules.base import Finding
from rules.engine import Judgement
from rules.flow import calendar
from sync import intent
from sync.decisions import unknown
from sync.house import House
from sync.plan import Held, LeftAlone, Reason, Step, Wanted, adopted, row_steps
from sync.store import Written
from sync.store.findings import sources_of


def on_rows(
    house: House, source: str, judgement: Judgement, unheard: frozenset[str], parts: list[Step | LeftAlone],
    same: dict[str, Mapping[str, Value]],
) -> None:  # fmt: skip
    """Add the steps of the table and its rows to `parts`. What rests on an unheard source is left as it is."""
    parts.extend(_table(house, source))
    rows = house.store.own_rows(source)
    wanted = dict(_open(house, source, judgement, unheard, rows))
    if not unheard:  # nothing is taken back for whom we could not hear
        for key, row in rows.items():
            still = row.values.get("State") in (intent.ROW_OPEN, intent.ROW_QUIET)
            if key not in wanted and still and not row.trashed:
                wanted.update([intent.want_row_closed(source, key, key, row.url)])
    written = house.store.written(want.target for want in wanted.values())
    held = {
        want.target: Held(dict(rows[key].values) if key in rows else {}, *_said(written.get(want.target)))  # type: ignore[arg-type]
        for key, want in wanted.items()
    }
    remotes = {key: row.remote for key, row in rows.items() if not row.trashed}
    parts.extend(row_steps(source, intent.TABLE, list(wanted.items()), held, remotes))
    same.update(adopted(list(wanted.values()), held))


def columns_note(source: str, change: EnsureTable) -> str:
    """Under this name it is remembered that the table has these columns: a later Handrail may want more of them."""
    names = "/".join(f"{one.name}:{one.type}" for one in change.fields)
    return f"columns:{source}/{hashlib.sha256(names.encode()).hexdigest()[:16]}"


def _table(house: House, source: str) -> Iterator[Step]:
    write, target = house.settings.write, f"table:{source}/{intent.TABLE}"
    fields = intent.row_fields(house.rules)
    ensure = EnsureTable(
        intent.TABLE, source, write.notion_parent or "", write.findings_title, fields, intent.ROW_KEY
    )
    if house.store.made(target) and house.store.made(columns_note(source, ensure)):
        return
    reason = Reason("The table of findings, created once; its columns Decision, Until and Because are yours.")
    yield Step(ensure, target, write.findings_title, "", reason)


def _open(
    house: House, source: str, judgement: Judgement, unheard: frozenset[str], rows: Mapping[str, OwnRow]
) -> Iterator[tuple[str, Wanted]]:
    """The findings that have a row, or get one: those that are said, and of the others those that had one before."""
    day = calendar(judgement.board).day / 1e6
    said = {finding.key for finding in judgement.said}
    decided, verdicts = house.store.decisions(), house.verdicts(judgement.board.now)
    for finding in judgement.findings:
        if unheard.intersection(sources_of(finding)) or not (finding.key in said or finding.key in rows):
            continue
        if finding.exempt:
            word = decided[finding.key].word if finding.key in decided else ""
            yield intent.want_row_quiet(source, finding, word)
        else:
            lapsed = verdicts.get(finding.key)
            answer = lapsed.answer if lapsed else _not_understood(finding, rows)
            yield intent.want_row(source, finding, house.terms.hours, day, answer or None)


def _not_understood(finding: Finding, rows: Mapping[str, OwnRow]) -> str:
    row = rows.get(finding.key)
    return unknown(row) if row else ""


def _said(written: Written | None) -> tuple[Mapping[str, Value] | None, Mapping[str, Value]]:
    return (written.values, written.pending) if written else (None, {})
