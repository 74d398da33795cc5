"""Asking the guards before the first write, with what the store knows of each source."""

from __future__ import annotations

from collections.abc import Collection

from sync.guards import Caps, Standing, check
from sync.house import House
from sync.plan import Plan

_ITEMS = "guard:items"
"""The note of how many items a source showed when a plan last passed."""


def pass_guards(house: House, plan: Plan, past: Collection[str] = ()) -> None:
    """Raises TooMuch; else notes what each source shows now, for the next time. `past`: guards overridden."""
    write, store = house.settings.write, house.store
    now = store.present_by_source()
    noted = {source: store.memory(source).get(_ITEMS) for source in house.sources}
    standing = Standing(
        untouched=frozenset(source for source in house.sources if not store.wrote_to(source)),
        before={source: int(count) for source, count in noted.items() if count},
        now=now,
    )
    check(plan, Caps(write.max_writes, write.max_percent, write.first_run_max or None), standing, past)
    if plan.steps:
        for source in house.sources:
            store.memory(source).set(_ITEMS, str(now.get(source, 0)))
