"""What a pull costs: the formula, counted over real HTTP, and the table in the notes that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path

import pytest

from connectors.sandbox.asana.acts import details, tasks
from tests.connectors.asana.world import AsanaRig, Keeper
from tests.connectors.contract import Kept, Notes

NOTES = Path(__file__).parents[3] / "docs" / "connectors" / "asana.md"


@dataclass(frozen=True)
class Size:
    """A workspace: people, tasks homed in each project, distinct tasks, how many have subtasks."""

    people: int
    homed: tuple[int, ...]
    tasks: int
    parents: int = 0

    @property
    def lists(self) -> int:
        return sum(max(1, ceil(homed / 100)) for homed in self.homed)

    def full(self) -> int:
        """Project and sections, who we are, people, tasks, subtasks, and the stories of each task once."""
        return 2 * len(self.homed) + 1 + ceil(self.people / 100) + self.lists + self.parents + self.tasks


def test_a_full_pull_costs_the_formula(rig: AsanaRig, notes: Notes) -> None:
    size = Size(len(rig.app.world.people.everyone), (130, 13), 140)
    rig.requests()
    Kept().pull(rig.connector(notes))
    assert rig.requests() == size.full()


def test_with_subtasks_too(keeper: Keeper) -> None:
    for number, top in enumerate(list(keeper.rig.side.tasks.values())[:4]):
        for _ in range(number + 1):
            keeper.rig.act(tasks.create_task, "Ada", "below", parent=top)
    # three of the four are in both projects, and are asked in each
    size = Size(len(keeper.rig.app.world.people.everyone), (8, 13), 18 + 10, parents=4 + 3)
    keeper.pull(subtasks="both", incremental="modified_since")
    assert keeper.rig.requests() == size.full()
    keeper.pull(subtasks="both", incremental="modified_since")
    assert keeper.rig.requests() == 2 + 4 + 3
    keeper.pull(subtasks="both")  # one token a project, and the lists once more
    keeper.rig.requests()
    keeper.pull(subtasks="both")
    assert keeper.rig.requests() == 2


@pytest.mark.parametrize("changed", [0, 1, 5])
def test_changed_tasks_cost_one_each(keeper: Keeper, changed: int) -> None:
    keeper.pull()
    for task in list(keeper.rig.side.tasks.values())[3 : 3 + changed]:
        keeper.rig.act(details.comment, "Ada", task, text="?", after=400)
    keeper.pull()
    assert keeper.rig.requests() == 2 + changed


SIZES = {
    "100": Size(30, (50,) * 2, 100),
    "10,000": Size(100, (1_000,) * 10, 10_000),
    "100,000": Size(500, (2_000,) * 50, 100_000),
}


@pytest.mark.parametrize("name", list(SIZES))
def test_the_table_in_the_notes_follows_from_it(name: str) -> None:
    size = SIZES[name]
    projects, changed = len(size.homed), size.tasks // 100
    counts = (size.full(), projects, projects + changed, size.lists)
    row = f"| {name} in {projects} | " + " | ".join(map(_told, counts)) + " |"
    assert row in NOTES.read_text(encoding="utf-8").splitlines()


def _told(requests: int) -> str:
    """Requests, and how long they take at 150 and at 1,500 a minute."""
    return f"{requests:,} ({_time(requests / 150)}, {_time(requests / 1500)})"


def _time(minutes: float) -> str:
    if minutes < 1:
        return f"{ceil(minutes * 60)} s"
    return f"{ceil(minutes)} min" if minutes < 120 else f"{minutes / 60:.1f} h"
