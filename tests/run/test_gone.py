"""Tasks that nobody said were leaving: a run comes to terms with it, and does not complain for a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.model import Ref, SetFields
from sync.config import load
from sync.store import Store
from tests.run.worlds import NOW, Rig, rig, sweep_is_due

LATER = NOW + timedelta(days=1)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path / "world") as one:
        one.run()
        yield one


def marked(one: Rig) -> str:
    """The gid of a task that our status stands on."""
    return next(task.gid for task in one.world.asana.state.tasks.values() if task.name == "brief 0")


def home(one: Rig, name: str) -> str:
    """The gid of a section."""
    project = one.world.asana.state.projects[0].gid
    sections = one.get(f"/asana/api/1.0/projects/{project}/sections", opt_fields="name")["data"]
    return str(next(section["gid"] for section in sections if section["name"] == name))


def presence(one: Rig, gid: str) -> str:
    with Store.open(load(one.config, {}).database_url) as store:
        return store.items([Ref("asana", gid)])[0].presence


def test_a_task_that_left_the_project_is_let_go_by_the_sweep(small: Rig) -> None:
    gid, project = marked(small), small.world.asana.state.projects[0].gid
    small.send("POST", f"/asana/api/1.0/tasks/{gid}/removeProject", {"data": {"project": project}}, "as:Lena")
    assert small.run().plan.steps == ()  # nobody said so, and listings leave it out
    with Store.open(load(small.config, {}).database_url) as store:
        sweep_is_due(store)
    swept = small.run(now=LATER)
    assert swept.troubles == []
    assert presence(small, gid) == "outside"
    assert [row["State"] for row in small.rows() if gid in row["Key"]] == ["Closed"]
    again = small.run(now=LATER)
    assert (again.plan.steps, again.troubles) == ((), [])


def test_a_task_that_comes_back_has_its_marks_and_they_are_still_ours(small: Rig) -> None:
    """Asana hides a field's value on a task in no project that has the field, and shows it again."""
    gid, project = marked(small), small.world.asana.state.projects[0].gid
    before = small.tasks()
    small.send("POST", f"/asana/api/1.0/tasks/{gid}/removeProject", {"data": {"project": project}}, "as:Lena")
    with Store.open(load(small.config, {}).database_url) as store:
        sweep_is_due(store)
    assert small.run().troubles == []
    assert "brief 0" not in small.tasks()
    section = {"data": {"project": project, "section": home(small, "Design")}}
    small.send("POST", f"/asana/api/1.0/tasks/{gid}/addProject", section, "as:Lena")
    back = small.run()
    assert (back.troubles, back.plan.left_alone) == ([], ())
    assert small.tasks() == before
    small.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"completed": True}}, "as:Lena")
    assert small.run(now=LATER).troubles == []
    assert not any(small.tasks()["brief 0"][name] for name in ("Flow status", "Waiting since", "Waiting on"))


def test_a_task_that_is_gone_when_its_turn_comes_is_no_trouble(small: Rig) -> None:
    gid = marked(small)
    small.delete(f"/asana/api/1.0/tasks/{gid}")
    reworded = small.config.read_text("utf-8").replace("Ask {waiting_on} for", "Go and ask {waiting_on} for")
    small.config.write_text(reworded, "utf-8")  # so that its fields have something else to say
    first = small.run()
    assert first.troubles == []
    assert [step.change.ref.id for step in first.applied.moved_on if isinstance(step.change, SetFields)] == [gid]
    assert presence(small, gid) == "unseen"
    closed = small.run()
    assert [row["State"] for row in small.rows() if gid in row["Key"]] == ["Closed"]
    assert closed.troubles == []
    assert small.run().plan.steps == ()
