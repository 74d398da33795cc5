"""Tables and pages that Notion fills from another tool: read, and refused in the plan as places to write to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from connectors.model import EnsureTable, PutPage, PutRow, SetFields
from connectors.sandbox.notion.records import DataSource
from tests.cli.program import here
from tests.run.notion_work import NotionWork, with_work
from tests.run.worlds import Rig, rig


@pytest.fixture
def work(tmp_path: Path) -> Iterator[NotionWork]:
    with rig(tmp_path) as one:
        yield with_work(one)


def _sync(work: NotionWork) -> None:
    """From now on another tool fills the table."""
    with work.one.world.lock:
        work.one.world.notion.node(work.table, DataSource).synced_from = "9e5b7e10-0000-4000-8000-000000000001"


def _name(one: Rig, key: str, page: str) -> None:
    text = one.config.read_text()
    parent = one.world.notion.shared_page_id
    if key == "notion_parent":
        text = text.replace(f'notion_parent = "{parent}"', f'notion_parent = "{page}"')
    else:
        text = text.replace("create_fields", f'{key} = "{page}"\ncreate_fields')
    one.config.write_text(text)


def test_rows_of_a_synced_table_are_read_and_judged_and_the_plan_says_that_nothing_is_written(
    work: NotionWork,
) -> None:
    _sync(work)
    planned = work.one.run(write=False)
    (words,) = planned.plan.refused
    assert words.startswith("Campaign work: Notion syncs this table from another tool")
    assert "write_status = false" in words
    assert {found.rule for found in planned.judgement.findings} >= {"no-date"}
    outcome = work.one.run()
    assert [trouble.text for trouble in outcome.troubles] == [words]
    assert not any(isinstance(one.change, SetFields) and one.source == "notion" for one in outcome.plan.steps)
    assert "Flow status" not in work.schema()


def test_the_config_may_say_that_a_table_carries_no_marks_synced_or_not(work: NotionWork) -> None:
    text = work.one.config.read_text()
    work.one.run()
    assert work.shown()["one"]["Flow status"]
    work.one.config.write_text(text.replace('due = "Due"', 'due = "Due"\nwrite_status = false'))
    _sync(work)
    outcome = work.one.run()
    assert outcome.troubles == []
    assert not any(isinstance(one.change, SetFields) and one.source == "notion" for one in outcome.plan.steps)
    assert here("check", "-c", work.one.config).code == 0


def test_a_synced_page_to_write_under_is_refused_in_the_plan_and_all_else_goes_on(work: NotionWork) -> None:
    _sync(work)
    one = work.one
    _name(one, "notion_parent", work.rows["one"])
    one.config.write_text(one.config.read_text().replace('due = "Due"', 'due = "Due"\nwrite_status = false'))
    for outcome in (one.run(write=False), one.run()):
        assert [trouble.text for trouble in outcome.troubles] == [
            "Notion syncs this page from another tool and takes no content for it; name a page of your own"
        ]
        assert not any(isinstance(step.change, EnsureTable | PutRow | PutPage) for step in outcome.plan.steps)
    assert any(task.get("Flow status") for task in one.tasks().values())


def test_a_synced_page_for_the_region_is_refused_and_the_table_of_findings_is_written(work: NotionWork) -> None:
    _sync(work)
    one = work.one
    _name(one, "notion_page", work.rows["one"])
    one.config.write_text(one.config.read_text().replace('due = "Due"', 'due = "Due"\nwrite_status = false'))
    outcome = one.run()
    assert len(outcome.troubles) == 1
    assert not any(isinstance(step.change, PutPage) for step in outcome.plan.steps)
    assert len(one.rows()) == len(outcome.judgement.said)


def test_check_says_it_before_any_run(work: NotionWork) -> None:
    _sync(work)
    _name(work.one, "notion_page", work.rows["one"])
    told = json.loads(here("check", "--json", "-c", work.one.config).out)["problems"]
    assert {one["key"]: one["message"].split(":")[0] for one in told} == {
        "[sources.notion] work.1.write_status": '"Campaign work"',
        "[write] notion_page": "this page cannot be written to",
    }  # fmt: skip


def test_the_pretend_notion_refuses_content_for_a_synced_page(work: NotionWork) -> None:
    _sync(work)
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        work.one.send(
            "PATCH", f"/notion/v1/pages/{work.rows['one']}/markdown",
            {"type": "replace_content", "replace_content": {"new_str": "x"}},
        )  # fmt: skip
