"""Everything that goes over the wire is as Asana's own OpenAPI file says."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.model import PostComment, PostStatus, PutBrief, Ref, SetFields
from connectors.sandbox.asana.acts import containers, details, tasks
from tests.connectors.asana.world import AsanaRig, Keeper
from tests.connectors.contract import Kept, Notes
from tests.connectors.exchanges import TOOLS, Recording


def checked(log: Path) -> str:
    """What the checker says of the exchanges; it must find no error."""
    done = subprocess.run(
        [sys.executable, str(TOOLS / "contract_check.py"), "asana", str(log), "--prefix", "/asana/api/1.0"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 errors" in done.stdout
    return done.stdout


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
    checked(log)
    assert len(log.read_text(encoding="utf-8").splitlines()) > 30


@pytest.mark.skipif(not TOOLS.exists(), reason="the contract checker is not beside the project")
def test_so_do_the_rarer_ones(keeper: Keeper, tmp_path: Path) -> None:
    """Subtasks, events, portfolios, teams, sweeps, status updates, comments, briefs."""
    log, rig = tmp_path / "rare.jsonl", keeper.rig
    made = list(rig.side.tasks.values())
    rig.act(tasks.create_task, "Ada", "below", parent=made[4])
    folio = rig.act(containers.create_portfolio, "Ada", "All", rig.projects)
    options: dict[str, Any] = {
        "transport": Recording(log), "subtasks": "both", "comments": "about", "fields": ["actual_time_minutes"],
        "projects": [], "portfolios": [folio.gid], "teams": [rig.side.teams[0].gid],
    }  # fmt: skip
    keeper.pull(**options)
    rig.act(tasks.delete_task, "Ada", made[5])
    rig.act(details.comment, "Ada", made[4], text="hello")
    keeper.pull(**options)
    rig.now += timedelta(days=1)
    keeper.pull(**options | {"incremental": "modified_since"})
    connector = keeper.connector(**options)
    project = Ref("asana", rig.projects[0].gid)
    connector.apply(PostStatus("s", project, "on_track", "Fine", "All is well"))
    connector.apply(PostComment("c", Ref("asana", made[4].gid), "<body>Waits <strong>long</strong></body>"))
    connector.apply(PutBrief("b", project, "Flow", "How it goes"))
    connector.apply(PutBrief("b", project, "Flow", "How it goes now"))
    checked(log)
