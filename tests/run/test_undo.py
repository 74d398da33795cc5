"""Undo: everything that a person can see is as before the run, and what a person has changed since stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.model import PutPage
from sync.config import load
from sync.undoing import NothingToUndo, Undone, take_back
from sync.wiring import open_house
from tests.cli.program import here
from tests.run.test_laws import Killed, _edit, _marked, killed_at
from tests.run.worlds import NOW, Rig, rig


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as one:
        yield one


def undo(one: Rig, run: str | None = None, *, write: bool = True) -> Undone:
    with open_house(load(one.config, {})) as house:
        return take_back(house, run, NOW, write=write)


def visible(one: Rig) -> dict[str, Any]:
    """What a person sees, but for created fields, which remain and are empty."""
    seen = one.seen()
    tasks = {
        name: {field: value for field, value in fields.items() if value} for name, fields in seen["tasks"].items()
    }
    return {"tasks": tasks, "places": seen["places"], "rows": seen["rows"], "page": seen["page"]}


def test_after_undo_all_is_as_before_the_first_run(small: Rig) -> None:
    before = visible(small)
    first = small.run()
    assert visible(small) != before
    done = undo(small, first.run)
    assert done.troubles == []
    assert done.applied.moved_on == []
    assert done.plan.left_alone == ()
    assert visible(small) == before
    assert any("Flow status" in one for one in done.remains)


def test_undo_all_takes_back_every_run_and_a_later_run_writes_again_what_is_wanted(small: Rig) -> None:
    before = visible(small)
    small.run()
    calm = visible(small)
    small.run(now=NOW + timedelta(days=3))
    assert visible(small) != calm
    done = undo(small)
    assert (done.troubles, done.plan.left_alone, len(done.undone)) == ([], (), 2)
    assert visible(small) == before
    again = small.run()
    assert again.troubles == []
    table = r"(?<=\[the findings table\])\(\S+?\)"  # a new one, at a new address
    assert {**visible(small), "page": ""} == {**calm, "page": ""}
    assert re.sub(table, "", small.page()) == re.sub(table, "", calm["page"])
    assert small.run().plan.steps == ()


def test_undo_of_the_last_run_gives_the_one_before(small: Rig) -> None:
    small.run()
    calm = visible(small)
    page = small.page_with_its_line()
    second = small.run(now=NOW + timedelta(days=3))
    undo(small, second.run)
    assert visible(small) == calm
    assert small.page_with_its_line() == page


def test_undo_of_an_undo(small: Rig) -> None:
    first = small.run()
    calm = visible(small)
    back = undo(small, first.run)
    again = undo(small, back.run)
    assert again.troubles == []
    assert again.plan.left_alone == ()
    assert visible(small) == calm
    later = small.run().plan.steps
    assert {type(step.change) for step in later} <= {PutPage}, "histories have grown: the page counts their facts"
    assert small.run().plan.steps == ()


def test_a_dry_run_of_undo_writes_nothing(small: Rig) -> None:
    first = small.run()
    seen = small.seen()
    small.clear_log()
    done = undo(small, first.run, write=False)
    assert len(done.plan.steps) > 5
    assert small.writes() == 0
    assert small.seen() == seen


def test_an_edit_in_between_survives_undo(small: Rig) -> None:
    first = small.run()
    name, gid = _marked(small)
    _edit(small, gid, "Waiting on", "Ana, back on Thursday")
    row = next(row for row in small.raw_rows() if row["properties"]["State"]["select"])
    small.send("PATCH", f"/notion/v1/pages/{row['id']}", {"properties": {"Because": _text("told Kofi")}}, "as:Lena")
    done = undo(small, first.run)
    assert small.tasks()[name]["Waiting on"] == "Ana, back on Thursday"
    assert not small.tasks()[name]["Flow status"]
    assert [one["Because"] for one in small.rows()] == ["told Kofi"], "the others are in the trash, this row is not"
    left = {(one.field, one.theirs) for one in done.plan.left_alone}
    assert left == {("Waiting on", "Ana, back on Thursday"), ("Because", "told Kofi")}
    assert [kind for kind, _ in small.own_places()] == ["child_database"], "a table with a row in it stays"


def test_what_a_person_wrote_on_the_page_or_in_a_row_survives_undo(small: Rig) -> None:
    first = small.run()
    page = small.page_id()
    more = {"type": "insert_content", "insert_content": {"content": "Lena was here.", "position": {"type": "end"}}}
    small.send("PATCH", f"/notion/v1/pages/{page}/markdown", more, "as:Lena")
    row = small.raw_rows()[0]
    note = {"object": "block", "type": "paragraph", "paragraph": _text("a note inside")}
    small.send("PATCH", f"/notion/v1/blocks/{row['id']}/children", {"children": [note]}, "as:Lena")
    done = undo(small, first.run)
    assert "Lena was here." in small.page()
    assert len(small.rows()) == 1
    assert {step.target.split(":")[0] for step in done.applied.moved_on} == {"page", "row", "table"}


def test_our_region_of_a_person_s_page_is_taken_out_and_the_page_stays(small: Rig) -> None:
    page = small.world.notion.shared_page_id
    text = small.config.read_text().replace("create_fields", f'notion_page = "{page}"\ncreate_fields')
    small.config.write_text(text)
    hello = {"type": "insert_content", "insert_content": {"content": "Our team page.", "position": {"type": "end"}}}
    small.send("PATCH", f"/notion/v1/pages/{page}/markdown", hello, "as:Lena")

    def shown() -> str:
        return str(small.get(f"/notion/v1/pages/{page}/markdown")["markdown"]).strip()

    before = shown()
    first = small.run()
    written = shown()
    assert "Handrail writes from here" in written
    back = undo(small, first.run)
    assert back.troubles == []
    assert shown() == before
    undo(small, back.run)
    assert [line for line in shown().splitlines() if "<database" not in line] == [
        line for line in written.splitlines() if "<database" not in line
    ]


def test_undo_of_a_run_whose_writes_a_later_run_replaced_says_so(small: Rig) -> None:
    first = small.run()
    small.run(now=NOW + timedelta(days=3))
    seen = visible(small)
    done = undo(small, first.run)
    assert done.plan.left_alone
    assert all(one.note for one in done.plan.left_alone if one.theirs != one.ours), done.plan.left_alone
    assert small.page() == seen["page"]


def test_killed_in_the_middle_undo_takes_back_what_landed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (24, 30, 36, 42):
        with rig(tmp_path / str(number)) as one:
            before = visible(one)
            with pytest.raises(Killed), killed_at(monkeypatch, number, answered=True):
                one.run()
            with open_house(load(one.config, {})) as house:
                wrote = bool(house.store.ledger())
            if wrote:
                undo(one)
            assert visible(one) == before, number


def test_the_command_says_what_it_does(small: Rig, tmp_path: Path) -> None:
    def said(*words: object) -> Any:
        return here(*words, "--config", small.config)

    assert said("undo", "--all").code == 2
    assert "nothing was written" in said("undo", "--all").err
    assert said("undo").code == 2
    first = small.run()
    assert said("undo", "0000").code == 2
    assert first.run in said("undo", "0000").err
    dry = said("undo", first.run, "--dry-run")
    assert dry.code == 0
    assert "into the trash: page" in dry.out
    told = said("undo", first.run, "--json")
    assert told.code == 0
    answer = json.loads(told.out)
    assert answer["written"] == answer["planned"] > 5
    assert answer["errors"] == answer["left_alone"] == []
    assert "in the trash" in said("log", "--run", answer["run"]).out
    small.config.write_text(small.config.read_text().replace('mode = "apply"', 'mode = "plan" #'))
    refused = said("undo", "--all")
    assert refused.code == 2
    assert "mode" in refused.err


def test_a_run_that_never_was_cannot_be_undone(small: Rig) -> None:
    with pytest.raises(NothingToUndo, match="no run has written anything"):
        undo(small, "nope")


def _text(words: str) -> dict[str, Any]:
    return {"rich_text": [{"type": "text", "text": {"content": words}}]}
