"""Every command against one small world, read as a person and as a script read it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.cli.program import Said, edited, here, last_line
from tests.run.worlds import Rig, rig

NOW = ("--as-of", "sandbox")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A world that nobody writes to."""
    with rig(tmp_path_factory.mktemp("fresh")) as one:
        yield one


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Said]]:
    """A world after one `handrail run`, and what that said."""
    with rig(tmp_path_factory.mktemp("ran")) as one:
        yield one, handrail(one, "run", *NOW)


def handrail(one: Rig, *arguments: object) -> Said:
    return here(*arguments, "--config", one.config)


def parsed(said: Said) -> Any:
    """The one JSON document that was printed, and nothing beside it."""
    assert said.code == 0, said.all
    assert said.err == ""
    return json.loads(said.out)


def stalled(one: Rig) -> str:
    """The ref of the task "brief 0", which waits for Kofi."""
    return next(f"asana:{task.gid}" for task in one.world.asana.state.tasks.values() if task.name == "brief 0")


# ---- check ---------------------------------------------------------------------------------------------------


def test_check_says_what_the_config_switches_on(fresh: Rig) -> None:
    said = handrail(fresh, "check")
    assert said.code == 0
    assert "mode apply: runs write" in said.out
    assert "flow log: Briefing → Design → Review → Done" in said.out
    told = parsed(handrail(fresh, "check", "--json"))
    assert told["ok"]
    assert told["rules"] == {"handoff-stall": "handoff_stall", "overload": "overload"}


# ---- plan and apply ------------------------------------------------------------------------------------------


def test_plan_shows_a_diff_and_writes_nothing(fresh: Rig) -> None:
    seen = fresh.seen()
    fresh.clear_log()
    said = handrail(fresh, "plan", *NOW)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "create fields in log: Flow status, Waiting since, Waiting on, Next step"
    assert "create table: Handrail findings" in lines
    assert "create page: Where the machine is leaking" in lines
    at = next(number for number, line in enumerate(lines) if line.startswith("brief 0  http"))
    assert lines[at + 1 : at + 4] == [
        "  + Flow status: Stalled",
        "  + Waiting since: 2026-02-18",
        "  + Waiting on: Kofi",
    ]
    assert "brief 1 | `x` <b> $1 “ü” שלום 🚀" in said.out
    assert re.fullmatch(r"\d+ changes\.", lines[-1])
    assert "reading asana" in said.err
    assert fresh.writes() == 0
    assert fresh.seen() == seen


def test_the_printed_plan_is_the_plan_file(fresh: Rig, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    said = handrail(fresh, "plan", *NOW, "--out", file)
    assert f"Carry it out with `handrail apply {file}`." in said.out
    told = parsed(handrail(fresh, "plan", *NOW, "--json"))
    assert told == json.loads(file.read_text("utf-8"))
    assert len(told["steps"]) == int(said.out.splitlines()[-1].split()[0])


def test_apply_carries_the_file_out_and_doing_it_again_changes_nothing(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        handrail(one, "plan", *NOW, "-o", tmp_path / "plan.json")
        steps = len(json.loads((tmp_path / "plan.json").read_text("utf-8"))["steps"])
        said = handrail(one, "apply", tmp_path / "plan.json")
        assert (said.code, said.out) == (0, f"{steps} changes written.\n")
        seen = one.seen()
        assert seen["tasks"]["brief 0"]["Waiting on"] == "Kofi"
        again = parsed(handrail(one, "apply", tmp_path / "plan.json", "--json"))
        assert again["errors"] == []
        assert again["written"] + again["outcomes"]["found"] == steps
        assert one.seen() == seen
        assert handrail(one, "plan", *NOW).out == "Nothing to write.\n"


# ---- run -----------------------------------------------------------------------------------------------------


def test_run_tells_a_person_and_ends_with_a_summary_for_a_script(ran: tuple[Rig, Said]) -> None:
    one, said = ran
    summary = last_line(said)
    assert said.code == 0
    assert summary["errors"] == []
    assert summary["finished"] is True
    assert summary["as_of"].startswith("2026-03-02T12:00:00")
    lines = said.out.splitlines()
    assert lines[0] == f"6 items looked at, {summary['said']} findings:"
    assert re.match("  “brief 0” has waited 7.* working days for a first look from Kofi", lines[1])
    assert lines[-2] == f"{summary['written']} changes written."
    assert one.tasks()["brief 0"]["Flow status"] == "Stalled"
    assert said.err.splitlines()[-1].startswith("writing ")
    assert "{" not in said.err


def test_run_as_json_is_the_summary_alone(ran: tuple[Rig, Said]) -> None:
    told = parsed(handrail(ran[0], "run", *NOW, "--json"))
    assert (told["planned"], told["written"]) == (0, 0)
    assert told["requests"] == {"asana": 1, "notion": 1}


def test_a_second_run_says_that_there_is_nothing_to_write(ran: tuple[Rig, Said]) -> None:
    said = handrail(ran[0], "run", *NOW)
    assert "Nothing to write: what is readable is as it should be." in said.out


def test_a_dry_run_and_a_mode_below_apply_write_nothing(fresh: Rig) -> None:
    fresh.clear_log()
    seen = fresh.seen()
    said = handrail(fresh, "run", *NOW, "--dry-run")
    assert last_line(said)["planned"] > 5
    assert "none written: this was a dry run" in said.out
    for mode in ("plan", "observe"):
        config = edited(fresh.config, [('mode = "apply"', f'mode = "{mode}"')])
        said = here("run", *NOW, "-c", config)
        assert said.code == 0
        assert (last_line(said)["written"], last_line(said)["errors"]) == (0, [])
        assert f'mode = "{mode}"' in said.out
    assert fresh.writes() == 0
    assert fresh.seen() == seen


def test_verbose_logs_every_request_without_the_token(fresh: Rig) -> None:
    said = here(
        "run", *NOW, "--dry-run", "-v", "-c", fresh.config,
        env={"ASANA_TOKEN": "my-secret-1", "NOTION_TOKEN": "my-secret-2"},
    )  # fmt: skip
    assert said.err.count("status=200") >= 2
    assert "my-secret" not in said.all


# ---- looking -------------------------------------------------------------------------------------------------


def test_report_in_its_four_forms(ran: tuple[Rig, Said]) -> None:
    one, _ = ran
    text = handrail(one, "report", *NOW)
    assert text.code == 0
    assert text.out.startswith("As of Monday, 2 March 2026, 12:00 (UTC).")
    assert "What leaks" in text.out
    assert "http" not in text.out
    assert "http" in handrail(one, "report", *NOW, "--links").out
    file = one.config.with_name("report.html")
    assert handrail(one, "report", *NOW, "--format", "html", "--out", file).out == ""
    assert file.read_text("utf-8").startswith("<!doctype html>")
    markdown = handrail(one, "report", *NOW, "--format", "md").out
    assert "## What leaks" in markdown
    assert "| `x` <b>" not in markdown  # a name is no markup
    told = parsed(handrail(one, "report", *NOW, "-f", "json"))
    assert told["coverage"]["items"] == 6
    assert [one["said"] for one in told["findings"]] == [True] * len(told["findings"])
    assert {finding["subject"]["name"] for finding in told["findings"]} >= {"brief 0", "brief 2"}


def test_report_why_and_export_ask_no_vendor(ran: tuple[Rig, Said], tmp_path: Path) -> None:
    one, _ = ran
    one.clear_log()
    at = ("--as-of", "2026-03-02T12:00:00Z")
    ref = stalled(one)
    for command in (("report",), ("why", ref), ("why-not", ref, "overload"), ("export", "-o", tmp_path)):
        assert here(*command, *at, "-c", one.config, env={}).code == 0  # nor a token
    assert here("log", "-c", one.config, env={}).code == 0
    assert one.get("/_sandbox/requests")["count"] == 0


def test_why_gives_the_facts_and_why_not_the_condition(ran: tuple[Rig, Said]) -> None:
    one, _ = ran
    ref = stalled(one)
    said = handrail(one, "why", ref, *NOW)
    assert said.code == 0
    assert re.match(r"\[breach\] “brief 0” has waited 7.* working days for a first look from Kofi", said.out)
    assert "Given by Lena to Kofi on Wed 18 Feb 2026, 14:00" in said.out
    told = parsed(handrail(one, "why", ref, *NOW, "--json"))
    assert told["findings"][0]["rule"] == "handoff-stall"
    assert handrail(one, "why", told["findings"][0]["key"], *NOW).out == said.out
    given, untouched = (fact["events"] for fact in told["findings"][0]["evidence"])
    stories = one.get(f"/asana/api/1.0/tasks/{ref.split(':')[1]}/stories")["data"]
    assigned = [story["gid"] for story in stories if story["resource_subtype"] == "assigned"]
    assert assigned[-1] in given, "and what else happened at that instant"
    assert set(given) <= {story["gid"] for story in stories}
    assert untouched == []
    head, fails = handrail(one, "why-not", ref, "overload", *NOW).out.splitlines()[:2]
    assert head == f"overload says nothing about “brief 0” ({ref})."
    assert re.fullmatch(r"  fails: that is beyond a limit \(\d items in hand; asked for: .*\)", fails), fails
    assert "does speak of" in handrail(one, "why-not", ref, "handoff-stall", *NOW).out
    nobody = handrail(one, "why", "asana:9", *NOW)
    assert (nobody.code, nobody.out) == (2, "")
    assert "asana:9: no such item" in nobody.err
    assert parsed(handrail(one, "why-not", ref, "overload", *NOW, "--json"))["ref"] == ref


def test_export_as_csv_and_parquet(ran: tuple[Rig, Said], tmp_path: Path) -> None:
    one, _ = ran
    said = handrail(one, "export", *NOW, "--out", tmp_path / "csv")
    assert said.code == 0
    assert "items: 6 rows" in said.out
    with (tmp_path / "csv" / "items.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert "brief 1 | `x` <b> $1 “ü” שלום 🚀" in {row["title"] for row in rows}
    for file in (tmp_path / "csv").iterdir():
        assert not re.search(r'(^|,)""(,|$)', file.read_text("utf-8"), re.MULTILINE), "unknown is an empty cell"
    told = parsed(handrail(one, "export", *NOW, "-o", tmp_path / "pq", "--format", "parquet", "--json"))
    assert {name: pl.read_parquet(tmp_path / "pq" / f"{name}.parquet").height for name in told} == told
    assert told.keys() >= {"items", "events", "intervals", "handoffs", "findings"}


def test_log_is_the_ledger(ran: tuple[Rig, Said]) -> None:
    one, first = ran
    summary = last_line(first)
    said = handrail(one, "log", "--limit", "500")
    assert said.code == 0
    assert len([line for line in said.out.splitlines() if not line.startswith(" ")]) == summary["written"]
    assert "    Flow status: empty → Stalled" in said.out.splitlines()
    told = parsed(handrail(one, "log", "--json", "--run", summary["run"], "--limit", "500"))
    assert len(told) == summary["written"]
    assert {entry["outcome"] for entry in told} == {"written"}
    assert len(parsed(handrail(one, "log", "--json", "--limit", "3"))) == 3
    assert parsed(handrail(one, "log", "--json", "--run", "none")) == []


def test_log_before_the_first_run(fresh: Rig) -> None:
    assert handrail(fresh, "log").out == "Nothing was written yet.\n"


# ---- demo ----------------------------------------------------------------------------------------------------


def test_demo_makes_a_stranger_understand() -> None:
    said = here("demo", env={})
    assert said.code == 0
    assert said.err == ""
    for words in ("Pretend Asana and Notion are up", "The one big thing", "handoffs from", "wrote 0 changes",
                  "handrail demo --serve", "README.md"):  # fmt: skip
        assert words in said.out
    assert max(map(len, said.out.splitlines())) <= 130
