"""What people change about a task besides its place, owner and fields: names, dates, relations, tags, words."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.asana.errors import bad, forbidden
from connectors.sandbox.asana.records import Story, Tag, Task
from connectors.sandbox.asana.richtext import as_html, as_text
from connectors.sandbox.asana.state import State
from connectors.sandbox.core import Somebody

MAX_RELATIONS = 30


def rename(state: State, by: Somebody | None, task: Task, name: str) -> None:
    """Give a task another name."""
    if task.name == name:
        return
    at = state.world.tick()
    old, task.name = task.name, name
    state.tell(task, by, "name_changed", at, old_name=old, new_name=name)
    state.changed(task, by, "name", at)


def describe(state: State, by: Somebody | None, task: Task, *, text: str = "", html: str = "") -> None:
    """Write a task's description, as plain or rich text."""
    text, html = (as_text(html), html) if html else (text, as_html(text) if text else "")
    if task.notes == text and (task.html_notes or "") == html:
        return
    at = state.world.tick()
    task.notes, task.html_notes = text, html
    state.tell(task, by, "notes_changed", at)
    state.changed(task, by, "notes", at)


def set_dates(state: State, by: Somebody | None, task: Task, **dates: str | None) -> None:
    """Set any of `due_on`, `due_at`, `start_on`, `start_at`; the day and the time of one end exclude each other."""
    now = {key: getattr(task, key) for key in ("due_on", "due_at", "start_on", "start_at")}
    wanted = {**now, **dates}
    if wanted == now:
        return
    at = state.world.tick()
    for end in ("due", "start"):
        if wanted[f"{end}_at"] and dates.get(f"{end}_at"):
            wanted[f"{end}_on"] = wanted[f"{end}_at"][:10]
        elif f"{end}_on" in dates:
            wanted[f"{end}_at"] = None
        elif f"{end}_at" in dates:
            wanted[f"{end}_on"] = None
    for key, value in wanted.items():
        setattr(task, key, value)
    for end, subtype in (("due", "due_date_changed"), ("start", "start_date_changed")):
        if any(now[f"{end}_{form}"] != wanted[f"{end}_{form}"] for form in ("on", "at")):
            state.tell(task, by, subtype, at, old_dates=_dates(now), new_dates=_dates(wanted))
            state.changed(task, by, f"{end}_at" if wanted[f"{end}_at"] else f"{end}_on", at)


def _dates(values: dict[str, Any]) -> dict[str, Any]:
    return {key: values[key] for key in ("start_on", "due_at", "due_on")}


def depend(state: State, by: Somebody | None, task: Task, on: Task) -> None:
    """Let a task wait for another. 400 for itself, a circle, or more than thirty relations."""
    if on in task.dependencies:
        return
    if on is task or _waits_for(on, task):
        raise bad("dependencies: Cannot create a circular dependency")
    if len(task.dependencies) + len(task.dependents) >= MAX_RELATIONS:
        raise bad(f"dependencies: A task can have at most {MAX_RELATIONS} dependencies and dependents")
    at = state.world.tick()
    task.dependencies.append(on)
    on.dependents.append(task)
    state.tell(task, by, "dependency_added", at, dependency=on)
    state.tell(on, by, "dependent_added", at, dependency=task)
    state.changed(task, by, "dependencies", at, on, "added")
    state.changed(on, by, "dependents", at, task, "added")


def _waits_for(task: Task, other: Task) -> bool:
    seen: set[str] = set()
    todo = [task]
    while todo:
        one = todo.pop()
        if one is other:
            return True
        if one.gid not in seen:
            seen.add(one.gid)
            todo.extend(one.dependencies)
    return False


def undepend(state: State, by: Somebody | None, task: Task, on: Task) -> None:
    """Let a task wait for another no longer."""
    if on not in task.dependencies:
        return
    at = state.world.tick()
    task.dependencies.remove(on)
    on.dependents.remove(task)
    state.tell(task, by, "dependency_removed", at, dependency=on)
    state.tell(on, by, "dependent_removed", at, dependency=task)
    state.changed(task, by, "dependencies", at, on, "removed")
    state.changed(on, by, "dependents", at, task, "removed")


def set_parent(state: State, by: Somebody | None, task: Task, parent: Task | None) -> None:
    """Make a task a subtask of another, or with None of nobody. 400 when that would be a circle."""
    if task.parent is parent:
        return
    above = parent
    while above is not None:
        if above is task:
            raise bad("parent: Cannot make a task a subtask of itself")
        above = above.parent
    at = state.world.tick()
    old, task.parent = task.parent, parent
    if old is not None:
        old.subtasks.remove(task)
        state.tell(task, by, "removed_from_task", at, task=old)
        state.changed(old, by, "subtasks", at, task, "removed")
    if parent is not None:
        parent.subtasks.append(task)
        state.tell(task, by, "added_to_task", at, task=parent)
        state.changed(parent, by, "subtasks", at, task, "added")
    state.changed(task, by, "parent", at, parent)


def tag(state: State, by: Somebody | None, task: Task, label: Tag) -> None:
    """Put a tag on a task."""
    if label in task.tags:
        return
    at = state.world.tick()
    task.tags.append(label)
    label.tasks[task.gid] = task
    state.tell(task, by, "added_to_tag", at, tag=label)
    state.changed(task, by, "tags", at, label, "added")


def untag(state: State, by: Somebody | None, task: Task, label: Tag) -> None:
    """Take a tag off a task."""
    if label not in task.tags:
        return
    at = state.world.tick()
    task.tags.remove(label)
    label.tasks.pop(task.gid, None)
    state.tell(task, by, "removed_from_tag", at, tag=label)
    state.changed(task, by, "tags", at, label, "removed")


def follow(state: State, by: Somebody | None, task: Task, person: Somebody, wanted: bool = True) -> None:
    """Add somebody to a task's followers, or with `wanted` false take them out."""
    if (person in task.followers) == wanted:
        return
    at = state.world.tick()
    (task.followers.append if wanted else task.followers.remove)(person)
    if wanted:
        state.tell(task, by, "follower_added", at, follower=person)
    state.changed(task, by, "followers", at, person, "added" if wanted else "removed")


def comment(
    state: State, by: Somebody | None, task: Task, text: str = "", *, html: str = "", pinned: bool = False
) -> Story:
    """Say something on a task, as plain or rich text."""
    text, html = (as_text(html), html) if html else (text, as_html(text))
    at = state.world.tick()
    story = state.tell(task, by, "comment_added", at)
    story.text, story.html_text, story.is_pinned = text, html, pinned
    if by is not None and by not in task.followers:
        task.followers.append(by)
    return story


def edit_comment(
    state: State, by: Somebody | None, story: Story, *, text: str | None = None, html: str | None = None,
    pinned: bool | None = None,
) -> None:  # fmt: skip
    """Change a comment's words (only one's own: 403) or whether it is pinned."""
    if text is not None or html is not None:
        _own(by, story)
    at = state.world.tick()
    if html is not None:
        story.text, story.html_text, story.is_edited = as_text(html), html, True
    elif text is not None:
        story.text, story.html_text, story.is_edited = text, as_html(text), True
    if pinned is not None:
        story.is_pinned = pinned
    state.changed(story, by, "text" if html is not None or text is not None else "is_pinned", at)


def delete_comment(state: State, by: Somebody | None, story: Story) -> None:
    """Take one's own comment away; 403 for any other story."""
    _own(by, story)
    at = state.world.tick()
    state.emit(story, by, "deleted", at, parent=story.task)
    story.task.stories.remove(story)
    story.task.modified_at = max(at, story.task.modified_at)
    del state.by_gid[story.gid]


def _own(by: Somebody | None, story: Story) -> None:
    if story.type != "comment" or story.created_by is not by:
        raise forbidden("story: You can only change or delete your own comments")
