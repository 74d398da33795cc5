"""Frozen limits are kept beside those before them; findings keep their limit; an old database learns of both."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import sync.store
from rules.base import Finding, Subject
from rules.calibration import Calibration
from rules.durations import Duration
from sync.store import Store
from sync.store.opening import _address, _sqlite, writing
from tests.sync.store.facts import T, at


def learned(value: str | None, hours: float, rule: str = "look") -> Calibration:
    return Calibration(rule, "breach", 85, Duration.parse(value) if value else None, 143, "abc", at(hours))


def test_what_is_frozen_comes_back_oldest_first_and_nothing_is_overwritten(store: Store) -> None:
    later, first, none = learned("2.4wd", 2), learned("3wd", 1), learned(None, 3, "other")
    store.freeze([later])
    store.freeze([first, none])
    assert store.calibrations() == [first, later, none]
    assert store.calibrations(at(2)) == [first, later]
    store.freeze([])
    assert len(store.calibrations()) == 3


def found(limit_from: str, level: str = "warn") -> Finding:
    subject = Subject("item", "asana:1", "Brief")
    return Finding("k", "r", "quiet", level, subject, T, "Said.", "Look.", "3 days", limit_from, refs=("asana:1",))  # type: ignore[arg-type]


def test_a_finding_keeps_its_limit_where_that_came_from_and_its_moves(store: Store) -> None:
    for hours, one in ((1, found("config")), (2, found("p85 of 143 waits", "breach")), (3, found("config"))):
        store.note_findings("run", at(hours), [one], ["asana"], "c0ffee")
    (kept,) = store.open_findings()
    assert (kept.limit, kept.limit_from, kept.config_hash) == ("3 days", "config", "c0ffee")
    assert store.first_seen() == {"k": at(1)}
    store.note_findings("run", at(4), [], ["asana"])
    assert [(when, what) for when, what, _ in store.finding_history("k")] == [
        (at(1), "new"), (at(2), "escalated"), (at(3), "eased"), (at(4), "closed"),
    ]  # fmt: skip
    assert store.first_seen() == {}


def test_an_older_database_is_brought_up_with_its_findings(tmp_path: Path) -> None:
    file = str(tmp_path / "old.db")
    engine = _sqlite(_address(file))
    config = Config()
    config.set_main_option("script_location", str(Path(sync.store.__file__).parents[1] / "migrations"))
    with writing(engine).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(sa.text(
            "INSERT INTO finding VALUES ('k', 'r', 'warn', 'Said.', '[\"asana\"]', 1, 1, 1, NULL, 'run')"
        ))  # fmt: skip
    engine.dispose()
    with Store.open(file) as store:
        (kept,) = store.open_findings()
        assert (kept.key, kept.limit_from, kept.config_hash) == ("k", "", "")
        assert store.calibrations() == []
