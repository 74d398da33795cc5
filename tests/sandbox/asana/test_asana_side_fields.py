"""Custom fields: definitions, options, and what may be written where."""

from __future__ import annotations

from typing import Any

import pytest


def put(desk: Any, task: str, field: dict[str, Any], value: Any) -> dict[str, Any]:
    answer = desk.do("PUT", f"/tasks/{task}", {"custom_fields": {field["gid"]: value}}, opt_fields="custom_fields")
    found: dict[str, Any] = next(one for one in answer["custom_fields"] if one["gid"] == field["gid"])
    return found


@pytest.mark.parametrize(
    ("type_", "value", "key", "there", "shown"),
    [
        ("text", "a | b *c*", "text_value", "a | b *c*", "a | b *c*"),
        ("number", 2, "number_value", 2, "2"),
        ("date", {"date": "2026-03-01"}, "date_value", {"date": "2026-03-01", "date_time": None},
         "2026-03-01T00:00:00.000Z"),
        ("date", "2026-03-01", "date_value", {"date": "2026-03-01", "date_time": None}, "2026-03-01T00:00:00.000Z"),
        ("date", {"date_time": "2026-03-01T09:00:00+01:00"}, "date_value",
         {"date": "2026-03-01", "date_time": "2026-03-01T08:00:00.000Z"}, "2026-03-01T08:00:00.000Z"),
    ],
)  # fmt: skip
def test_values_come_back_as_written_and_null_clears(
    desk: Any, type_: str, value: Any, key: str, there: Any, shown: str
) -> None:
    project, _ = desk.project()
    task, field = desk.task(project), desk.field(project, type_)
    found = put(desk, task, field, value)
    assert (found[key], found["display_value"]) == (there, shown)
    assert put(desk, task, field, None)[key] is None
    told = desk.stories(task, f"old_{key}", f"new_{key}", "custom_field.name")
    assert [one["resource_subtype"] for one in told[1:]] == [f"{type_}_custom_field_changed"] * 2
    if type_ == "date":
        there = {"start_on": None, "due_on": there["date"], "due_at": there["date_time"]}
    assert (told[1][f"old_{key}"], told[1][f"new_{key}"]) == (None, there)
    assert (told[2][f"old_{key}"], told[2][f"new_{key}"]) == (there, None)
    assert told[1]["custom_field"] == {"gid": field["gid"], "name": "Flow status"}


def test_options_are_written_by_gid_never_by_name(desk: Any) -> None:
    project, _ = desk.project()
    field = desk.field(project, "enum", "Flow status", "Waiting", "Stalled, badly|*")
    task = desk.task(project)
    _waiting, stalled = field["enum_options"]
    assert put(desk, task, field, stalled["gid"])["enum_value"]["name"] == "Stalled, badly|*"
    assert desk.refused("PUT", f"/tasks/{task}", {"custom_fields": {field["gid"]: "Waiting"}})[0] == 400
    desk.do("PUT", f"/enum_options/{stalled['gid']}", {"name": "Stuck", "enabled": False})
    assert desk.stories(task, "new_enum_value.name")[-1]["new_enum_value"]["name"] == "Stuck"
    assert desk.refused("PUT", f"/tasks/{task}", {"custom_fields": {field["gid"]: stalled["gid"]}})[0] == 400
    assert desk.ask("DELETE", f"/enum_options/{stalled['gid']}").status == 404
    several = desk.field(project, "multi_enum", "Channels", "Web", "Mail")
    gids = [one["gid"] for one in several["enum_options"]]
    assert [one["gid"] for one in put(desk, task, several, gids)["multi_enum_values"]] == gids
    assert put(desk, task, several, [])["multi_enum_values"] == []


def test_people_are_a_list(desk: Any) -> None:
    project, _ = desk.project()
    task, field = desk.task(project), desk.field(project, "people")
    found = put(desk, task, field, [desk.jonas.gid, desk.maria.gid])
    assert [one["gid"] for one in found["people_value"]] == [desk.jonas.gid, desk.maria.gid]
    assert found["display_value"] == "Jonas, María"
    assert desk.refused("PUT", f"/tasks/{task}", {"custom_fields": {field["gid"]: ["1"]}})[0] == 400


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("text", "x" * 1025),
        ("text", 5),
        ("number", "five"),
        ("number", True),
        ("date", "tomorrow"),
        ("multi_enum", 7),
    ],
)
def test_wrong_values_are_refused(desk: Any, type_: str, value: Any) -> None:
    project, _ = desk.project()
    task, field = desk.task(project), desk.field(project, type_)
    assert desk.refused("PUT", f"/tasks/{task}", {"custom_fields": {field["gid"]: value}})[0] == 400


def test_a_field_must_be_on_one_of_the_tasks_projects(desk: Any) -> None:
    project, _ = desk.project()
    task, field = desk.task(project), desk.field(None, "text")
    assert desk.refused("PUT", f"/tasks/{task}", {"custom_fields": {field["gid"]: "x"}}) == (
        400, f"Custom field with ID {field['gid']} is not on given object",
    )  # fmt: skip
    desk.do(
        "POST", f"/projects/{project}/addCustomFieldSetting", {"custom_field": field["gid"], "is_important": True}
    )
    assert (
        desk.refused("POST", f"/projects/{project}/addCustomFieldSetting", {"custom_field": field["gid"]})[0] == 400
    )
    put(desk, task, field, "x")
    desk.do("POST", f"/projects/{project}/removeCustomFieldSetting", {"custom_field": field["gid"]})
    assert desk.get(f"/tasks/{task}")["custom_fields"] == []
    assert desk.get(f"/projects/{project}/custom_field_settings") == []


def test_names_are_unique_and_types_stay(desk: Any) -> None:
    field = desk.field(None, "text", "Waiting on")
    data = {"workspace": desk.workspace, "name": "Waiting on", "resource_subtype": "date"}
    assert desk.refused("POST", "/custom_fields", data)[0] == 403
    assert desk.refused("POST", "/custom_fields", {**data, "name": "X", "resource_subtype": "colour"})[0] == 400
    assert desk.refused("PUT", f"/custom_fields/{field['gid']}", {"resource_subtype": "date"})[0] == 400
    assert desk.do("PUT", f"/custom_fields/{field['gid']}", {"name": "On whom"})["name"] == "On whom"
    assert [one["name"] for one in desk.get(f"/workspaces/{desk.workspace}/custom_fields")] == ["On whom"]


def test_a_field_has_at_most_500_options_disabled_ones_counted(desk: Any) -> None:
    field = desk.field(None, "enum", "Many", *(f"o{n}" for n in range(499)))
    path = f"/custom_fields/{field['gid']}/enum_options"
    last = desk.do("POST", path, {"name": "last", "insert_before": field["enum_options"][0]["gid"]})
    desk.do("PUT", f"/enum_options/{last['gid']}", {"enabled": False})
    assert desk.get(f"/custom_fields/{field['gid']}")["enum_options"][0]["gid"] == last["gid"]
    assert desk.refused("POST", path, {"name": "one more"})[0] == 400


def test_a_locked_field_is_forbidden(desk: Any) -> None:
    project, _ = desk.project()
    task, field = desk.task(project), desk.field(project, "text")
    desk.state.by_gid[field["gid"]].locked = True
    data = {"custom_fields": {field["gid"]: "x"}}
    assert desk.refused("PUT", f"/tasks/{task}", data, token="as:Jonas")[0] == 403


def test_only_the_value_of_the_fields_own_type_is_shown(desk: Any) -> None:
    project, _ = desk.project()
    desk.field(project, "number", "Hours"), desk.field(project, "enum", "Size", "S")
    wanted = "custom_fields.number_value,custom_fields.enum_value.name,custom_fields.display_value"
    number, enum = desk.get(f"/tasks/{desk.task(project)}", opt_fields=wanted)["custom_fields"]
    assert (set(number), set(enum)) == (
        {"gid", "number_value", "display_value"},
        {"gid", "enum_value", "display_value"},
    )
