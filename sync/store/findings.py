"""What was found, run after run: when each finding was first and last seen, and how its level moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from connectors.model import Ref
from rules.base import Finding
from sync.store.bulk import Row, put
from sync.store.codec import dump, instant, load, micros, plain
from sync.store.opening import writing
from sync.store.schema import FINDING, FINDING_CHANGE

_RANK = {"warn": 0, "breach": 1}


@dataclass(frozen=True, slots=True)
class Changes:
    """Keys of findings that a run saw for the first time (or again, after they were closed), worse, better, gone."""

    new: tuple[str, ...] = ()
    escalated: tuple[str, ...] = ()
    eased: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding that holds: `since` when the trouble began, first and last seen by a run."""

    key: str
    rule: str
    level: str
    sentence: str
    since: datetime
    first_seen: datetime
    last_seen: datetime
    limit: str = ""
    limit_from: str = ""
    config_hash: str = ""


class Findings:
    """The part of the store that remembers findings."""

    engine: Engine

    def note_findings(
        self, run: str, as_of: datetime, findings: Iterable[Finding], heard: Collection[str], config_hash: str = ""
    ) -> Changes:
        """Note what a run found. What it no longer found is closed only when every source behind it was heard.

        Noting the same again changes nothing.
        """
        now = micros(as_of)
        with writing(self.engine).begin() as connection:
            before = {row.key: row for row in connection.execute(select(FINDING))}
            there = {finding.key: finding for finding in findings}
            moved: dict[str, str] = {}
            rows: list[Row] = []
            for key, finding in there.items():
                row, what = _seen(finding, before.get(key), run, now, config_hash)
                rows.append(row)
                if what:
                    moved[key] = what
            gone = [row for key, row in before.items() if _over(row, key in there, heard)]
            rows.extend(dict(row._mapping) | {"closed_at": now, "run": run} for row in gone)
            moved |= {row.key: "closed" for row in gone}
            put(connection, FINDING, rows)
            _note_moves(connection, run, now, moved, {row["key"]: row["level"] for row in rows})
        return Changes(*(_keys(moved, what) for what in ("new", "escalated", "eased", "closed")))

    def open_findings(self) -> list[OpenFinding]:
        """Findings that held when they were last looked at, sorted by key."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(FINDING).where(FINDING.c.closed_at.is_(None))).all()
        return sorted(
            (
                OpenFinding(
                    row.key, row.rule, row.level, row.sentence, instant(row.since), instant(row.first_seen),
                    instant(row.last_seen), row.limit_text, row.limit_from, row.config_hash,
                )
                for row in rows
            ),
            key=lambda one: one.key,
        )  # fmt: skip

    def first_seen(self) -> dict[str, datetime]:
        """By key of each finding that holds, when a run first found it."""
        query = select(FINDING.c.key, FINDING.c.first_seen).where(FINDING.c.closed_at.is_(None))
        with self.engine.connect() as connection:
            return {row.key: instant(row.first_seen) for row in connection.execute(query)}

    def finding_history(self, key: str) -> list[tuple[datetime, str, str]]:
        """When a finding was new, escalated, eased, closed, with its level then; oldest first."""
        query = select(FINDING_CHANGE).where(FINDING_CHANGE.c.key == key).order_by(FINDING_CHANGE.c.id)
        with self.engine.connect() as connection:
            return [(instant(row.at), row.what, row.level) for row in connection.execute(query)]


def sources_of(finding: Finding) -> tuple[str, ...]:
    """The sources whose facts a finding rests on."""
    refs = [*finding.refs, *([finding.subject.id] if finding.subject.kind == "item" else [])]
    return tuple(sorted({Ref.parse(ref).source for ref in refs}))


def _seen(finding: Finding, before: Any, run: str, now: int, config_hash: str) -> tuple[Row, str]:
    still_open = before is not None and before.closed_at is None
    row = {
        "key": finding.key, "rule": finding.rule, "level": finding.level, "sentence": plain(finding.sentence),
        "sources_json": dump(sources_of(finding)), "since": micros(finding.since),
        "first_seen": min(before.first_seen, now) if still_open else now,
        "last_seen": max(before.last_seen, now) if still_open else now, "closed_at": None, "run": run,
        "limit_text": plain(finding.limit), "limit_from": plain(finding.limit_from), "config_hash": config_hash,
    }  # fmt: skip
    if not still_open:
        return row, "new"
    step = _RANK[finding.level] - _RANK[before.level]
    return row, "escalated" if step > 0 else "eased" if step < 0 else ""


def _over(row: Any, there: bool, heard: Collection[str]) -> bool:
    return row.closed_at is None and not there and all(source in heard for source in load(row.sources_json))


def _note_moves(connection: Connection, run: str, now: int, moved: dict[str, str], levels: dict[str, str]) -> None:
    rows = [
        {"key": key, "run": run, "at": now, "what": what, "level": levels[key]} for key, what in sorted(moved.items())
    ]
    if rows:
        connection.execute(insert(FINDING_CHANGE), rows)


def _keys(moved: dict[str, str], what: str) -> tuple[str, ...]:
    return tuple(sorted(key for key, word in moved.items() if word == what))
