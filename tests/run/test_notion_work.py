"""A Notion table of work in whole runs: what an idle run asks for, and when a change in a sandbox happened."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from connectors.model import PutPage, Ref
from sync.config import load
from sync.run import run
from sync.wiring import open_house
from tests.cli.program import here
from tests.run.notion_work import with_work
from tests.run.worlds import NOW, rig


def test_an_idle_run_reads_no_body_again_and_asks_once_a_table(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        work = with_work(one, more="body = true")
        one.run()
        work.later(hours=1)
        work.edit("one", {"Name": "one, renamed"})
        one.run(now=NOW + timedelta(hours=2))
        one.clear_log()
        assert one.run(now=NOW + timedelta(hours=2)).plan.steps == ()
        asked = [call["path"] for call in one.get("/_sandbox/requests")["requests"] if "/notion/" in call["path"]]
        assert sum(path.endswith(f"data_sources/{work.table}/query") for path in asked) == 1
        assert not any(path.endswith("/markdown") and path.split("/")[-2] in work.rows.values() for path in asked)


def test_what_changes_in_a_sandbox_that_stands_in_the_past_is_dated_by_its_clock(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        work = with_work(one)
        one.run()
        at = work.later(hours=1)
        work.edit("one", {"Status": "Done"})
        work.later(minutes=20)
        now = work.later(minutes=20)
        outcome = one.run(now=now)
        assert outcome.troubles == []
        with open_house(load(one.config, {})) as house:
            told = house.store.events(Ref("notion", work.rows["one"]))
        (moved,) = [event for event in told if event.kind == "transition" and event.old_text == "Doing"]
        assert moved.approximate
        assert moved.not_before is not None
        assert moved.not_before <= at <= moved.at <= now


def test_a_comment_that_a_webhook_told_of_survives_the_next_page(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        one.run()
        page, notion = one.page_id(), one.world.notion
        blocks = one.get(f"/notion/v1/blocks/{page}/children")["results"]
        changing = next(block for block in blocks if "As of " in str(block[block["type"]]))
        with one.world.lock:
            notion.comment("Lena", changing["id"], [{"type": "text", "text": {"content": "Since when?"}}])
        tomorrow = NOW + timedelta(days=9)
        with open_house(load(one.config, {})) as house:
            hint = Ref("notion", f"{page}#{changing['id']}")
            outcome = run(house, tomorrow, write=True, hints=[hint])
        assert outcome.troubles == []
        assert any(isinstance(step.change, PutPage) for step in outcome.plan.steps)
        after = {block["id"]: block for block in one.get(f"/notion/v1/blocks/{page}/children")["results"]}
        kept = after[changing["id"]]
        assert kept[kept["type"]]["rich_text"] == changing[changing["type"]]["rich_text"]
        assert one.page_with_its_line().count("As of ") == 2
        one.run(now=tomorrow)
        assert one.run(now=tomorrow).plan.steps == ()
        assert one.page_with_its_line().count("As of ") == 2


def test_the_day_of_the_first_look_is_kept_and_said_on_the_page(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        work = with_work(one)
        one.run()
        said = "Snapshots of notion began on Mon 2 Mar 2026: what changed there before is not known."
        where = f"/notion/v1/pages/{work.summary()}/markdown"
        assert said in one.get(where)["markdown"]
        later = work.later(days=9)
        with open_house(load(one.config, {})) as house:
            for scope in house.sources["notion"].connector.scopes():
                house.store.forget_cursor(scope)
        assert one.run(now=later).troubles == []
        assert said in one.get(where)["markdown"]


def test_plain_pages_are_kept_in_no_flow_and_without_marks_unless_a_flow_names_them(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        work = with_work(one)
        text = one.config.read_text().replace("[[sources.notion.work]]", "[[sources.notion.pages]]")
        one.config.write_text(text.replace('source = "notion"\nstages', 'source = "notion.pages"\nstages'))
        outcome = one.run()
        assert outcome.troubles == []
        assert {found.rule for found in outcome.judgement.findings} >= {"no-date"}
        assert "Flow status" not in work.schema()
        start, end = text.index("[flows.tables]"), text.index("[rules.handoff-stall]")
        one.config.write_text(text[:start] + text[end:])
        kept = one.run().judgement.board.items
        mine = kept.filter(kept["ref"].is_in([f"notion:{row}" for row in work.rows.values()]))
        assert mine.height == len(work.rows)
        assert set(mine["flow"].to_list()) == {None}


def test_a_fact_that_lies_between_two_looks_is_told_so(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        work = with_work(one)
        one.config.write_text(one.config.read_text() + IN_BACKLOG)
        one.run()
        work.later(hours=1)
        work.edit("one", {"Status": "Backlog"})
        seen = work.later(minutes=30)
        assert one.run(now=seen).troubles == []
        later = ("--as-of", (seen + timedelta(days=5)).isoformat())
        said = here("why", f"notion:{work.rows['one']}", "-c", one.config, *later)
        assert "Mon 2 Mar 2026, between 12:00 and 13:01" in said.out, said.all
        told = json.loads(here("why", f"notion:{work.rows['one']}", "--json", "-c", one.config, *later).out)
        (back,) = [one for one in told["findings"] if one["rule"] == "back-in-line"]
        assert (back["not_before"][:16], back["since"]) == ("2026-03-02T12:00", "2026-03-02T13:01:00Z")
        since_made = [one for one in told["findings"] if one["rule"] == "no-date"]
        assert all(one["not_before"] is None for one in since_made)


IN_BACKLOG = """
[rules.back-in-line]
kind = "match"
flow = "tables"
where = { stage = ["Backlog"] }
states = ["backlog"]
since = "entered"
says = "is back in line"
warn = "1wd"
next_step = "Begin {title}, or close it."
"""
