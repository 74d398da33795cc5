"""Everything that the demo's two runs say and hear over the wire, held against both vendors' official contracts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.model import Ref
from connectors.sandbox.notion.texts import simple
from sync.config import load
from sync.run import run
from sync.undoing import take_back
from sync.wiring import open_house
from tests.cli.program import ROOT, here
from tests.run.notion_work import with_work
from tests.run.worlds import rig

CHECKER = ROOT / ".." / "shared" / "tools" / "contract" / "contract_check.py"
VENDORS = ("asana", "notion")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The exchanges of `handrail demo`, one file a vendor, one JSON line an exchange."""
    files = _files(tmp_path_factory.mktemp("exchanges"))
    with _recorded(files):
        said = here("demo", "--json")
    assert said.code == 0, said.all
    first, second = json.loads(said.out)["runs"]
    assert first["written"] > 10
    assert second["written"] == 0
    return files


def _files(folder: Path) -> dict[str, Path]:
    return {vendor: folder / f"{vendor}.jsonl" for vendor in VENDORS}


@contextmanager
def _recorded(files: dict[str, Path]) -> Iterator[None]:
    """Every exchange meanwhile goes into these files."""
    lock, send, count = threading.Lock(), httpx.HTTPTransport.handle_request, Counter[str]()

    def recording(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        response = send(self, request)
        response.read()
        vendor = request.url.path.split("/")[1]
        if vendor not in VENDORS:
            return response
        with lock, files[vendor].open("a", encoding="utf-8") as lines:
            count[vendor] += 1
            lines.write(json.dumps(_told(count[vendor], request, response)) + "\n")
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", recording)
        yield


def _told(number: int, request: httpx.Request, response: httpx.Response) -> dict[str, Any]:
    """One exchange as the checker reads it, at the path that it has at the vendor's own address."""
    path = request.url.path.split("/", 2)[2]
    return {
        "n": number, "method": request.method, "url": f"https://vendor.example/{path}", "path": f"/{path}",
        "query": [list(pair) for pair in request.url.params.multi_items()],
        "request_headers": {**dict(request.headers), "authorization": "Bearer ***"},
        "request": json.loads(request.content) if request.content else None,
        "status": response.status_code, "injected": False, "response_headers": dict(response.headers),
        "response": json.loads(response.content) if response.content else None,
    }  # fmt: skip


@pytest.mark.skipif(not CHECKER.exists(), reason="the contract checker is not beside the project")
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_run_and_its_echo_keep_the_contract(logs: dict[str, Path], vendor: str) -> None:
    exchanges = _checked(vendor, logs[vendor])
    assert len(exchanges) > 20
    assert {one["method"] for one in exchanges} >= {"GET", "POST"}


@pytest.mark.skipif(not CHECKER.exists(), reason="the contract checker is not beside the project")
def test_a_table_of_work_with_marks_bodies_comments_and_an_undo_keeps_the_contract(tmp_path: Path) -> None:
    files = _files(tmp_path)
    with rig(tmp_path / "world") as one, _recorded(files):
        work = with_work(one, {"Task": {"url": {}}}, 'link = "Task"\nbody = true\n')
        first = one.run()
        assert first.troubles == []
        page = work.summary()
        block = one.get(f"/notion/v1/blocks/{page}/children")["results"][0]["id"]
        with one.world.lock:
            one.world.notion.comment("Lena", block, simple("Since when?"))
        work.edit("one", {"Due": "2026-04-02"})
        now = work.later(days=2)
        with open_house(load(one.config, {})) as house:
            hinted = run(house, now, write=True, hints=[Ref("notion", f"{page}#{block}")])
        assert hinted.troubles == []
        with open_house(load(one.config, {})) as house:
            assert take_back(house, None, now, write=True).troubles == []
    told = _checked("notion", files["notion"])
    asked = {re.sub(r"[0-9a-f-]{36}", "ID", f"{one['method']} {one['path']}") for one in told}
    assert asked >= {
        "PATCH /v1/pages/ID", "PATCH /v1/data_sources/ID", "GET /v1/pages/ID/markdown", "PATCH /v1/pages/ID/markdown",
        "GET /v1/comments", "POST /v1/data_sources/ID/query",
    }  # fmt: skip


def _checked(vendor: str, log: Path) -> list[dict[str, Any]]:
    """The exchanges, once the checker has found nothing wrong with them."""
    command = [sys.executable, CHECKER, vendor, log, "--errors-only"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    exchanges = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert f"{len(exchanges)} exchanges" in done.stdout
    assert " 0 errors" in done.stdout
    return exchanges
