"""The live service: what a person does at a vendor, seconds later, on the field and in the table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.model import Ref
from sync.store import Store
from tests.cli.program import process
from tests.run.living import Life, living
from tests.run.worlds import NOW, Rig, rig


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path / "world") as one:
        yield one


def project(one: Rig) -> str:
    return one.world.asana.state.projects[0].gid


def marked(one: Rig) -> dict[str, str]:
    """Task name → gid of those that carry a status of ours."""
    fields = "name,custom_fields.name,custom_fields.display_value"
    found = one.get("/asana/api/1.0/tasks", project=project(one), limit="100", opt_fields=fields)["data"]
    return {
        task["name"]: task["gid"]
        for task in found
        if any(field["name"] == "Flow status" and field["display_value"] for field in task["custom_fields"])
    }


def finish(one: Rig, gid: str) -> None:
    """A person completes a task."""
    one.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"completed": True}}, token="as:Lena")


def test_a_person_finishes_a_task_and_its_marks_go(small: Rig) -> None:
    with living(small) as life:
        life.quiet()
        life.tell_asana(project(small))
        name, gid = sorted(marked(small).items())[0]
        rows = {row["Key"]: row for row in small.rows() if row["State"] == "Open"}
        finish(small, gid)
        life.until(lambda: name not in marked(small), "the cleared field")
        life.quiet()
        closed = [key for key in rows if {row["Key"]: row for row in small.rows()}[key]["State"] != "Open"]
        assert any(gid in key for key in closed), (gid, rows.keys())
        assert life.ran("scheduled") == 1


def test_a_storm_on_one_task_is_one_look(small: Rig) -> None:
    with living(small, "\n[serve]\ndebounce_seconds = 1.0\n") as life:
        life.quiet()
        life.tell_asana(project(small))
        gid = sorted(marked(small).values())[0]
        small.clear_log()
        for number in range(30):
            small.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"name": f"name {number}"}}, token="as:Lena")
        life.until(lambda: life.ran("live"), "a look")
        life.quiet()
        looks = reads(small, f"/tasks/{gid}/stories")
        assert 1 <= looks <= life.ran("live") <= 4
        assert title(life, gid) == "name 29"


def reads(one: Rig, end: str) -> int:
    return sum(
        entry["method"] == "GET" and entry["path"].endswith(end)
        for entry in one.get("/_sandbox/requests")["requests"]
    )


def title(life: Life, gid: str) -> str:
    return next(item.title for item in life.store.items([Ref("asana", gid)]))


def test_our_own_writes_are_no_news(small: Rig) -> None:
    with living(small) as life:
        life.quiet()
        life.tell_asana(project(small))
        finish(small, sorted(marked(small).values())[0])
        life.until(lambda: life.ran("live"), "a look")
        life.quiet()
        looks, written = life.ran("live"), small.writes()
        time.sleep(1.5)  # longer than the sandbox takes to deliver, and the worker to look
        life.quiet()
        assert (life.ran("live"), small.writes()) == (looks, written)


def test_a_source_that_fails_keeps_its_hints_until_it_answers(small: Rig) -> None:
    with living(small) as life:
        life.quiet()
        life.tell_asana(project(small))
        name, gid = sorted(marked(small).items())[0]
        fault = {"match": "GET /asana/api/1.0/tasks/*", "kind": "401"}
        small.send("POST", "/_sandbox/faults", {"fault": [fault]})
        finish(small, gid)
        life.until(lambda: life.ran("live"), "a look that fails")
        assert life.store.inbox().depth == 1
        small.lift_faults()
        life.until(lambda: name not in marked(small), "the cleared field")
        life.quiet()


def test_a_task_that_is_refused_for_good_keeps_nothing_else_waiting(small: Rig) -> None:
    with living(small) as life:
        life.quiet()
        life.tell_asana(project(small))
        (_, refused), (name, gid) = sorted(marked(small).items())[:2]
        fault = {"match": f"GET /asana/api/1.0/tasks/{refused}*", "kind": "403"}
        small.send("POST", "/_sandbox/faults", {"fault": [fault]})
        finish(small, refused)
        life.until(lambda: f"asana: item {refused}: " in said(life), "a word about it")
        life.quiet()
        finish(small, gid)
        life.until(lambda: name not in marked(small), "the cleared field")
        life.quiet()


def said(life: Life) -> str:
    last = life.vitals.snapshot().last.get("live")
    return last.trouble if last else ""


def test_silence_is_found_by_the_schedule(tmp_path: Path) -> None:
    """Nobody says anything, time goes by: the next scheduled run finds what waits too long now."""
    with rig(tmp_path / "world", now=NOW - timedelta(days=8)) as small, living(small) as life:
        life.quiet()
        before = len(small.rows())
        life.advance("P5D")
        life.until(lambda: life.ran("caught_up") + life.ran("scheduled") == 2, "the next run")
        life.quiet()
        assert len(small.rows()) > before
        assert life.ran("caught_up") == 1


def test_pages_follow_at_their_own_pace(small: Rig) -> None:
    with living(small, '\n[serve]\ndebounce_seconds = 0.1\npages_every = "10m"\n') as life:
        life.quiet()
        life.tell_asana(project(small))
        page = small.page()
        finish(small, sorted(marked(small).values())[0])
        life.until(lambda: life.ran("live"), "a look")
        life.quiet()
        assert small.page() == page
        life.advance("PT11M")
        life.until(lambda: small.page() != page, "the page")
        life.quiet()
        assert life.ran("scheduled") + life.ran("caught_up") <= 2


def test_one_service_a_database(small: Rig) -> None:
    with living(small) as life, Store.open(life.settings.database_url):
        life.quiet()
        with life.store.serve_lock():
            said = process("serve", "--config", small.config, "--port", "0", cwd=small.config.parent)
        assert said.code == 5
        assert "Traceback" not in said.all
