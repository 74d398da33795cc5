"""What an operator asks first, gathered from the vitals and the store as plain data. No secret is in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from rules.language import counted
from sync.house import House
from sync.serving import health
from sync.serving.health import Check, hook_words
from sync.serving.secrets import Secrets
from sync.serving.vitals import Snapshot
from sync.staleness import stale
from sync.store import Hook, Run, Waiting

_RUNS = 10


@dataclass(frozen=True, slots=True)
class Watched:
    """A source. `read`: when it was last read whole, None: never; `late`: longer ago than it may be."""

    id: str
    read: datetime | None
    late: bool
    items: int
    requests: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everything the page says. What only the store knows is empty while it does not answer; `checks` says so."""

    now: datetime
    mode: str
    version: str
    vitals: Snapshot
    checks: tuple[Check, ...]
    runs: tuple[Run, ...] = ()
    sources: tuple[Watched, ...] = ()
    inbox: Waiting | None = None
    hooks: tuple[Hook, ...] = ()
    names: dict[tuple[str, str], str] | None = None
    findings: dict[tuple[str, str], int] | None = None


def held(house: House, vitals: Snapshot) -> dict[tuple[str, str], int]:
    """Findings that hold, by rule and level, as last judged here; after a restart as the store has them."""
    found = vitals.findings
    if found is None:
        found = Counter((one.rule, one.level) for one in house.store.open_findings())
    return {(rule.id, level): 0 for rule in house.rules for level in ("breach", "warn")} | {**found}


def status(house: House, vitals: Snapshot, now: datetime) -> Status:
    """How the service is, now."""
    checks = (health.worker(vitals, now), *health.ready(house, now))
    known = Status(now, house.settings.mode, version("handrail"), vitals, checks)
    try:
        return Status(
            now, known.mode, known.version, vitals, checks,
            tuple(house.store.runs(_RUNS)), _sources(house, now), house.store.inbox(), tuple(house.store.hooks()),
            {(one.ref.source, one.ref.id): one.name for one in house.store.containers()}, held(house, vitals),
        )  # fmt: skip
    except SQLAlchemyError:
        return known


def _sources(house: House, now: datetime) -> tuple[Watched, ...]:
    read, late, items = house.store.last_read_whole(), dict(stale(house, now)), house.store.present_by_source()
    tally = house.meter.read()
    return tuple(
        Watched(id_, read.get(id_), id_ in late, items.get(id_, 0), tally.total(id_)) for id_ in house.sources
    )


def run_words(run: Run) -> str:
    """How a run ended."""
    told = run.summary
    if told is None:
        return "still going, or killed"
    if told.get("stopped"):
        return f"parked: {told['stopped']}"
    errors = told.get("errors") or ()
    if not isinstance(errors, list):
        return counted(int(errors), "error") if errors else "done"
    return f"{counted(len(errors), 'error')}: {Secrets().masked(errors[0])[:200]}"


def data(one: Status) -> dict[str, Any]:
    """The same as JSON takes it; instants in ISO 8601."""
    vitals, inbox = one.vitals, one.inbox
    return {
        "ok": all(check.ok for check in one.checks),
        "at": one.now,
        "version": one.version,
        "mode": one.mode,
        "started_at": vitals.started_at,
        "turned_at": vitals.turned_at,
        "next_run": vitals.next_run,
        "run_in_hand": {"kind": vitals.working[0], "since": vitals.working[1]} if vitals.working else None,
        "checks": [check.data() for check in one.checks],
        "runs": [
            {"run": run.id, "kind": run.kind, "mode": run.mode, "as_of": run.as_of, "started_at": run.started_at,
             "ended_at": run.ended_at, "ended": run_words(run), "summary": run.summary}
            for run in one.runs
        ],
        "sources": [
            {"source": each.id, "read_whole_at": each.read, "stale": each.late, "items": each.items,
             "requests": each.requests}
            for each in one.sources
        ],
        "inbox": {"items": inbox.depth, "oldest": inbox.oldest} if inbox else None,
        "webhooks": [
            {"source": hook.source, "scope": hook.scope, "state": hook.state, "heard_at": hook.heard_at,
             "said": hook_words(hook)}
            for hook in one.hooks
        ],
        "findings": [
            {"rule": rule, "level": level, "count": count}
            for (rule, level), count in sorted((one.findings or {}).items())
        ],
    }  # fmt: skip
