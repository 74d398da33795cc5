"""The store's part of a page: what was found before, what may be published, what people have taken over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import func, select

from rules.engine import Judgement
from sync.house import House
from sync.listening import answer
from sync.pages.days import WEEK, day_start
from sync.pages.matter import Matter
from sync.pages.past import Before, Move, Past
from sync.pages.places import boards, links
from sync.pages.publish import HIDDEN, for_readers, hidden, levels, nameless
from sync.plan import LeftAlone
from sync.staleness import stale
from sync.store import Store
from sync.store.codec import instant, load
from sync.store.looks import first_looks
from sync.store.schema import FINDING, FINDING_CHANGE, ITEM, RUN


def matter(house: House, judgement: Judgement, unheard: Iterable[str] = ()) -> Matter:
    """What the pages of this house are made of; titles and names that their readers may not see are out of it."""
    containers = house.store.containers()
    level = levels(house.settings.shape.publish, containers)
    secret = hidden(judgement.board, level)
    seen = for_readers(judgement, secret, house.rules)
    people = house.settings.write.name_people
    seen = seen if people else nameless(seen)
    late = stale(house, judgement.board.now)
    past, morning = past_of(house.store), day_start(judgement.board)
    return Matter(
        seen, house.rules, tuple(sorted(unheard)), past=past, heard=answer(house, seen), secret=frozenset(secret),
        name_people=people, written=house.store.write_volume(morning - WEEK, morning),
        stale=tuple((id_, last) for id_, last in late if last or id_ in unheard),
        links=links(house, seen.board), boards=boards(seen.board, containers, level),
        promises=house.promises_at(judgement.board.now),
    )  # fmt: skip


def with_left(matter: Matter, left: Sequence[LeftAlone]) -> Matter:
    """The same, with what people have changed by hand."""
    shown = [replace(one, title=HIDDEN.capitalize(), url="") if one.target in matter.secret else one for one in left]
    return replace(matter, left=shown)


def past_of(store: Store) -> Past:
    """The whole history of findings; it grows by what changes, not by what is looked at."""
    moves = (
        select(FINDING_CHANGE.c.key, FINDING.c.rule, FINDING_CHANGE.c.what, FINDING_CHANGE.c.at)
        .join(FINDING, FINDING.c.key == FINDING_CHANGE.c.key)
        .order_by(FINDING_CHANGE.c.id)
    )
    held = select(FINDING.c.key, FINDING.c.rule, FINDING.c.level, FINDING.c.sources_json)
    with store.engine.connect() as connection:
        told = [Move(key, rule, what, instant(at)) for key, rule, what, at in connection.execute(moves)]
        rows = connection.execute(held.where(FINDING.c.closed_at.is_(None))).all()
        noted = connection.execute(select(func.max(FINDING.c.last_seen), func.max(FINDING.c.closed_at))).one()
        began = connection.execute(select(func.min(func.coalesce(RUN.c.as_of, RUN.c.started_at)))).scalar()
        watched = connection.execute(select(ITEM.c.source).where(ITEM.c.seen_at.is_not(None)).distinct()).all()
        looks = first_looks(connection)
    last = max((one for one in noted if one is not None), default=None)
    return Past(
        moves=tuple(told),
        open={key: Before(rule, level, tuple(load(sources))) for key, rule, level, sources in rows},
        noted=None if last is None else instant(last),
        began=None if began is None else instant(began),
        snapshots={one: looks.get(one) or instant(began) for one in sorted(row.source for row in watched) if began},
    )
