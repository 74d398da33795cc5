"""Status updates, comments, briefs: said once, whatever happens to the answer; never over a person's words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import Rejected, Transient
from connectors.model import Change, PostComment, PostStatus, PutAway, PutBrief, Ref
from connectors.sandbox.asana.acts import containers, details
from connectors.sandbox.faults import Fault
from tests.connectors.asana.world import AsanaRig
from tests.connectors.contract import Notes

API = "/asana/api/1.0"
RICH = "<body><h1>Handoffs</h1>Ask <strong>Ben</strong> &amp; co.<ul><li>one</li><li>two</li></ul></body>"


@pytest.fixture
def said(small: AsanaRig) -> dict[str, Any]:
    """One change of each kind, by its name."""
    small.now = small.app.world.clock.now()
    project, task = Ref("asana", small.projects[0].gid), Ref("asana", next(iter(small.side.tasks)))
    return {
        "status": PostStatus(
            "status/launch", project, "at_risk", "Five briefs wait", "62 working days <lost> & counting"
        ),
        "comment": PostComment("comment/1", task, "Waits since Monday.", pinned=True),
        "brief": PutBrief("brief/launch", project, "How work flows", RICH),
    }


def texts(rig: AsanaRig, kind: str) -> list[str]:
    """What is there of a kind, the oldest first."""
    project, task = rig.projects[0], next(iter(rig.side.tasks.values()))
    there = {
        "status": [one.text for one in project.statuses],
        "comment": [one.text for one in task.stories if one.resource_subtype == "comment_added"],
        "brief": [project.brief.text] if project.brief else [],
    }
    return there[kind]


@pytest.mark.parametrize("kind", ["status", "comment", "brief"])
def test_it_is_said_once(small: AsanaRig, notes: Notes, said: dict[str, Change], kind: str) -> None:
    first = small.connector(notes).apply(said[kind])
    again = small.connector(Notes()).apply(said[kind])
    assert (first.outcome, again.outcome, again.remote) == ("written", "found", first.remote)
    assert len(texts(small, kind)) == 1
    assert re.search(r"\[handrail [0-9a-f]{8}\.[0-9a-f]{8}\]$", texts(small, kind)[0])


@pytest.mark.parametrize("kind", ["status", "comment", "brief"])
@pytest.mark.parametrize("fault", ["saved_503", "drop_saved"])
def test_an_answer_that_was_lost_makes_no_second_one(
    small: AsanaRig, notes: Notes, said: dict[str, Change], kind: str, fault: str
) -> None:
    small.strike(Fault("POST", "/asana/*", fault, count=1))
    connector = small.connector(notes)
    assert connector.apply(said[kind]).outcome in ("written", "found")
    assert connector.apply(said[kind]).outcome == "found"
    assert len(texts(small, kind)) == 1


@pytest.mark.parametrize("kind", ["status", "comment", "brief"])
def test_one_that_did_not_land_is_left_to_the_next_run(
    small: AsanaRig, notes: Notes, said: dict[str, Change], kind: str
) -> None:
    small.strike(Fault("POST", "/asana/*", "503", count=1))
    connector = small.connector(notes)
    with pytest.raises(Transient):
        connector.apply(said[kind])
    assert texts(small, kind) == []
    assert connector.apply(said[kind]).outcome == "written"


def test_at_most_one_status_update_a_week_and_only_on_change(
    small: AsanaRig, notes: Notes, said: dict[str, Any]
) -> None:
    connector, other = small.connector(notes), replace(said["status"], status="on_track", title="Better")
    connector.apply(said["status"])
    refused = connector.apply(other)
    assert refused.outcome == "moved_on"
    assert "at most one a week" in refused.note
    small.now += timedelta(days=8)
    assert connector.apply(said["status"]).outcome == "found"
    assert connector.apply(other).outcome == "written"
    assert len(small.projects[0].statuses) == 2


def test_a_persons_status_update_is_no_reason_to_be_silent(
    small: AsanaRig, notes: Notes, said: dict[str, Any]
) -> None:
    small.act(containers.post_status, "Ada", small.projects[0], "on_track", "All good", text="Really.")
    assert small.connector(notes).apply(said["status"]).outcome == "written"


def test_rich_text_goes_out_as_such_and_anything_else_escaped(
    small: AsanaRig, notes: Notes, said: dict[str, Any]
) -> None:
    connector = small.connector(notes)
    connector.apply(said["brief"])
    connector.apply(said["status"])
    brief = small.projects[0].brief
    assert brief.html_text.startswith("<body><h1>Handoffs</h1>Ask <strong>Ben</strong> &amp; co.<ul>")
    assert "62 working days &lt;lost&gt; &amp; counting" in small.projects[0].statuses[0].html_text
    nested = '<body><a href="x"><a href="y">no</a></a></body>'
    for number, text in enumerate((nested, "<body>never closed", "<body><video/></body>")):
        connector.apply(PostComment(f"odd/{number}", said["comment"].ref, text))
    assert [text.split("\n")[0] for text in texts(small, "comment")] == [
        nested, "<body>never closed", "<body><video/></body>",
    ]  # fmt: skip


def test_a_brief_of_ours_is_rewritten_and_one_that_a_person_touched_is_not(
    small: AsanaRig, notes: Notes, said: dict[str, Any]
) -> None:
    connector, brief = small.connector(notes), said["brief"]
    connector.apply(brief)
    changed = replace(brief, text=RICH.replace("Ben", "Ada"))
    assert connector.apply(changed).outcome == "written"
    assert "Ada" in texts(small, "brief")[0]
    ours = small.projects[0].brief.text
    small.act(containers.write_brief, "Chao", small.projects[0], "How", text="By me. " + ours)
    assert connector.apply(brief).outcome == "moved_on"
    assert texts(small, "brief") == ["By me. " + ours]


def test_a_persons_brief_is_left_alone(small: AsanaRig, notes: Notes, said: dict[str, Any]) -> None:
    small.act(containers.write_brief, "Ada", small.projects[0], "Ours", text="The plan.")
    with pytest.raises(Rejected, match="“Launch” has a brief that a person wrote"):
        small.connector(notes).apply(said["brief"])
    assert texts(small, "brief") == ["The plan."]


def test_a_person_who_quotes_our_mark_is_not_us(small: AsanaRig, notes: Notes, said: dict[str, Any]) -> None:
    connector = small.connector(notes)
    connector.apply(said["comment"])
    mark = texts(small, "comment")[0].split("\n")[-1]
    other = PostComment(said["comment"].key, Ref("asana", list(small.side.tasks)[1]), "Hello")
    small.act(details.comment, "Ada", small.task(other.ref), text=f"look: {mark}")
    assert connector.apply(other).outcome == "written"


def test_what_asana_cannot_do_is_said(small: AsanaRig, notes: Notes) -> None:
    with pytest.raises(Rejected, match="Asana cannot carry out a PutAway"):
        small.connector(notes).apply(PutAway("k", "asana", "row", "1"))
