"""Our status properties on the rows of a Notion table of work: planned, written once, taken back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.model import EnsureFields, SetFields
from sync.config import load
from sync.run import Outcome
from sync.undoing import take_back
from sync.wiring import open_house
from tests.cli.program import here
from tests.run.notion_work import HURTS, NotionWork, with_work
from tests.run.worlds import NOW, Rig, rig

OURS = ("Flow status", "Waiting since", "Waiting on", "Next step")


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as found:
        yield found


@pytest.fixture
def work(one: Rig) -> NotionWork:
    return with_work(one)


def _ours(work: NotionWork) -> dict[str, tuple[Any, ...]]:
    def plain(value: Any) -> Any:
        return value["start"] if isinstance(value, dict) else value or None

    return {title: tuple(plain(row.get(name)) for name in OURS) for title, row in work.shown().items()}


def _patched(one: Rig) -> list[str]:
    """Pages that were changed since the log was cleared, one entry a request."""
    served = one.get("/_sandbox/requests")["requests"]
    return [
        call["path"].rsplit("/", 1)[1] for call in served if call["method"] == "PATCH" and "/pages/" in call["path"]
    ]


def _set(outcome: Outcome) -> dict[str, SetFields]:
    return {
        step.target: step.change for step in outcome.plan.steps
        if isinstance(step.change, SetFields) and step.source == "notion"
    }  # fmt: skip


def test_rows_show_what_waits_and_the_second_run_writes_nothing(one: Rig, work: NotionWork) -> None:
    first = one.run()
    assert first.troubles == []
    marks = ("Something is missing", "2026-02-21", "Kofi")
    shown = _ours(work)
    assert {title: told[:3] for title, told in shown.items()} == {
        "one": marks, "two": marks, HURTS: marks, "dated": (None, None, None),
    }  # fmt: skip
    assert shown[HURTS][3] == f"Give {HURTS} a date, Kofi."
    served = one.get("/_sandbox/requests")["requests"]
    rows = set(work.rows.values())
    assert sorted(page for page in _patched(one) if page in rows) == sorted(rows - {work.rows["dated"]})
    assert (
        sum(call["method"] == "PATCH" and call["path"].endswith(f"data_sources/{work.table}") for call in served) == 1
    )
    one.clear_log()
    second = one.run()
    assert second.plan.steps == ()
    assert one.writes() == 0
    assert second.troubles == []


def test_the_properties_are_made_with_consent_only_and_before_they_are_filled(one: Rig, work: NotionWork) -> None:
    before = set(work.schema())
    planned = one.run(write=False).plan.steps
    kinds = [type(step.change) for step in planned if step.source == "notion"]
    assert kinds.index(EnsureFields) < kinds.index(SetFields)
    assert set(work.schema()) == before
    one.config.write_text(one.config.read_text().replace("create_fields = true", "create_fields = false"))
    outcome = one.run()
    assert outcome.troubles == []
    assert _set(outcome) == {}
    assert set(work.schema()) == before


def test_without_consent_what_exists_is_filled_and_nothing_else(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        marked = {"rich_text": {}, "description": "Written by Handrail. Handed over by Lena."}
        work = with_work(one)
        work.change_schema({"Waiting on": marked})
        one.config.write_text(one.config.read_text().replace("create_fields = true", "create_fields = false"))
        outcome = one.run()
        assert outcome.troubles == []
        assert {tuple(change.values) for change in _set(outcome).values()} == {("Waiting on",)}
        assert {row["Waiting on"] for row in work.shown().values()} == {"Kofi", ""}
        assert one.run().plan.steps == ()


def test_marks_go_when_the_cause_is_gone_and_touch_only_that_row(one: Rig, work: NotionWork) -> None:
    one.run()
    work.later(minutes=30)
    work.edit("one", {"Due": "2026-04-02"})
    one.clear_log()
    outcome = one.run(now=NOW + timedelta(hours=1))
    assert outcome.troubles == []
    assert [*_set(outcome)] == [f"notion:{work.rows['one']}"]
    assert [page for page in _patched(one) if page in work.rows.values()] == [work.rows["one"]]
    assert _ours(work)["one"] == (None, None, None, None)
    assert _ours(work)["two"][0] == "Something is missing"
    assert one.run(now=NOW + timedelta(hours=1)).plan.steps == ()


def test_only_the_property_that_differs_is_sent(one: Rig, work: NotionWork) -> None:
    one.run()
    work.later(minutes=30)
    work.edit("one", {"Owner": ["Lena"]})
    change = _set(one.run(now=NOW + timedelta(hours=1)))[f"notion:{work.rows['one']}"]
    assert set(change.values) == {"Waiting on", "Next step"}
    assert _ours(work)["one"][2] == "Lena"


def test_a_persons_edit_of_our_property_wins_for_good(one: Rig, work: NotionWork) -> None:
    one.run()
    work.later(minutes=30)
    work.edit("two", {"Waiting on": "nobody, ask Lena"})
    outcome = one.run(now=NOW + timedelta(hours=1))
    assert [(left.target, left.field, left.theirs) for left in outcome.plan.left_alone] == [
        (f"notion:{work.rows['two']}", "Waiting on", "nobody, ask Lena")
    ]
    assert _ours(work)["two"][2] == "nobody, ask Lena"
    work.later(minutes=30)
    work.edit("two", {"Due": "2026-04-02"})
    one.run(now=NOW + timedelta(hours=2))
    assert _ours(work)["two"] == (None, None, "nobody, ask Lena", None)


def test_undo_takes_it_back_and_leaves_what_a_person_changed(one: Rig, work: NotionWork) -> None:
    written = one.run()
    work.later(minutes=30)
    work.edit("two", {"Waiting on": "nobody, ask Lena"})
    with open_house(load(one.config, {})) as house:
        undone = take_back(house, written.run, NOW + timedelta(hours=1), write=True)
    assert undone.troubles == []
    assert any("Flow status" in words and "Campaign work" in words for words in undone.remains)
    assert _ours(work) == {
        "one": (None,) * 4, "two": (None, None, "nobody, ask Lena", None), HURTS: (None,) * 4, "dated": (None,) * 4,
    }  # fmt: skip


def test_our_own_marks_are_no_news_and_nobodys_touch(one: Rig, work: NotionWork) -> None:
    """A person edits a row between our look and our write, so the row must be read again: ours is told as ours."""
    one.run()
    work.later(minutes=30)
    work.edit("one", {"Owner": ["Lena"]})
    one.run(now=NOW + timedelta(hours=1))
    work.later(minutes=30)
    work.edit("one", {"Name": "renamed"})
    one.run(now=NOW + timedelta(hours=2))
    with sqlite3.connect(one.config.parent / "handrail.db") as database:
        told = database.execute(
            "SELECT e.field_name, e.actor_kind FROM event e JOIN item i ON i.id = e.item "
            "WHERE i.source = 'notion' AND e.kind = 'field'"
        ).fetchall()
    database.close()
    assert {kind for name, kind in told if name in OURS} <= {"own"}


def test_with_the_database_lost_nothing_is_written_twice(one: Rig, work: NotionWork) -> None:
    one.run()
    before, schema = _ours(work), set(work.schema())
    one.forget()
    again = one.run()
    assert again.troubles == []
    assert _set(again) == {}
    assert (_ours(work), set(work.schema())) == (before, schema)


def test_a_persons_property_of_that_name_is_refused_in_the_plan_until_it_is_handed_over(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        work = with_work(one, {"Next step": {"rich_text": {}}})
        work.edit("one", {"Next step": "mine"})
        planned = one.run(write=False)
        (words,) = planned.plan.refused
        assert "Campaign work" in words
        assert "“Next step” is a person's" in words
        assert "“Written by Handrail.”" in words
        outcome = one.run()
        assert [trouble.text for trouble in outcome.troubles] == [words]
        assert _set(outcome) == {}
        assert work.shown()["one"]["Next step"] == "mine"
        work.change_schema({"Next step": {"description": "Written by Handrail. Since today."}})
        work.edit("one", {"Next step": ""})
        over = one.run()
        assert over.troubles == []
        assert _ours(work)["one"][0] == "Something is missing"


def test_a_property_of_ours_that_somebody_deleted_is_missed_and_made_again_where_it_is_needed(
    one: Rig, work: NotionWork
) -> None:
    one.run()
    work.change_schema({"Waiting on": None})
    work.later(minutes=30)
    work.edit("one", {"Owner": ["Lena"]})
    kept = one.run(now=NOW + timedelta(hours=1))  # to its rows it is as if somebody had emptied it
    assert kept.troubles == []
    assert {(left.field, left.theirs) for left in kept.plan.left_alone} == {("Waiting on", None)}
    assert "Waiting on" not in work.schema()
    work.edit("dated", {"Due": None})
    refused = one.run(now=NOW + timedelta(days=2))
    assert [trouble.text for trouble in refused.troubles] == [
        "data source 'Campaign work' has no property of ours named 'Waiting on'; nothing was written"
    ]
    again = one.run(now=NOW + timedelta(days=2))
    assert again.troubles == []
    assert _ours(work)["dated"][2] == "Kofi"
    assert one.run(now=NOW + timedelta(days=2)).plan.steps == ()


def test_check_says_which_properties_would_be_made_and_which_are_in_the_way(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        work = with_work(one, {"Next step": {"rich_text": {}}})
        said = here("check", "--json", "-c", one.config)
        told = json.loads(said.out)
        assert [one["message"] for one in told["problems"]] == [
            '"Campaign work" has a property "Next step" that is a person\'s'
        ]
        assert "Written by Handrail." in told["problems"][0]["hint"]
        work.change_schema({"Next step": {"description": "Written by Handrail. Since today."}})
        said = here("check", "-c", one.config)
        assert said.code == 0, said.all
        assert 'would be created: in "Campaign work", the fields Flow status, Waiting since, Waiting on\n' in said.out
        one.run()
        assert 'in "Campaign work"' not in here("check", "-c", one.config).out


def test_ideas_carry_no_marks(one: Rig) -> None:
    work = with_work(one)
    text = one.config.read_text().replace("[[sources.notion.work]]", "[sources.notion.ideas]")
    one.config.write_text(text.replace('source = "notion"\nstages', 'source = "notion.ideas"\nstages'))
    outcome = one.run()
    assert outcome.troubles == []
    assert any(found.rule == "no-date" for found in outcome.judgement.findings)
    assert "Flow status" not in work.schema()
