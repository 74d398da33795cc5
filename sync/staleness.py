"""Which sources were not read whole for too long: figures about them are older than they look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from connectors.document import Block, Callout, Span, line
from rules.durations import US
from rules.language import moment
from sync.house import House

Stale = tuple[str, datetime | None]
"""A source, and when it was last read whole; None: never."""


def stale(house: House, now: datetime) -> list[Stale]:
    """The sources that were not read whole within `[serve] stale_after`, in the config's order."""
    read, limit = house.store.last_read_whole(), stale_after(house)
    return [(id_, read.get(id_)) for id_ in house.sources if id_ not in read or now - read[id_] > limit]


def stale_after(house: House) -> timedelta:
    """`[serve] stale_after` on the wall clock; a working day is a day there."""
    return timedelta(microseconds=house.settings.shape.serve.stale_after.microseconds(86_400 * US))


def alarm(sources: Sequence[Stale], zone: str) -> Iterator[Block]:
    """What stands first on a page while it is so: since when, not how long, so that the words stay while it lasts."""
    for id_, last in sources:
        since = f"has not been read whole since {moment(last, zone)} ({zone})" if last else "was never read whole yet"
        then = "as of then" if last else "of the part that was read"
        yield Callout(
            line(Span(f"{id_} {since}. ", bold=True),
                 f"What is said below about it is {then}. Whoever runs Handrail finds the reason in its log; ",
                 Span("handrail run", code=True), " tries again."),
            "⏳", "orange",
        )  # fmt: skip
