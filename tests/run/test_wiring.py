"""What the config says reaches the doors."""

from __future__ import annotations

from pathlib import Path

from connectors.sandbox.asana.acts import tasks
from sync.config import load
from sync.run import run
from sync.wiring import open_house
from tests.run.worlds import NOW, rig


def test_a_flow_says_which_of_its_subtasks_count(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        state = one.world.asana.state
        parent = next(task for task in state.tasks.values() if task.name == "brief 0")
        tasks.create_task(state, one.world.people.find("Lena"), "a part of it", parent=parent)
        text = one.config.read_text().replace("[flows.log]\n", '[flows.log]\nsubtasks = "leaves"\n')
        assert "leaves" in text
        one.config.write_text(text)
        with open_house(load(one.config, {})) as house:
            run(house, NOW, write=False)
            titles = {item.title for item in house.store.items() if item.presence == "present"}
    assert "a part of it" in titles
    assert "brief 0" not in titles


def test_in_observe_mode_there_is_no_way_to_write(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        one.config.write_text(one.config.read_text().replace('mode = "apply"', 'mode = "observe"'))
        one.clear_log()
        with open_house(load(one.config, {})) as house:
            outcome = run(house, NOW, write=True)
        assert outcome.plan.steps
        assert outcome.applied.written == 0
        assert one.writes() == 0
