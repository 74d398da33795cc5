"""What the exports say, counted again from their own rows by a slow reference that shares no code with the rules."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest

from rules.daily import daily
from sync.config import load
from sync.wiring import open_house
from tests.cli.program import TOKENS, here, sandbox
from tests.rules.from_rows import Row, read
from tests.rules.ledger_from_rows import Ledger
from tests.run import made_log
from tests.run.test_event_log import REAL

DEMO, MADE = datetime(2026, 11, 27, 16, 30, tzinfo=UTC), datetime(2011, 5, 20, 9, 15, tzinfo=UTC)
TEAMS = {"North": ["Ana Ruiz", "李 雷", "*"], "South": ["Bo, Lind", "EMPTY"]}


WHOLE = pytest.param("the whole real log", marks=pytest.mark.torture)


@pytest.fixture(scope="module", params=["demo", "a log that hurts", "a part of the real log", WHOLE])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """One world, pulled and exported."""
    folder, now = tmp_path_factory.mktemp("world"), DEMO
    start: list[object] = ["--scenario", "demo", "--now", DEMO.isoformat()]
    if "real log" in request.param:
        if not REAL.exists():
            pytest.skip("the real log is not beside the project")
        (folder / "log.csv").write_text(_cut(REAL.read_text("utf-8"), 1 if "whole" in request.param else 16), "utf-8")
        start, now = ["--events", "log.csv"], datetime(2012, 2, 1, tzinfo=UTC)
    elif request.param != "demo":
        made_log.write(folder / "log.csv", seed=1848)
        start, now = ["--events", "log.csv", "--done", ",".join(made_log.DONE)], MADE
    with sandbox(*start, "--port", "0", "--write-config", "config.toml", cwd=folder) as config:
        if request.param == "a log that hurts":
            config.write_text(_with_owners(config.read_text("utf-8")), "utf-8")
        for command in (["backfill"], ["export", "--out", folder / "out", "--as-of", now.isoformat()]):
            said = here(*command, "--config", config)
            assert said.code == 0, said.all
    return Ledger(folder / "out", config, now)


def _cut(log: str, every: int) -> str:
    """The head of a log and the rows of each so-manieth case."""
    head, *rows = log.splitlines(keepends=True)
    place = next(csv.reader([head])).index("case:concept:name")
    cases = {case: number for number, case in enumerate(dict.fromkeys(row[place] for row in csv.reader(rows)))}
    return head + "".join(row for row in rows if not cases[next(csv.reader([row]))[place]] % every)


def _with_owners(config: str) -> str:
    """The config with teams that have members, and stages that somebody answers for."""
    owners = cycle(["North", "requester", "South", None, "Nobody listed"])

    def owned(stage: re.Match[str]) -> str:
        owner = next(owners)
        return stage[0].replace(" }", f', owner = "{owner}" }}') if owner else stage[0]

    text = re.sub(r'kind = "active" }', owned, config)
    return (
        text
        + "".join(f"\n[teams.{name!r}]\nmembers = {who!r}\n" for name, who in TEAMS.items())
        + ('\n[teams."Nobody listed"]\nmembers = []\n')
    )


def _by_ref(told: Ledger, table: str) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {item["ref"]: [] for item in told.items}
    for row in read(told.out / f"{table}.csv"):
        rows[row["ref"]].append(row)
    return rows


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _length(text: str) -> timedelta:
    return timedelta(microseconds=round(float(text) * 1e6))


def _same(mine: dict[str, list[Any]], theirs: dict[str, list[Any]]) -> int:
    """How many rows agree; the first item whose rows do not is shown."""
    for ref, rows in mine.items():
        assert theirs[ref] == rows, ref
    return sum(map(len, mine.values()))


def test_every_stay_with_its_stage_and_lengths(told: Ledger) -> None:
    mine = {item["ref"]: list(told.timed_stays(item)) for item in told.items}
    theirs = {
        ref: [(row["column_id"], row["stage"], _instant(row["entered_at"]), _instant(row["left_at"]),
               _length(row["elapsed_seconds"]), _length(row["working_seconds"])) for row in rows]
        for ref, rows in _by_ref(told, "intervals").items()
    }  # fmt: skip
    assert _same(mine, theirs) > 200


def test_every_handoff_of_every_kind_with_its_touch_end_and_waits(told: Ledger) -> None:
    mine = {item["ref"]: told.ledger(item) for item in told.items}
    theirs = {
        ref: [(row["by"], row["from"], row["to"], _instant(row["given_at"]), _instant(row["touched_at"]),
               row["ended"], _length(row["elapsed_seconds"]), _length(row["working_seconds"])) for row in rows]
        for ref, rows in _by_ref(told, "handoffs").items()
    }  # fmt: skip
    assert _same(mine, theirs) > 200
    ended = Counter(row[5] for rows in mine.values() for row in rows)
    assert min(ended["bounced"], ended["picked_up"]) > 20, ended


def test_when_each_item_was_started_and_finished(told: Ledger) -> None:
    """Cycle time is the time between the two."""
    for item in told.items:
        assert _instant(item["started_at"]) == told.started(item), item["ref"]
        assert _instant(item["finished_at"]) == told.finished(item)[-1], item["ref"]
        assert (item["state"] == "done") == bool(item["finished_at"]), item["ref"]


def test_what_came_and_was_finished_and_in_hand_on_each_day(told: Ledger) -> None:
    with open_house(load(told.path, TOKENS)) as house:
        table = daily(house.board(told.now))
    assert table.height > 60
    for row in table.gather_every(3).iter_rows(named=True):
        mine = told.day(row.pop("flow"), row.pop("day"))
        assert row == mine
