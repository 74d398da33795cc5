"""Every kind of rule by its cases: items and events in, findings out. `tests/rules/cases/<kind>.toml`.

Instants are written as days before now (`-3.5`) or as ISO text; people by name.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from rules.base import Board, Finding, Flow, Hours, Money, Rule, Stage, Terms, Week
from rules.engine import judge, kinds, why, why_not
from sync.config.rule_tables import model_of
from tests.rules.boards import board

CASES = Path(__file__).with_name("cases")
ROOT = Path(__file__).parents[2]
STAGES = (Stage("Ideas", "backlog", ()), Stage("Build", "active", ()), Stage("Review", "waiting", ()),
          Stage("Live", "done", ()))  # fmt: skip
FLOWS = {"f": Flow("f", "s", STAGES), "brief": Flow("brief", "s", ()), "ideas": Flow("ideas", "n.ideas", ())}


def cases() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")
        for path in sorted(CASES.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


def test_every_kind_has_cases() -> None:
    assert {path.stem for path in CASES.glob("*.toml")} == set(kinds())


def test_every_pitfall_of_flow_metrics_has_a_test() -> None:
    """The 22 of the definitions: clocks, homes, reopened, approvals, subtasks, edges, averages, blanks and so on."""
    texts = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("*") if path.suffix in (".toml", ".py")]
    told = re.findall(r"[Pp]itfalls? (\d+)(?: and (\d+))?", "\n".join(texts))
    assert {int(number) for pair in told for number in pair if number} == set(range(1, 23))


def test_every_kind_is_documented_and_names_its_placeholders() -> None:
    for kind, shape in kinds().items():
        text = shape.__doc__ or ""
        assert len(text) > 200, kind
        for name in shape.placeholders:  # type: ignore[attr-defined]
            assert f"{{{name}}}" in text, (kind, name)


def rule_of(kind: str, case: dict[str, Any]) -> Rule:
    """The case's rule, read as the config reads it."""
    options = {"next_step": "Look.", **case.get("options", {})}
    valid = model_of(kinds()[kind]).model_validate(options)
    return kinds()[kind](id="r", **{name: getattr(valid, name) for name in type(valid).model_fields})


def board_of(case: dict[str, Any]) -> Board:
    """The case's board: round-the-clock or office hours, two flows, rates where the case gives them."""
    now = datetime.fromisoformat(case.get("now", "2026-03-02T12:00:00+00:00")).astimezone(UTC)

    def when(value: Any) -> Any:
        return now + timedelta(days=value) if isinstance(value, int | float) else datetime.fromisoformat(value)

    def dated(row: dict[str, Any], *keys: str) -> dict[str, Any]:
        return {**row, **{key: when(row[key]) for key in keys if key in row}}

    case = expanded(case)
    items = [dated({"created_at": -400, **one}, "created_at", "completed_at", "reviewed_at") for one in case["items"]]
    events = [dated({"seq": seq, **one}, "at", "not_before") for seq, one in enumerate(case.get("events", ()))]
    spans = {day: ((time(9), time(17)),) for day in range(5)}
    money = Money(**case["money"]) if "money" in case else None
    zones = case.get("calendars", {})  # flow to time zone
    flows = {**FLOWS, **{flow: Flow(flow, "s", (), calendar=flow) for flow in zones}}
    terms = Terms(hours=Hours("UTC", Week(spans)), flows=flows, money=money,
                  blocked_tags=tuple(case.get("blocked_tags", ())),
                  calendars={flow: Hours(zone, Week(spans)) for flow, zone in zones.items()})  # fmt: skip
    return board(items, events, people=case.get("people", ()), columns=case.get("columns", COLUMNS), now=now,
                 terms=terms)  # fmt: skip


def expanded(case: dict[str, Any]) -> dict[str, Any]:
    """The case with its `many` written out: so many items of one kind, each with the same events."""
    items, events = list(case.get("items", ())), list(case.get("events", ()))
    for one in case.get("many", ()):
        for number in range(one["count"]):
            ref = f"{one['ref']}{number:02}"
            items.append({"ref": ref, **one.get("item", {})})
            events += [{"ref": ref, **event} for event in one.get("events", ())]
    return {**case, "items": items, "events": events}


COLUMNS = [
    {"column": "ideas", "name": "Ideas", "stage": "Ideas", "stage_kind": "backlog"},
    {"column": "build", "name": "Build", "stage": "Build", "stage_kind": "active", "stage_owner": "MOps"},
    {"column": "review", "name": "Review", "stage": "Review", "stage_kind": "waiting", "stage_owner": "Design"},
    {"column": "live", "name": "Live", "stage": "Live", "stage_kind": "done"},
]


def seen(finding: Finding, wanted: dict[str, Any]) -> dict[str, Any]:
    """The parts of a finding that the case speaks of."""
    charges = [f"{charge.what}: {charge.formula}" for charge in finding.charges]
    plain = {**vars_of(finding), "subject": finding.subject.id, "items": list(finding.refs), "charges": charges}
    return {key: plain[key] for key in wanted}


def vars_of(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in Finding.__dataclass_fields__ if name != "subject"}


@pytest.mark.parametrize(("kind", "case"), cases())
def test_case(kind: str, case: dict[str, Any]) -> None:
    of, rule = board_of(case), rule_of(kind, case)
    judgement = judge(of, [rule])
    wanted = case["expect"]
    assert [seen(f, w) for f, w in zip(judgement.findings, wanted, strict=False)] == wanted
    assert len(judgement.findings) == len(wanted)
    for ref, failed in case.get("why_not", {}).items():
        missed = why_not(of, rule, ref).failed
        assert missed is not None
        assert f"{missed.text}: {missed.value}, not {missed.limit}" == failed


@pytest.mark.parametrize(("kind", "case"), cases())
def test_why_and_why_not_agree_with_the_findings(kind: str, case: dict[str, Any]) -> None:
    of, rule = board_of(case), rule_of(kind, case)
    findings = judge(of, [rule]).findings
    found = {ref for finding in findings for ref in finding.refs}
    for finding in findings:
        assert finding in why(of, [rule], finding.subject.id).findings
        assert why(of, [rule], finding.key).findings == (finding,)
    for ref in of.items["ref"]:
        assert bool(why(of, [rule], ref).findings) == (ref in found)
        assert (why_not(of, rule, ref).failed is None) == (ref in found)
        assert why(of, [rule], ref).lines()
        assert why_not(of, rule, ref).lines()
