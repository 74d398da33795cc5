"""What a pull costs, what it brings, and what it takes when Asana misbehaves."""

from __future__ import annotations

import httpx
import pytest

from connectors.errors import Garbled, Missing, Transient
from connectors.model import Ref
from connectors.sandbox.asana.acts import containers, details, fields, tasks
from connectors.sandbox.faults import Fault
from tests.connectors.asana.world import AsanaRig
from tests.connectors.contract import Kept, Notes

API = "/asana/api/1.0"


def test_a_full_pull_costs_lists_one_story_call_a_task_and_the_fixed_few(rig: AsanaRig, notes: Notes) -> None:
    rig.requests()
    kept = Kept()
    kept.pull(rig.connector(notes))
    assert rig.asked() == {
        f"GET {API}/projects/{{id}}": 2,
        f"GET {API}/projects/{{id}}/sections": 2,
        f"GET {API}/users/me": 1,
        f"GET {API}/users": 1,
        f"GET {API}/tasks": 2 + 1,
        f"GET {API}/tasks/{{id}}/stories": 130 + 10,
    }
    assert len(kept.items) == len(kept.events) == 140
    assert [len(page.items) for page in kept.pages] == [50, 50, 30, 13]


def test_a_second_connector_asks_nobody_who_it_is(rig: AsanaRig, notes: Notes) -> None:
    kept = Kept()
    kept.pull(rig.connector(notes))
    rig.requests()
    kept.pull(rig.connector(notes))
    assert rig.asked() == {f"GET {API}/tasks": 2}


def test_an_edit_costs_one_story_call(rig: AsanaRig, notes: Notes) -> None:
    kept = Kept()
    kept.pull(rig.connector(notes))
    ref = rig.somebody_edits()
    rig.requests()
    kept.pull(rig.connector(notes))
    assert rig.asked() == {f"GET {API}/tasks": 2, f"GET {API}/tasks/{{id}}/stories": 1}
    assert kept.events[ref][-1].kind == "comment"


def test_after_a_big_write_the_next_pull_lists_it_and_the_one_after_is_one_request(
    rig: AsanaRig, notes: Notes
) -> None:
    kept = Kept()
    kept.pull(rig.connector(notes))
    for task in list(rig.side.tasks.values())[:130]:
        rig.act(details.comment, "Ada", task, text="touched", after=0)
    for item in rig.connector(notes).get([ref.id for ref in kept.items]).items:
        kept.versions[item.ref] = item.version  # as after a receipt of our own
    rig.requests()
    kept.pull(rig.connector(notes))
    assert rig.asked() == {f"GET {API}/tasks": 3}
    kept.pull(rig.connector(notes))
    assert rig.asked() == {f"GET {API}/tasks": 2}


def test_a_cut_off_first_pull_asks_for_no_history_twice(rig: AsanaRig, notes: Notes) -> None:
    kept = Kept()
    kept.pull(rig.connector(notes), pages=1)
    rig.requests()
    kept.pull(rig.connector(notes))
    assert rig.asked()[f"GET {API}/tasks/{{id}}/stories"] == 140 - 50 - 10


def test_stories_beyond_a_hundred_are_read_too(small: AsanaRig, notes: Notes) -> None:
    task = next(iter(small.side.tasks.values()))
    for number in range(120):
        small.act(details.comment, "Ben\u00a0Ö", task, text=f"{number}")
    kept = Kept()
    kept.pull(small.connector(notes))
    assert sum(event.kind == "comment" for event in kept.events[Ref("asana", task.gid)]) == 120


def test_names_come_through_character_for_character(small: AsanaRig, notes: Notes) -> None:
    kept = Kept()
    kept.pull(small.connector(notes))
    launch = kept.pages[0].containers[0]
    assert [column.name for column in launch.columns][-2:] == ["Doing\u00a0now", "Done"]
    assert "Ben\u00a0Ö" in {one.name for one in kept.people.values()}
    assert "Task\u00a00" in {one.title for one in kept.items.values()}


def test_a_field_is_told_with_its_switched_off_options(small: AsanaRig, notes: Notes) -> None:
    team = small.side.fields[0]
    small.act(fields.update_option, "Ada", team.options[0], enabled=False)
    page = next(iter(small.connector(notes).pull(small.connector(notes).scopes()[0], None, lambda ref: None)))
    assert [name for _, name in page.containers[0].fields[0].options] == ["Design", "Demand Gen"]


def test_a_new_column_is_learned_by_an_incremental_pull(small: AsanaRig, notes: Notes) -> None:
    kept = Kept()
    kept.pull(small.connector(notes))
    launch = small.projects[0]
    late = small.act(containers.create_section, "Ada", launch, "Legal", after=3600)
    small.act(tasks.move_to_section, "Ben\u00a0Ö", next(iter(small.side.tasks.values())), late)
    told = kept.pull(small.connector(notes))
    columns = [column.name for page in told for one in page.containers for column in one.columns]
    assert columns[-1] == "Legal"
    last = kept.events[Ref("asana", next(iter(small.side.tasks)))][-1]
    assert (last.kind, last.container, last.new_text) == ("transition", launch.gid, "Legal")


def test_a_new_colleague_is_introduced_by_an_incremental_pull(small: AsanaRig, notes: Notes) -> None:
    kept = Kept()
    kept.pull(small.connector(notes))
    small.app.world.people.add("Dora", "d@example.com")
    small.act(tasks.assign, "Ada", next(iter(small.side.tasks.values())), small.app.world.people.find("Dora"))
    told = kept.pull(small.connector(notes))
    assert [(one.name, one.email) for page in told for one in page.people] == [("Dora", "d@example.com")]


def test_a_listing_whose_offset_expired_begins_again(rig: AsanaRig, notes: Notes) -> None:
    rig.strike(Fault("GET", f"{API}/tasks", "expired_offset", count=1))
    kept = Kept()
    kept.pull(rig.connector(notes))
    assert len(kept.items) == 140


@pytest.mark.parametrize("kind", ["429", "503", "drop", "truncated", "not_json", "empty"])
def test_a_pull_lives_through_trouble(small: AsanaRig, notes: Notes, kind: str) -> None:
    calm = Kept()
    calm.pull(small.connector(Notes()))
    small.strike(Fault("*", "/asana/*", kind, rate=0.2, retry_after=5))
    kept = Kept()
    kept.pull(small.connector(notes))
    assert kept.items == calm.items
    assert kept.events == calm.events
    assert small.slept


def test_a_vendor_that_stays_away_is_a_transient(small: AsanaRig, notes: Notes) -> None:
    small.strike(Fault("*", f"{API}/tasks/*/stories", "503"))
    kept = Kept()
    with pytest.raises(Transient):
        kept.pull(small.connector(notes))
    small.strike()
    kept.pull(small.connector(notes))
    assert len(kept.events) == 18


def test_a_task_that_goes_while_it_is_read_is_left_out(small: AsanaRig, notes: Notes) -> None:
    gone = next(iter(small.side.tasks))
    small.strike(Fault("GET", f"{API}/tasks/{gone}/stories", "404"))
    kept = Kept()
    kept.pull(small.connector(notes))
    assert Ref("asana", gone) not in kept.items
    assert len(kept.items) == 17


def test_a_project_that_is_not_shared_is_named(small: AsanaRig, notes: Notes) -> None:
    connector = small.connector(notes, projects=["1209999999999999"])
    with pytest.raises(Missing, match="project 1209999999999999 of source 'asana' is gone, or not shared"):
        list(connector.pull(connector.scopes()[0], None, lambda ref: None))


def test_a_project_may_be_given_by_its_address(small: AsanaRig, notes: Notes) -> None:
    gid = small.projects[0].gid
    addresses = [f"https://app.asana.com/1/55/project/{gid}/list/77", f"https://app.asana.com/0/{gid}/board", gid]
    assert [scope.id for scope in small.connector(notes, projects=addresses).scopes()] == [gid]


class Gnawing(httpx.HTTPTransport):
    """Takes one key out of every answer to one path."""

    def __init__(self, path: str, key: str) -> None:
        super().__init__()
        self.path, self.key = path, key

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        if not request.url.path.endswith(self.path):
            return response
        body = response.json()
        for one in body["data"]:
            one.pop(self.key, None)
        return httpx.Response(200, json=body)


@pytest.mark.parametrize(
    ("path", "key"), [("/tasks", "modified_at"), ("/tasks", "created_at"), ("/stories", "created_at")]
)
def test_an_answer_without_what_was_promised_is_garbled(small: AsanaRig, notes: Notes, path: str, key: str) -> None:
    connector = small.connector(notes, transport=Gnawing(path, key))
    with pytest.raises(Garbled, match=f"not as Asana's contract promises: KeyError: '{key}'"):
        list(connector.pull(connector.scopes()[0], None, lambda ref: None))
