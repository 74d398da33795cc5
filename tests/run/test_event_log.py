"""The README's commands for one's own event log, as processes: what comes out is what the log says, row by row."""

from __future__ import annotations

import csv
import json
import math
import re
import shlex
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median_high
from typing import Any

import httpx
import pytest

from tests.cli.program import ROOT, Said, last_line, process, sandbox
from tests.run import made_log

REAL = ROOT / ".." / "shared" / "data" / "receipt.csv"
Rows = list[dict[str, str]]


def readme_commands() -> list[list[str]]:
    """The commands under "On your own event log", without `handrail` and without what a shell takes."""
    section = (ROOT / "README.md").read_text("utf-8").split("## On your own event log")[1].split("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block
    lines = [shlex.split(line, comments=True) for line in block[1].splitlines()]
    assert all(words[0] == "handrail" for words in lines)
    return [[word for word in words[1:] if word != "&"] for words in lines]


@dataclass(frozen=True)
class Lived:
    """What the commands answered and exported; of each, how many writes it caused and what it asked, by kind."""

    first: Said
    second: Said
    written: list[int]
    asked: list[dict[str, int]]
    tables: dict[str, Rows]
    stories: set[str]
    marked: int

    def ref_of(self) -> dict[str, str]:
        return {row["ref"]: row["title"] for row in self.tables["items"]}


def live(folder: Path, *more: str) -> Lived:
    """Follow the README in a folder that holds `log.csv`."""
    start, first, second, out = readme_commands()
    assert first == second
    with sandbox(*start[1:], *more, "--port", "0", cwd=folder) as config:
        url = re.findall(r"http://127\.0\.0\.1:\d+", config.read_text("utf-8"))[0]
        said, written, asked = [], [], []
        for command in (first, second, out):
            httpx.delete(f"{url}/_sandbox/requests", trust_env=False).raise_for_status()
            said.append(process(*command, cwd=folder))
            log = httpx.get(f"{url}/_sandbox/requests", trust_env=False).json()
            written.append(_writes(log["requests"]))
            asked.append(log["counts"])
        stories, marked = _in_asana(url)
    assert [one.code for one in said] == [0, 0, 0], [one.all for one in said]
    tables = {file.stem: _rows(file) for file in (folder / "out").glob("*.csv")}
    return Lived(said[0], said[1], written, asked, tables, stories, marked)


def _writes(requests: list[dict[str, Any]]) -> int:
    return sum(one["method"] != "GET" and not one["path"].endswith(("/query", "/search")) for one in requests)


def _in_asana(url: str) -> tuple[set[str], int]:
    """The gid of every story that is none of Handrail's own, and how many tasks carry our status."""
    tasks = httpx.get(f"{url}/_sandbox/state", trust_env=False, timeout=60).json()["asana"]["tasks"]
    told = {
        story["gid"] for task in tasks for story in task["stories"]
        if (story.get("created_by") or {}).get("name") != "Handrail"
    }  # fmt: skip
    fields = [field for task in tasks for field in task["custom_fields"] if field["name"] == "Flow status"]
    return told, sum(bool(field["display_value"]) for field in fields)


def _rows(file: Path) -> Rows:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _by_pair(lived: Lived, by: str) -> tuple[Counter[tuple[str, str]], dict[tuple[str, str], list[int]]]:
    """Handoffs by pair, and the waits of each pair up to the first touch in milliseconds."""
    waits: dict[tuple[str, str], list[int]] = defaultdict(list)
    pairs: Counter[tuple[str, str]] = Counter()
    for row in lived.tables["handoffs"]:
        if row["by"] == by:
            pairs[row["from"], row["to"]] += 1
            if row["touched_at"]:
                wait = datetime.fromisoformat(row["touched_at"]) - datetime.fromisoformat(row["given_at"])
                waits[row["from"], row["to"]].append(round(wait.total_seconds() * 1000))
                assert float(row["elapsed_seconds"]) == wait.total_seconds()
    return pairs, waits


# ---- a log that was made to hurt -----------------------------------------------------------------------------


Made = tuple[Lived, dict[str, list[made_log.Event]]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    made_log.write(folder / "log.csv")
    return live(folder, "--done", ",".join(made_log.DONE)), made_log.read(folder / "log.csv")


def test_it_has_everything_that_hurts(made: Made) -> None:
    cases = made[1]
    counted = made_log.count(cases, made_log.DONE)
    neighbours = [pair for rows in cases.values() for pair in pairwise(rows)]
    assert counted.kinds["reopened"] > 5
    assert counted.kinds["comment"] > 5
    assert sum(a.at == b.at for a, b in neighbours) > 20
    assert sum(a.owner == b.owner is not None for a, b in neighbours) > 50
    assert sum(row.owner is None or row.team is None for rows in cases.values() for row in rows) > 50
    assert sum(counted.owner_pairs.values()) > 50


def test_a_run_writes_its_findings_and_the_same_again_writes_nothing(made: Made) -> None:
    lived = made[0]
    first, second = last_line(lived.first), last_line(lived.second)
    assert (first["errors"], second["errors"]) == ([], [])
    assert first["said"] > 3
    assert first["written"] == first["planned"] > 3
    assert (second["written"], second["planned"], second["said"]) == (0, 0, first["said"])
    assert lived.written[0] > 3
    assert lived.written[1:] == [0, 0]
    assert lived.marked > 0


def test_every_task_with_its_owner_team_column_and_state(made: Made) -> None:
    lived, cases = made
    assert Counter(row["title"] for row in lived.tables["items"]) == Counter(dict.fromkeys(cases, 1))
    for row in lived.tables["items"]:
        last = cases[row["title"]][-1]
        done = last.column in made_log.DONE or last.state in made_log.DONE
        assert (row["owner"], row["team"], row["column"]) == (last.owner or "", last.team or "", last.column)
        assert (row["state"] == "done") == done
        assert datetime.fromisoformat(row["created_at"]) == cases[row["title"]][0].at


def test_every_story_once(made: Made) -> None:
    lived, cases = made
    events = [row for row in lived.tables["events"] if row["actor_kind"] != "own"]
    kinds = Counter(row["field"] if row["kind"] == "field" else row["kind"] for row in events)
    assert kinds == made_log.count(cases, made_log.DONE).kinds
    told = Counter(row["source_id"] for row in events if row["source_id"].isdecimal())
    assert set(told) == lived.stories
    assert set(told.values()) == {1}


def test_every_handoff_and_wait_by_pair(made: Made) -> None:
    lived, cases = made
    counted = made_log.count(cases, made_log.DONE)
    pairs, waits = _by_pair(lived, "owner")
    assert pairs == counted.owner_pairs
    assert {pair: sorted(told) for pair, told in waits.items()} == {
        pair: sorted(told) for pair, told in counted.waits.items()
    }
    assert _by_pair(lived, "team")[0] == counted.team_pairs


def test_every_stay(made: Made) -> None:
    lived, cases = made
    counted, titles = made_log.count(cases, made_log.DONE), lived.ref_of()
    stays = Counter(
        (titles[row["ref"]], row["column"], datetime.fromisoformat(row["entered_at"]),
         datetime.fromisoformat(row["left_at"]) if row["left_at"] else None)
        for row in lived.tables["intervals"]
    )  # fmt: skip
    assert stays == Counter(counted.stays)
    assert sum(stays.values()) - len(cases) == counted.moves


# ---- a real one ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not REAL.exists(), reason="the real log is not beside the project")
def test_the_real_log_gives_its_answer_key(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(REAL.read_bytes())
    key = json.loads(REAL.with_name("receipt.expected.json").read_text("utf-8"))
    lived = live(tmp_path)
    first, second = last_line(lived.first), last_line(lived.second)
    assert first["written"] == first["planned"] > 20
    assert lived.marked > 3
    assert (second["written"], second["planned"], lived.written[1:]) == (0, 0, [0, 0])
    assert len(lived.tables["items"]) == key["tasks"]
    full, idle, local = lived.asked
    assert full["GET /asana/api/1.0/tasks/{id}/stories"] == key["tasks"]  # one a task, none after writing
    assert full["GET /asana/api/1.0/tasks"] == math.ceil(key["tasks"] / 100) + 1  # and one behind our own writes
    assert idle == {"GET /asana/api/1.0/tasks": 1, "POST /notion/v1/data_sources/{id}/query": 1}
    assert local == {}

    pairs, waits = _by_pair(lived, "owner")
    assert {f"{a} -> {b}": n for (a, b), n in pairs.items()} == key["handoffs_by_pair"]
    assert (sum(pairs.values()), len(pairs)) == (key["handoffs"], key["distinct_handoff_pairs"]) == (1208, 246)
    assert {f"{a} -> {b}": sum(told) for (a, b), told in waits.items()} == {
        pair: round(seconds * 1000) for pair, seconds in key["handoff_wait_seconds_by_pair"].items()
    }
    every = [wait for told in waits.values() for wait in told]
    assert median_high(every) / 1000 == key["median_handoff_wait_seconds"] == 84466.622  # upper middle of 1,208

    teams, _ = _by_pair(lived, "team")
    assert {f"{a} -> {b}": n for (a, b), n in teams.items()} == key["team_handoffs_by_pair"]
    assert sum(teams.values()) == key["team_changes"] == 5440
    kinds = Counter(row["kind"] for row in lived.tables["events"])
    assert kinds["transition"] - key["tasks"] == key["section_moves"] == 7137
    counted = made_log.count(made_log.read(REAL))
    assert len(lived.tables["intervals"]) == len(counted.stays)
    events = [row for row in lived.tables["events"] if row["actor_kind"] != "own"]
    assert Counter(row["field"] if row["kind"] == "field" else row["kind"] for row in events) == counted.kinds
    assert {row["source_id"] for row in events if row["source_id"].isdecimal()} == lived.stories
    assert Counter(row["column"] for row in lived.tables["intervals"]) == key["stage_visits"]
    assert _spent(lived.tables["intervals"], events) == {
        column: round(seconds * 1000) for column, seconds in key["stage_seconds_between_rows"].items()
    }


def _spent(intervals: Rows, events: Rows) -> dict[str, int]:
    """Milliseconds spent in each column up to the case's last event: what comes after it is not in the key."""
    last: dict[str, datetime] = {}
    for row in events:
        at = datetime.fromisoformat(row["at"])
        last[row["ref"]] = max(at, last.get(row["ref"], at))
    spent: Counter[str] = Counter()
    for row in intervals:
        left = datetime.fromisoformat(row["left_at"]) if row["left_at"] else last[row["ref"]]
        spent[row["column"]] += round((left - datetime.fromisoformat(row["entered_at"])).total_seconds() * 1000)
    return {column: told for column, told in spent.items() if told}
