"""The ledger, the runs, the lock and the findings."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import Scope
from connectors.document import Document
from connectors.model import EnsureTable, PutPage, Receipt, Ref, SetFields
from rules.base import Finding, Subject
from sync.store import Busy, Changes, Store
from tests.sync.store.facts import T, at

ROOT = Path(__file__).parents[3]
ITEM = "asana:1"
CHANGE = SetFields("fields/asana:1", Ref("asana", "1"), {"Flow status": "Stuck", "Days": 3}, {"Flow status": None})


def test_a_write_is_seen_before_its_answer_and_settled_after(store: Store) -> None:
    assert store.last_written(ITEM) is None
    store.write_started("r1", ITEM, CHANGE, "waited too long")
    (entry,) = store.uncertain()
    assert (entry.target, entry.outcome, entry.before, entry.settled_at) == (
        ITEM, "started", {"Flow status": None}, None,
    )  # fmt: skip
    written = store.last_written(ITEM)
    assert written is not None
    assert (written.values, written.pending) == ({}, CHANGE.values)
    store.settle("r1", ITEM, CHANGE, Receipt(CHANGE.key, "written", values={"Flow status": "Stuck", "Other": 1}))
    written = store.last_written(ITEM)
    assert written is not None
    assert (written.values, written.pending, written.run) == (CHANGE.values, {}, "r1")
    assert store.uncertain() == []


def test_fields_written_at_different_times_add_up(store: Store) -> None:
    for values in ({"a": "1", "b": "2"}, {"b": None}):
        change = replace(CHANGE, values=values)
        store.write_started("r1", ITEM, change, "")
        store.settle("r1", ITEM, change, Receipt("k", "written"))
    store.adopt("r2", ITEM, {"c": ("x", "y")})
    written = store.last_written(ITEM)
    assert written is not None
    assert (written.values, written.run) == ({"a": "1", "b": None, "c": ("x", "y")}, "r2")


def test_what_moved_on_or_failed_is_not_ours(store: Store) -> None:
    store.write_started("r1", ITEM, CHANGE, "")
    store.settle("r1", ITEM, CHANGE, Receipt("k", "moved_on", note="a person was quicker"))
    assert store.last_written(ITEM) is None
    store.write_started("r1", ITEM, CHANGE, "")
    store.failed("r1", ITEM, "503")
    written = store.last_written(ITEM)
    assert written is not None
    assert (written.values, written.pending) == ({}, CHANGE.values), "it may have landed all the same"
    assert [entry.outcome for entry in store.ledger()] == ["failed", "moved_on"]
    assert "503" in store.ledger("r1", 1)[0].line()
    assert store.ledger("other") == []


def test_what_we_made_is_remembered_and_forgotten(store: Store) -> None:
    page = PutPage("summary", "notion", "parent", "Leaks", Document(()), "d1")
    store.write_started("r1", "page:notion/summary", page, "")
    store.settle("r1", "page:notion/summary", page, Receipt("summary", "written", remote="p1"))
    written = store.last_written("page:notion/summary")
    assert written is not None
    assert written.values == {"digest": "d1"}
    table = EnsureTable("findings", "notion", "parent", "Findings", (), "Key")
    store.write_started("r1", "table:notion/findings", table, "")
    store.settle("r1", "table:notion/findings", table, Receipt("findings", "found", remote="t1"))
    store.note_made("table:notion/100%_other", "t2")
    assert (store.made("page:notion/summary"), store.made("table:notion/findings")) == ("p1", "t1")
    store.forget_made("table:notion/f")
    assert store.made("table:notion/findings") is None
    assert store.made("table:notion/100%_other") == "t2"
    store.forget_made("table:notion/1000_")
    assert store.made("table:notion/100%_other") == "t2", "a prefix is no pattern"


def test_runs_are_numbered_in_order(store: Store) -> None:
    still = Store(store.engine, clock=lambda: T)
    first, second = still.begin_run("run", "apply", T, "hash"), still.begin_run("run", "plan", None, "hash")
    later = Store(store.engine, clock=lambda: at(1)).begin_run("run", "apply", T, "hash")
    assert first < second < later
    store.end_run(first, {"written": 3, "finished": True})
    runs = store.runs()
    assert [run.id for run in runs] == [later, second, first]
    assert runs[2].summary == {"written": 3, "finished": True}
    assert (runs[1].summary, runs[1].as_of) == (None, None)
    assert [run.id for run in store.runs(1)] == [later]


def test_two_runs_never_overlap(store: Store, database_url: str) -> None:
    other = Store.open(database_url)
    with store.run_lock(), pytest.raises(Busy, match=r"process \d+ on .* since"), other.run_lock():
        pytest.fail("both hold the lock")
    other.close()
    with store.run_lock():
        pass


def test_a_killed_run_does_not_block_the_next(store: Store, database_url: str) -> None:
    program = (
        "import sys, time; from sync.store import Store\n"
        f"with Store.open({database_url!r}).run_lock(): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=f"process {child.pid} "), store.run_lock():
            pytest.fail("both hold the lock")
        child.kill()
        child.wait()
    for _ in range(50):
        try:
            with store.run_lock():
                return
        except Busy:  # the server needs a moment to notice
            subprocess.run(["sleep", "0.1"], check=True)
    pytest.fail("the dead still hold the lock")


def finding(key: str, level: str = "warn", ref: str = "asana:1") -> Finding:
    subject = Subject("item", ref, "Brief")
    return Finding(key, "stall", "handoff_stall", level, subject, T, "It waits.", "Ask.", "2wd", refs=(ref,))  # type: ignore[arg-type]


def test_findings_come_worsen_ease_and_go(store: Store) -> None:
    heard = {"asana", "notion"}
    assert store.note_findings("r1", at(0), [finding("a"), finding("b", ref="notion:1")], heard) == Changes(
        ("a", "b")
    )
    assert store.note_findings("r2", at(1), [finding("a", "breach"), finding("b", ref="notion:1")], heard) == Changes(
        escalated=("a",)
    )
    again = store.note_findings("r2", at(1), [finding("a", "breach"), finding("b", ref="notion:1")], heard)
    assert again == Changes()
    assert store.note_findings("r3", at(2), [finding("a")], {"asana"}) == Changes(eased=("a",)), (
        "notion was not heard"
    )
    (first, second) = store.open_findings()
    assert (first.first_seen, first.last_seen, second.last_seen) == (at(0), at(2), at(1))
    assert store.note_findings("r4", at(3), [], heard) == Changes(closed=("a", "b"))
    assert store.open_findings() == []
    assert store.note_findings("r5", at(4), [finding("a")], heard) == Changes(new=("a",))
    assert store.open_findings()[0].first_seen == at(4)
    assert [what for _, what, _ in store.finding_history("a")] == ["new", "escalated", "eased", "closed", "new"]
    assert store.finding_history("a")[1][0] - timedelta(hours=1) == T


def test_a_scope_is_pulled_by_one_at_a_time(store: Store, database_url: str) -> None:
    one, another = Scope("asana", "1/é", "Launch"), Scope("asana", "2", "Review")
    other = Store.open(database_url)
    with store.scope_lock(one), store.run_lock():
        with pytest.raises(Busy, match="process"), other.scope_lock(one):
            pytest.fail("both pull it")
        with other.scope_lock(another):
            pass
    with other.scope_lock(one):
        pass
    other.close()
