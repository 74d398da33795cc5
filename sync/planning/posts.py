"""What people are told, where the config asks for it: a project's status update once a week, a comment on a breach.

Both notify whoever follows, so both are off by default. An update says something only when its words differ from the
last one's; a finding is commented on once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import polars as pl

from connectors.model import Container, PostComment, PostStatus, Ref, StatusType
from rules.base import Board, Finding
from rules.engine import Judgement
from rules.language import counted
from sync.changes import WORDS, words_of
from sync.house import House
from sync.intent import TABLE
from sync.links import own
from sync.pages.days import said_day
from sync.pages.leaks import name
from sync.pages.publish import levels
from sync.plan import Reason, Step
from sync.planning.pages import PAGE

_WEEK = timedelta(days=7)


def posts(house: House, judgement: Judgement, pages: str | None) -> Iterator[Step]:
    """Status updates and comments; `pages`: the source in which our pages are."""
    write = house.settings.write
    if not (write.status_updates or write.comments):
        return
    loud = [finding for finding in judgement.findings if not finding.exempt and finding.subject.kind == "item"]
    places = {place.ref: place for place in house.store.containers() if place.role == "work"}
    homes = dict(judgement.board.items.select("ref", pl.col("container").cast(pl.String)).iter_rows())
    level = levels(house.settings.shape.publish, places.values())
    for place in sorted(places.values(), key=lambda one: str(one.ref)):
        if write.status_updates and house.sources[place.ref.source].posts and level[str(place.ref)] != "none":
            mine = [finding for finding in loud if homes.get(finding.subject.id) == str(place.ref)]
            yield from _status(house, judgement.board, place, mine, pages)
    for finding in judgement.said if write.comments else ():
        if finding.level == "breach" and finding in loud:
            yield from _comment(house, finding, pages)


def _status(
    house: House, board: Board, place: Container, found: Sequence[Finding], pages: str | None
) -> Iterator[Step]:
    target = f"status:{place.ref}"
    text = "\n".join(_words(house, board, found))
    breach = any(finding.level == "breach" for finding in found)
    status: StatusType = "off_track" if breach else "at_risk" if found else "on_track"
    link = own(f"page:{pages}/{PAGE}{'/region' if house.settings.write.notion_page else ''}") if pages else ""
    change = PostStatus(f"status/{place.ref}", place.ref, status, _title(found), text, link)
    last = house.store.last_written(target)
    same = last is not None and last.values.get(WORDS) == words_of(change)
    recent = last is not None and last.at is not None and house.store.clock() - last.at < _WEEK
    if not same and not recent:
        yield Step(change, target, place.name, place.url, Reason("What can be said of this project has changed."))


def _title(found: Sequence[Finding]) -> str:
    items = len({finding.subject.id for finding in found})
    return f"{counted(items, 'item')} {'is' if items == 1 else 'are'} stuck" if items else "Nothing is stuck"


def _words(house: House, board: Board, found: Sequence[Finding]) -> Iterator[str]:
    """One line a rule: how many, and the oldest; counts and dates only, so that it ages with the facts alone."""
    if not found:
        yield "No rule found anything to say."
    for rule in house.rules:
        mine = [finding for finding in found if finding.rule == rule.id]
        if mine:
            oldest = min(mine, key=lambda one: (one.since, one.key))
            since = said_day(oldest.since, board)
            yield f"{name(rule)}: {counted(len(mine), 'item')}, the oldest since {since}. {oldest.next_step}".strip()


def _comment(house: House, finding: Finding, pages: str | None) -> Iterator[Step]:
    ref = Ref.parse(finding.subject.id)
    target = f"comment:{finding.key}"
    if not house.sources[ref.source].posts or house.store.made(target):
        return
    text, link = f"{finding.sentence}\n{finding.next_step}".strip(), own(f"table:{pages}/{TABLE}") if pages else ""
    change = PostComment(f"comment/{finding.key}", ref, text, link=link)
    reason = Reason(finding.sentence, finding.rule, finding.key, finding.cost_hours)
    yield Step(change, target, finding.subject.name, finding.subject.url, reason)
