"""What is said beyond fields, rows and the summary: only when asked for, once, and on its day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.model import PostComment, PostStatus, PutPage
from sync.check import check
from sync.config import load
from sync.plan.file import from_json, to_json
from sync.run import apply_plan
from sync.wiring import open_house
from tests.run.worlds import NOW, Rig, rig

TITLE = "Where the machine is leaking"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as one:
        yield one


def _switch(one: Rig, more: str) -> None:
    text = one.config.read_text()
    one.config.write_text(text.replace("[write]", f"[write]\n{more}", 1))


def _project(one: Rig) -> str:
    found = re.search(r'"(12\d+)"', one.config.read_text())
    assert found
    return found[1]


def _statuses(one: Rig) -> list[dict[str, str]]:
    listed = one.get("/asana/api/1.0/status_updates", parent=_project(one), opt_fields="title,text,status_type")
    return list(listed["data"])


def _comments(one: Rig) -> list[str]:
    tasks = one.get("/asana/api/1.0/tasks", project=_project(one), limit="100")["data"]
    stories = [
        story
        for task in tasks
        for story in one.get(f"/asana/api/1.0/tasks/{task['gid']}/stories", opt_fields="text,created_by.name,type")[
            "data"
        ]
    ]
    return [story["text"] for story in stories if story["type"] == "comment" and "[handrail" in story["text"]]


def test_nobody_is_told_anything_unless_the_config_says_so(small: Rig) -> None:
    outcome = small.run()
    assert not [step for step in outcome.plan.steps if isinstance(step.change, PostStatus | PostComment)]
    assert _statuses(small) == _comments(small) == []


def test_a_status_update_and_a_comment_a_breach_once_with_and_without_the_database(small: Rig) -> None:
    _switch(small, "status_updates = true\ncomments = true")
    first = small.run()
    assert first.troubles == []
    breaches = {f.key for f in first.judgement.said if f.level == "breach" and f.subject.kind == "item"}
    assert breaches
    (status,) = _statuses(small)
    assert status["status_type"] == "off_track"
    assert "stuck" in status["title"]
    assert len(_comments(small)) == len(breaches)
    small.clear_log()
    assert small.run().plan.steps == ()
    assert small.writes() == 0
    small.forget()
    again = small.run()
    assert again.troubles == []
    assert (len(_statuses(small)), len(_comments(small))) == (1, len(breaches))
    assert small.run().plan.steps == ()


def test_the_pages_lead_to_one_another_and_to_the_boards_and_the_status_to_the_page(small: Rig) -> None:
    _switch(small, "status_updates = true\nteam_pages = true\nfriday_page = true")
    small.config.write_text(small.config.read_text() + '\n[teams.Design]\nmembers = ["Kofi"]\n')
    assert small.run().troubles == []
    blocks = small.get(f"/notion/v1/blocks/{small.world.notion.shared_page_id}/children")["results"]
    at = {one[one["type"]]["title"]: one["id"] for one in blocks if one["type"].startswith("child_")}
    summary, team = (small.get(f"/notion/v1/pages/{at[title]}") for title in (TITLE, "Design: what you asked for"))
    table = small.get(f"/notion/v1/databases/{at['Handrail findings']}")["url"]
    (board,) = small.get("/asana/api/1.0/projects", opt_fields="permalink_url", workspace=_workspace(small))["data"]
    said = str(small.get(f"/notion/v1/pages/{summary['id']}/markdown")["markdown"])
    for words, url in (("the findings table", table), ("Design", team["url"]), ("Log", board["permalink_url"])):
        assert f"[{words}]({url})" in said
    assert "[The week in one look]" not in said, "there is none before Friday"
    assert f"({table})" in str(small.get(f"/notion/v1/pages/{team['id']}/markdown")["markdown"])
    (status,) = _statuses(small)
    assert status["text"].count(f"All of it: {summary['url']}\n") == 1
    assert small.run().plan.steps == ()
    small.forget()
    small.run()
    assert small.get(f"/notion/v1/pages/{summary['id']}/markdown")["markdown"] == said
    assert len(_statuses(small)) == 1
    small.run(now=NOW + timedelta(days=4))
    assert "[The week in one look](http" in str(small.get(f"/notion/v1/pages/{summary['id']}/markdown")["markdown"])
    assert small.run(now=NOW + timedelta(days=4)).plan.steps == ()


def test_the_page_says_how_much_was_written_and_a_day_later_counts_today_s(small: Rig) -> None:
    _switch(small, "status_updates = true\ncomments = true")
    first = small.run()
    assert "## What Handrail wrote\nIn the seven days before today: nothing." in small.page()
    small.world.advance_to(NOW + timedelta(days=1))
    small.run(now=NOW + timedelta(days=1))
    with open_house(load(small.config, {}), doors=False) as house:
        wrote = [one for one in house.store.ledger(first.run) if one.outcome == "written"]
    items = sum(len(one.after) for one in wrote if one.target.startswith("asana:"))
    rows = sum(len(one.after) for one in wrote if one.target.startswith("row:"))
    posts = sum(one.target.startswith(("status:", "comment:")) for one in wrote)
    assert min(items, rows, posts) > 1
    assert (
        f"In the seven days before today: {items} values on items, {rows} values in the findings table, 1 page, "
        f"{posts} updates and comments that notify people, 2 new sets of fields or tables."
    ) in small.page()
    small.clear_log()
    small.run(now=NOW + timedelta(days=1, minutes=30))
    assert small.writes() == 0


def _workspace(one: Rig) -> str:
    return str(one.get("/asana/api/1.0/workspaces")["data"][0]["gid"])


def test_check_says_that_they_notify(small: Rig) -> None:
    _switch(small, "status_updates = true\ncomments = true")
    found = check(small.config, {})
    assert found.to_json()["notifies"] == ["status_updates", "comments"]
    assert sum("notified, " in line for line in found.lines()) == 2


def test_the_friday_page_is_written_from_friday_on_and_left_alone_before(small: Rig) -> None:
    _switch(small, "friday_page = true")

    def written(days: int) -> list[str]:
        steps = small.run(now=NOW + timedelta(days=days)).plan.steps
        return [step.title for step in steps if isinstance(step.change, PutPage) and step.change.key == "page/friday"]

    assert NOW.weekday() == 0
    assert written(0) == written(3) == []
    assert written(4) == ["The week in one look"]
    assert written(7) == written(10) == []


def test_a_plan_s_page_is_left_alone_where_a_run_has_written_since(small: Rig) -> None:
    small.run()
    old = small.run(write=False, now=NOW + timedelta(days=1)).plan
    kept, _ = from_json(to_json(old, "hash"))
    small.run(now=NOW + timedelta(days=3))
    page = small.page()
    with open_house(load(small.config, {})) as house:
        applied = apply_plan(house, kept)
    assert "page/summary" in {getattr(step.change, "key", "") for step in applied.moved_on}
    assert small.page() == page
