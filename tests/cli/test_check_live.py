"""`handrail check` with tokens: what the config names is looked for where it should be, and nothing is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from connectors.sandbox.serve import load as fill
from connectors.sandbox.server import serving
from connectors.sandbox.writeconfig import config_text
from tests.cli.program import edited, here

READS = ("/query", "/search")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    world, _ = fill("demo")
    with serving(world, 0) as url:
        path = tmp_path_factory.mktemp("live") / "config.toml"
        path.write_text(f"# {url}\n" + config_text(world, url), "utf-8")
        yield path


def _url(config: Path) -> str:
    return config.read_text("utf-8").splitlines()[0].removeprefix("# ")


def test_it_says_who_we_are_what_is_seen_and_what_would_be_made_and_only_reads(config: Path) -> None:
    httpx.delete(f"{_url(config)}/_sandbox/requests")
    said = here("check", "-c", config)
    assert said.code == 0, said.all
    assert "live asana: signed in as Handrail; projects or tables: 3 read; 3 that the token sees" in said.out
    assert 'would be created: in "Lead operations", the fields Flow status, Waiting since' in said.out
    assert 'would be created: under the page "Handrail", the table "Handrail findings"' in said.out
    sent = httpx.get(f"{_url(config)}/_sandbox/requests").json()["requests"]
    assert f"{len(sent)} requests to look" in said.out
    assert sent
    assert all(one["method"] == "GET" or one["path"].endswith(READS) for one in sent)


def test_every_mismatch_at_once_with_its_line(config: Path) -> None:
    text = config.read_text("utf-8")
    parent = re.findall(r'notion_parent = "([^"]+)"', text)[0]
    gid = re.findall(r'"(\d+)",  # Creative production', text)[0]
    changes = [(gid, "99"), (parent, "0" * 32), ('priority = "Priority"', 'priority = "Urgency", due = "Owner"')]
    said = here("check", "--json", "-c", edited(config, changes, "wrong.toml"))
    told = json.loads(said.out)
    assert (said.code, told["ok"]) == (2, False)
    assert all(one["line"] and one["hint"] for one in told["problems"])
    found = {one["key"]: one["message"] for one in told["problems"]}
    assert 'Asana shows Handrail no such project or data source "99"' in found["[sources.asana] projects.2"]
    assert "is not shared with Handrail" in found["[write] notion_parent"]
    assert 'has no property "Urgency"' in found["[sources.notion] ideas.priority"]
    assert "is of type people, which cannot mean this" in found["[sources.notion] ideas.due"]
    assert len(found) == len(told["problems"]) == 4


def test_a_column_of_no_stage_is_named_with_the_nearest(config: Path) -> None:
    wrong = edited(
        config, [('"Scoping"', '"Skoping"'), ('team_field = "Team"', 'team_field = "Teem"')], "columns.toml"
    )
    said = here("check", "-c", wrong)
    assert said.code == 2, said.all
    assert 'no stage matches the column "Scoping" of "Campaign requests" (did you mean "Skoping"?' in said.out
    assert "warning: columns.toml:" in said.out
    assert 'no column is matched by stage "Skoping"' in said.out
    assert 'has a field "Teem" (did you mean "Team"?)' in said.out
    assert "2 problems. Nothing was written." in said.out


def test_what_every_task_has_is_no_custom_field_to_be_missed(config: Path) -> None:
    built_in = [('team_field = "Team"', 'team_field = "Team"\nfields = ["notes", "actual_time_minutes"]')]
    said = here("check", "-c", edited(config, built_in, "own.toml"))
    assert said.code == 0, said.all


def test_names_of_nobody_are_warned_of(config: Path) -> None:
    named = edited(config, name="people.toml")
    named.write_text(named.read_text("utf-8") + '\n[teams.Nowhere]\nmembers = ["Nobody At All"]\n', "utf-8")
    said = here("check", "-c", named)
    assert said.code == 0, said.all
    assert 'nobody is called "Nobody At All" (a guest or somebody who left may not be listed)' in said.out


def test_a_vendor_that_is_away_and_a_token_that_is_none(config: Path) -> None:
    gone = edited(config, [(f"{_url(config)}/asana", "http://127.0.0.1:9/asana")], "gone.toml")
    away = here("check", "-c", gone, env={"ASANA_TOKEN": "2/one", "NOTION_TOKEN": "one"})
    assert away.code == 1, away.all
    assert "could not be asked; try again later" in away.out
    unasked = here("check", "-c", gone, env={})
    assert (unasked.code, "Is the sandbox running?" in unasked.out) == (1, True), unasked.all
    offline = here("check", "--offline", "-c", gone)
    assert offline.code == 0
    assert "live asana" not in offline.out
    fault = {"fault": [{"match": "GET /asana/*", "kind": "401"}]}
    httpx.post(f"{_url(config)}/_sandbox/faults", json=fault).raise_for_status()
    try:
        denied = here("check", "-c", config)
    finally:
        httpx.post(f"{_url(config)}/_sandbox/faults", json={"fault": []}).raise_for_status()
    assert (denied.code, "does not take this token" in denied.out) == (4, True), denied.all
