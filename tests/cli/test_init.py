"""`handrail init`: from tokens to a config that checks, reads, writes and then is quiet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.discovery import FoundColumn, FoundField, FoundPage, FoundPlace
from connectors.sandbox.serve import load as fill
from connectors.sandbox.server import serving
from sync.check import check
from sync.init.proposal import Access, Projects, Tables, propose, stages_of
from sync.init.render import config_text
from tests.cli.program import edited, here, last_line, process
from tests.run.worlds import rig


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    world, _ = fill("demo")
    with serving(world, 0) as url:
        yield url


def _init(url: str, out: Path, *more: object) -> tuple[object, ...]:
    where = ("--asana-url", f"{url}/asana/api/1.0", "--notion-url", f"{url}/notion")
    return ("init", "--out", out, *where, "--timezone", "Europe/Berlin", *more)


def test_what_it_writes_checks_reads_writes_and_is_quiet_then(demo: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    said = here(*_init(demo, config, "--yes"))
    assert said.code == 0, said.all
    assert "config.toml: good" in said.out
    assert "sandbox" not in [line.strip() for line in config.read_text("utf-8").splitlines()], "no token in it"
    at_once = [('kind = "asana"', 'kind = "asana"\nrequests_per_minute = 0'),
               ('kind = "notion"', 'kind = "notion"\nrequests_per_minute = 0')]  # fmt: skip
    observed = here("run", "--config", edited(config, at_once))
    assert (observed.code, last_line(observed)["written"]) == (0, 0), observed.all
    assert last_line(observed)["planned"] > 0
    ready = edited(config, [*at_once, ('mode = "observe"', 'mode = "apply"')])
    assert last_line(here("run", "--config", ready))["written"] > 0
    second = last_line(here("run", "--config", ready))
    assert (second["planned"], second["written"]) == (0, 0)


def test_an_event_log_s_project_is_a_flow(tmp_path: Path) -> None:
    with rig(tmp_path / "world") as one:
        config = tmp_path / "config.toml"
        assert here(*_init(one.url, config, "--yes")).code == 0
        found = check(config, {})
        assert [line for line in found.lines() if line.startswith("flow ") and "Briefing → Design → Review" in line]
        assert one.writes() == 0


def test_json_tells_what_was_found_and_writes_nothing(demo: str, tmp_path: Path) -> None:
    said = here(*_init(demo, tmp_path / "config.toml", "--json"))
    told = last_line(said)
    assert (said.code, told["written"], (tmp_path / "config.toml").exists()) == (0, None, False)
    assert {"Campaign requests", "Creative production", "Lead operations"} <= {
        place["name"] for place in told["found"]["asana"]["projects"]
    }
    assert 0 < sum(told["requests"].values()) <= 20


def test_a_config_that_is_there_stays(demo: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("mine", "utf-8")
    said = here(*_init(demo, config, "--yes"))
    assert (said.code, config.read_text("utf-8")) == (2, "mine")
    assert "--force" in said.err
    assert here(*_init(demo, config, "--yes", "--force")).code == 0
    assert config.read_text("utf-8") != "mine"


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ((), 2, "This is no terminal"),
        (("--yes", "--project", "4711"), 2, "4711"),
        (("--yes", "--country", "Atlantis"), 2, "no holidays are known"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_written(
    demo: str, tmp_path: Path, more: tuple[str, ...], code: int, words: str
) -> None:
    said = process(*_init(demo, tmp_path / "config.toml", *more), cwd=tmp_path)
    assert (said.code, words in said.err, "Traceback" in said.all) == (code, True, False), said.all
    assert list(tmp_path.glob("*.toml")) == []


def test_a_vendor_that_is_away_is_said(tmp_path: Path) -> None:
    said = here(*_init("http://127.0.0.1:9", tmp_path / "config.toml", "--yes"))
    assert (said.code, "is the sandbox running?" in said.err) == (1, True), said.all


def test_without_any_token_it_asks_for_one(tmp_path: Path) -> None:
    said = process("init", "--yes", cwd=tmp_path, env={})
    assert (said.code, "ASANA_TOKEN" in said.err) == (4, True), said.all


def test_stages_are_guessed_from_words_and_place() -> None:
    names = ["New requests", "Building", "Legal review", "Zorp", "Live"]
    found = [(one.name, one.kind, one.sure) for one in stages_of([FoundColumn(name) for name in names])]
    assert found == [
        ("New requests", "backlog", True), ("Building", "active", True), ("Legal review", "waiting", True),
        ("Zorp", "active", False), ("Live", "done", True),
    ]  # fmt: skip


_NAME = st.text(max_size=40) | st.sampled_from(['"', "\\", "a | b", "`x` <b>", "שלום 🚀", "\x00\x1b", "*", "x" * 300])
_COLUMNS = st.lists(_NAME.map(FoundColumn), max_size=6).map(tuple)


@given(st.lists(st.tuples(_NAME, _COLUMNS), min_size=1, max_size=4), _NAME, _COLUMNS, st.lists(_NAME, max_size=3))
@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_things_are_called_the_config_is_good(
    projects: list[tuple[str, tuple[FoundColumn, ...]]],
    table: str,
    options: tuple[FoundColumn, ...],
    teams: list[str],
) -> None:
    fields = (FoundField("1", "Team", "enum"), FoundField("2", table, "enum"))
    chosen = tuple(
        FoundPlace(str(120100 + n), name, fields=fields, columns=columns)
        for n, (name, columns) in enumerate(projects)
    )
    status = (FoundField("s", "Status", "status", options), FoundField("o", "Owner", "people"))
    source = FoundPlace("8f2c0000-0000-4000-8000-000000000001", f"Ideas {table}", fields=status)
    page = FoundPage("8f2c0000-0000-4000-8000-000000000002", table)
    proposal = propose(Projects(Access("me"), chosen, tuple(teams)), Tables(Access("me"), (source,), page))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(config_text(proposal), "utf-8", newline="\n")
        found = check(config, {})
    assert found.ok, (found.lines(), config_text(proposal))


def test_looking_around_asks_by_get_query_and_search_only(tmp_path: Path) -> None:
    with rig(tmp_path / "world") as one:
        assert here(*_init(one.url, tmp_path / "config.toml", "--yes")).code == 0
        asked = [
            (each["method"], each["path"].rsplit("/", 1)[-1]) for each in one.get("/_sandbox/requests")["requests"]
        ]
        assert asked
        assert {path for method, path in asked if method != "GET"} <= {"search", "query"}
