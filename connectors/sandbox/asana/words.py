"""The sentence of a system story. As in live answers it names the actor first; nothing should ever parse it."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.asana.records import Story

_SENTENCES = {
    "added_to_project": "added this task to {project}",
    "removed_from_project": "removed this task from {project}",
    "section_changed": 'moved this task from "{old_section}" to "{new_section}" in {in_project}',
    "assigned": "assigned this task to {assignee}",
    "unassigned": "unassigned this task",
    "marked_complete": "marked this task complete",
    "marked_incomplete": "marked this task incomplete",
    "name_changed": 'changed the name to "{new_name}"',
    "notes_changed": "changed the description",
    "due_date_changed": "changed the due date to {due}",
    "start_date_changed": "changed the start date",
    "approval_status_changed": "changed the approval status to {new_approval_status}",
    "subtask_added": "added the subtask {task}",
    "added_to_task": "added this task to {task}",
    "removed_from_task": "removed this task from {task}",
    "added_to_tag": "added this task to {tag}",
    "removed_from_tag": "removed this task from {tag}",
    "follower_added": "added {follower} as a collaborator",
    "dependency_added": "marked this task as blocked by {dependency}",
    "dependency_removed": "marked this task as not blocked by {dependency}",
    "dependent_added": "marked this task as blocking {dependency}",
    "dependent_removed": "marked this task as not blocking {dependency}",
    "dependency_marked_complete": "completed {dependency}, which this task depends on",
    "dependency_marked_incomplete": "reopened {dependency}, which this task depends on",
}


def in_words(story: Story) -> str:
    """What the story says, with its actor."""
    who = story.created_by.name if story.created_by else "Asana"
    subtype = story.resource_subtype
    if subtype.endswith("_custom_field_changed"):
        return f"{who} {_field_sentence(story.facts)}"
    sentence = _SENTENCES.get(subtype, subtype.replace("_", " "))
    names = {key: _name(value) for key, value in story.facts.items()}
    if "new_section" in story.facts:
        names["in_project"] = story.facts["new_section"].project.name
    if "new_dates" in story.facts:
        names["due"] = story.facts["new_dates"]["due_on"] or "nothing"
    return f"{who} {sentence.format_map(names)}"


def _field_sentence(facts: dict[str, Any]) -> str:
    field = facts["custom_field"]
    old, new = (next((v for k, v in facts.items() if k.startswith(side)), None) for side in ("old_", "new_"))
    if new is None:
        return f'removed {field.name} ("{_name(old)}")'
    if old is None:
        return f'set {field.name} to "{_name(new)}"'
    return f'changed {field.name} from "{_name(old)}" to "{_name(new)}"'


def _name(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_name(one) for one in value)
    if isinstance(value, dict):
        return str(value.get("due_at") or value.get("due_on") or "")
    return value if isinstance(value, str) else str(getattr(value, "name", value))
