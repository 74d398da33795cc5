"""Our own fields: created once, set only over what was decided on, and looked for when an answer is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx
import pytest

from connectors.asana.connector import AsanaConnector
from connectors.document import Document
from connectors.errors import Rejected, Transient
from connectors.model import Change, EnsureFields, OwnField, PutPage, Ref, SetFields, Value
from connectors.sandbox.asana.acts import fields
from connectors.sandbox.faults import Fault
from tests.connectors.asana.world import OWN, AsanaRig
from tests.connectors.contract import Notes

API = "/asana/api/1.0"
STALLED: dict[str, Value] = {
    "Flow status": "stalled",
    "Waiting since": "2026-03-02",
    "Waiting on": "Ben",
    "Days": 2.5,
}
NOTHING: dict[str, Value] = dict.fromkeys(STALLED)


@pytest.fixture
def connector(small: AsanaRig, notes: Notes) -> AsanaConnector:
    return small.connector(notes)


@pytest.fixture
def launch(small: AsanaRig) -> Ref:
    return Ref("asana", small.projects[0].gid)


@pytest.fixture
def task(small: AsanaRig) -> Ref:
    return Ref("asana", list(small.side.tasks)[4])


def setting(task: Ref, values: Mapping[str, Value], before: Mapping[str, Value] = NOTHING) -> SetFields:
    return SetFields("k", task, values, before)


def own(rig: AsanaRig, name: str) -> Any:
    return next(one for one in rig.side.fields if one.name == name)


def test_fields_are_created_quietly_and_attached(small: AsanaRig, connector: AsanaConnector, launch: Ref) -> None:
    receipt = connector.apply(EnsureFields("k", launch, OWN))
    assert receipt.outcome == "written"
    assert receipt.values.keys() == {field.name for field in OWN}
    status = own(small, "Flow status")
    assert ([one.name for one in status.options], status.has_notifications) == (["on track", "stalled"], False)
    assert connector.survey([EnsureFields("k", launch, OWN)]).fields == {
        launch.id: frozenset(field.name for field in OWN)
    }


def test_a_second_project_gets_the_same_fields(small: AsanaRig, connector: AsanaConnector, launch: Ref) -> None:
    first = connector.apply(EnsureFields("k", launch, OWN))
    second = connector.apply(EnsureFields("k2", Ref("asana", small.projects[1].gid), OWN))
    assert second.outcome == "written"
    assert second.values == first.values


def test_missing_options_are_added_and_none_taken_away(
    small: AsanaRig, connector: AsanaConnector, launch: Ref
) -> None:
    theirs = small.act(fields.create_field, "Ada", "Flow status", "enum", options=("theirs", "stalled"))
    survey = connector.survey([EnsureFields("k", launch, OWN[:1])])
    assert survey.fields == {launch.id: frozenset()}
    connector.apply(EnsureFields("k", launch, OWN[:1]))
    assert [one.name for one in theirs.options] == ["theirs", "stalled", "on track"]


def test_a_persons_field_of_another_type_is_refused_before_anything_is_written(
    small: AsanaRig, connector: AsanaConnector, launch: Ref
) -> None:
    small.act(fields.create_field, "Ada", "Waiting on", "people")
    small.act(fields.create_field, "Ada", "Days", "text")
    before = small.state()
    with pytest.raises(Rejected, match=r"“Waiting on” is a people field.*“Days” is a text field.*Rename"):
        connector.apply(EnsureFields("k", launch, OWN))
    assert small.state() == before


@pytest.mark.parametrize("kind", ["saved_503", "drop_saved"])
@pytest.mark.parametrize(
    "path", ["custom_fields", "custom_fields/*/enum_options", "projects/*/addCustomFieldSetting"]
)
def test_a_creation_whose_answer_was_lost_is_looked_for(
    small: AsanaRig, connector: AsanaConnector, launch: Ref, path: str, kind: str
) -> None:
    small.act(fields.create_field, "Ada", "Flow status", "enum", options=("theirs",))
    small.strike(Fault("POST", f"{API}/{path}", kind, count=1))
    assert connector.apply(EnsureFields("k", launch, OWN)).outcome == "written"
    small.strike()
    assert connector.apply(EnsureFields("k", launch, OWN)).outcome == "found"
    names = [one.name for one in small.side.fields]
    assert len(names) == len(set(names))
    options = [one.name for one in own(small, "Flow status").options]
    assert options == ["theirs", "on track", "stalled"]


def test_a_creation_that_never_landed_is_uncertain_and_not_repeated_in_one_go(
    small: AsanaRig, connector: AsanaConnector, launch: Ref
) -> None:
    small.strike(Fault("POST", f"{API}/custom_fields", "503"))
    small.requests()
    with pytest.raises(Transient) as caught:
        connector.apply(EnsureFields("k", launch, OWN))
    assert caught.value.uncertain
    assert small.asked()[f"POST {API}/custom_fields"] == 1


@pytest.fixture
def ready(connector: AsanaConnector, launch: Ref) -> AsanaConnector:
    connector.apply(EnsureFields("k", launch, OWN))
    return connector


def test_fields_are_set_in_one_get_and_one_put(small: AsanaRig, ready: AsanaConnector, task: Ref) -> None:
    before = ready.get([task.id]).items[0].version
    small.requests()
    receipt = ready.apply(setting(task, STALLED))
    assert small.asked() == {f"GET {API}/tasks/{{id}}": 1, f"PUT {API}/tasks/{{id}}": 1}
    assert (receipt.outcome, receipt.values, receipt.seen_version) == ("written", STALLED, before)
    assert receipt.version == ready.get([task.id]).items[0].version


def test_what_is_there_already_is_found_without_a_write(small: AsanaRig, ready: AsanaConnector, task: Ref) -> None:
    first = ready.apply(setting(task, STALLED))
    small.requests()
    again = ready.apply(setting(task, STALLED))
    assert small.asked() == {f"GET {API}/tasks/{{id}}": 1}
    assert (again.outcome, again.values, again.version) == ("found", STALLED, first.version)


def test_a_persons_edit_is_left_alone(small: AsanaRig, ready: AsanaConnector, task: Ref) -> None:
    ready.apply(setting(task, STALLED))
    small.act(fields.set_field, "Ada", small.task(task), own(small, "Waiting on"), "Chao")
    before = small.state()
    receipt = ready.apply(setting(task, {**STALLED, "Waiting on": "Dora"}, STALLED))
    assert (receipt.outcome, receipt.values["Waiting on"]) == ("moved_on", "Chao")
    assert small.state() == before


def test_fields_are_emptied(small: AsanaRig, ready: AsanaConnector, task: Ref) -> None:
    ready.apply(setting(task, STALLED))
    assert ready.apply(setting(task, NOTHING, STALLED)).values == NOTHING
    assert ready.apply(setting(task, {**NOTHING, "Waiting on": ""}, STALLED)).outcome == "found"


@pytest.mark.parametrize("kind", ["saved_503", "drop_saved", "truncated"])
def test_a_write_whose_answer_was_lost_is_read_back(
    small: AsanaRig, ready: AsanaConnector, task: Ref, kind: str
) -> None:
    small.strike(Fault("PUT", f"{API}/tasks/*", kind, count=1))
    small.requests()
    assert ready.apply(setting(task, STALLED)).outcome == "written"
    assert small.asked()[f"PUT {API}/tasks/{{id}}"] == 1


def test_a_write_that_did_not_land_is_uncertain(small: AsanaRig, ready: AsanaConnector, task: Ref) -> None:
    small.strike(Fault("PUT", f"{API}/tasks/*", "503"))
    with pytest.raises(Transient) as caught:
        ready.apply(setting(task, STALLED))
    assert caught.value.uncertain
    small.strike()
    assert ready.apply(setting(task, STALLED)).outcome == "written"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"Flow status": "lost"}, "“Flow status” has no option 'lost'"),
        ({"Nowhere": "x"}, "its projects have no field “Nowhere”"),
        ({"Waiting on": "x" * 1025}, "takes 1024 characters, not 1025"),
    ],
)
def test_what_cannot_be_written_is_said(
    small: AsanaRig, ready: AsanaConnector, task: Ref, values: dict[str, Value], why: str
) -> None:
    with pytest.raises(Rejected, match=why):
        ready.apply(setting(task, values))


def test_asana_has_no_pages_of_ours(connector: AsanaConnector) -> None:
    with pytest.raises(Rejected, match="cannot carry out a PutPage"):
        connector.apply(PutPage("k", "asana", "p", "t", Document(()), "d"))


class Stern(httpx.HTTPTransport):
    """An Asana that takes dates as objects only: it refuses a text, or says yes and keeps nothing."""

    def __init__(self, *, politely: bool) -> None:
        super().__init__()
        self.politely = politely
        self.puts = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "PUT":
            return super().handle_request(request)
        self.puts += 1
        body = json.loads(request.content)
        values = body["data"]["custom_fields"]
        texts = [gid for gid, value in values.items() if isinstance(value, str) and value.count("-") == 2]
        if texts and not self.politely:
            return httpx.Response(400, json={"errors": [{"message": "custom_fields: not an object"}]})
        body["data"]["custom_fields"] = {gid: None if gid in texts else value for gid, value in values.items()}
        content = json.dumps(body).encode()
        headers = [(key, value) for key, value in request.headers.multi_items() if key != "content-length"]
        return super().handle_request(httpx.Request("PUT", request.url, headers=headers, content=content))


@pytest.mark.parametrize("politely", [True, False])
def test_the_other_form_of_a_date_is_tried_once_and_remembered(
    small: AsanaRig, ready: AsanaConnector, notes: Notes, task: Ref, politely: bool
) -> None:
    stern = Stern(politely=politely)
    connector = small.connector(notes, transport=stern)
    assert connector.apply(setting(task, STALLED)).values == STALLED
    assert stern.puts == 2
    later: dict[str, Value] = {**STALLED, "Waiting since": "2026-03-09"}
    assert connector.apply(setting(task, later, STALLED)).values == later
    assert stern.puts == 3


@pytest.mark.parametrize("kind", ["drop", "drop_saved"])
def test_cut_off_at_any_request_and_begun_again_it_ends_the_same(
    small: AsanaRig, connector: AsanaConnector, launch: Ref, task: Ref, kind: str
) -> None:
    for cut in range(9):
        ours = (OwnField(f"Status {cut}", "option", ("a", "b")), OwnField(f"Since {cut}", "date"))
        values: dict[str, Value] = {f"Status {cut}": "b", f"Since {cut}": "2026-03-02"}
        changes: list[Change] = [EnsureFields("e", launch, ours), setting(task, values, dict.fromkeys(values))]
        small.strike(Fault("*", "/asana/*", kind, skip=cut, count=1))
        for _ in range(2):
            for change in changes:
                with suppress(Transient, Rejected):
                    connector.apply(change)
        assert [connector.apply(change).outcome for change in changes] == ["found", "found"]
    names = [one.name for one in small.side.fields]
    assert len(names) == len(set(names)) == 1 + 2 * 9
    assert all(
        [option.name for option in one.options] == ["a", "b"] for one in small.side.fields if "Status" in one.name
    )
