"""Hop 3: the stored facts as a board, as of an instant, with the meaning that the config gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, and_, case, func, or_, select

from connectors.model import Ref
from rules.base import COLUMNS, EVENTS, INSTANT, PEOPLE, Board, Terms
from sync.flows import Places, SourceTerms, stage_of
from sync.people import Same, accounts, same_people
from sync.store import Store
from sync.store.codec import micros
from sync.store.schema import COLUMN, CONTAINER, EVENT, FIELD, PERSON
from sync.stream import frame
from sync.view_items import FieldIds, read_items

__all__ = ["AS_NOW", "SourceTerms", "board", "unmapped"]

AS_NOW = (
    "url",
    "tags",
    "presence",
    "descriptions and page texts",
    "names of people, columns and projects",
    "people's teams",
)
"""What has no dated history: a board of the past shows it as it was last seen."""

_READ: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.Int64, "at": INSTANT, "seq": pl.Int64, "kind": pl.String, "field": pl.Categorical,
    "container": pl.Categorical, "old": pl.Categorical, "new": pl.Categorical, "actor": pl.Categorical,
    "actor_kind": EVENTS["actor_kind"], "approximate": pl.Boolean, "not_before": INSTANT,
}  # fmt: skip


def board(store: Store, terms: Terms, sources: Sequence[SourceTerms], now: datetime) -> Board:
    """The facts up to `now`: items created and events dated no later; state that has a history as it was then.

    What has none is as it is now (`AS_NOW`). One read transaction, so that all frames agree.
    """
    by_id = {source.id: source for source in sources}
    with store.engine.connect() as connection:
        places = Places(terms, roles_of(connection, by_id))
        same = same_people(accounts(connection), terms)
        people = people_frame(connection, terms, same)
        fields = field_ids(connection, by_id)
        items, ids = read_items(connection, places, fields, now)
        events = event_frame(
            connection, fields, by_id, items.select("item", "source").with_columns(id=ids), people, now, same
        )
        columns = column_frame(connection, places)
    items = with_past_homes(items, events, places).with_columns(
        person_rows(items, "source", "created_by", people, same)
    )
    return Board(now, items, events, people, columns, terms)


def unmapped(board: Board) -> list[tuple[str, str, str]]:
    """Columns in a flow that no stage matches: flow, container, name of the column; sorted."""
    lost = board.columns.filter(pl.col("flow").is_not_null() & pl.col("stage").is_null())
    return sorted(set(lost.select("flow", "container", "name").rows()))


def roles_of(connection: Connection, sources: Mapping[str, SourceTerms]) -> dict[Ref, str]:
    """The role of each container: as the config says, else as it is stored."""
    rows = connection.execute(select(CONTAINER.c.source, CONTAINER.c.remote, CONTAINER.c.role))
    roles = {Ref(row.source, row.remote): row.role for row in rows}
    return roles | {Ref(one.id, id_): role for one in sources.values() for id_, role in one.roles.items()}


def field_ids(connection: Connection, sources: Mapping[str, SourceTerms]) -> dict[str, FieldIds]:
    """The ids of each source's fields with a meaning: the config may name them by name or by id."""
    met: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(select(FIELD)):
        met.setdefault(row.source, []).append((row.remote, row.name))

    def ids(source: str, *named: str | None) -> frozenset[str]:
        found = {id_ for id_, name in met.get(source, ()) if name in named}
        return frozenset({*found, *(one for one in named if one)})

    return {
        one.id: FieldIds(
            ids(one.id, one.team_field, *one.team_fields), ids(one.id, one.priority_field, *one.priority_fields),
            ids(one.id, *one.reviewed_fields), ids(one.id, *one.parked_fields),
            ids(one.id, *one.blocked_fields), ids(one.id, *one.value_fields), frozenset(one.fields),
        )
        for one in sources.values()
    }  # fmt: skip


def people_frame(connection: Connection, terms: Terms, same: Same) -> pl.DataFrame:
    """The frame PEOPLE, by key, with the teams of the config; several accounts of one person are one row."""
    teams = {member: team for team, members in reversed(list(terms.teams.items())) for member in members}
    rows = []
    for row in connection.execute(select(PERSON)):
        key = f"{row.source}:{row.remote}"
        team = next((teams[one] for one in (key, row.remote, row.email, row.name) if one in teams), None)
        if team is None and row.kind == "group":
            team = row.name  # several people under one name are a team
        calendar = next((one for one in (key, row.remote, row.email, row.name) if one in terms.people), None)
        rows.append((key, row.name, row.kind, team, row.active, calendar))
    rows = _one_each(sorted(rows), same) if same else sorted(rows)
    return pl.DataFrame([(n, *row) for n, row in enumerate(rows)], schema=PEOPLE, orient="row")


def _one_each(rows: list[tuple[Any, ...]], same: Same) -> list[tuple[Any, ...]]:
    """The first account stands for the person; what it does not say, the others say. Active is who is so anywhere."""
    found: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        key = same.get(row[0], row[0])
        first = found.get(key)
        key_, name, kind, team, active, calendar = first or row
        found[key] = (key_, name, kind, team or row[3], active or row[4], calendar or row[5])
    return list(found.values())


def person_rows(rows: pl.DataFrame, source: str, id_: str, people: pl.DataFrame, same: Same) -> pl.Series:
    """The row number in PEOPLE of the person behind a source and a vendor id; null where there is none."""
    pairs = rows.select(source=pl.col(source).cast(pl.String), id=pl.col(id_).cast(pl.String))
    distinct = pairs.unique().with_columns(key=_person_key(pl.col("source") + ":" + pl.col("id"), same))
    found = distinct.join(people.select("key", "person"), on="key", how="left")
    return pairs.join(found, on=["source", "id"], how="left", maintain_order="left")["person"].alias(id_)


def event_frame(
    connection: Connection, fields: Mapping[str, FieldIds], sources: Mapping[str, SourceTerms],
    items: pl.DataFrame, people: pl.DataFrame, now: datetime, same: Same,
) -> pl.DataFrame:  # fmt: skip
    """The frame EVENTS up to `now`, of the items in `items` (`item`, `source`, and `id` in the database)."""
    is_team, is_blocked = (
        and_(EVENT.c.kind == "field", EVENT.c.field.in_(sorted({id_ for one in named for id_ in one})))
        for named in ([ids.team for ids in fields.values()], [ids.blocked for ids in fields.values()])
    )  # no join: it would double the time
    by_name = or_(is_team, is_blocked, EVENT.c.kind == "tag")
    query = select(
        EVENT.c.item, EVENT.c.at, EVENT.c.seq, case((is_team, "team"), (is_blocked, "blocked"), else_=EVENT.c.kind),
        EVENT.c.field, EVENT.c.container,
        case((by_name, func.coalesce(EVENT.c.old_text, EVENT.c.old)), else_=EVENT.c.old),
        case((by_name, func.coalesce(EVENT.c.new_text, EVENT.c.new)), else_=EVENT.c.new), EVENT.c.actor,
        EVENT.c.actor_kind, EVENT.c.approximate, EVENT.c.not_before,
    ).where(EVENT.c.at <= micros(now))  # fmt: skip
    rows = frame(connection, query, _READ).join(items, on="id", how="inner")
    rows = rows.sort("item", "at", "seq", maintain_order=True).with_columns(
        _kind(fields).cast(EVENTS["kind"]), *_keyed(same), actor_kind=_actor_kind(_bots(connection, sources))
    )
    return rows.with_columns(person_rows(rows, "source", "actor", people, same)).select(
        pl.col(name).cast(dtype) for name, dtype in EVENTS.items()
    )


def _kind(fields: Mapping[str, FieldIds]) -> pl.Expr:
    """A field has its meaning only in its own source, should two sources have one of the same id."""
    key = pl.col("source").cast(pl.String) + ":" + pl.col("field").cast(pl.String)
    teams = [f"{source}:{id_}" for source, ids in fields.items() for id_ in ids.team]
    blocks = [f"{source}:{id_}" for source, ids in fields.items() for id_ in ids.blocked]
    strange = ((pl.col("kind") == "team") & ~key.is_in(teams)) | ((pl.col("kind") == "blocked") & ~key.is_in(blocks))
    return pl.when(strange).then(pl.lit("field")).otherwise("kind").alias("kind")


def _person_key(key: pl.Expr, same: Same) -> pl.Expr:
    return key.replace(dict(same)) if same else key


def _keyed(same: Same) -> list[pl.Expr]:
    """Containers, people of `owner` events and items of dependencies as "source:id"; no text is no container."""
    prefix = pl.col("source").cast(pl.String) + ":"

    def key(name: str) -> pl.Expr:
        told = prefix + pl.col(name).cast(pl.String)
        return (_person_key(told, same) if name in ("old", "new") else told).cast(pl.Categorical)

    owner = pl.col("kind").is_in(["owner", "dependency"])
    empty = pl.col("container").cast(pl.String) == ""
    return [
        pl.when(empty).then(None).otherwise(key("container")).alias("container"),
        *(pl.when(owner).then(key(name)).otherwise(name).alias(name) for name in ("old", "new")),
        pl.when(pl.col("field").cast(pl.String) != "").then("field").alias("field"),
    ]


def _bots(connection: Connection, sources: Mapping[str, SourceTerms]) -> list[str]:
    """Keys of the people whom the config calls bots."""
    return [
        f"{row.source}:{row.remote}"
        for row in connection.execute(select(PERSON))
        if row.source in sources and {row.remote, row.name, row.email} & set(sources[row.source].bots)
    ]


def _actor_kind(bots: list[str]) -> pl.Expr:
    """Whoever the config now calls a bot was one in the past, too."""
    if not bots:
        return pl.col("actor_kind")
    actor = pl.col("source").cast(pl.String) + ":" + pl.col("actor").cast(pl.String)
    bot = actor.is_in(bots).fill_null(False) & (pl.col("actor_kind") != "own")
    return pl.when(bot).then(pl.lit("bot", dtype=EVENTS["actor_kind"])).otherwise("actor_kind")


def column_frame(connection: Connection, places: Places) -> pl.DataFrame:
    """The frame COLUMNS: every column ever met, with the stage it means."""
    rows = []
    query = select(COLUMN).order_by(COLUMN.c.source, COLUMN.c.container, COLUMN.c.remote)
    for row in connection.execute(query):
        container = Ref(row.source, row.container)
        place = places.of(container)
        stage = stage_of(place.flow, row.name) if place else None
        rows.append((
            str(container), row.remote, row.name, place.flow.id if place else None, stage.name if stage else None,
            stage.kind if stage else None, stage.owner if stage else None,
        ))  # fmt: skip
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def with_past_homes(items: pl.DataFrame, events: pl.DataFrame, places: Places) -> pl.DataFrame:
    """An item that is in no container any more follows the one it was last in."""
    homeless = items.filter(pl.col("container").is_null()).select("item")
    if not homeless.height:
        return items
    moves = events.filter(pl.col("container").is_not_null()).join(homeless, on="item", how="semi")
    last = moves.group_by("item").agg(pl.col("container").unique(maintain_order=True).cast(pl.String))
    found = [
        (item, str(home) if home else None, flow)
        for item, containers in last.iter_rows()
        for home, flow in [places.home(Ref.parse(one) for one in reversed(containers))]
    ]
    past = pl.DataFrame(
        found, schema={"item": pl.UInt32, "was": pl.Categorical, "followed": pl.Categorical}, orient="row"
    )
    return (
        items.join(past, on="item", how="left", maintain_order="left")
        .with_columns(container=pl.coalesce("container", "was"), flow=pl.coalesce("flow", "followed"))
        .drop("was", "followed")
    )
