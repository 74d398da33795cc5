"""Backfills as processes, disturbed and calm, and everything that they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sync.config import load
from sync.store import Store
from sync.store.schema import COLUMN, CONTAINER, EVENT, FIELD, ITEM, PERSON
from tests.cli.program import Said, environment, process
from tests.run.worlds import NOW, Rig

AS_OF = ("--as-of", NOW.isoformat())
CHUNK = 50
"""Tasks that are kept together: what a kill may cost."""


def log(tasks: int) -> str:
    """An event log with so many tasks, each moved and handed over a few times."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = ["case:concept:name,concept:name,time:timestamp,org:resource,org:group"]
    for number in range(tasks):
        for step, (column, who) in enumerate((("Briefing", "Lena"), ("Design", "Kofi"), ("Review", "Ana"))):
            at = start + timedelta(minutes=number, hours=3 * step)
            rows.append(f"brief {number},{column},{at.isoformat()},{who},Team {step}")
    return "\n".join([*rows, ""])


def started(config: Path, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """`handrail backfill` as a process of its own, not waited for."""
    return subprocess.Popen(
        [sys.executable, "-m", "sync", "backfill", *arguments, "-c", str(config)], env=environment(env), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=config.parent,
    )  # fmt: skip


def ended(child: subprocess.Popen[str], number: signal.Signals | None = None) -> Said:
    """What it said in the end, after this signal."""
    if number is not None:
        os.kill(child.pid, number)
    out, err = child.communicate(timeout=1800)
    return Said(child.returncode, out, err)


def backfilled(config: Path, *arguments: str, env: dict[str, str] | None = None) -> Said:
    """`handrail backfill` from beginning to end."""
    return ended(started(config, *arguments, env=env))


def stories(one: Rig) -> int:
    """How often the history of a task has been asked for since the log of requests was cleared."""
    return sum(served.path.endswith("/stories") for served in one.app.log.all())


def until(child: subprocess.Popen[str], true: Callable[[], bool]) -> bool:
    """Wait for something while the process lives; whether it came. The limit is only there for a broken one."""
    for _ in range(150_000):
        if true():
            return True
        if child.poll() is not None:
            return False
        time.sleep(0.01)
    pytest.fail("it never happened")


def facts(config: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every fact that is kept, row for row, but for numbers that only count the keeping."""
    with Store.open(load(config, {}).database_url) as store, store.engine.connect() as connection:
        refs = {row.id: (row.source, row.remote) for row in connection.execute(select(ITEM))}
        item = [column for column in ITEM.c if column.name not in ("id", "change", "seen_at")]
        event = [column for column in EVENT.c if column.name not in ("item", "change")]
        told = connection.execute(select(EVENT.c.item, *event)).all()
        tables = {table.name: table.c for table in (PERSON, CONTAINER, COLUMN, FIELD)} | {"item": item}
        return {
            "event": sorted(((*refs[row[0]], *row[1:]) for row in told), key=repr),
            **{name: sorted(map(tuple, connection.execute(select(*columns))), key=repr)
               for name, columns in tables.items()},
        }  # fmt: skip


def exported(config: Path, out: Path) -> dict[str, bytes]:
    """The files of `handrail export`."""
    said = process("export", *AS_OF, "--out", out, "-c", config, cwd=config.parent)
    assert said.code == 0, said.all
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}
