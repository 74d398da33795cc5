"""What a user may get wrong, by command: a clear message with the way out, the right exit code, no traceback."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.server import listen
from sync.config import load
from sync.store import Store
from tests.cli.program import Said, edited, here, last_line, process
from tests.run.worlds import Rig, rig

NOW = ("--as-of", "sandbox")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A world after one pull, to which nothing is written."""
    with rig(tmp_path_factory.mktemp("world")) as one:
        assert here("run", "--dry-run", *NOW, "-c", one.config).code == 0
        yield one


def refused(said: Said, code: int, *words: str) -> None:
    """The command ended with this code, said these words on standard error and nothing on the other."""
    assert said.code == code, said.all
    assert said.out == ""
    assert "Traceback" not in said.err
    assert 0 < len(said.err) < 2000
    for word in words:
        assert word in said.err, said.err


# ---- the config ----------------------------------------------------------------------------------------------

BROKEN = {
    "not TOML": ('mode = "apply"', "mode = apply", ":6:", "quotes"),
    "unknown key": ("create_fields = true", "create_feilds = true", "create_feilds", "create_fields"),
    "bad mode": ('mode = "apply"', 'mode = "aply"', "aply", "apply"),
    "bad limit": ('warn = "2wd"', 'warn = "2 fortnights"', "warn", "3wd (working days)"),
    "limits the wrong way round": ('breach = "5wd"', 'breach = "1wd"', "breach", "warn"),
    "unknown kind of rule": ('kind = "overload"', 'kind = "overlord"', "overlord", "overload"),
    "unknown kind of source": ('kind = "asana"', 'kind = "asanna"', "asanna", "asana"),
    "unknown time zone": ('timezone = "UTC"', 'timezone = "Mars/Olympus"', "timezone", "Mars/Olympus"),
    "a flow of no source": ('source = "asana"', 'source = "asna"', "asna", "asana"),
    "no number of requests": ("requests_per_minute = 0 ", 'requests_per_minute = "many" ', "requests_per_minute", ""),
    "a name in braces that is none": ("{waiting_on}", "{whom}", "{whom}", "waiting_on"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_config(world: Rig, case: str) -> None:
    old, new, *words = BROKEN[case]
    config = edited(world.config, [(old, new)], f"{case}.toml")
    refused(here("run", "-c", config), 2, f"{case}.toml:", *words)
    checked = here("check", "-c", config)
    assert (checked.code, checked.err) == (2, "")
    assert checked.out.splitlines()[-1].endswith("Nothing was run.")
    assert json.loads(here("check", "--json", "-c", config).out)["ok"] is False


def test_every_problem_at_once(world: Rig) -> None:
    config = edited(world.config, [(old, new) for old, new, *_ in (BROKEN["bad mode"], BROKEN["bad limit"])])
    refused(here("plan", "-c", config), 2, "aply", "fortnights")


def test_no_config(tmp_path: Path) -> None:
    for command in (("run",), ("check",), ("report",), ("export", "-o", tmp_path / "out")):
        said = here(*command, "-c", tmp_path / "none.toml")
        assert said.code == 2
        assert "none.toml" in said.all
        assert "handrail" in said.all  # the way out
    assert not (tmp_path / "out").exists()


def test_a_config_that_is_a_folder(tmp_path: Path) -> None:
    refused(here("run", "-c", tmp_path), 2, str(tmp_path))


# ---- tokens and the network ----------------------------------------------------------------------------------


def test_a_missing_token(world: Rig) -> None:
    config = edited(world.config, [(f"{world.url}/asana/api/1.0", "https://app.asana.com/api/1.0")])
    refused(here("run", "-c", config, env={"NOTION_TOKEN": "x"}), 4, "[sources.asana]", "ASANA_TOKEN")
    refused(here("plan", "-c", config, env={"ASANA_TOKEN": "", "NOTION_TOKEN": "x"}), 4, "ASANA_TOKEN")


def test_a_wrong_token(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        said = here("run", *NOW, "-c", one.config, env={"ASANA_TOKEN": "as:NOBODY-1", "NOTION_TOKEN": "x"})
        assert said.code == 4, said.all
        assert "asana" in said.err
        assert "401" in said.err
        assert "NOBODY-1" not in said.all
        assert "Traceback" not in said.err
        both = here("run", *NOW, "-c", one.config, env={"ASANA_TOKEN": "as:NOBODY-1", "NOTION_TOKEN": "as:NOBODY-2"})
        assert both.code == 4
        assert "notion" in both.err


@pytest.mark.parametrize("pulled_before", [False, True])
def test_a_sandbox_that_is_down_is_said_within_seconds(tmp_path: Path, pulled_before: bool) -> None:
    with rig(tmp_path) as one:
        if pulled_before:
            assert here("run", *NOW, "-c", one.config).code == 0
    began = time.monotonic()
    said = here("run", "--as-of", "2026-03-02T12:00:00Z", "-c", tmp_path / "config.toml")
    assert time.monotonic() - began < 10
    assert said.code == 1, said.all
    assert "could not connect" in said.err
    assert "is the sandbox running?" in said.err
    assert "Traceback" not in said.err
    assert "gave_up" not in said.err
    if pulled_before:
        assert last_line(said)["written"] == 0
    refused(here("run", *NOW, "-c", tmp_path / "config.toml"), 2, "does not answer", "handrail sandbox")


# ---- instants ------------------------------------------------------------------------------------------------


def test_an_instant_that_is_none(world: Rig) -> None:
    for text in ("yesterday", "2026-13-01", "", "01/02/2026", "0001-01-01T00:00:00+05:00"):
        refused(here("run", "--as-of", text, "-c", world.config), 2, "--as-of", "2026-06-01T00:00:00Z")


def test_another_time_against_the_real_thing(world: Rig) -> None:
    config = edited(world.config, [(f"{world.url}/notion", "https://api.notion.com")])
    refused(here("run", "--as-of", "2026-01-01", "-c", config), 2, "sandbox only", "handrail plan --as-of")
    both = [(f"{world.url}/notion", "https://api.notion.com"), (world.url, "https://app.asana.com")]
    real = edited(world.config, both)
    refused(here("report", *NOW, "-c", real), 2, "--as-of sandbox")


# ---- plan files ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan(world: Rig) -> Path:
    file = world.config.parent / "plan.json"
    assert here("plan", *NOW, "-o", file, "-c", world.config).code == 0
    return file


def test_a_plan_that_was_edited_cut_or_made_by_another_version(world: Rig, plan: Path, tmp_path: Path) -> None:
    whole = plan.read_bytes()
    world.clear_log()
    broken = {
        "edited": (whole.replace(b"Kofi", b"Lena"), "checksum"),
        "cut": (whole[: len(whole) // 2], "not JSON"),
        "empty": (b"", "not JSON"),
        "other version": (whole.replace(b'"handrail_plan": 1', b'"handrail_plan": 99'), "handrail plan"),
        "something else": (b'{"a": 1}', "handrail plan"),
        "a list": (b"[]", "handrail plan"),
    }
    for name, (content, words) in broken.items():
        file = tmp_path / f"{name}.json"
        file.write_bytes(content)
        refused(here("apply", file, "-c", world.config), 2, words, f"{name}.json")
    refused(here("apply", tmp_path / "none.json", "-c", world.config), 2, "none.json", "handrail plan -o")
    refused(here("apply", tmp_path, "-c", world.config), 2, str(tmp_path))
    assert world.writes() == 0


def test_a_plan_of_another_config_or_mode(world: Rig, plan: Path) -> None:
    other = edited(world.config, [('breach = "5wd"', 'breach = "9wd"')])
    refused(here("apply", plan, "-c", other), 2, "config has changed")
    observe = edited(world.config, [('mode = "apply"', 'mode = "observe"')])
    refused(here("apply", plan, "-c", observe), 2, 'mode is "observe"')
    assert world.writes() == 0


def test_a_plan_that_cannot_be_saved(world: Rig, tmp_path: Path) -> None:
    said = here("plan", *NOW, "-o", tmp_path / "no" / "plan.json", "-c", world.config)
    assert said.code == 2
    assert "No such file or directory" in said.err


# ---- refs, rules, folders ------------------------------------------------------------------------------------


def test_refs_and_rules_that_are_none(world: Rig) -> None:
    gid = next(iter(world.world.asana.state.tasks))
    at = (*NOW, "-c", world.config)
    for ref in ("asana:1", "nonsense", "", "asana:", ":::"):
        refused(here("why", ref, *at), 2, "no such item", "handrail export")
        refused(here("why-not", ref, "overload", *at), 2, "no such item")
    refused(here("why-not", f"asana:{gid}", "overlode", *at), 2, "overlode", "handoff-stall, overload")


def test_an_export_into_a_file(world: Rig, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        refused(here("export", *NOW, "-o", out, "-c", world.config), 2, "--out", "folder")
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_options_that_are_none(world: Rig) -> None:
    wrong = (
        ("report", "-f", "pdf"),
        ("export",),
        ("export", "-o", "x", "-f", "xml"),
        ("runn",),
        ("log", "--limit", "0"),
    )
    for command in wrong:
        said = here(*command)
        assert said.code == 2
        assert "Traceback" not in said.err


# ---- the database --------------------------------------------------------------------------------------------


def test_a_database_that_is_not_ours(world: Rig, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "theirs.db") as theirs:
        theirs.execute("CREATE TABLE orders (id)")
    theirs.close()
    (tmp_path / "text.db").write_text("no database at all " * 100, "utf-8")
    for url, *words in (
        (f"sqlite:///{tmp_path}/theirs.db", "theirs.db", "orders", "empty database"),
        (f"sqlite:///{tmp_path}/text.db", "text.db", "not a SQLite database"),
        (f"sqlite:///{tmp_path}", "is a folder"),
        (f"sqlite:///{tmp_path}/no/handrail.db", "does not exist"),
    ):
        config = edited(world.config, [("schema = 1\n", f'schema = 1\ndatabase_url = "{url}"\n')])
        refused(here("report", "-c", config), 2, "database_url", *words)


def test_another_run_at_work(world: Rig) -> None:
    world.clear_log()
    with Store.open(load(world.config, {}).database_url) as store, store.run_lock():
        refused(here("run", *NOW, "-c", world.config), 5, "another run", "process")
        refused(here("run", *NOW, "--json", "-c", world.config), 5, "another run")
        assert here("report", *NOW, "-c", world.config).code == 0  # looking needs no lock
    assert world.get("/_sandbox/requests")["count"] == 0
    assert here("run", "--dry-run", *NOW, "-c", world.config).code == 0


# ---- the guard -----------------------------------------------------------------------------------------------


def test_more_writes_than_allowed(world: Rig) -> None:
    seen = world.seen()
    world.clear_log()
    capped = edited(world.config, [("create_fields = true", "max_writes = 2\ncreate_fields = true")])
    said = here("run", *NOW, "-c", capped)
    assert said.code == 3
    for words in ("max_writes", "nothing was written", "handrail plan"):
        assert words in said.err
    percent = edited(world.config, [("create_fields = true", "max_percent = 10\ncreate_fields = true")])
    said = here("run", *NOW, "-c", percent)
    assert said.code == 3
    assert "max_percent" in said.err
    assert world.writes() == 0
    assert world.seen() == seen
    assert here("run", "--dry-run", *NOW, "-c", capped).code == 0


# ---- the sandbox ---------------------------------------------------------------------------------------------

HEAD = "case:concept:name,concept:name,time:timestamp"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty"]),
        (f"{HEAD}\n", ["no rows"]),
        ("case:concept:name,time:timestamp\nc,2026-01-01\n", ["line 1", "concept:name"]),
        (f"{HEAD}\nc,a,2026-01-01T00:00:00Z\nc,b,soon\n", ["line 3", "soon", "ISO 8601"]),
        (f"{HEAD}\nc,a\n", ["line 2", "2 cells"]),
    ],
)
def test_logs_that_cannot_be_used(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "log.csv").write_text(text, "utf-8")
    config = tmp_path / "config.toml"
    said = here("sandbox", "--port", "0", "--events", tmp_path / "log.csv", "--write-config", config)
    refused(said, 2, "log.csv", *words)
    assert not config.exists()


def test_a_sandbox_that_cannot_start_as_asked(tmp_path: Path) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        refused(here("sandbox", "--port", port, "--scenario", "empty"), 2, str(port), "--port")
        refused(here("demo", "--serve", "--port", port), 2, str(port), "--port")
    refused(here("sandbox", "--events", tmp_path / "none.csv", "--port", "0"), 2, "none.csv", "No such file")
    refused(here("sandbox", "--now", "noonish", "--port", "0"), 2, "--now", "noonish")
    refused(here("sandbox", "--done", "Closed", "--port", "0"), 2, "--events")
    (tmp_path / "mine.toml").write_text("mine = 1\n", "utf-8")
    said = here("sandbox", "--scenario", "empty", "--port", "0", "--write-config", tmp_path / "mine.toml")
    refused(said, 2, "mine.toml", "another file")


def test_it_is_the_same_from_a_shell(tmp_path: Path) -> None:
    """Once as a process: what a shell sees of an error is its message and its code."""
    refused(process("run", cwd=tmp_path), 2, "config.toml")
