"""`handrail serve` and `handrail webhooks` as a person runs them: processes, the sandbox's webhooks, a signal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.program import environment, process
from tests.run.test_serving import finish, marked
from tests.run.worlds import Rig, addressed


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[Rig, str]]:
    """A world whose config has a public address on a free port."""
    with addressed(tmp_path / "world", 'logs = "json"\n') as one:
        yield one


@contextmanager
def serving(one: Rig, url: str) -> Iterator[subprocess.Popen[str]]:
    folder = one.config.parent
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "sync", "serve", "--as-of", "sandbox"], cwd=folder, env=environment(),
            stdout=log, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            wait(lambda: _ready(url), folder / "log.txt")
            yield up
        finally:
            up.kill()
            up.wait(10)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def wait(true: object, log: Path, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not (callable(true) and true()):
        assert time.monotonic() < end, log.read_text("utf-8")[-3000:]
        time.sleep(0.1)


def test_one_process_hears_answers_and_stops(small: tuple[Rig, str]) -> None:
    one, url = small
    folder = one.config.parent
    nobody = process("webhooks", "sync", cwd=folder)
    assert nobody.code == 1
    assert "has to be running" in nobody.all
    with serving(one, url) as up:
        log = folder / "log.txt"
        hooks = json.loads(process("webhooks", "status", "--json", cwd=folder).out)["webhooks"]
        assert [(hook["source"], hook["state"]) for hook in hooks] == [("asana", "active")]
        again = json.loads(process("webhooks", "sync", "--json", cwd=folder).out)
        assert [step["what"] for step in again["steps"]] == ["kept"]
        name, gid = sorted(marked(one).items())[0]
        finish(one, gid)
        wait(lambda: name not in marked(one), log)
        up.send_signal(signal.SIGTERM)
        assert up.wait(10) == 0
    told = log.read_text("utf-8")
    assert "/hooks/asana/" not in told.replace("/hooks/asana/***", "")
    assert all(json.loads(line)["event"] for line in told.splitlines()), told


def test_notions_ceremony(small: tuple[Rig, str]) -> None:
    one, url = small
    folder = one.config.parent
    first = process("webhooks", "notion", cwd=folder)
    assert (first.code, f"{url}/hooks/notion" in first.out) == (0, True)
    with serving(one, url):
        made = httpx.post(
            f"{one.url}/_sandbox/notion/webhooks", json={"url": f"{url}/hooks/notion"}, trust_env=False, timeout=30
        )
        made.raise_for_status()
        told = json.loads(process("webhooks", "notion", "--json", cwd=folder).out)
        assert told["token"].startswith("secret_")
        assert json.loads(process("webhooks", "notion", "--json", cwd=folder).out) == told
        gone = json.loads(process("webhooks", "sync", "--remove", "--json", cwd=folder).out)
        assert {step["what"] for step in gone["steps"]} == {"removed"}
        assert json.loads(process("webhooks", "status", "--json", cwd=folder).out)["webhooks"] == []
