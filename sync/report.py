"""The report as data: what `handrail report --format json` prints. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rules.engine import Judgement
from sync.honesty import coverage


def report_data(judgement: Judgement) -> dict[str, Any]:
    """The as-of instant, the coverage, and every finding with its evidence; instants in ISO 8601."""
    said = {finding.key for finding in judgement.said}
    return {
        "as_of": judgement.board.now.isoformat(),
        "coverage": coverage(judgement.board),
        "findings": [asdict(finding) | {"said": finding.key in said} for finding in judgement.findings],
    }
