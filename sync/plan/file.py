"""A plan as a file: what `handrail plan -o` writes and `handrail apply` carries out, exactly.

The file carries a checksum, so that a plan that was edited, cut off or made by another version is refused
before the first write.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from sync import changes
from sync.plan import LeftAlone, Plan, Reason, Step
from sync.plan.page_moves import PageLine

FORMAT = 1


class BadPlan(Exception):
    """The file is no plan that can be carried out as it stands; the text says why and the way out."""


def to_json(plan: Plan, config_hash: str) -> bytes:
    """The plan as indented JSON with its checksum; the same plan gives the same bytes."""
    body = {
        "as_of": plan.as_of.isoformat(),
        "config": config_hash,
        "steps": [_step_data(step) for step in plan.steps],
        "left_alone": [asdict(left) for left in plan.left_alone],
        "adopted": {target: dict(values) for target, values in sorted(plan.adopted.items())},
        "items": dict(sorted(plan.items.items())),
        "refused": list(plan.refused),
    }
    data = {"handrail_plan": FORMAT, "checksum": _checksum(body)} | body
    return orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n"


def from_json(raw: bytes) -> tuple[Plan, str]:
    """The plan and the hash of the config it was made under. Raises BadPlan."""
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadPlan(f"it is not JSON ({error}); make it with `handrail plan -o plan.json`") from None
    if not isinstance(data, dict) or data.get("handrail_plan") != FORMAT:
        raise BadPlan("it is not a plan of this version of Handrail; make it anew with `handrail plan -o plan.json`")
    body = {key: value for key, value in data.items() if key not in ("handrail_plan", "checksum")}
    if data.get("checksum") != _checksum(body):
        raise BadPlan("it was changed after it was made (the checksum differs); make it anew, nothing was written")
    plan = Plan(
        datetime.fromisoformat(body["as_of"]),
        tuple(_step(entry) for entry in body["steps"]),
        tuple(LeftAlone(**entry) for entry in body["left_alone"]),
        body["adopted"],
        body["items"],
        tuple(body["refused"]),
    )
    return plan, body["config"]


def _checksum(body: object) -> str:
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _step_data(step: Step) -> dict[str, Any]:
    return {
        "target": step.target,
        "title": step.title,
        "url": step.url,
        "reason": asdict(step.reason),
        "change": changes.to_data(step.change),
    } | ({"moves": [one._asdict() for one in step.moves]} if step.moves else {})


def _step(data: dict[str, Any]) -> Step:
    moves = tuple(PageLine(**one) for one in data.get("moves", ()))
    reason = Reason(**data["reason"])
    return Step(changes.from_data(data["change"]), data["target"], data["title"], data["url"], reason, moves)
