"""Guards: nothing is written before all have passed, each refusal names the way past it, and that way works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.model import Ref, SetFields
from sync.cli.options import Guard
from sync.guards import NAMES, Caps, Standing, TooMuch, check
from sync.plan import Plan, Reason, Step
from tests.cli.program import Said, here
from tests.run.worlds import Rig, rig


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as one:
        yield one


def _said(one: Rig, *words: object) -> Said:
    return here("run", "--config", one.config, "--as-of", "sandbox", *words)


def _set(one: Rig, *lines: str) -> None:
    text = one.config.read_text().replace("first_run_max = 0", "\n".join(lines) or "first_run_max = 0")
    one.config.write_text(text)


def _plan(count: int, items: int = 100) -> Plan:
    ref = [Ref("asana", str(number)) for number in range(count)]
    steps = tuple(Step(SetFields(f"fields/{one}", one, {"a": 1}, {}), str(one), "t", "", Reason("")) for one in ref)
    return Plan(datetime(2026, 1, 1, tzinfo=UTC), steps, items={"asana": items})


@pytest.mark.parametrize(
    ("plan", "caps", "standing", "name"),
    [
        (_plan(11), Caps(writes=10), Standing(), "max-writes"),
        (_plan(11), Caps(percent=10), Standing(), "max-percent"),
        (_plan(11), Caps(first_run=10), Standing(untouched={"asana"}), "first-run"),
        (_plan(1), Caps(), Standing(before={"asana": 100}, now={"asana": 9}), "empty-source"),
        (_plan(1), Caps(), Standing(before={"asana": 1}), "empty-source"),
    ],
)
def test_each_guard_refuses_names_its_way_past_and_lets_what_is_just_allowed_by(
    plan: Plan, caps: Caps, standing: Standing, name: str
) -> None:
    with pytest.raises(TooMuch, match=f"{name}: .*--force-guard {name}") as refused:
        check(plan, caps, standing)
    assert len(str(refused.value).splitlines()) == 2
    check(plan, caps, standing, past=[name])
    with pytest.raises(TooMuch):
        check(plan, caps, standing, past=[other for other in NAMES if other != name])


def test_the_command_line_knows_every_guard() -> None:
    assert tuple(Guard) == NAMES


def test_what_is_just_allowed_passes() -> None:
    check(_plan(10), Caps(10, 10, 10), Standing({"asana"}, {"asana": 100}, {"asana": 10}))
    check(_plan(500), Caps(), Standing({"asana"}))
    check(_plan(500), Caps(first_run=10), Standing())
    check(_plan(0), Caps(), Standing(before={"asana": 100}))


def test_all_refusals_are_told_at_once() -> None:
    with pytest.raises(TooMuch) as refused:
        check(_plan(50), Caps(1, 1, 1), Standing({"asana"}, {"asana": 1000}, {"asana": 50}))
    assert all(f"{name}: " in str(refused.value) for name in NAMES)


@pytest.mark.parametrize(
    ("line", "name"),
    [("first_run_max = 3", "first-run"), ("max_writes = 3\nfirst_run_max = 0", "max-writes"),
     ("max_percent = 1\nfirst_run_max = 0", "max-percent")],
)  # fmt: skip
def test_a_refused_run_has_written_nothing_and_ends_with_3(small: Rig, line: str, name: str) -> None:
    _set(small, line)
    seen = small.seen()
    small.clear_log()
    refused = _said(small)
    assert refused.code == 3
    assert f"--force-guard {name}" in refused.err
    assert small.writes() == 0
    assert small.seen() == seen
    forced = _said(small, "--force-guard", name)
    assert forced.code == 0, forced.all
    assert _said(small).code == 0, "what is written once is no flood any more"


def test_a_reviewed_plan_passes_the_guards_too(small: Rig, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert here("plan", "--config", small.config, "--as-of", "sandbox", "-o", file).code == 0
    _set(small, "first_run_max = 3")
    small.clear_log()
    refused = here("apply", file, "--config", small.config)
    assert (refused.code, small.writes()) == (3, 0)
    assert here("apply", file, "--config", small.config, "--force-guard", "first-run").code == 0


def test_a_source_that_is_suddenly_empty_takes_nothing_back(small: Rig) -> None:
    assert _said(small).code == 0
    seen = small.seen()
    gone = list(small.world.asana.state.tasks)
    for gid in gone:
        small.delete(f"/asana/api/1.0/tasks/{gid}")
    _forget_cursors(small)
    small.clear_log()
    for _ in range(2):  # a refusal does not wear off
        refused = _said(small)
        assert refused.code == 3, refused.all
        assert "empty-source" in refused.err
        assert "--force-guard empty-source" in refused.err
    assert small.writes() == 0
    assert small.rows() == seen["rows"]
    assert small.page() == seen["page"]
    forced = _said(small, "--force-guard", "empty-source")
    assert forced.code == 0, forced.all
    assert {row["State"] for row in small.rows()} == {"Closed"}
    assert _said(small).code == 0


def test_for_a_source_that_cannot_be_read_nothing_is_written_nor_taken_back(small: Rig) -> None:
    assert _said(small).code == 0
    seen = small.seen()
    trouble = {"fault": [{"match": "GET /asana/api/1.0/tasks", "kind": "403", "rate": 1.0}]}
    small.send("POST", "/_sandbox/faults", trouble)
    small.send("POST", "/_sandbox/clock", {"advance": "P9D"})
    small.clear_log()
    deaf = _said(small)
    small.lift_faults()
    assert deaf.code == 1
    assert json.loads(deaf.out.splitlines()[-1])["errors"]
    changed = _writes(small)
    assert all("/asana/" not in path for path in changed)
    assert small.tasks() == seen["tasks"]
    assert small.rows() == seen["rows"], "what rests on a source that was not heard is neither said nor unsaid"


def _writes(one: Rig) -> list[str]:
    log = one.get("/_sandbox/requests")["requests"]
    return [e["path"] for e in log if e["method"] != "GET" and not e["path"].endswith(("/query", "/search"))]


def _forget_cursors(one: Rig) -> None:
    """The next pull is a whole one, as a sweep is."""
    from connectors.base import Scope
    from sync.store import Store

    with Store.open(str(one.config.parent / "handrail.db")) as store:
        for project in one.world.asana.state.projects:
            store.forget_cursor(Scope("asana", project.gid, ""))
