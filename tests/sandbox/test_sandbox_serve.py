"""The sandbox as a program: what it says at the start, how it ends, and what it refuses."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from connectors.sandbox.serve import SandboxError, load, run_sandbox, save_config
from connectors.sandbox.server import listen

ROOT = Path(__file__).parents[2]
LOG = """case:concept:name,concept:name,time:timestamp,org:resource,org:group,lifecycle:transition
c1,Intake,2011-03-01T09:00:00+01:00,Ann,Desk,start
c1,Review,2011-03-02T09:00:00+01:00,Ben,Legal,start
c1,Closed,2011-03-04T09:00:00+01:00,Ben,Legal,complete
c2,Intake,2011-05-01T09:00:00+02:00,,Desk,start
c2,"Review ""*"" \\",2011-07-01T09:00:00+02:00,Ann,Desk,start
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "permits.csv"
    path.write_text(LOG, "utf-8")
    return path


@contextmanager
def running(**options: object) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """The program in a process of its own: the process, the address it printed, all lines it printed."""
    told = ", ".join(f"{key}={value!r}" for key, value in options.items())
    code = (
        "from pathlib import Path, PosixPath; import datetime, sys; "
        f"from connectors.sandbox.serve import run_sandbox; sys.exit(run_sandbox(port=0, {told}))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    try:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("Any token"):
                break
        found = re.search(r"http://127\.0\.0\.1:\d+", lines[0])
        assert found
        yield process, found[0], lines
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_everything_is_and_ends_well(sign: signal.Signals, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    with running(write_config=config) as (process, url, lines):
        said = "\n".join(lines)
        projects = httpx.get(f"{url}/asana/api/1.0/projects", headers={"authorization": "Bearer x"}).json()["data"]
        assert len(projects) == 3
        assert all(project["gid"] in said for project in projects)
        read = tomllib.loads(config.read_text("utf-8"))
        assert read["write"]["notion_parent"] in said
        assert read["sources"]["notion"]["base_url"] == f"{url}/notion"
        assert httpx.get(url).status_code == 200
        project = httpx.get(
            f"{url}/asana/api/1.0/projects/{projects[0]['gid']}", headers={"authorization": "Bearer x"}
        ).json()["data"]
        assert project["name"] in httpx.get(project["permalink_url"]).text
        process.send_signal(sign)
        assert process.wait(timeout=10) == 0


def test_an_event_log_is_lived_through_day_by_day(log: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    now = datetime(2011, 3, 3, tzinfo=UTC)
    options = {"events": log, "done": ("Closed",), "now": now, "write_config": config}
    headers = {"authorization": "Bearer x"}
    with (
        running(**options) as (_, url, lines),
        httpx.Client(base_url=f"{url}/asana/api/1.0", headers=headers) as client,
    ):
        assert any("3 rows are still to come" in line for line in lines)
        get = client.get
        project = get("/projects").json()["data"][0]
        listed = f"/tasks?project={project['gid']}&opt_fields=name,completed,assignee.name,memberships.section.name"
        before = get(listed).json()["data"]
        assert [(task["name"], task["completed"]) for task in before] == [("c1", False)]
        httpx.post(f"{url}/_sandbox/clock", json={"now": "2011-08-01T00:00:00Z"}).raise_for_status()
        after = {task["name"]: task for task in get(listed).json()["data"]}
        assert (after["c1"]["completed"], after["c2"]["completed"]) == (True, False)
        assert after["c2"]["memberships"][0]["section"]["name"] == 'Review "*" \\'
        stages = tomllib.loads(config.read_text("utf-8"))["flows"]["permits"]["stages"]
        assert [stage["kind"] for stage in stages if stage["name"] == "Closed"] == ["done"]
        assert [stage["match"] for stage in stages if "*" in stage["name"]] == [['Review "\\*" \\\\']]


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), ("a,b\n1,2\n", "case:concept:name"), (LOG.replace("2011-05-01", "May"), "5")]
)
def test_a_bad_log_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(SandboxError, match=words):
        run_sandbox(port=0, events=path)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="cannot be read"):
        run_sandbox(port=0, events=tmp_path / "no.csv")
    with pytest.raises(SandboxError, match="cannot be read"):
        run_sandbox(port=0, faults=tmp_path / "no.toml")
    with pytest.raises(SandboxError, match="cannot be written"):
        run_sandbox(port=0, scenario="empty", write_config=tmp_path / "no" / "config.toml")


def test_bad_fault_files(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    for text, words in (("[[fault", "not TOML"), ('[[fault]]\nkind = "flood"\n', "fault 1: kind 'flood' is none")):
        path.write_text(text, "utf-8")
        with pytest.raises(SandboxError, match=re.escape(words)):
            run_sandbox(port=0, faults=path)


def test_faults_from_a_file_are_in_force(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text('[[fault]]\nmatch = "GET /asana/*"\nkind = 503\ncount = 1\n', "utf-8")
    with running(scenario="empty", faults=path) as (_, url, lines):
        assert any("1 in force" in line for line in lines)
        me = f"{url}/asana/api/1.0/users/me"
        assert [httpx.get(me, headers={"authorization": "Bearer x"}).status_code for _ in range(2)] == [503, 200]


def test_a_port_that_is_taken() -> None:
    with listen(0) as other, pytest.raises(SandboxError, match="--port"):
        run_sandbox(port=other.getsockname()[1], scenario="empty")


def test_a_config_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("schema = 1\n", "utf-8")
    with pytest.raises(SandboxError, match="not written by the sandbox"):
        run_sandbox(port=0, scenario="empty", write_config=path)
    assert path.read_text("utf-8") == "schema = 1\n"


def test_our_own_config_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    save_config(path, "# Written by `handrail sandbox --write-config` one\n")
    save_config(path, "# Written by `handrail sandbox --write-config` two\n")
    assert path.read_text("utf-8").endswith("two\n")


def test_which_scenario_when_none_is_named(log: Path) -> None:
    assert len(load(events=log)[0].asana.state.projects) == 1
    assert len(load("demo", events=log)[0].asana.state.projects) == 4
    assert load("empty")[0].asana.state.projects == []
    with pytest.raises(SandboxError, match="--events"):
        load(done=("Closed",))
