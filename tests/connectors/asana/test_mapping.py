"""Raw in, golden out: what the mapping makes of each shape that Asana has. `--bless` accepts what it says today."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.asana.mapping import Surroundings, container, history, person, work_item

HERE = Path(__file__).parent
MAPPED = ("Team", "Channels", "14", "Briefing", "Go live", "Reviewers", "Score", "Flow status")
AROUND = Surroundings(
    "asana", me="100", bots=("109",), sections={"201": "20", "202": "20", "203": "20", "211": "21", "212": "21"},
    mapped=MAPPED, own=("Flow status",),
)  # fmt: skip


@pytest.mark.parametrize("raw", sorted((HERE / "raw").glob("*.json")), ids=lambda path: path.stem)
def test_golden(raw: Path, request: pytest.FixtureRequest) -> None:
    told = json.loads(raw.read_text())
    found = {
        "about": told["about"],
        "item": _short(work_item("asana", told["task"], MAPPED)),
        "events": [_short(one) for one in history(told["task"], told["stories"], AROUND)],
    }
    text = json.dumps(found, indent=1, ensure_ascii=False, default=_iso) + "\n"
    golden = HERE / "expected" / raw.name
    if request.config.getoption("--bless"):
        golden.write_text(text)
    assert golden.read_text() == text


def _iso(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _short(fact: Any) -> dict[str, Any]:
    """Without what is empty."""
    told = asdict(fact)
    told["ref"] = str(fact.ref)
    return {key: value for key, value in told.items() if value not in (None, "", (), [], False)}


STORIES = json.loads((HERE / "raw" / "every_story.json").read_text())
FIELDS = json.loads((HERE / "raw" / "custom_field_stories.json").read_text())
ANY = STORIES["stories"] + FIELDS["stories"]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(ANY), unique_by=lambda story: story["gid"]), st.randoms(use_true_random=False))
def test_whatever_stories_are_left_the_history_holds_together(stories: list[Any], random: Any) -> None:
    """Asana merges and drops stories: still owners chain, ids are unique, and the order of arrival is no matter."""
    task = STORIES["task"]
    events = history(task, stories, AROUND)
    assert len({one.source_id for one in events}) == len(events)
    assert [(one.at, one.seq) for one in events] == sorted((one.at, one.seq) for one in events)
    assert {story["gid"] for story in stories} <= {one.source_id for one in events}
    owners = [one for one in events if one.kind == "owner"]
    assert all(later.old == earlier.new for earlier, later in pairwise(owners))
    assert not owners or owners[-1].new == task["assignee"]["gid"]
    shuffled = list(stories)
    random.shuffle(shuffled)
    assert history(task, shuffled, AROUND) == events


def test_a_project_keeps_its_sections_order_and_privacy() -> None:
    options = [{"gid": "34", "name": "A", "enabled": True}, {"gid": "35", "name": "B", "enabled": False}]
    definition = {"gid": "12", "name": "Team\u00a0x", "resource_subtype": "enum", "enum_options": options}
    raw = {"gid": "20", "name": "Launch", "privacy_setting": "private", "permalink_url": "u",
           "custom_field_settings": [{"custom_field": definition}]}  # fmt: skip
    found = container("asana", raw, [{"gid": "203", "name": "Z"}, {"gid": "201", "name": "A"}])
    assert [column.name for column in found.columns] == ["Z", "A"]
    assert found.private is True
    assert found.fields[0].options == (("34", "A"), ("35", "B"))
    assert container("asana", {"gid": "20"}, []).private is None


@pytest.mark.parametrize(
    ("listed", "kind"), [((), "person"), (("7",), "bot"), (("Zap",), "bot"), (("z@example.com",), "bot")]
)
def test_bots_are_listed_by_gid_name_or_address(listed: tuple[str, ...], kind: str) -> None:
    user = {"gid": "7", "name": "Zap", "email": "z@example.com"}
    assert person("asana", user, "100", listed).kind == kind
    assert person("asana", user, "7", listed).kind == "own"
