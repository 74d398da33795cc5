"""The demo scenario: the same story every time, believable, and with the leaks there to be found."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox.asana.records import Story, Task
from connectors.sandbox.build import build_world
from connectors.sandbox.core import World
from connectors.sandbox.demo import play_demo
from connectors.sandbox.demo.cast import TEAMS, team_of
from connectors.sandbox.demo.worktime import DAY, END, TIMEZONE, WorkLine
from connectors.sandbox.loaded import Loaded

NOW = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> tuple[World, Loaded]:
    world = build_world(NOW)
    return world, play_demo(world)


@pytest.fixture(scope="module")
def tasks(demo: tuple[World, Loaded]) -> list[Task]:
    return list(demo[0].asana.state.tasks.values())


def _open(tasks: list[Task]) -> list[Task]:
    return [task for task in tasks if not task.completed]


def _stories(tasks: list[Task]) -> list[Story]:
    return [story for task in tasks for story in task.stories]


def test_it_is_quick_and_the_same_every_time(demo: tuple[World, Loaded]) -> None:
    began = time.perf_counter()
    again = build_world(NOW)
    play_demo(again)
    assert time.perf_counter() - began < 3
    assert again.asana.state() == demo[0].asana.state()
    assert _without_shared(again) == _without_shared(demo[0])


def _without_shared(world: World) -> dict[str, Any]:
    """All but the page that is made when the world is."""
    nodes: dict[str, Any] = world.notion.state()["nodes"]
    return {id_: node for id_, node in nodes.items() if id_ != world.notion.shared_page_id}


def test_starts_on_one_day_look_alike(demo: tuple[World, Loaded]) -> None:
    later = build_world(NOW + timedelta(hours=4))
    play_demo(later)
    assert later.asana.state() == demo[0].asana.state()


def test_any_other_day_tells_the_same_story(tasks: list[Task]) -> None:
    other = build_world(datetime(2027, 3, 18, 3, tzinfo=UTC))
    play_demo(other)
    told = list(other.asana.state.tasks.values())
    assert [task.name for task in told] == [task.name for task in tasks]
    assert len(_stories(told)) == len(_stories(tasks))


def test_its_size(demo: tuple[World, Loaded], tasks: list[Task]) -> None:
    world, _ = demo
    assert 250 <= len(tasks) <= 400
    assert len(world.asana.state.projects) == 3
    assert 12 <= len(world.people.everyone) - 1 <= 16
    assert len(world.notion.nodes[_ideas(demo)].rows) > 35


def test_people_work_in_working_hours_and_nothing_lies_ahead(tasks: list[Task]) -> None:
    zone = ZoneInfo(TIMEZONE)
    for story in _stories(tasks):
        local = story.created_at.astimezone(zone)
        assert local.weekday() < 5
        assert 9 <= local.hour < 17
        assert story.created_at < NOW
    first, last = (edge(story.created_at for story in _stories(tasks)) for edge in (min, max))
    assert timedelta(weeks=13) < last - first < timedelta(weeks=15)


def test_stories_are_in_order_and_agree_with_the_task(tasks: list[Task]) -> None:
    for task in tasks:
        assert all(a.created_at <= b.created_at and int(a.gid) < int(b.gid) for a, b in pairwise(task.stories))
        owners = [story.facts["assignee"] for story in task.stories if story.resource_subtype == "assigned"]
        assert (owners[-1] if owners else None) is task.assignee
        for home in task.homes:
            moves = [
                story.facts["new_section"] for story in task.stories
                if story.resource_subtype == "section_changed" and story.facts["new_section"].project is home.project
            ]  # fmt: skip
            assert not moves or moves[-1] is home.section


def _waits(tasks: list[Task], giver: str, receiver: str) -> list[float]:
    """Working hours from each handover between the teams to the receiver's first own story, ended or not."""
    line, waits = WorkLine(NOW), []
    for task in tasks:
        for at, story in enumerate(task.stories):
            if story.resource_subtype != "assigned" or story.created_by is None:
                continue
            to = story.facts["assignee"].name
            if team_of(story.created_by.name) != giver or team_of(to) != receiver:
                continue
            touched = next((s for s in task.stories[at + 1 :] if s.created_by and s.created_by.name == to), None)
            end = touched.created_at if touched else NOW
            waits.append((end - story.created_at) / timedelta(hours=24) * 8 * 5 / 7)
    assert line.instant(END) < NOW
    return waits


def test_briefs_wait_for_a_first_look_at_design(tasks: list[Task]) -> None:
    waits = _waits(tasks, "Demand Gen", "Design")
    assert len(waits) > 60
    assert sum(hours > 16 for hours in waits) > len(waits) * 0.4
    assert median(waits) > 2 * median(_waits(tasks, "Design", "Demand Gen"))


def test_two_people_are_overloaded_and_some_work_is_nobodys(tasks: list[Task]) -> None:
    held = Counter(task.assignee.name if task.assignee else "" for task in _open(tasks))
    assert held["Mara Lindqvist"] >= 12
    assert held["Sam Whitaker"] >= 12
    assert held["Aiko Tanabe"] <= 4
    assert held[""] >= 10


def test_work_waits_for_legal_for_review_and_with_sales(tasks: list[Task]) -> None:
    columns = Counter(home.section.name for task in _open(tasks) for home in task.homes)
    assert columns["Legal review"] >= 3
    assert columns["Needs review"] >= 2
    assert columns["With sales"] >= 8
    quiet = [
        task for task in _open(tasks)
        if task.homes and task.homes[0].section.name == "With sales" and NOW - _handed(task) > timedelta(weeks=3)
    ]  # fmt: skip
    assert len(quiet) >= 5


def _handed(task: Task) -> datetime:
    return max(story.created_at for story in task.stories if story.resource_subtype == "section_changed")


def test_work_bounces_between_design_and_demand_gen(tasks: list[Task]) -> None:
    bounced = 0
    for task in tasks:
        names = [story.facts["assignee"].name for story in task.stories if story.resource_subtype == "assigned"]
        teams = [team_of(name) for name in names]
        bounced += teams.count("Design") >= 2
    assert bounced >= 25


def test_the_small_leaks(tasks: list[Task]) -> None:
    stories = _stories(tasks)
    pulls = [task for task in tasks if task.name.startswith("Webinar list pull")]
    assert len(pulls) >= 12
    askers = {task.created_by.name for task in pulls if task.created_by}
    assert len(askers) >= 4
    assert sum(story.resource_subtype == "marked_incomplete" for story in stories) >= 3
    assert any(story.resource_subtype == "section_changed" and story.created_by is None for story in stories)
    asked = [s for s in stories if s.facts.get("new_approval_status") == "changes_requested"]
    assert len(asked) >= 3
    assert any(task.dependencies for task in _open(tasks))
    assert any(len(task.homes) > 1 for task in tasks)
    assert any(task.subtasks for task in tasks)
    assert any("frozen" in [label.name for label in task.tags] for task in tasks)
    assert any(task.due_on and task.due_on < NOW.date().isoformat() for task in _open(tasks))


def _ideas(demo: tuple[World, Loaded]) -> str:
    assert demo[1].ideas
    return demo[1].ideas.data_source


def test_ideas_that_nobody_reviewed(demo: tuple[World, Loaded]) -> None:
    world, _ = demo
    source = world.notion.nodes[_ideas(demo)]
    reviewed = source.property("Last reviewed").id
    rows = [world.notion.nodes[id_] for id_ in source.rows]
    unreviewed = [row for row in rows if not row.values.get(reviewed)]
    assert len(unreviewed) > 10
    assert max(NOW - row.created for row in unreviewed) > timedelta(days=200)
    assert world.notion.visible(source, world.people.bot)


def test_the_words_are_a_teams(tasks: list[Task]) -> None:
    words = [story.text for story in _stories(tasks) if story.type == "comment"] + [task.name for task in tasks]
    assert not [text for text in words if re.search(r"lorem|\{(n|topic)\}|TODO|xxx", text)]
    assert len(set(words)) > 200
    assert all(text.strip() for text in words)


def test_working_time_is_one_line() -> None:
    zone = ZoneInfo(TIMEZONE)
    for day in range(7):  # whatever weekday it is
        line = WorkLine(NOW + timedelta(days=day))
        instants = [line.instant(minute) for minute in range(int(END - 12 * DAY), int(END) + 1, 7)]
        assert instants == sorted(instants)
        close = line.instant(END).astimezone(zone)
        assert (close.hour, close.minute) == (17, 0)
        assert close.date() < line.today
        assert line.instant(END - 1) + timedelta(minutes=1) == line.instant(END)


def test_everybody_is_in_one_team(demo: tuple[World, Loaded]) -> None:
    members = [name for names in TEAMS.values() for name in names]
    assert sorted(members) == sorted(one.name for one in demo[0].people.everyone if not one.is_bot)
