"""Deliveries that are lost, doubled and overtaken: after the next sweep nobody can tell."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sync.store.schema import EVENT, ITEM
from tests.run.edits import Hands
from tests.run.living import Life, living
from tests.run.worlds import Rig, rig, stalled_log, sweep_is_due

TROUBLE = [
    {"match": "hook:*", "kind": "drop", "rate": 0.2},
    {"match": "hook:*", "kind": "double", "rate": 0.25},  # of those that are not dropped: a fifth of all
    {"match": "hook:*", "kind": "reorder", "rate": 0.34},  # and of those that are neither
]
SECOND = 1_000_000


def lived(
    folder: Path, seed: int, edits: int, faults: Sequence[dict[str, Any]]
) -> tuple[dict[str, Any], Counter[str]]:
    """A world in which people worked while the service listened, after the sweep of the next day: its state, and
    how often each fault struck."""
    with rig(folder, stalled_log(9)) as one, living(one, "\n[serve]\ndebounce_seconds = 0.05\n") as life:
        life.quiet()
        _subscribe(one, life)
        if faults:
            one.send("POST", "/_sandbox/faults", {"fault": list(faults)})
        pause = random.Random(seed + 1)
        for _ in (hands := Hands(one, random.Random(seed))).work(edits):
            if pause.random() < 0.5:
                one.app.carrier.settle()
        one.app.carrier.settle()
        life.quiet()
        assert life.ran("live") > 0
        runs = life.ran("scheduled") + life.ran("caught_up")
        sweep_is_due(life.store)
        hands.at(timedelta(hours=26))
        life.until(lambda: life.ran("scheduled") + life.ran("caught_up") > runs, "the sweep")
        life.quiet()
        last = max(life.vitals.snapshot().last.values(), key=lambda one: one.at)
        if last.trouble:
            print("TROUBLE", last)
        struck = Counter({one["kind"]: one["struck"] for one in one.get("/_sandbox/faults")["fault"]})
        return {**one.seen(), "page": _told(one.page()), "rows": _open(one.rows()), **_kept(life)}, struck


def _subscribe(one: Rig, life: Life) -> None:
    """A webhook of each vendor, which tells no faults yet."""
    life.tell_asana(one.world.asana.state.projects[0].gid)
    life.store.await_hook("notion", "notion")
    made = one.send("POST", "/_sandbox/notion/webhooks", {"url": f"{life.url}/hooks/notion"})
    assert made["state"] == "active"


def _told(page: str) -> list[str]:
    """The page without what depends on how often somebody looked: the findings that came and went between two looks,
    the counts of our own writes, and who decided (after a write of our own nobody can tell)."""
    page = re.sub(r"## New, closed and eased\n.*?(?=\n## |\Z)", "", page, flags=re.DOTALL)
    page = re.sub("decided by (Lena|somebody)", "decided", page)
    ours = ("Handrail itself wrote", "dated facts")
    return [line for line in page.splitlines() if not any(one in line for one in ours)]


def _open(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, whole where they are open. One that is closed or at rest says what was so when it was last open, and
    who looks less often sees less."""
    return [
        row if row["State"] == "Open" else {name: row[name] for name in ("Key", "State", "Decision")} for row in rows
    ]


def _kept(life: Life) -> dict[str, Any]:
    """The facts in the store. By name, since gids are given in the order of all writes, ours among them; to the
    second, since each write moves the pretend clock by a millisecond; without our own writes, whose number is free.
    """
    with life.store.engine.connect() as connection:
        items = {row.id: row for row in connection.execute(select(ITEM))}
        told = list(connection.execute(select(EVENT).where(EVENT.c.actor_kind != "own")))
    return {
        "items": sorted(
            (row.title, row.presence, row.owner or "", row.completed, row.placements_json, row.created_at // SECOND,
             (row.completed_at or 0) // SECOND)
            for row in items.values()
        ),
        "events": sorted(
            (items[row.item].title, row.at // SECOND, row.kind, row.field_name, row.old_text or "",
             row.new_text or "", row.actor or "")
            for row in told
        ),
        "decisions": {key: one.word for key, one in life.store.decisions().items()},
    }  # fmt: skip


def compare(folder: Path, seed: int, edits: int) -> Counter[str]:
    calm, none = lived(folder / "calm", seed, edits, ())
    assert not none
    lossy, struck = lived(folder / "lossy", seed, edits, TROUBLE)
    for name in calm:
        if lossy[name] != calm[name]:
            print("DIFF", seed, name, *differences(calm[name], lossy[name]), sep="\n   ")
    return struck


def differences(calm: Any, lossy: Any) -> str:
    """What is only in one of them, for whoever reads a failure."""
    lists = [list(one.items()) if isinstance(one, dict) else one for one in (calm, lossy)]
    only = [[repr(one) for one in mine if one not in other] for mine, other in (lists, lists[::-1])]
    return "\n  ".join(["only calm:", *only[0], "only lossy:", *only[1]])


def test_what_deliveries_did_not_say_the_sweep_finds(tmp_path: Path) -> None:
    struck = compare(tmp_path, seed=7, edits=14)
    assert all(struck[kind] for kind in ("drop", "double", "reorder")), struck


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(12))
def test_and_so_it_is_with_any_edits(tmp_path: Path, seed: int) -> None:
    struck = compare(tmp_path, seed=seed, edits=48)
    print(f"\nseed {seed}: 48 edits, deliveries {dict(struck)}; the same after the sweep")
