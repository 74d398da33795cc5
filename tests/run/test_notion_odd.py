"""Odd things in a Notion table, in whole runs: nothing is lost, the second run is quiet, what cannot work is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.model import Ref
from connectors.notion.texts import LONGEST
from sync.config import load
from sync.wiring import open_house
from tests.cli.program import here
from tests.connectors.notion.test_bad_input import HARD
from tests.run.notion_work import NotionWork, with_work
from tests.run.worlds import NOW, rig


@pytest.fixture
def work(tmp_path: Path) -> Iterator[NotionWork]:
    with rig(tmp_path) as one:
        yield with_work(one)


def _add(work: NotionWork, title: str) -> str:
    with work.one.world.at(NOW - timedelta(days=8)), work.one.world.lock:
        values = {"Name": title, "Status": "Doing", "Owner": ["Kofi"]}
        return str(work.one.world.notion.create_row("Lena", work.table, values).id)


def test_titles_that_are_empty_hard_or_endless_are_judged_marked_and_listed_like_any(work: NotionWork) -> None:
    one = work.one
    titles = ["", " ", *HARD, "שלום 🚀 | `x` [y](z)\u202e", "bell\x07 \u2028 tab\t nul", "x" * 3000]
    rows = {_add(work, title): title for title in titles}
    outcome = one.run()
    assert outcome.troubles == []
    found = {finding.subject.id for finding in outcome.judgement.findings if finding.rule == "no-date"}
    assert {f"notion:{row}" for row in rows} <= found
    shown = one.send("POST", f"/notion/v1/data_sources/{work.table}/query", {})["results"]
    marked = {row["id"] for row in shown if row["properties"]["Waiting on"]["rich_text"]}
    assert set(rows) <= marked
    links = {row["Link"] for row in one.rows()}
    assert {row["url"] for row in shown if row["id"] in rows and len(row["url"]) <= LONGEST} <= links
    one.clear_log()
    assert one.run().plan.steps == ()
    assert one.writes() == 0
    for row in list(rows)[:3]:
        said = here("why", f"notion:{row}", "-c", one.config)
        assert said.code == 0, said.all


def test_a_deleted_option_keeps_its_name_in_the_history(work: NotionWork) -> None:
    one = work.one
    one.run()
    options = work.schema()["Status"]["status"]["options"]
    left = [{"id": told["id"], "name": told["name"]} for told in options if told["name"] != "Doing"]
    work.later(minutes=30)
    work.change_schema({"Status": {"status": {"options": left}}})
    work.edit("one", {"Status": "Done"})
    outcome = one.run(now=NOW + timedelta(hours=1))
    assert outcome.troubles == []
    with open_house(load(one.config, {})) as house:
        told = house.store.events(Ref("notion", work.rows["one"]))
    moves = [(event.old_text, event.new_text) for event in told if event.kind == "transition"]
    assert moves[-1][1] == "Done"
    assert "Doing" in {name for move in moves for name in move}


@pytest.mark.parametrize(("change", "words"), [
    ({"Due": None}, "due = 'Due': there is no such property"),
    ({"Due": {"name": "Due date"}}, "did you mean 'Due date'"),
    ({"Status": None}, "status = 'Status': there is no such property"),
])  # fmt: skip
def test_a_property_that_is_renamed_or_deleted_is_named_and_nothing_is_taken_back_meanwhile(
    work: NotionWork, change: dict[str, object], words: str
) -> None:
    one = work.one
    before = one.run().judgement.board.items.height
    work.later(minutes=30)
    work.change_schema(change)
    work.edit("one", {"Owner": ["Lena"]})
    one.clear_log()
    outcome = one.run(now=NOW + timedelta(hours=1))
    (trouble,) = outcome.troubles
    assert "Campaign work" in trouble.text
    assert words in trouble.text
    assert outcome.judgement.board.items.height == before
    assert one.writes() == 0


def test_a_table_that_is_not_shared_any_more_is_said_with_the_way_out_and_keeps_its_items(work: NotionWork) -> None:
    one = work.one
    before = one.run().judgement.board.items.height
    one.config.write_text(one.config.read_text().replace(work.table, "12345678123441238123123412341234"))
    outcome = one.run()
    (trouble,) = outcome.troubles
    assert "not shared with this connection" in trouble.text
    assert "Connections → add it" in trouble.text
    assert outcome.judgement.board.items.height == before


def test_a_database_of_two_data_sources_is_refused_with_both_named_by_run_and_check(work: NotionWork) -> None:
    one = work.one
    database = one.get(f"/notion/v1/data_sources/{work.table}")["parent"]["database_id"]
    one.config.write_text(
        one.config.read_text().replace(work.table, f"https://www.notion.so/Work-{database.replace('-', '')}?v=1")
    )
    assert one.run().troubles == []
    assert here("check", "-c", one.config).code == 0
    with one.world.lock:
        second = one.world.notion.create_source("Lena", database, "Archive", {"Name": {"title": {}}}).id
    one.forget()
    (trouble,) = one.run().troubles
    (problem,) = json.loads(here("check", "--json", "-c", one.config).out)["problems"]
    for told in (trouble.text, problem["message"]):
        assert "a database with 2 data sources" in told
        assert work.table in told
        assert second in told
