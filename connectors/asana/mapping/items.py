"""Tasks, projects and users, from Asana's shapes to ours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from connectors.addresses import found_in
from connectors.asana.mapping.values import current
from connectors.errors import Garbled
from connectors.model import Column, Container, Field, FieldDef, ItemKind, Person, Placement, Ref, WorkItem

Json = Any

_KINDS: dict[str, ItemKind] = {"milestone": "milestone", "approval": "approval"}


def instant(text: str) -> datetime:
    """Asana's `2025-09-23T14:42:24.630Z` as an aware instant."""
    return datetime.fromisoformat(text).astimezone(UTC)


def gid_of(thing: Json) -> str | None:
    """The gid of a nested object, None when there is none."""
    return thing.get("gid") if thing else None


def work_item(source: str, task: Json, mapped: Collection[str]) -> WorkItem:
    """A listed task as a work item. `mapped`: names or gids of the custom fields that are kept."""
    fields = (*(_field(each) for each in kept_fields(task, mapped)), *_built_in(task))
    return WorkItem(
        ref=Ref(source, task["gid"]),
        kind=_KINDS.get(task.get("resource_subtype") or "", "task"),
        title=task.get("name") or "",
        url=task.get("permalink_url") or "",
        created_at=instant(task["created_at"]),
        modified_at=instant(task["modified_at"]),
        version=version(task),
        placements=placements(task),
        created_by=gid_of(task.get("created_by")),
        owner=gid_of(task.get("assignee")),
        completed=bool(task.get("completed")),
        completed_at=instant(task["completed_at"]) if task.get("completed_at") else None,
        approval=task.get("approval_status"),
        due=task.get("due_at") or task.get("due_on"),
        start=task.get("start_at") or task.get("start_on"),
        parent=gid_of(task.get("parent")),
        subtasks=task.get("num_subtasks") or 0,
        tags=tuple(tag.get("name") or "" for tag in task.get("tags") or ()),
        waits_for=tuple(other["gid"] for other in task.get("dependencies") or ()),
        fields=fields,
        links=tuple(dict.fromkeys(one for each in fields if each.type in _WITH_LINKS for one in found_in(each.text))),
    )


_WITH_LINKS = ("notes", "text")
"""Types of fields in which people put addresses."""


@contextmanager
def as_promised(what: str) -> Iterator[None]:
    """Garbled when an answer lacks what Asana's contract promises."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Garbled(f"{what}: not as Asana's contract promises: {type(error).__name__}: {error}") from error


def homes(task: Json) -> list[str]:
    """The gids of the projects that the task is in, as far as this token sees them."""
    return [one["project"]["gid"] for one in task.get("memberships") or () if one.get("project")]


def inheriting(task: Json, projects: Iterable[str]) -> Json:
    """A subtask with no home of its own is where its parent is (Asana's model since 2026), in no section."""
    if homes(task) or not task.get("parent"):
        return task
    return {**task, "memberships": [{"project": {"gid": gid}} for gid in projects]}


def version(task: Json) -> str:
    """What changes when the task does: when it was modified, and its sections, since Asana's own texts disagree on
    whether a move counts as a modification."""
    sections = sorted(one["section"]["gid"] for one in task.get("memberships") or () if one.get("section"))
    return " ".join([task["modified_at"], *sections])


def placements(task: Json) -> tuple[Placement, ...]:
    """The task's homes as far as this token sees them; a token without the scope gets hollow ones, left out."""
    homes = (one for one in task.get("memberships") or () if one.get("project"))
    return tuple(Placement(home["project"]["gid"], gid_of(home.get("section"))) for home in homes)


def kept_fields(task: Json, mapped: Collection[str]) -> list[Json]:
    """The task's custom fields that are mapped, by name or gid."""
    return [one for one in task.get("custom_fields") or () if one.get("name") in mapped or one["gid"] in mapped]


def _field(raw: Json) -> Field:
    value, text = current(raw)
    return Field(raw["gid"], raw.get("name") or "", raw.get("resource_subtype") or "", value, text)


def _built_in(task: Json) -> Iterator[Field]:
    """What Asana keeps beside its custom fields, where there is any: a custom type with its status, actual time, and
    the description where it was asked for, an empty one too."""
    for key, name in (("custom_type", "Type"), ("custom_type_status_option", "Type status")):
        if thing := task.get(key):
            yield Field(key, name, "enum", thing["gid"], thing.get("name") or "")
    if (minutes := task.get("actual_time_minutes")) is not None:
        yield Field("actual_time_minutes", "Actual time", "number", minutes, f"{minutes:g} min")
    if "notes" in task:
        text = (task["notes"] or "").strip()
        yield Field("notes", "notes", "notes", text=text)


def container(source: str, project: Json, sections: Iterable[Json]) -> Container:
    """A project with its sections, in their order, and its field definitions."""
    privacy = project.get("privacy_setting")
    settings = project.get("custom_field_settings") or ()
    return Container(
        ref=Ref(source, project["gid"]),
        name=project.get("name") or "",
        url=project.get("permalink_url") or "",
        private=None if privacy is None else privacy == "private",
        columns=tuple(Column(one["gid"], one.get("name") or "") for one in sections),
        fields=tuple(field_def(one["custom_field"]) for one in settings if one.get("custom_field")),
    )


def field_def(raw: Json) -> FieldDef:
    """A custom field's definition; options that are switched off stay in it, since the past refers to them."""
    options = tuple((one["gid"], one.get("name") or "") for one in raw.get("enum_options") or ())
    kind = raw.get("resource_subtype") or ""
    computed = raw.get("is_formula_field") or raw.get("is_value_read_only") or kind in ("formula", "custom_id")
    return FieldDef(raw["gid"], raw.get("name") or "", kind, options, writable=not computed)


def person(source: str, user: Json, me: str, bots: Collection[str], *, active: bool = True) -> Person:
    """A user. `bots`: gids, names or e-mail addresses from the config."""
    gid, name, email = user["gid"], user.get("name") or "", user.get("email")
    is_bot = bool({gid, name, email} & set(bots))
    return Person(Ref(source, gid), name, email, "own" if gid == me else "bot" if is_bot else "person", active)
