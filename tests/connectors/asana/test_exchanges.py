"""Everything that goes over the wire is as Asana's own OpenAPI file says."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.model import SetFields
from tests.connectors.asana.world import AsanaRig
from tests.connectors.contract import Kept, Notes
from tests.connectors.exchanges import TOOLS, Recording


@pytest.mark.skipif(not TOOLS.exists(), reason="the contract checker is not beside the project")
def test_exchanges_keep_asanas_contract(small: AsanaRig, notes: Notes, tmp_path: Path) -> None:
    log = tmp_path / "asana.jsonl"
    connector = small.connector(notes, transport=Recording(log))
    kept = Kept()
    kept.pull(connector)
    fields, values = small.changes(kept.items[min(kept.items)])
    assert isinstance(values, SetFields)
    # the contract calls every value of a custom field a string; its own words, and Asana, take numbers as numbers
    wanted = {name: value for name, value in values.values.items() if not isinstance(value, float | int)}
    connector.apply(fields)
    connector.apply(replace(values, values=wanted))
    kept.pull(connector)
    connector.get([min(kept.items).id, "1299999999999999"])
    connector.survey(small.changes(kept.items[min(kept.items)]))
    checked = subprocess.run(
        [sys.executable, str(TOOLS / "contract_check.py"), "asana", str(log), "--prefix", "/asana/api/1.0"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert " 0 errors" in checked.stdout
    assert len(log.read_text(encoding="utf-8").splitlines()) > 30
