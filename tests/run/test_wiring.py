"""What the config says reaches the doors; what the doors cannot take is refused in the plan."""

from __future__ import annotations

from pathlib import Path

from connectors.sandbox.asana.acts import fields, tasks
from sync.config import load
from sync.run import run
from sync.wiring import ears, open_house
from tests.run.worlds import NOW, rig


def test_a_flow_says_which_of_its_subtasks_count(tmp_path: Path) -> None:
    """Pitfall 5: a parent and its parts are never both counted unless somebody says so."""
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


def test_a_field_that_takes_no_values_is_refused_in_the_plan(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        state = one.world.asana.state
        somebody, project = one.world.people.find("Lena"), state.projects[0]
        computed = fields.create_field(state, somebody, "Flow status", "text")
        computed.is_formula = True
        fields.attach_field(state, somebody, project, computed)
        one.clear_log()
        first = one.run()
        assert [text.text for text in first.troubles] == list(first.plan.refused)
        assert "“Flow status” is computed or read-only" in first.plan.refused[0]
        assert not any(step.source == "asana" for step in first.plan.steps)
        assert all(task.get("Flow status") in (None, "") for task in one.tasks().values())
        assert one.run().plan.steps == ()


def test_each_source_has_an_ear_that_needs_no_token(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        heard = ears(load(one.config, {}))
    assert {id_: (ear.source, ear.kind, ear.hidden) for id_, ear in heard.items()} == {
        "asana": ("asana", "asana", True), "notion": ("notion", "notion", False),
    }  # fmt: skip
