"""A backfill beside the live service, while people work: nothing is counted twice, and nothing is missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sync.store.schema import ITEM
from tests.cli.program import edited, last_line
from tests.run.filling import backfilled, ended, facts, log, started, stories, until
from tests.run.living import LIVE, living
from tests.run.test_serving import project
from tests.run.worlds import Rig, rig

TASKS = 250


def elsewhere(one: Rig, folder: Path) -> Path:
    """The same config with a database of its own."""
    place = f'schema = 1\ndatabase_url = "sqlite:///{folder}/calm.db"\n'
    return edited(one.config, [("schema = 1\n", place)], "calm.toml")


def test_both_read_and_every_fact_is_there_once(tmp_path: Path) -> None:
    with rig(tmp_path / "world", log(TASKS)) as one:
        child = started(one.config)
        until(child, lambda: stories(one) >= 30)  # it is under way when the service starts
        with living(one, LIVE) as life:
            life.tell_asana(project(one))
            gids = [task.gid for task in list(one.world.asana.state.tasks.values())[::10]]
            for number, gid in enumerate(gids):
                body = {"data": {"name": f"renamed {number}", "completed": number % 2 == 0}}
                one.send("PUT", f"/asana/api/1.0/tasks/{gid}", body, "as:Lena")
            assert last_line(ended(child))["finished"] is True
            one.app.carrier.settle()
            life.quiet(120)
        calm = elsewhere(one, tmp_path)
        assert last_line(backfilled(calm))["finished"] is True
        mine, theirs = facts(one.config), facts(calm)
        assert mine["event"] == theirs["event"]
        assert [_known(row) for row in mine["item"]] == [_known(row) for row in theirs["item"]]


def _known(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A kept item without its fields: an empty one of ours is there from the day it is made, and nobody says so."""
    names = [column.name for column in ITEM.c if column.name not in ("id", "change", "seen_at")]
    return tuple(value for name, value in zip(names, row, strict=True) if name != "fields_json")
