"""One story to one event: structured fields only, never the story's text, which is translated and editable."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from connectors.asana.mapping.items import gid_of, instant
from connectors.asana.mapping.values import changed, date_text
from connectors.model import ActorKind, Event, EventKind, Ref

Json = Any

_LINK = re.compile(r"<a\b[^>]*>")
_ATTRIBUTE = re.compile(r'data-asana-(gid|type)="([^"]*)"')
BY_THE_CLOCK = frozenset({"due_today", "due_soon", "starting_today", "overdue"})
"""Stories that Asana writes by itself although it names a person as their author."""


@dataclass(frozen=True)
class Surroundings:
    """What a task's history is read against. `sections`: section gid → project gid; `mapped`: field names or gids,
    `own` those of them that we write; `bots`: gids of users that are listed as bots, `me`: our own. `comments`: what
    is kept of a comment: `who` wrote it when, besides that its length and mentions (`about`), or its `text`."""

    source: str
    me: str = ""
    bots: Collection[str] = ()
    sections: Mapping[str, str] = field(default_factory=dict)
    mapped: Collection[str] = ()
    own: Collection[str] = ()
    comments: Literal["who", "about", "text"] = "who"


@dataclass(frozen=True, slots=True)
class Told:
    """What a story says of its own; who and when is the same for all of them."""

    kind: EventKind
    field: str = ""
    field_name: str = ""
    container: str = ""
    old: str | None = None
    new: str | None = None
    old_text: str | None = None
    new_text: str | None = None


def event(ref: Ref, story: Json, order: int, around: Surroundings) -> Event:
    """The story as an event. `order` is its place in the list, used where its gid is no number."""
    gid = story["gid"]
    told = _tell(story, around)
    return Event(
        ref=ref, at=instant(story["created_at"]), seq=int(gid) if gid.isdecimal() else order, kind=told.kind,
        source_id=gid, field=told.field, field_name=told.field_name, container=told.container, old=told.old,
        new=told.new, old_text=told.old_text, new_text=told.new_text,
        actor=gid_of(story.get("created_by")), actor_kind=actor_kind(story, around),
    )  # fmt: skip


def actor_kind(story: Json, around: Surroundings) -> ActorKind:
    """Nobody named: an automation. No such key at all: Asana does not tell this token."""
    if "created_by" not in story:
        return "unknown"
    who = gid_of(story["created_by"])
    if who is None or story.get("resource_subtype") in BY_THE_CLOCK:
        return "rule"
    if who == around.me:
        return "own"
    return "bot" if who in around.bots else "person"


def _tell(story: Json, around: Surroundings) -> Told:
    subtype = story.get("resource_subtype") or ""
    teller = _TELLERS.get(subtype)
    if teller is not None:
        return teller(story, around)
    # names that Asana does not document: by what they carry
    if story.get("custom_field"):
        return _custom_field(story, around)
    if story.get("new_approval_status"):
        return _approval(story, around)
    return Told("other", field=subtype)


def _assigned(story: Json, around: Surroundings) -> Told:
    who = story.get("assignee") or {}
    return Told("owner", new=who.get("gid"), new_text=who.get("name"))


def _unassigned(story: Json, around: Surroundings) -> Told:
    who = story.get("assignee") or {}
    return Told("owner", old=who.get("gid"), old_text=who.get("name"))


def _moved(story: Json, around: Surroundings) -> Told:
    old, new = story.get("old_section") or {}, story.get("new_section") or {}
    at_home = (around.sections.get(one["gid"]) for one in (new, old) if one)
    project = gid_of(story.get("project")) or next((home for home in at_home if home), "")
    return Told(
        "transition", container=project, old=old.get("gid"), new=new.get("gid"), old_text=old.get("name"),
        new_text=new.get("name"),
    )  # fmt: skip


def _homed(kind: EventKind) -> Callable[[Json, Surroundings], Told]:
    def tell(story: Json, around: Surroundings) -> Told:
        project = story.get("project") or {}
        return Told(kind, container=project.get("gid") or "", new_text=project.get("name"))

    return tell


def _custom_field(story: Json, around: Surroundings) -> Told:
    """Every change of a custom field; the words in a text field are kept only where the field is mapped."""
    which = story.get("custom_field") or {}
    gid, name = which.get("gid") or "", which.get("name") or ""
    old, old_text = changed(story, "old")
    new, new_text = changed(story, "new")
    if story.get("resource_subtype") == "text_custom_field_changed" and not {gid, name} & set(around.mapped):
        return Told("field", field=gid, field_name=name)
    return Told("field", gid, name, old=old, new=new, old_text=old_text, new_text=new_text)


def _approval(story: Json, around: Surroundings) -> Told:
    old, new = story.get("old_approval_status"), story.get("new_approval_status")
    return Told("approval", old=old, new=new, old_text=old, new_text=new)


def _due(story: Json, around: Surroundings) -> Told:
    old, new = (_day(story.get(key), "due_at", "due_on") for key in ("old_dates", "new_dates"))
    return Told("due", old=old, new=new, old_text=old, new_text=new)


def _start(story: Json, around: Surroundings) -> Told:
    old, new = (_day(story.get(key), "start_on") for key in ("old_dates", "new_dates"))
    return Told("start", old=old, new=new, old_text=old, new_text=new)


def _day(dates: Json, *keys: str) -> str | None:
    return date_text({key: dates.get(key) for key in keys}) if dates else None


def _renamed(story: Json, around: Surroundings) -> Told:
    return Told("renamed", old_text=story.get("old_name"), new_text=story.get("new_name"))


def _tagged(story: Json, around: Surroundings) -> Told:
    tag = story.get("tag") or {}
    gone = story.get("resource_subtype") == "removed_from_tag"
    if gone:
        return Told("tag", old=tag.get("gid"), old_text=tag.get("name"))
    return Told("tag", new=tag.get("gid"), new_text=tag.get("name"))


def _comment(story: Json, around: Surroundings) -> Told:
    """Who and when; where the config asks, also whom it mentions (`new`: their gids) and how long it is."""
    if around.comments == "who":
        return Told("comment")
    text = story.get("text") or ""
    mentions = ",".join(dict.fromkeys(_mentioned(story.get("html_text") or "")))
    said = text if around.comments == "text" else f"{len(text)} characters"
    return Told("comment", new=mentions or None, new_text=said)


def _mentioned(html: str) -> Iterator[str]:
    """The gids of the people in a comment: links that carry a gid, and no other type than a user's."""
    for link in _LINK.findall(html):
        told = dict(_ATTRIBUTE.findall(link))
        if told.get("gid") and told.get("type", "user") == "user":
            yield told["gid"]


def _plain(kind: EventKind) -> Callable[[Json, Surroundings], Told]:
    return lambda story, around: Told(kind)


def _about(kind: EventKind, *keys: str) -> Callable[[Json, Surroundings], Told]:
    """Events that only point at another object; the subtype is kept in `field`, since several share a kind."""

    def tell(story: Json, around: Surroundings) -> Told:
        other = next((story[key] for key in keys if story.get(key)), None)
        return Told(kind, field=story.get("resource_subtype") or "", new=gid_of(other))

    return tell


_TELLERS: dict[str, Callable[[Json, Surroundings], Told]] = {
    "assigned": _assigned,
    "unassigned": _unassigned,
    "section_changed": _moved,
    "marked_complete": _plain("completed"),
    "marked_incomplete": _plain("reopened"),
    "added_to_project": _homed("added"),
    "removed_from_project": _homed("removed"),
    **{f"{kind}_custom_field_changed": _custom_field
       for kind in ("enum", "multi_enum", "number", "text", "date", "people")},
    "approval_status_changed": _approval,
    "due_date_changed": _due,
    "start_date_changed": _start,
    "name_changed": _renamed,
    "notes_changed": _plain("described"),
    "description_changed": _plain("described"),
    "comment_added": _comment,
    "attachment_added": _plain("attachment"),
    "added_to_tag": _tagged,
    "removed_from_tag": _tagged,
    **{f"{side}_{what}": _about("dependency", "dependency", "task")
       for side in ("dependency", "dependent")
       for what in ("added", "removed", "marked_complete", "marked_incomplete", "due_date_changed")},
    "added_to_task": _about("subtask", "task"),
    "removed_from_task": _about("subtask", "task"),
    "marked_duplicate": _about("duplicate", "duplicate_of"),
    "unmarked_duplicate": _about("duplicate", "duplicate_of"),
}  # fmt: skip
