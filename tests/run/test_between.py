"""People and Handrail at the same moment; marks that go with their cause; clocks that our own writes do not touch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from connectors.model import SetFields
from tests.run.test_laws import _edit, _marked
from tests.run.worlds import NOW, Rig, rig


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as one:
        yield one


def _before_our_put(one: Rig, monkeypatch: pytest.MonkeyPatch, gid: str, field: str, text: str) -> None:
    """Let Lena edit a field after we have looked at its task and before our write arrives."""
    send, done = httpx.HTTPTransport.handle_request, [False]

    def slow(self: httpx.HTTPTransport, message: httpx.Request) -> httpx.Response:
        if not done[0] and message.method == "PUT" and message.url.path.endswith(f"/tasks/{gid}"):
            done[0] = True
            _edit(one, gid, field, text)
        return send(self, message)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", slow)


def test_an_edit_between_our_look_and_our_write_is_seen_and_given_back(
    small: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.run()
    name, gid = _marked(small)
    was = small.tasks()[name]["Waiting on"]
    task = f"/asana/api/1.0/tasks/{gid}"
    lena = next(
        user["gid"] for user in small.get("/asana/api/1.0/users", limit="100")["data"] if user["name"] == "Lena"
    )
    small.send("PUT", task, {"data": {"assignee": lena}}, "as:Lena")  # nothing waits on Kofi any more: we will write
    with monkeypatch.context() as patch:
        _before_our_put(small, patch, gid, "Waiting on", "Ana, back on Thursday")
        outcome = small.run(now=NOW + timedelta(days=1))
    wrote = {step.target for step in outcome.plan.steps if isinstance(step.change, SetFields)}
    assert f"asana:{gid}" in wrote
    assert small.tasks()[name]["Waiting on"] == "Ana, back on Thursday" != was
    assert [(one.field, one.theirs) for one in outcome.applied.given_back] == [
        ("Waiting on", "Ana, back on Thursday")
    ]
    later = small.run(now=NOW + timedelta(days=1))
    assert small.tasks()[name]["Waiting on"] == "Ana, back on Thursday"
    assert [one.field for one in later.plan.left_alone] == ["Waiting on"]
    small.clear_log()
    assert small.run(now=NOW + timedelta(days=1)).plan.steps == ()
    assert small.writes() == 0


def test_an_edit_before_our_look_is_left_alone_and_reported(small: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    small.run()
    name, gid = _marked(small)
    send, done = httpx.HTTPTransport.handle_request, [False]

    def late(self: httpx.HTTPTransport, message: httpx.Request) -> httpx.Response:
        """After the pull, before the connector's look."""
        if not done[0] and message.method == "GET" and message.url.path.endswith(f"/tasks/{gid}"):
            done[0] = True
            _edit(small, gid, "Waiting on", "me")
        return send(self, message)

    small.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"completed": True}}, "as:Lena")
    with monkeypatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", late)
        outcome = small.run(now=NOW + timedelta(days=1))
    assert [step.target for step in outcome.applied.moved_on] == [f"asana:{gid}"]
    assert small.tasks()[name]["Waiting on"] == "me"


def test_marks_go_when_their_cause_is_gone(small: Rig) -> None:
    small.run()
    name, gid = _marked(small)
    small.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"completed": True}}, "as:Lena")
    small.run(now=NOW + timedelta(days=1))
    ours = ("Flow status", "Waiting since", "Waiting on")
    assert {field: small.tasks()[name][field] or None for field in ours} == dict.fromkeys(ours)
    rows = [row for row in small.rows() if gid in row["Key"]]
    assert rows
    assert {row["State"] for row in rows} == {"Closed"}


def test_our_own_writes_reset_no_clock_and_are_as_many_as_differ(small: Rig) -> None:
    first = small.run()
    since = {finding.key: finding.since for finding in first.judgement.findings}
    name, gid = _marked(small)
    small.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"notes": "a new word"}})  # read anew, our stories too
    second = small.run()
    assert {finding.key: finding.since for finding in second.judgement.findings} == since
    assert any(event.actor_kind == "own" for event in _events(small, gid)), "the echo was read, and touched nothing"
    _edit(small, gid, "Waiting on", "")
    _edit(small, gid, "Waiting on", small.tasks()[name]["Waiting on"] or "")
    third = small.run(now=NOW + timedelta(days=1))
    for step in third.plan.steps:
        if isinstance(step.change, SetFields):
            assert all(step.change.before.get(field) != value for field, value in step.change.values.items())


def _events(one: Rig, gid: str) -> list[object]:
    from connectors.model import Ref
    from sync.store import Store

    with Store.open(str(one.config.parent / "handrail.db")) as store:
        return list(store.events(Ref("asana", gid)))
