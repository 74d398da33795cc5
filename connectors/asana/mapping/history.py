"""A task's stories to its history: state carried forward, and what the stories leave out filled in.

Asana's stories are not the whole truth: they begin after the first values were set, `assigned` names only the new
owner, and neighbours are merged or dropped. So three things are added, recognisable by their `source_id`:
`created`; `initial:…` for a value that was there before the first story about it; `now:…` where the last story
disagrees with what the task shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.asana.mapping.gaps import column_gaps, completion_gaps, owner_gaps, value_gaps
from connectors.asana.mapping.items import gid_of, instant
from connectors.asana.mapping.stories import Surroundings, actor_kind, event
from connectors.model import Event, Ref

Json = Any

LAST = 2**62
"""The first `seq` of the events that come after every story of their instant; gids are far smaller."""


def history(task: Json, stories: Sequence[Json], around: Surroundings) -> tuple[Event, ...]:
    """Every dated fact about the task in order; of one instant: created, initial values, stories, `now:`."""
    ref = Ref(around.source, task["gid"])
    born = Event(
        ref=ref, at=instant(task["created_at"]), seq=0, kind="created", source_id="created",
        actor=gid_of(task.get("created_by")), actor_kind=actor_kind(task, around),
    )  # fmt: skip
    around = replace(around, sections={**around.sections, **_sections_of(task)})
    told = [event(ref, story, order, around) for order, story in enumerate(stories, start=1_000_000)]
    told = _owners_carried(sorted(_at_home(task, told), key=_in_order))
    gaps = [
        *owner_gaps(task, told, born), *column_gaps(task, told, born), *value_gaps(task, told, born, around),
        *completion_gaps(task, told, born),
    ]  # fmt: skip
    first = [one for one in gaps if one.source_id.startswith("initial:")]
    last = [one for one in gaps if not one.source_id.startswith("initial:")]
    first = [replace(one, seq=number) for number, one in enumerate(first, start=1)]
    last = [replace(one, seq=number) for number, one in enumerate(last, start=LAST)]
    return tuple(sorted([born, *first, *told, *last], key=_in_order))


def _sections_of(task: Json) -> dict[str, str]:
    homes = (home for home in task.get("memberships") or () if home.get("project") and home.get("section"))
    return {home["section"]["gid"]: home["project"]["gid"] for home in homes}


def _in_order(one: Event) -> tuple[datetime, int]:
    return one.at, one.seq


def _at_home(task: Json, told: Sequence[Event]) -> Iterator[Event]:
    """A move between sections that are gone belongs to the task's only project, where it never had another."""
    homes = {home["project"]["gid"] for home in task.get("memberships") or () if home.get("project")}
    homes |= {one.container for one in told if one.kind in ("added", "removed", "transition") and one.container}
    only = next(iter(homes)) if len(homes) == 1 else ""
    for one in told:
        yield replace(one, container=only) if one.kind == "transition" and not one.container else one


def _owners_carried(told: Sequence[Event]) -> list[Event]:
    """The old owner of each change of owner is the new one of the change before."""
    carried: list[Event] = []
    owner: tuple[str | None, str | None] = (None, None)
    for one in told:
        if one.kind == "owner":
            if one.old is None:
                one = replace(one, old=owner[0], old_text=owner[1])
            owner = one.new, one.new_text
        carried.append(one)
    return carried
