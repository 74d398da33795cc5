"""What writes do to tasks, and the stories they leave."""

from __future__ import annotations

from typing import Any

import pytest


def kinds(desk: Any, task: str) -> list[str]:
    return [story["resource_subtype"] for story in desk.stories(task)]


def test_a_new_task_tells_where_it_came_from(desk: Any) -> None:
    project, (_todo, doing) = desk.project("To do", "Doing")
    field = desk.field(project, "enum", "Team", "Design", "Web")
    data = {
        "name": "Brief", "workspace": desk.workspace, "assignee": desk.jonas.gid,
        "memberships": [{"project": project, "section": doing}],
        "custom_fields": {field["gid"]: field["enum_options"][1]["gid"]},
    }  # fmt: skip
    task = desk.do("POST", "/tasks", data, token="as:María")
    assert task["memberships"][0]["section"]["gid"] == doing
    assert kinds(desk, task["gid"]) == ["added_to_project", "assigned", "enum_custom_field_changed"]
    names = ("created_by", "assignee", "new_enum_value.name", "old_enum_value", "source", "created_at")
    stories = desk.stories(task["gid"], *names)
    assert {story["created_by"]["gid"] for story in stories} == {desk.maria.gid}
    assert {story["created_at"] for story in stories} == {task["created_at"]}
    assert stories[1]["assignee"]["gid"] == desk.jonas.gid
    assert stories[2]["new_enum_value"]["name"] == "Web"
    assert stories[2]["old_enum_value"] is None
    assert [int(story["gid"]) for story in stories] == sorted(int(story["gid"]) for story in stories)


def test_a_move_tells_both_sections(desk: Any) -> None:
    project, (todo, doing) = desk.project("To do", "Doing")
    task = desk.task(project)
    desk.do("POST", f"/sections/{doing}/addTask", {"task": task})
    desk.do("POST", f"/sections/{doing}/addTask", {"task": task})
    desk.do("POST", f"/tasks/{task}/addProject", {"project": project, "section": todo})
    moves = [
        s for s in desk.stories(task, "old_section", "new_section") if s["resource_subtype"] == "section_changed"
    ]
    assert [(one["old_section"]["gid"], one["new_section"]["gid"]) for one in moves] == [(todo, doing), (doing, todo)]
    assert [one["gid"] for one in desk.get("/tasks", section=todo)] == [task]


def test_a_section_move_need_not_touch_modified_at(desk: Any) -> None:
    project, (_, doing) = desk.project("To do", "Doing")
    task = desk.task(project)
    before = desk.get(f"/tasks/{task}")["modified_at"]
    desk.side.settings.moves_modify = False
    desk.do("POST", f"/sections/{doing}/addTask", {"task": task})
    assert desk.get(f"/tasks/{task}")["modified_at"] == before
    desk.do("PUT", f"/tasks/{task}", {"assignee": "me"})
    assert desk.get(f"/tasks/{task}")["modified_at"] > before


def test_a_change_says_what_changed_and_nothing_when_nothing_did(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    desk.do("PUT", f"/tasks/{task}", {"name": "Better", "notes": "Why", "due_on": "2026-04-01", "completed": True})
    told = ["name_changed", "notes_changed", "due_date_changed", "marked_complete"]
    assert kinds(desk, task)[1:] == told
    whole = desk.get(f"/tasks/{task}")
    desk.do("PUT", f"/tasks/{task}", {"name": "Better", "notes": "Why", "due_on": "2026-04-01", "completed": True})
    assert desk.get(f"/tasks/{task}") == whole
    desk.do("PUT", f"/tasks/{task}", {"completed": False, "assignee": None})
    assert kinds(desk, task)[-1] == "marked_incomplete"
    assert desk.get(f"/tasks/{task}")["completed_at"] is None


def test_each_write_is_one_instant_and_the_next_is_later(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    first = desk.do("PUT", f"/tasks/{task}", {"assignee": "me", "completed": True})
    stories = desk.get(f"/tasks/{task}/stories")
    assert stories[-1]["created_at"] == stories[-2]["created_at"] == first["modified_at"]
    second = desk.do("PUT", f"/tasks/{task}", {"completed": False})
    assert second["modified_at"] > first["modified_at"]


def test_nothing_is_changed_when_anything_is_wrong(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    before = desk.get(f"/tasks/{task}")
    wrong: list[dict[str, Any]] = [
        {"name": "x", "assignee": "12345"}, {"name": "x", "due_on": "soon"}, {"name": "x", "custom_fields": {"1": 2}},
        {"name": "x", "due_on": "2026-01-01", "due_at": "2026-01-01T00:00:00Z"}, {"name": "x", "completed": "maybe"},
        {"name": "x", "projects": []}, {"name": "x", "parent": None},
        {"name": "x", "start_on": "2026-01-01"}, {"name": "x", "approval_status": "approved"},
    ]  # fmt: skip
    for data in wrong:
        assert desk.refused("PUT", f"/tasks/{task}", data)[0] == 400
    assert desk.get(f"/tasks/{task}") == before


def test_an_approval_and_its_completion_go_together(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project, resource_subtype="approval")
    fields = "approval_status,completed"
    assert desk.get(f"/tasks/{task}", opt_fields=fields)["approval_status"] == "pending"
    desk.do("PUT", f"/tasks/{task}", {"approval_status": "rejected"})
    assert desk.get(f"/tasks/{task}", opt_fields=fields)["completed"] is True
    desk.do("PUT", f"/tasks/{task}", {"completed": False})
    desk.do("PUT", f"/tasks/{task}", {"completed": True})
    assert desk.get(f"/tasks/{task}", opt_fields=fields) == {
        "gid": task, "approval_status": "approved", "completed": True,
    }  # fmt: skip


def test_deleting_takes_subtasks_and_relations_along(desk: Any) -> None:
    project, _ = desk.project()
    task, other = desk.task(project), desk.task(project)
    part = desk.do("POST", f"/tasks/{task}/subtasks", {"name": "Part"})["gid"]
    desk.do("POST", f"/tasks/{other}/addDependencies", {"dependencies": [task]})
    story = desk.get(f"/tasks/{task}/stories")[0]["gid"]
    assert desk.do("DELETE", f"/tasks/{task}") == {}
    for path in (f"/tasks/{task}", f"/tasks/{part}", f"/tasks/{task}/stories"):
        assert desk.ask("GET", path).status == 404
    assert desk.ask("GET", f"/stories/{story}").status == 404
    assert desk.get(f"/tasks/{other}/dependencies") == []
    assert [one["gid"] for one in desk.get("/tasks", project=project)] == [other]


def test_subtasks_and_dependencies_never_run_in_circles(desk: Any) -> None:
    project, _ = desk.project()
    a, b = desk.task(project), desk.task(project)
    desk.do("POST", f"/tasks/{b}/setParent", {"parent": a})
    assert desk.get(f"/tasks/{b}")["parent"]["gid"] == a
    assert desk.refused("POST", f"/tasks/{a}/setParent", {"parent": b})[0] == 400
    desk.do("POST", f"/tasks/{a}/addDependents", {"dependents": [b]})
    assert desk.refused("POST", f"/tasks/{a}/addDependencies", {"dependencies": [b]})[0] == 400
    assert [one["gid"] for one in desk.get(f"/tasks/{a}/dependents")] == [b]
    desk.do("POST", f"/tasks/{b}/removeDependencies", {"dependencies": [a]})
    assert desk.get(f"/tasks/{a}/dependents") == []
    desk.do("POST", f"/tasks/{b}/setParent", {"parent": None})
    assert desk.get(f"/tasks/{a}/subtasks") == []


def test_comments_belong_to_who_wrote_them(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    story = desk.do("POST", f"/tasks/{task}/stories", {"html_text": "<body>Hi <strong>all</strong> &amp; x</body>"})
    assert (story["type"], story["text"], story["source"], story["is_edited"]) == (
        "comment",
        "Hi all & x",
        "api",
        False,
    )
    assert desk.refused("PUT", f"/stories/{story['gid']}", {"text": "mine"}, token="as:Jonas")[0] == 403
    edited = desk.do("PUT", f"/stories/{story['gid']}", {"text": "1 < 2"})
    assert (edited["html_text"], edited["is_edited"]) == ("<body>1 &lt; 2</body>", True)
    assert desk.refused("DELETE", f"/stories/{story['gid']}", token="as:Jonas")[0] == 403
    desk.do("DELETE", f"/stories/{story['gid']}")
    assert desk.ask("GET", f"/stories/{story['gid']}").status == 404
    system = desk.get(f"/tasks/{task}/stories")[0]["gid"]
    assert desk.refused("DELETE", f"/stories/{system}")[0] == 403


@pytest.mark.parametrize(
    "data",
    [{}, {"text": "a", "html_text": "<body>a</body>"}, {"html_text": "a"}, {"html_text": "<body><p>a</p></body>"}],
)
def test_comments_that_are_not_one_valid_text_are_refused(desk: Any, data: dict[str, str]) -> None:
    project, _ = desk.project()
    assert desk.refused("POST", f"/tasks/{desk.task(project)}/stories", data)[0] == 400


def test_stories_after_an_instant_come_from_the_whole_second(desk: Any) -> None:
    project, _ = desk.project()
    task = desk.task(project)
    desk.do("POST", f"/tasks/{task}/stories", {"text": "first"})
    after = desk.get(f"/tasks/{task}/stories")[-1]["created_at"]
    assert len(desk.get(f"/tasks/{task}/stories", created_after=after)) == 2
    desk.world.clock.set(desk.world.now().replace(second=5))
    desk.do("POST", f"/tasks/{task}/stories", {"text": "second"})
    texts = [one["text"] for one in desk.get(f"/tasks/{task}/stories", created_after="2026-03-02T12:00:01Z")]
    assert texts == ["second"]
    newest = desk.get(f"/tasks/{task}/stories", sort_ascending="false", resource_subtype="comment_added")
    assert [one["text"] for one in newest] == ["second", "first"]


def test_a_task_lives_in_several_projects(desk: Any) -> None:
    one, (todo,) = desk.project("To do")
    two, (inbox,) = desk.project("Inbox")
    task = desk.task(one)
    desk.do("POST", f"/tasks/{task}/addProject", {"project": two})
    homes = desk.get(f"/tasks/{task}", opt_fields="memberships.project,memberships.section")["memberships"]
    assert [home["section"]["gid"] for home in homes] == [todo, inbox]
    desk.do("POST", f"/tasks/{task}/removeProject", {"project": one})
    assert [project["gid"] for project in desk.get(f"/tasks/{task}/projects")] == [two]
    assert kinds(desk, task) == ["added_to_project", "added_to_project", "removed_from_project"]
    assert desk.refused("POST", f"/tasks/{task}/removeProject", {"project": one})[0] == 400


def test_sections_are_ordered_renamed_and_only_deleted_when_empty(desk: Any) -> None:
    project, (a, b) = desk.project("A", "B")
    c = desk.do("POST", f"/projects/{project}/sections", {"name": "C", "insert_before": b})["gid"]
    assert [one["gid"] for one in desk.get(f"/projects/{project}/sections")] == [a, c, b]
    desk.do("POST", f"/projects/{project}/sections/insert", {"section": a, "after_section": b})
    assert [one["gid"] for one in desk.get(f"/projects/{project}/sections")] == [c, b, a]
    assert desk.do("PUT", f"/sections/{c}", {"name": "Ç|*"})["name"] == "Ç|*"
    desk.task(project)
    assert desk.refused("DELETE", f"/sections/{c}")[0] == 400
    desk.do("DELETE", f"/sections/{b}")
    assert desk.ask("GET", f"/sections/{b}").status == 404


def test_status_updates_cannot_be_edited(desk: Any) -> None:
    project, _ = desk.project()
    data = {"parent": project, "status_type": "on_track", "title": "Week 9", "text": "Fine"}
    first = desk.do("POST", "/status_updates", data)
    assert first["html_text"] if "html_text" in first else first["text"] == "Fine"
    assert desk.ask("PUT", f"/status_updates/{first['gid']}", {"title": "x"}).status == 404
    assert desk.get(f"/projects/{project}")["current_status_update"]["title"] == "Week 9"
    assert desk.refused("POST", "/status_updates", {**data, "status_type": "great"})[0] == 400
    assert len(desk.get("/status_updates", parent=project, created_since=first["created_at"])) == 1
    desk.do("DELETE", f"/status_updates/{first['gid']}")
    assert desk.get("/status_updates", parent=project) == []


def test_a_project_has_one_brief(desk: Any) -> None:
    project, _ = desk.project()
    brief = desk.do("POST", f"/projects/{project}/project_briefs", {"title": "Why", "text": "Because"})
    assert desk.refused("POST", f"/projects/{project}/project_briefs", {"text": "x"})[0] == 400
    desk.do("PUT", f"/project_briefs/{brief['gid']}", {"html_text": "<body>New</body>"})
    assert desk.get(f"/project_briefs/{brief['gid']}")["text"] == "New"
    desk.do("DELETE", f"/project_briefs/{brief['gid']}")
    assert desk.ask("GET", f"/project_briefs/{brief['gid']}").status == 404


def test_consolidation_takes_both_stories_away_on_request(desk: Any) -> None:
    from datetime import timedelta

    project, _ = desk.project()
    task = desk.task(project)
    desk.side.settings.consolidate_within = timedelta(minutes=1)
    desk.do("PUT", f"/tasks/{task}", {"completed": True})
    desk.do("PUT", f"/tasks/{task}", {"completed": False})
    assert kinds(desk, task) == ["added_to_project"]


def test_task_counts_give_only_what_is_asked(desk: Any) -> None:
    project, _ = desk.project()
    desk.do("PUT", f"/tasks/{desk.task(project)}", {"completed": True})
    assert desk.get(f"/projects/{project}/task_counts") == {}
    asked = desk.get(f"/projects/{project}/task_counts", opt_fields="num_tasks,num_completed_tasks")
    assert asked == {"num_tasks": 1, "num_completed_tasks": 1}


def test_what_a_task_is_born_with_makes_no_story(desk: Any) -> None:
    one, _ = desk.project()
    two, _ = desk.project()
    data = {
        "name": "Brief",
        "projects": [one, two],
        "notes": "Why",
        "due_at": "2026-04-01T10:00:00+02:00",
        "completed": True,
    }
    task = desk.do("POST", "/tasks", data)
    assert (task["notes"], task["due_on"], task["due_at"]) == ("Why", "2026-04-01", "2026-04-01T08:00:00.000Z")
    assert kinds(desk, task["gid"]) == ["added_to_project", "added_to_project", "marked_complete"]
