"""What goes wrong in real workspaces: said clearly where somebody can mend it, and nothing that was kept is lost."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from connectors.errors import Garbled, NotGranted, Rejected
from connectors.model import Event, Ref, SetFields
from connectors.sandbox.asana.acts import containers, details, fields, tasks
from connectors.sandbox.faults import Fault
from tests.connectors.asana.world import OWN, AsanaRig, Keeper
from tests.connectors.contract import Kept, Notes

API = "/asana/api/1.0"


def launched(keeper: Keeper) -> tuple[Any, Ref]:
    """A task that has the team's field set, and its ref."""
    task = next(iter(keeper.rig.side.tasks.values()))
    return task, Ref("asana", task.gid)


class Hollow(httpx.HTTPTransport):
    """What a token without the scopes for projects and users gets: a 200 with holes (as recorded)."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        body = response.json()
        for one in body["data"] if isinstance(body["data"], list) else ():
            if "memberships" in one:
                one["memberships"] = [{} for _ in one["memberships"]]
            one.pop("custom_fields", None)
            one.pop("created_by", None)
        return httpx.Response(200, json=body)


def test_a_token_without_scopes_still_brings_what_it_may_see(small: AsanaRig, notes: Notes) -> None:
    kept = Kept()
    kept.pull(small.connector(notes, transport=Hollow()))
    assert len(kept.items) == 18
    assert {item.placements for item in kept.items.values()} == {()}
    told = [one for events in kept.events.values() for one in events if not one.approximate]
    assert {one.actor_kind for one in told} == {"unknown"}


def test_a_token_that_may_not_read_stories_says_so_and_keeps_nothing_half(small: AsanaRig, notes: Notes) -> None:
    small.strike(Fault("GET", f"{API}/tasks/*/stories", "403"))
    kept = Kept()
    with pytest.raises(NotGranted, match="stories answered 403: Forbidden"):
        kept.pull(small.connector(notes))
    assert kept.items == {}


def test_a_plan_that_does_not_include_something_is_no_more_than_said(small: AsanaRig, notes: Notes) -> None:
    small.strike(Fault("GET", f"{API}/tasks", "402", count=1))
    connector = small.connector(notes)
    first, second = connector.scopes()
    with pytest.raises(NotGranted, match=rf"project {first.id} of source 'asana' cannot be read: .*402"):
        list(connector.pull(first, None, lambda ref: None))
    assert list(connector.pull(second, None, lambda ref: None))[-1].last


def test_a_field_that_was_renamed_stays_the_same_field(keeper: Keeper) -> None:
    keeper.pull(fields=[keeper.rig.side.fields[0].gid])
    task, ref = launched(keeper)
    field = keeper.rig.side.fields[0]
    keeper.rig.act(fields.update_field, "Ada", field, name="Squad")
    keeper.rig.act(fields.set_field, "Chao", task, field, field.options[0])
    keeper.pull(fields=[field.gid])
    found = keeper.store.items([ref])[0].fields[0]
    assert (found.id, found.name, found.text) == (field.gid, "Squad", "Design")
    changes = [one for one in keeper.store.events(ref) if one.field == field.gid]
    assert [one.new_text for one in changes][-2:] == ["Demand Gen", "Design"]


def test_an_option_that_was_switched_off_keeps_its_name_in_the_past(keeper: Keeper) -> None:
    keeper.pull()
    task, ref = launched(keeper)
    field = keeper.rig.side.fields[0]
    before = [one for one in keeper.store.events(ref) if one.kind == "field"]
    keeper.rig.act(fields.update_option, "Ada", field.options[1], enabled=False, name="was Demand Gen")
    keeper.rig.act(details.comment, "Ada", task, text="?")
    keeper.pull()
    after = [one for one in keeper.store.events(ref) if one.kind == "field"]
    assert [one.new for one in after] == [one.new for one in before] == [field.options[1].gid]
    assert keeper.store.items([ref])[0].fields[0].text == "was Demand Gen"


def test_an_option_of_ours_that_somebody_switched_off_is_said_and_made_again(keeper: Keeper) -> None:
    connector, project = keeper.connector(), Ref("asana", keeper.rig.projects[0].gid)
    ensure = keeper.rig.changes(_item(keeper))[0]
    connector.apply(ensure)
    status = next(one for one in keeper.rig.side.fields if one.name == OWN[0].name)
    keeper.rig.act(fields.update_option, "Ada", status.options[1], enabled=False)
    _, ref = launched(keeper)
    with pytest.raises(Rejected, match="has no option 'stalled'; a plan with create_fields = true adds it"):
        connector.apply(SetFields("s", ref, {OWN[0].name: "stalled"}, {}))
    assert connector.survey([ensure]).fields[project.id] == {one.name for one in OWN[1:]}
    connector.apply(ensure)
    assert connector.apply(SetFields("s", ref, {OWN[0].name: "stalled"}, {})).outcome == "written"


def _item(keeper: Keeper) -> Any:
    keeper.pull()
    return keeper.store.items([launched(keeper)[1]])[0]


@pytest.mark.parametrize("flag", ["is_formula", "is_read_only"])
def test_a_field_that_nobody_can_write_is_refused_before_anything_is_sent(keeper: Keeper, flag: str) -> None:
    item = _item(keeper)
    theirs = keeper.rig.act(fields.create_field, "Ada", "Waiting on", "text")
    setattr(theirs, flag, True)
    keeper.rig.act(fields.attach_field, "Ada", keeper.rig.projects[0], theirs)
    before = keeper.rig.state()
    with pytest.raises(Rejected, match=r"“Waiting on” is a formula, or read-only"):
        keeper.connector().apply(keeper.rig.changes(item)[0])
    with pytest.raises(Rejected, match=r"“Waiting on” cannot be written: a formula, or read-only"):
        keeper.connector().apply(SetFields("s", item.ref, {"Waiting on": "Ben"}, {}))
    assert keeper.rig.state() == before


def test_a_locked_field_is_said_with_asanas_words(keeper: Keeper) -> None:
    item = _item(keeper)
    theirs = keeper.rig.act(fields.create_field, "Ada", "Waiting on", "text")
    theirs.locked = True
    keeper.rig.act(fields.attach_field, "Ada", keeper.rig.projects[0], theirs)
    with pytest.raises(NotGranted, match="do not have permission to edit this locked custom field"):
        keeper.connector().apply(SetFields("s", item.ref, {"Waiting on": "Ben"}, {}))


def test_a_section_that_was_renamed_is_the_same_section(keeper: Keeper) -> None:
    keeper.pull()
    task, ref = launched(keeper)
    section = keeper.rig.projects[0].sections[0]
    keeper.rig.act(containers.rename_section, "Ada", section, "Backlog 🗂")
    keeper.rig.act(details.comment, "Ada", task, text="?")
    keeper.pull()
    assert keeper.store.containers()[0].columns[0].name == "Backlog 🗂"
    assert keeper.store.items([ref])[0].placements[0].column == section.gid


def test_a_section_that_is_gone_leaves_its_moves_in_the_history(keeper: Keeper) -> None:
    task, ref = launched(keeper)
    launch = keeper.rig.projects[0]
    keeper.rig.act(tasks.move_to_section, "Ada", task, launch.sections[1])
    keeper.rig.act(tasks.move_to_section, "Ada", task, launch.sections[2])
    keeper.rig.act(containers.delete_section, "Ada", launch.sections[1])
    keeper.pull()
    moves = [one for one in keeper.store.events(ref) if one.kind == "transition" and one.container == launch.gid]
    assert [one.new_text for one in moves] == ["To do", "Doing\u00a0now", "Done"]


NAMES = ("🚀👩‍🎨 Launch", "إطلاق الحملة", "שיווק ‮abc", "a\u0301e\u0301", "x" * 1024, "", "\u00a0", "line\nbreak\ttab")


def test_names_of_every_script_come_and_go_unchanged(keeper: Keeper) -> None:
    section = keeper.rig.projects[0].sections[0]
    made = [keeper.rig.act(tasks.create_task, "Ada", name, section=section) for name in NAMES]
    keeper.pull()
    assert tuple(keeper.store.items([Ref("asana", one.gid)])[0].title for one in made) == NAMES
    keeper.connector().apply(keeper.rig.changes(_item(keeper))[0])
    for one, name in zip(made, NAMES, strict=True):
        receipt = keeper.connector().apply(SetFields(f"s{one.gid}", Ref("asana", one.gid), {"Waiting on": name}, {}))
        assert receipt.outcome == ("written" if name else "found")


def test_a_huge_task(keeper: Keeper) -> None:
    """Five hundred stories, a long description, thirty dependencies, fifty subtasks, a hundred tags."""
    task, ref = launched(keeper)
    others = list(keeper.rig.side.tasks.values())[1:16]
    keeper.rig.act(details.describe, "Ada", task, text="long " * 12_000)
    for number in range(500):
        keeper.rig.act(details.comment, "Ada", task, text=f"{number} " * 200, after=0)
    for other in others:
        keeper.rig.act(details.depend, "Ada", task, other)
    for number in range(50):
        keeper.rig.act(tasks.create_task, "Ada", f"sub {number}", parent=task)
        keeper.rig.act(details.tag, "Ada", task, keeper.rig.act(containers.create_tag, "Ada", f"tag {number}"))
    keeper.pull()
    item, events = keeper.store.items([ref])[0], keeper.store.events(ref)
    assert (len(item.waits_for), item.subtasks, len(item.tags)) == (15, 50, 50)
    assert sum(one.kind == "comment" for one in events) == 500
    assert len({one.source_id for one in events}) == len(events)


def test_a_story_that_was_merged_away_is_withdrawn(keeper: Keeper) -> None:
    task, ref = launched(keeper)
    comment = keeper.rig.act(details.comment, "Ada", task, text="oops")
    keeper.pull()
    assert comment.gid in sources(keeper.store.events(ref))
    keeper.rig.act(details.delete_comment, "Ada", comment)
    keeper.rig.act(details.comment, "Ada", task, text="better")
    keeper.pull()
    assert comment.gid not in sources(keeper.store.events(ref))


def sources(events: list[Event]) -> set[str]:
    return {one.source_id for one in events}


@pytest.mark.parametrize("kind", ["truncated", "not_json", "empty"])
def test_an_answer_that_stays_broken_is_garbled_and_costs_nothing_that_is_kept(keeper: Keeper, kind: str) -> None:
    keeper.pull()
    kept = keeper.titles()
    keeper.rig.strike(Fault("GET", f"{API}/tasks", kind))
    with pytest.raises(Garbled):
        keeper.pull()
    keeper.rig.strike()
    assert keeper.titles() == kept
    keeper.pull()
    assert keeper.presence() == {}


@pytest.mark.parametrize(
    ("comments", "said"),
    [("who", (None, None)), ("about", ("{ben}", "6 characters")), ("text", ("{ben}", "@Ben ?"))],
)
def test_what_is_kept_of_a_comment_is_the_configs(
    keeper: Keeper, comments: str, said: tuple[str | None, str | None]
) -> None:
    task, ref = launched(keeper)
    ben = keeper.rig.app.world.people.find("Ben\u00a0Ö")
    assert ben is not None
    html = f'<body><a data-asana-gid="{ben.gid}">@Ben</a> ?</body>'
    keeper.rig.act(details.comment, "Ada", task, "", html=html)
    keeper.pull(comments=comments)
    last = keeper.store.events(ref)[-1]
    assert (last.new, last.new_text) == (said[0] and said[0].format(ben=ben.gid), said[1])
