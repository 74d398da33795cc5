"""What ties the demo's tasks to each other: dependencies, second homes, a tag for what is frozen."""

from __future__ import annotations

import random

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.records import Task
from connectors.sandbox.demo import campaigns, creative
from connectors.sandbox.demo.script import Script, Set
from connectors.sandbox.demo.worktime import DAY, END


def tell_relations(script: Script, stage: Set, seed: str) -> None:
    """Now and then somebody notices that one task needs another, or belongs in two projects."""
    for number in range(18):
        rng = random.Random(f"{seed}/relation/{number}")  # noqa: S311
        minute = 10 * DAY + (END - 12 * DAY) * (number + rng.random()) / 18
        act = _depend if number % 3 else _second_home
        script.at(minute, lambda act=act, rng=rng: act(stage, rng))  # type: ignore[misc]
    for number in range(4):
        rng = random.Random(f"{seed}/frozen/{number}")  # noqa: S311
        script.at(END - rng.uniform(5, 25) * DAY, lambda rng=rng: _freeze(stage, rng))  # type: ignore[misc]


def _open(stage: Set, project: str) -> list[Task]:
    tasks = [task for section in stage.sections[project].values() for task in section.tasks.values()]
    return sorted((task for task in tasks if not task.completed), key=lambda task: int(task.gid))


def _depend(stage: Set, rng: random.Random) -> None:
    waiting = _open(stage, campaigns.PROJECT)
    needed = [task for task in _open(stage, creative.PROJECT) if len(task.homes) == 1]
    if waiting and needed:
        acts.depend(stage.state, stage.cast["Nadia Haddad"], rng.choice(waiting), rng.choice(needed))


def _second_home(stage: Set, rng: random.Random) -> None:
    tasks = [task for task in _open(stage, campaigns.PROJECT) if len(task.homes) == 1 and task.assignee]
    if tasks:
        section = stage.sections[creative.PROJECT]["Brief drafting"]
        acts.add_to_project(stage.state, stage.cast["Priya Raman"], rng.choice(tasks), section)


def _freeze(stage: Set, rng: random.Random) -> None:
    tasks = _open(stage, campaigns.PROJECT)
    if tasks:
        task = rng.choice(tasks)
        acts.tag(stage.state, stage.cast["Tom Okafor"], task, stage.tags["frozen"])
        acts.comment(stage.state, stage.cast["Tom Okafor"], task, text="On hold until the pricing decision.")
