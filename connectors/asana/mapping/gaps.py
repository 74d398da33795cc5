"""What a task's stories leave out: values from before the first story, and what the task shows after the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from connectors.asana.mapping.items import instant, kept_fields
from connectors.asana.mapping.stories import Surroundings
from connectors.asana.mapping.values import as_text, current
from connectors.model import Event

Json = Any


def owner_gaps(task: Json, told: Sequence[Event], born: Event) -> Iterator[Event]:
    """The owner from the beginning, and the owner now where the last story says another."""
    owners = [one for one in told if one.kind == "owner"]
    assignee = task.get("assignee") or {}
    now, now_name = assignee.get("gid"), assignee.get("name")
    first, first_name = (owners[0].old, owners[0].old_text) if owners else (now, now_name)
    if first:
        yield replace(_initial(born, "owner"), kind="owner", new=first, new_text=first_name)
    if owners and owners[-1].new != now:
        last = owners[-1]
        yield replace(_unseen(task, last, "owner"), old=last.new, old_text=last.new_text, new=now, new_text=now_name)


def value_gaps(task: Json, told: Sequence[Event], born: Event, around: Surroundings) -> Iterator[Event]:
    """The first value of each mapped field; our own fields begin empty."""
    wanted = set(around.mapped) - set(around.own)
    firsts: dict[str, Event] = {}
    for one in told:
        if one.kind == "field" and {one.field, one.field_name} & wanted:
            firsts.setdefault(one.field, one)
    begun: dict[str, tuple[str, str | None, str | None]] = {
        gid: (one.field_name, one.old, one.old_text) for gid, one in firsts.items()
    }
    for raw in kept_fields(task, wanted):
        value, text = current(raw)
        begun.setdefault(raw["gid"], (raw.get("name") or "", as_text(value), text))
    for gid, (name, old, old_text) in begun.items():
        if old is not None:
            start = _initial(born, f"field:{gid}")
            yield replace(start, kind="field", field=gid, field_name=name, new=old, new_text=old_text)


def completion_gaps(task: Json, told: Sequence[Event], born: Event) -> Iterator[Event]:
    """Completed or reopened without a story: quick changes of mind are merged away, approvals tell it otherwise."""
    last = next((one for one in reversed(told) if one.kind in ("completed", "reopened")), None)
    if task.get("completed") and task.get("completed_at") and (last is None or last.kind == "reopened"):
        at = instant(task["completed_at"])
        yield replace(born, kind="completed", at=at, source_id="now:completed", actor=None, actor_kind="unknown")
    elif not task.get("completed") and last is not None and last.kind == "completed":
        yield replace(_unseen(task, last, "completed"), kind="reopened")


def column_gaps(task: Json, told: Sequence[Event], born: Event) -> Iterator[Event]:
    """For each project: the column the task entered it in, and the column now where the last move says another."""
    sections = {
        home["project"]["gid"]: home.get("section") or {}
        for home in task.get("memberships") or () if home.get("project")
    }  # fmt: skip
    homes = dict.fromkeys([*sections, *(one.container for one in told if one.kind in _IN_A_PROJECT)])
    for project in homes:
        if not project:
            continue
        here = [one for one in told if one.container == project and one.kind in _IN_A_PROJECT]
        stays = list(_stays(here))
        for number, stay in enumerate(stays):
            is_now = number == len(stays) - 1 and project in sections
            yield from _entry(stay, sections[project] if is_now else {}, born, project, first=number == 0)
        if project in sections:
            yield from _column_now(task, stays[-1] if stays else [], sections[project], project)


_IN_A_PROJECT = ("added", "removed", "transition")


def _stays(here: Sequence[Event]) -> Iterator[list[Event]]:
    """The events of each uninterrupted stay in a project; the first stay has no `added` when it began at birth."""
    stay: list[Event] = []
    inside = not (here and here[0].kind == "added")
    for one in here:
        if one.kind == "removed":
            if inside:
                yield stay
            stay, inside = [], False
        elif one.kind == "added" and inside:
            continue
        else:
            stay.append(one)
            inside = True
    if inside:
        yield stay


def _entry(stay: Sequence[Event], now: Json, born: Event, project: str, *, first: bool) -> Iterator[Event]:
    """The column a stay began in: what the first move left, else the column now.

    Dated by `added_to_project` where there is one, and then certain; else by the task's creation.
    """
    moves = [one for one in stay if one.kind == "transition"]
    column, name = (moves[0].old, moves[0].old_text) if moves else (now.get("gid"), now.get("name"))
    if column is None:
        return
    added = stay[0] if stay and stay[0].kind == "added" else None
    if added is None:
        start = _initial(born, f"column:{project}")
    else:
        mark = f"initial:column:{project}" + ("" if first else f":{added.source_id}")
        start = replace(born, at=added.at, source_id=mark, actor=added.actor, actor_kind=added.actor_kind)
    yield replace(start, kind="transition", container=project, new=column, new_text=name)


def _column_now(task: Json, stay: Sequence[Event], now: Json, project: str) -> Iterator[Event]:
    moves = [one for one in stay if one.kind == "transition"]
    if moves and now.get("gid") and moves[-1].new != now["gid"]:
        last = moves[-1]
        yield replace(
            _unseen(task, last, f"column:{project}"), container=project, old=last.new, old_text=last.new_text,
            new=now["gid"], new_text=now.get("name"),
        )  # fmt: skip


def _initial(born: Event, dimension: str) -> Event:
    """It held from the beginning, as far as anyone can tell; nobody is said to have done it."""
    return replace(
        born, not_before=born.at, approximate=True, source_id=f"initial:{dimension}", actor=None,
        actor_kind="unknown",
    )  # fmt: skip


def _unseen(task: Json, last: Event, dimension: str) -> Event:
    """It happened after this story about the same thing, no later than the task's last change."""
    at = max(instant(task["modified_at"]), last.at)
    return replace(
        last, at=at, not_before=last.at, approximate=True, source_id=f"now:{dimension}", actor=None,
        actor_kind="unknown", old=None, old_text=None, new=None, new_text=None,
    )  # fmt: skip
