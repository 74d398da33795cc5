"""Everything that the demo's two runs say and hear over the wire, held against both vendors' official contracts."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.program import ROOT, here

CHECKER = ROOT / ".." / "shared" / "tools" / "contract" / "contract_check.py"
VENDORS = ("asana", "notion")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The exchanges of `handrail demo`, one file a vendor, one JSON line an exchange."""
    folder, lock = tmp_path_factory.mktemp("exchanges"), threading.Lock()
    files = {vendor: folder / f"{vendor}.jsonl" for vendor in VENDORS}
    send, count = httpx.HTTPTransport.handle_request, Counter[str]()

    def recording(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        response = send(self, request)
        response.read()
        vendor = request.url.path.split("/")[1]
        with lock, files[vendor].open("a", encoding="utf-8") as lines:
            count[vendor] += 1
            lines.write(json.dumps(_told(count[vendor], request, response)) + "\n")
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", recording)
        said = here("demo", "--json")
    assert said.code == 0, said.all
    first, second = json.loads(said.out)["runs"]
    assert first["written"] > 10
    assert second["written"] == 0
    return files


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
    command = [sys.executable, CHECKER, vendor, logs[vendor], "--errors-only"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    exchanges = [json.loads(line) for line in logs[vendor].read_text("utf-8").splitlines()]
    assert f"{len(exchanges)} exchanges" in done.stdout
    assert " 0 errors" in done.stdout
    assert len(exchanges) > 20
    assert {one["method"] for one in exchanges} >= {"GET", "POST"}
