"""`handrail check`, offline: lines for a person, JSON for a script, never a secret."""

from __future__ import annotations

import json
from pathlib import Path

from sync.check import check

ROOT = Path(__file__).parents[2]


def test_the_example_is_good_and_says_what_it_switches_on() -> None:
    found = check(ROOT / "config.example.toml", {"ASANA_TOKEN": "2/secret", "NOTION_TOKEN": "ntn_secret"})
    text = "\n".join(found.lines())
    assert found.ok
    assert "mode observe" in text
    assert "rule first-look: handoff_stall" in text
    assert "Flow status, Waiting since, Waiting on, Next step; created where they are missing" in text
    assert "nobody is notified" in text
    assert "warning" not in text
    assert "secret" not in text + json.dumps(found.to_json())


def test_a_missing_token_is_a_warning_here() -> None:
    found = check(ROOT / "config.example.toml", {})
    assert found.ok
    assert [line for line in found.lines() if line.startswith("warning: [sources.asana]") and "ASANA_TOKEN" in line]
    assert found.to_json()["sources"]["asana"]["token"] == "missing"


def test_problems_come_with_their_lines(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('mode = "aply"\n\n[calender]\n', encoding="utf-8")
    found = check(config, {})
    assert not found.ok
    assert found.lines()[-1] == "3 problems. Nothing was run."
    assert [(one["line"], one["key"]) for one in found.to_json()["problems"]] == [
        (1, "mode"), (3, "calender"), (None, "[sources]"),
    ]  # fmt: skip


def test_json_of_a_good_config_can_be_written() -> None:
    answer = check(ROOT / "config.example.toml", {}).to_json()
    assert json.loads(json.dumps(answer))["rules"]["too-much-at-once"] == "overload"
    assert answer["fields"] == ["Flow status", "Waiting since", "Waiting on", "Next step"]
    assert answer["caps"] == {"max_writes": 50, "max_percent": 10}
