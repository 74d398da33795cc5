"""Webhooks when things go wrong: killed in between, nobody there, answers lost, deliveries that fail for hours."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.asana.connector import AsanaConnector
from connectors.base import Scope
from connectors.sandbox.faults import Fault
from sync.store import Store
from sync.webhooks.done import Done
from tests.doorman import doorman
from tests.sync.hooked import HOOKS, Desk


def whats(done: Done) -> list[str]:
    return [step.what for step in done.steps]


def strike(at: Desk, *faults: Fault) -> None:
    at.rig.app.faults.replace(faults)


class Killed(BaseException):
    """Nothing after this is carried out."""


@pytest.mark.parametrize(
    "moment", ["await_hook", "subscribe", "hook_made", "forget_cursor", "unsubscribe", "forget_hook"]
)
@pytest.mark.parametrize("before", ["nothing", "lost", "switched off"])
def test_killed_at_any_moment_the_next_call_mends_it(
    at: Desk, monkeypatch: pytest.MonkeyPatch, before: str, moment: str
) -> None:
    """Dead just after it did one thing; then each project has one webhook again, known here, and nothing else.

    `subscribe`: between the vendor's answer and our note of it.
    """
    at.rig.run(write=False)
    if before != "nothing":
        at.sync()
        if before == "lost":
            at.rig.world.asana.state.hooks.all.clear()
        for hook in at.there.values():
            hook.active = False
    with monkeypatch.context() as deadly:
        if moment in ("subscribe", "unsubscribe"):
            _kill_door_after(deadly, moment)
        else:
            _kill_after(deadly, Store, moment)
        try:
            at.sync()
        except Killed:
            assert moment not in ("forget_cursor", "unsubscribe", "forget_hook") or before != "nothing"
        else:
            assert before == "nothing"
            assert moment in ("forget_cursor", "unsubscribe", "forget_hook")
    done = at.sync()
    assert done.troubles == []
    assert sorted(hook.resource.gid for hook in at.there.values()) == sorted(at.projects)
    for hook in at.store.hooks("asana"):
        there = at.there[hook.remote or ""]
        assert (hook.state, hook.secret, there.target) == (
            "active",
            there.secret,
            f"{at.url}/hooks/asana/{hook.path}",
        )
    assert len(at.store.hooks("asana")) == 2
    assert set(whats(at.sync())) == {"kept"}
    if before != "nothing":
        assert [at.store.cursor(Scope("asana", project, "")) for project in at.projects] == [None, None]


def _kill_after(patch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    real = getattr(owner, name)

    def last(self: Any, *args: Any, **more: Any) -> Any:
        real(self, *args, **more)
        raise Killed

    patch.setattr(owner, name, last)


def _kill_door_after(patch: pytest.MonkeyPatch, name: str) -> None:
    """The connector's methods are attributes of each one."""
    real = AsanaConnector.__init__

    def made(self: Any, *args: Any, **more: Any) -> None:
        real(self, *args, **more)
        whole = getattr(self, name)

        def last(*given: Any) -> Any:
            whole(*given)
            raise Killed

        setattr(self, name, last)

    patch.setattr(AsanaConnector, "__init__", made)


def test_when_nobody_answers_it_says_what_has_to_run_and_asks_once(at: Desk) -> None:
    at.go_deaf()
    done = at.sync()
    assert done.steps == []
    (trouble,) = done.troubles
    assert "`handrail serve` has to be running on this database and be reachable there" in trouble.text
    assert "1 more wait for that" in trouble.text
    assert at.asked()[f"POST {HOOKS}"] == 1
    assert not at.there
    assert at.store.hooks("asana") == []
    at.listen()
    assert whats(at.sync()) == ["made", "made"]


def test_somebody_else_who_answers_gets_nothing(at: Desk) -> None:
    """Another program, or `handrail serve` on another database."""
    with doorman() as url:
        at.change(f'public_url = "{at.url}"', f'public_url = "{url}"')
        done = at.sync()
        at.settle()
    assert "not for this database" in done.troubles[0].text
    assert not at.there
    assert at.store.hooks("asana") == []


def test_an_answer_that_is_lost_costs_one_look_and_nothing_else(at: Desk) -> None:
    strike(at, Fault("POST", HOOKS, "saved_503", count=1))
    done = at.sync()
    assert (whats(done), done.troubles) == (["made", "made"], [])
    assert len(at.there) == 2
    assert whats(at.sync()) == ["kept", "kept"]


def test_an_uncertain_one_stays_noted_and_is_adopted_when_it_is_there(at: Desk) -> None:
    strike(at, Fault("POST", HOOKS, "saved_503", count=1), Fault("GET", HOOKS, "403", skip=1, count=1))
    done = at.sync()
    assert whats(done) == ["made"]
    assert len(done.troubles) == 1
    noted = at.hook()
    assert (noted.state, noted.remote) == ("pending", None)
    assert "no certain answer" in noted.note
    assert whats(at.sync()) == ["adopted", "kept"]
    assert at.asked() == {f"GET {HOOKS}": 1, "GET /asana/api/1.0/projects/{id}": 2}
    assert at.hook().path == noted.path
    assert len(at.there) == 2


def test_an_uncertain_one_that_is_not_there_is_made_with_another_path(at: Desk) -> None:
    strike(at, Fault("POST", HOOKS, "503", count=1))
    at.sync()
    noted = at.hook()
    assert noted.state == "pending"
    done = at.sync()
    assert (whats(done), done.sweep) == (["made", "kept"], [])
    assert at.hook().path != noted.path
    assert at.store.hook(noted.path) is None


def test_failing_deliveries_are_said_and_near_the_end_it_is_made_anew(at: Desk) -> None:
    at.rig.run(write=False)
    at.sync()
    remote, url = at.hook().remote or "", at.url
    at.go_deaf()
    at.rig.send("POST", "/asana/api/1.0/tasks", {"data": {"name": "x", "projects": [at.projects[0]]}})
    at.settle()
    at.advance("PT2H")
    done = at.sync()
    assert whats(done) == ["kept", "kept"]
    assert "deliveries fail" in done.steps[0].why
    assert "it is deleted at 2026-03-03 12:00 UTC" in at.hook().note
    assert at.hook(at.projects[1]).note == ""
    at.advance("PT17H")
    assert at.there[remote].deleted_at
    done = at.sync()  # still nobody there: the old one is kept as long as it lasts
    assert len(done.troubles) == 1
    assert remote in at.there
    assert "making it anew failed" in at.hook().note
    at.listen()
    done = at.sync()
    assert whats(done) == ["made", "replaced", "made", "replaced"]
    assert remote not in at.there
    assert url != at.url
    assert at.store.cursor(Scope("asana", at.projects[0], "")) is None
    assert at.hook().note == ""


def test_one_that_failed_for_a_day_is_gone_and_comes_back(at: Desk) -> None:
    at.sync()
    at.go_deaf()
    at.rig.send("POST", "/asana/api/1.0/tasks", {"data": {"name": "x", "projects": [at.projects[0]]}})
    at.settle()
    for _ in range(18):  # the second hears nothing but heartbeats, the first after eight hours
        at.advance("PT2H")
    assert not at.there
    at.listen()
    assert whats(at.sync()) == ["made", "replaced", "made", "replaced"]
    assert len(at.there) == 2


def test_wrong_credentials_are_said_as_such(at: Desk) -> None:
    strike(at, Fault("GET", HOOKS, "401"))
    done = at.sync()
    assert [trouble.denied for trouble in done.troubles] == [True]
    assert done.steps == []


def test_while_a_portfolio_cannot_be_read_nothing_is_called_out_of_scope(at: Desk) -> None:
    """The others are kept, and what might belong to it stays."""
    at.sync()
    at.change(f', "{at.projects[1]}"', "")
    at.change('token_env = "ASANA_TOKEN"', 'token_env = "ASANA_TOKEN"\nportfolios = ["404"]')
    done = at.sync()
    assert "portfolio 404" in done.troubles[0].text
    assert whats(done) == ["kept"]
    assert len(at.there) == 2


def test_a_project_that_is_not_shared_is_one_trouble_and_the_others_go_on(at: Desk) -> None:
    at.change(f'"{at.projects[0]}", ', f'"404", "{at.projects[0]}", ')
    done = at.sync()
    assert whats(done) == ["made", "made"]
    (trouble,) = done.troubles
    assert trouble.where == "404"
    assert "handrail serve" not in trouble.text


def test_doubles_are_reduced_to_the_oldest(at: Desk) -> None:
    """Two that are good, as after two processes on two machines."""
    at.sync()
    first = at.hook()
    at.store.await_hook("second", "asana", at.projects[0])
    at.store.hook_made("second", at.by_hand(f"{at.url}/hooks/asana/second"))
    assert whats(at.sync()) == ["kept", "replaced", "kept"]
    assert at.hook().path == first.path


def test_nothing_secret_is_told(at: Desk) -> None:
    done = at.sync()
    said = str(done.to_json()) + str(done.steps) + "".join(map(repr, at.store.hooks()))
    for hook in at.store.hooks("asana"):
        assert hook.secret
        assert hook.secret not in said
        assert hook.path not in said
