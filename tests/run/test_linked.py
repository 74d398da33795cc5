"""A Notion row and an Asana task that name each other, or of which one names the other: told on both."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.model import Ref
from sync.linked import both_ways
from tests.cli.program import here
from tests.run.notion_work import NotionWork, with_work
from tests.run.worlds import Rig, rig

MORE = 'fields = ["See also"]\nlink = "Task"\nbody = true\n'


@pytest.fixture
def work(tmp_path: Path) -> Iterator[NotionWork]:
    with rig(tmp_path) as one:
        text = one.config.read_text().replace("bots = []", 'fields = ["notes"]\nbots = []', 1)
        one.config.write_text(text)
        work = with_work(one, {"Task": {"url": {}}}, MORE)
        work.change_schema({"See also": {"relation": {"data_source_id": work.table, "single_property": {}}}})
        yield work


def _task(one: Rig, name: str) -> tuple[str, str]:
    """A task's gid and its address, as Asana tells it."""
    gid = next(task.gid for task in one.world.asana.state.tasks.values() if task.name == name)
    return gid, one.get(f"/asana/api/1.0/tasks/{gid}", opt_fields="permalink_url")["data"]["permalink_url"]


def _why(one: Rig, ref: str) -> list[str]:
    told: list[dict[str, Any]] = json.loads(here("why", ref, "--json", "-c", one.config).out)["linked"]
    assert all(link["title"] and link["url"] for link in told)
    return [link["ref"] for link in told]


def test_links_are_told_on_both_sides_whichever_side_names_the_other(work: NotionWork) -> None:
    one, rows = work.one, work.rows
    (named, address), (naming, _) = _task(one, "brief 0"), _task(one, "brief 2")
    work.edit("one", {"Task": f"{address}?focus=true"})  # a URL property names a task
    page = one.get(f"/notion/v1/pages/{rows['two']}")["url"]
    one.send("PUT", f"/asana/api/1.0/tasks/{naming}", {"data": {"notes": f"The brief: {page}."}}, "as:Lena")
    work.edit("dated", {"See also": [rows["one"]]})  # a relation names a row
    assert one.run().troubles == []
    pairs = {
        f"asana:{named}": [f"notion:{rows['one']}"], f"asana:{naming}": [f"notion:{rows['two']}"],
        f"notion:{rows['two']}": [f"asana:{naming}"], f"notion:{rows['dated']}": [f"notion:{rows['one']}"],
        f"notion:{rows['one']}": [f"asana:{named}", f"notion:{rows['dated']}"],
    }  # fmt: skip
    assert {ref: _why(one, ref) for ref in pairs} == pairs
    said = here("why", f"asana:{named}", "-c", one.config).out
    assert f"linked    notion:{rows['one']}  one  http" in said
    out = one.config.parent / "out"
    assert here("export", "--out", out, "-c", one.config).code == 0
    with (out / "items.csv").open(newline="", encoding="utf-8") as file:
        assert {row["ref"]: row["linked"].split() for row in csv.DictReader(file) if row["linked"]} == pairs


def test_a_link_goes_when_it_is_taken_out(work: NotionWork) -> None:
    one = work.one
    gid, address = _task(one, "brief 0")
    work.edit("one", {"Task": address})
    one.run()
    assert _why(one, f"asana:{gid}") == [f"notion:{work.rows['one']}"]
    work.later(minutes=30)
    work.edit("one", {"Task": None})
    one.run(now=one.world.clock.now())
    assert _why(one, f"asana:{gid}") == []


def test_a_pages_content_names_a_task_where_it_is_read(work: NotionWork) -> None:
    one = work.one
    gid, address = _task(one, "brief 4")
    with one.world.lock:
        one.world.notion.replace_markdown(
            "Lena", work.rows["two"], f"About [the task]({address}) and https://a.test/x."
        )
    assert one.run().troubles == []
    assert _why(one, f"asana:{gid}") == [f"notion:{work.rows['two']}"]


def test_links_to_nothing_that_is_kept_and_to_oneself_are_none() -> None:
    ids = {"a": lambda text: text.removeprefix("https://a.test/") if "a.test" in text else None}
    one, two = Ref("a", "1"), Ref("a", "2")
    assert both_ways([(one, ["https://a.test/1", "https://b.test/2"])], ids) == {}
    assert both_ways([(one, ["https://a.test/2"]), (two, ["1"])], ids) == {one: (two,), two: (one,)}
