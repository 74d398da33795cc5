"""What people do to tasks. Each act writes the stories and events that Asana would, at `world.tick()`.

`by` is who does it; None is Asana itself (a rule), whose stories have no `created_by`. An act that would change
nothing does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sandbox.asana.acts.fields import set_field
from connectors.sandbox.asana.errors import bad
from connectors.sandbox.asana.records import CustomField, Held, Home, Project, Section, Task
from connectors.sandbox.asana.state import State
from connectors.sandbox.core import Somebody

MAX_HOMES = 20


def create_task(
    state: State, by: Somebody | None, name: str, *, section: Section | None = None,
    sections: Sequence[Section] = (), assignee: Somebody | None = None,
    values: Mapping[CustomField, Held] | None = None, parent: Task | None = None, **facts: Any,
) -> Task:  # fmt: skip
    """A new task in a section (or several, of different projects), or below a parent.

    Stories, in this order: added to each project, assigned, one for each field of `values`.
    `facts`: any other attribute of `Task`, such as `notes`, `due_on`, `resource_subtype`; they make no story.
    """
    at = state.world.tick()
    task = Task(state.gid(), name, at, at, state.workspace, created_by=by, followers=[by] if by else [])
    for key, value in facts.items():
        setattr(task, key, value)
    if task.resource_subtype == "approval" and task.approval_status is None:
        task.approval_status = "pending"
    state.tasks[task.gid] = state.keep(task)
    homes = [section] if section is not None else sections
    for home in homes:
        add_to_project(state, by, task, home)
    if parent is not None:
        _put_below(state, by, task, parent)
    elif not homes:
        state.emit(task, by, "added", at, parent=state.workspace)
    assign(state, by, task, assignee)
    for field, held in (values or {}).items():
        set_field(state, by, task, field, held)
    return task


def _put_below(state: State, by: Somebody | None, task: Task, parent: Task) -> None:
    at = state.world.tick()
    task.parent = parent
    parent.subtasks.append(task)
    state.emit(task, by, "added", at, parent=parent)
    state.tell(parent, by, "subtask_added", at, task=task)
    state.changed(parent, by, "subtasks", at, task, "added")


def assign(state: State, by: Somebody | None, task: Task, assignee: Somebody | None) -> None:
    """Hand a task to somebody, or with None to nobody. The story names only the new assignee."""
    if task.assignee is assignee:
        return
    at = state.world.tick()
    if task.assignee is not None:
        state.assigned[task.assignee.gid].pop(task.gid, None)
    task.assignee, task.assigned_by = assignee, by if assignee else None
    if assignee is None:
        state.tell(task, by, "unassigned", at)
    else:
        state.assigned[assignee.gid][task.gid] = task
        if assignee not in task.followers:
            task.followers.append(assignee)
        state.tell(task, by, "assigned", at, assignee=assignee)
    state.changed(task, by, "assignee", at, assignee)


def move_to_section(
    state: State, by: Somebody | None, task: Task, section: Section, *, before: Task | None = None,
    after: Task | None = None,
) -> None:  # fmt: skip
    """Move a task within a project, or into it when it has no home there. A story only when the section changes."""
    home = task.home(section.project)
    if home is None:
        add_to_project(state, by, task, section)
        home = task.homes[-1]
    elif home.section is not section:
        at, old = state.world.tick(), home.section
        state.emit(task, by, "removed", at, parent=old)
        del old.tasks[task.gid]
        home.section = section
        section.tasks[task.gid] = task
        state.emit(task, by, "added", at, parent=section)
        state.tell(task, by, "section_changed", at, old_section=old, new_section=section)
    if before is not None or after is not None:
        _place(section, task, before, after)


def add_to_project(state: State, by: Somebody | None, task: Task, section: Section) -> None:
    """Give a task another home. 400 beyond twenty."""
    if len(task.homes) >= MAX_HOMES:
        raise bad(f"project: A task can be in at most {MAX_HOMES} projects")
    at = state.world.tick()
    _enter(task, section)
    state.emit(task, by, "added", at, parent=section.project)
    state.emit(task, by, "added", at, parent=section)
    state.tell(task, by, "added_to_project", at, project=section.project)


def remove_from_project(state: State, by: Somebody | None, task: Task, project: Project) -> None:
    """Take a task out of a project; 400 when it is not in it."""
    home = task.home(project)
    if home is None:
        raise bad("project: The task is not in this project")
    at = state.world.tick()
    state.emit(task, by, "removed", at, parent=project)
    del home.section.tasks[task.gid]
    task.homes.remove(home)
    state.tell(task, by, "removed_from_project", at, project=project)


def complete(state: State, by: Somebody | None, task: Task, done: bool = True) -> None:
    """Mark a task complete, or with `done` false incomplete again. An approval becomes approved, or pending."""
    if task.completed == done:
        return
    at = state.world.tick()
    task.completed = done
    task.completed_at, task.completed_by = (at, by) if done else (None, None)
    if task.resource_subtype == "approval":
        old, task.approval_status = task.approval_status, "approved" if done else "pending"
        state.tell(
            task, by, "approval_status_changed", at,
            old_approval_status=old, new_approval_status=task.approval_status,
        )  # fmt: skip
        state.changed(task, by, "approval_status", at)
    state.tell(task, by, "marked_complete" if done else "marked_incomplete", at)
    for waiting in task.dependents:
        state.tell(waiting, by, f"dependency_marked_{'complete' if done else 'incomplete'}", at, dependency=task)
    state.changed(task, by, "completed", at)


def decide(state: State, by: Somebody | None, task: Task, status: str) -> None:
    """Set an approval's status: pending is open, all others are complete. 400 when the task is no approval."""
    if task.resource_subtype != "approval":
        raise bad("approval_status: Only approval tasks have an approval status")
    if status == task.approval_status:
        return
    at = state.world.tick()
    old, task.approval_status, task.completed = task.approval_status, status, status != "pending"
    task.completed_at, task.completed_by = (at, by) if task.completed else (None, None)
    state.tell(
        task, by, "approval_status_changed", at, old_approval_status=old, new_approval_status=status
    )  # fmt: skip
    state.changed(task, by, "approval_status", at)


def delete_task(state: State, by: Somebody | None, task: Task) -> None:
    """Take a task, and its subtasks, away; nothing of it can be read any more."""
    for subtask in list(task.subtasks):
        delete_task(state, by, subtask)
    at = state.world.tick()
    state.emit(task, by, "deleted", at, parent=task.homes[0].project if task.homes else task.parent)
    for home in task.homes:
        del home.section.tasks[task.gid]
    if task.parent is not None:
        task.parent.subtasks.remove(task)
    if task.assignee is not None:
        state.assigned[task.assignee.gid].pop(task.gid, None)
    for tag in task.tags:
        tag.tasks.pop(task.gid, None)
    for other in task.dependencies:
        other.dependents.remove(task)
    for other in task.dependents:
        other.dependencies.remove(task)
    task.deleted = True
    del state.tasks[task.gid]


def _enter(task: Task, section: Section) -> None:
    task.homes.append(Home(section.project, section))
    section.tasks[task.gid] = task


def _place(section: Section, task: Task, before: Task | None, after: Task | None) -> None:
    order = [other for other in section.tasks.values() if other is not task]
    anchor = before or after
    if anchor not in order:
        raise bad("insert_before: The task is not in this section")
    order.insert(order.index(anchor) + (after is not None), task)
    section.tasks.clear()
    section.tasks.update((other.gid, other) for other in order)
