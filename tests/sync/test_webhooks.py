"""Webhooks are brought into order, over real HTTP, with a receiver that answers; the second time nothing is done."""

from __future__ import annotations

import pytest

from connectors.base import Scope
from sync.store import Busy
from sync.webhooks.done import Done
from tests.doorman import doorman
from tests.sync.hooked import HOOKS, Desk


def whats(done: Done) -> list[str]:
    return [step.what for step in done.steps]


def writes(at: Desk) -> int:
    return sum(count for name, count in at.asked().items() if not name.startswith("GET"))


def pull(at: Desk) -> None:
    """Read everything once, so that each scope has a cursor."""
    at.rig.run(write=False)


def cursors(at: Desk) -> list[str | None]:
    return [at.store.cursor(Scope("asana", project, "")) for project in at.projects]


def test_each_project_gets_one_and_it_delivers(at: Desk) -> None:
    pull(at)
    done = at.sync()
    assert (whats(done), done.troubles, done.sweep) == (["made", "made"], [], [])
    assert at.asked() == {f"GET {HOOKS}": 1, f"POST {HOOKS}": 2}
    assert {hook.resource.gid for hook in at.there.values()} == set(at.projects)
    for project in at.projects:
        kept = at.hook(project)
        there = at.there[kept.remote or ""]
        assert (kept.state, kept.secret, kept.note) == ("active", there.secret, "")
        assert there.target == f"{at.url}/hooks/asana/{kept.path}"
        assert len(kept.path) >= 43
    at.rig.send("POST", "/asana/api/1.0/tasks", {"data": {"name": "new", "projects": [at.projects[1]]}})
    at.settle()
    assert at.store.inbox().depth == 1
    assert at.hook(at.projects[1]).heard_at is not None


def test_the_second_time_nothing_is_done_at_one_request_a_workspace(at: Desk) -> None:
    pull(at)
    at.sync()
    before = [hook.path for hook in at.store.hooks()]
    done = at.sync()
    assert (whats(done), done.changed, done.troubles) == (["kept", "kept"], False, [])
    assert at.asked() == {f"GET {HOOKS}": 1}
    assert [hook.path for hook in at.store.hooks()] == before


def test_before_the_first_pull_the_projects_are_asked_for_their_workspace(at: Desk) -> None:
    at.sync()
    assert at.asked() == {"GET /asana/api/1.0/projects/{id}": 2, f"GET {HOOKS}": 1, f"POST {HOOKS}": 2}


def test_without_a_public_url_nothing_is_made_and_said(at: Desk) -> None:
    at.change(f'public_url = "{at.url}"', "")
    done = at.sync()
    assert (done.steps, done.troubles) == ([], [])
    assert done.notes[0] == "[sources.asana]: without [serve] public_url no webhook is made"
    assert at.asked() == {}


def test_in_observe_mode_nothing_is_asked_at_all(at: Desk) -> None:
    at.change('mode = "apply"', 'mode = "observe"')
    for remove in (False, True):
        done = at.sync(remove=remove)
        assert done.steps == []
        assert 'mode is "observe"' in done.notes[0]
        assert at.asked() == {}


def test_other_filters_are_mended_and_the_secret_stays(at: Desk) -> None:
    at.sync()
    kept = at.hook()
    at.there[kept.remote or ""].filters = [{"resource_type": "section", "action": "added"}]
    assert whats(at.sync()) == ["mended", "kept"]
    assert writes(at) == 1
    assert at.hook().secret == kept.secret
    assert whats(at.sync()) == ["kept", "kept"]


def test_one_that_was_switched_off_is_made_anew_and_its_project_swept(at: Desk) -> None:
    pull(at)
    at.sync()
    old = at.hook()
    at.there[old.remote or ""].active = False
    done = at.sync()
    assert whats(done) == ["made", "replaced", "kept"]
    assert done.sweep == [Scope("asana", at.projects[0], at.projects[0])]
    assert [cursor is None for cursor in cursors(at)] == [True, False]
    assert at.hook().path != old.path
    assert len(at.there) == 2
    assert whats(at.sync()) == ["kept", "kept"]


def test_one_that_the_vendor_lost_is_made_anew_and_its_project_swept(at: Desk) -> None:
    pull(at)
    at.sync()
    del at.rig.world.asana.state.hooks.all[at.hook().remote]
    done = at.sync()
    assert whats(done) == ["made", "replaced", "kept"]
    assert [step.why for step in done.steps][:2] == ["it is gone", "it is gone"]
    assert [cursor is None for cursor in cursors(at)] == [True, False]
    assert len(at.there) == 2
    pull(at)
    assert None not in cursors(at)
    assert whats(at.sync()) == ["kept", "kept"]


def test_while_a_project_is_read_its_sweep_waits_for_the_next_time(at: Desk) -> None:
    pull(at)
    at.sync()
    del at.rig.world.asana.state.hooks.all[at.hook().remote]
    with at.store.scope_lock(Scope("asana", at.projects[0], "")):
        done = at.sync()
        assert whats(done) == ["made", "kept"]
        assert "its sweep waits" in done.notes[0]
    assert None not in cursors(at)
    assert whats(at.sync()) == ["kept", "replaced", "kept"]
    assert cursors(at)[0] is None
    assert whats(at.sync()) == ["kept", "kept"]


def test_another_public_url_makes_them_anew(at: Desk) -> None:
    at.sync()
    at.listen()
    done = at.sync()
    assert whats(done) == ["made", "replaced", "made", "replaced"]
    assert all(hook.target.startswith(at.url) for hook in at.there.values())
    assert len(at.there) == len(at.store.hooks("asana")) == 2
    assert whats(at.sync()) == ["kept", "kept"]


def test_with_the_database_lost_they_are_taken_away_and_made_anew(at: Desk) -> None:
    at.sync()
    old = set(at.there)
    for hook in at.store.hooks():
        at.store.forget_hook(hook.path)
    assert whats(at.sync()) == ["made", "replaced", "made", "replaced"]
    assert len(at.there) == 2
    assert not old & set(at.there)
    assert whats(at.sync()) == ["kept", "kept"]


def test_a_project_that_left_the_scope_loses_its_webhook(at: Desk) -> None:
    at.sync()
    at.change(f', "{at.projects[1]}"', "")
    done = at.sync()
    assert [(step.what, step.scope) for step in done.steps] == [
        ("kept", at.projects[0]), ("removed", at.projects[1]),
    ]  # fmt: skip
    assert [hook.resource.gid for hook in at.there.values()] == [at.projects[0]]
    assert whats(at.sync()) == ["kept"]


def test_other_programs_webhooks_are_never_touched(at: Desk) -> None:
    others = at.stack.enter_context(doorman())
    theirs = [at.by_hand(f"{others}/{number}") for number in range(3)]
    at.sync()
    at.sync(remove=True)
    assert list(at.there) == theirs
    assert at.store.hooks() == []


def test_all_of_ours_go_on_request_even_without_an_address(at: Desk) -> None:
    at.sync()
    at.change(f'public_url = "{at.url}"', "")
    assert "the 2 made before stay" in at.sync().notes[0]
    done = at.sync(remove=True)
    assert whats(done) == ["removed", "removed"]
    assert not at.there
    assert at.store.hooks() == []
    assert whats(at.sync(remove=True)) == []


def test_a_source_renamed_in_the_config_loses_the_old_ones_and_gets_its_own(at: Desk) -> None:
    at.sync()
    at.rig.config.write_text(
        at.rig.config.read_text("utf-8").replace("[sources.asana]", "[sources.work]")
        .replace('source = "asana"', 'source = "work"'), "utf-8",
    )  # fmt: skip
    at.go_deaf()
    at.listen()  # a receiver that knows the new source
    done = at.sync()
    assert [(step.what, step.source) for step in done.steps] == [
        ("removed", "asana"), ("removed", "asana"), ("made", "work"), ("made", "work"),
    ]  # fmt: skip
    assert len(at.there) == 2
    assert {hook.source for hook in at.store.hooks()} == {"work"}


def test_one_of_a_vanished_source_that_no_token_sees_is_said_once(at: Desk) -> None:
    at.store.await_hook("p", "older", "77")
    at.store.hook_made("p", "123")
    done = at.sync()
    assert ("left", "older", "77") in [(step.what, step.source, step.scope) for step in done.steps]
    assert at.store.hook("p") is None


def test_two_at_once_are_one_after_the_other(at: Desk) -> None:
    with at.store.hooks_lock(), pytest.raises(Busy):
        at.sync()


def test_two_sources_of_one_token_leave_each_others_alone(at: Desk) -> None:
    text = at.rig.config.read_text("utf-8")
    start = text.index("[sources.asana]")
    table = text[start : text.index("\n[", start + 1)]
    at.rig.config.write_text(f"{text}\n{table.replace('[sources.asana]', '[sources.more]')}\n", "utf-8")
    at.go_deaf()
    at.listen()
    assert whats(at.sync()) == ["made"] * 4
    assert whats(at.sync()) == ["kept"] * 4
    assert len(at.there) == 4
