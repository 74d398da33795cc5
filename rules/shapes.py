"""The shapes of a board's frames: the columns of each and their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import polars as pl

from connectors.model import ActorKind, EventKind

INSTANT = pl.Datetime("us", "UTC")
EVENT_KINDS = pl.Enum([*get_args(EventKind), "team", "blocked"])
ACTOR_KINDS = pl.Enum(get_args(ActorKind))

ITEMS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "item": pl.UInt32,  # row number, 0 to n-1; items are sorted by ref
    "ref": pl.String,
    "source": pl.Categorical,
    "container": pl.Categorical,  # "source:id" of the home whose flow the item follows
    "flow": pl.Categorical,  # null: in no flow of the config
    "kind": pl.Categorical,
    "title": pl.String,
    "url": pl.String,
    "created_at": INSTANT,
    "created_by": pl.UInt32,  # person
    "completed_at": INSTANT,  # the vendor's own word, as of the board's instant; null while open
    "due": pl.Date,
    "presence": pl.Categorical,
    "priority": pl.Categorical,
    "reviewed_at": INSTANT,  # from a mapped "last reviewed" field, else null
    "parked_until": pl.Date,
    "tags": pl.List(pl.String),
    "fields": pl.List(pl.String),  # the mapped fields that hold something, each as "name=text"
    "parent": pl.String,  # ref of the item it is a part of; null: none
    "subtasks": pl.UInt32,
    "waits_for": pl.List(pl.String),  # refs of the items it depends on, as now
    "blocked": pl.String,  # what the field that means "blocked" holds; null: nothing
    "value_a_day": pl.Float64,  # what each day late costs, from a mapped field; null: nobody said
    "text": pl.String,  # the description or the page's content, as now; null: the source does not read it
}

EVENTS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "item": pl.UInt32,
    "at": INSTANT,  # rows are in story order: by item, instant, and the vendor's order within it
    "kind": EVENT_KINDS,  # "team", "blocked": changes of the source's fields of that meaning
    "field": pl.Categorical,
    "container": pl.Categorical,
    "old": pl.Categorical,  # column id; owner: person key; team, blocked, tag: name; dependency: ref
    "new": pl.Categorical,
    "actor": pl.UInt32,  # person; null: the vendor names nobody
    "actor_kind": ACTOR_KINDS,
    "approximate": pl.Boolean,
    "not_before": INSTANT,
}

PEOPLE: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "person": pl.UInt32,  # row number, 0 to n-1
    "key": pl.String,  # "source:id"
    "name": pl.String,
    "kind": pl.Categorical,  # person, bot, group, own
    "team": pl.Categorical,  # from the config; null when in none
    "active": pl.Boolean,
    "calendar": pl.String,  # the person's own table in the terms' `people`; null: none
}

COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "container": pl.Categorical,  # "source:id"
    "column": pl.Categorical,  # column id
    "name": pl.String,
    "flow": pl.Categorical,
    "stage": pl.Categorical,  # null: no stage of the flow matches
    "stage_kind": pl.Categorical,
    "stage_owner": pl.Categorical,  # team (or "requester") of the config; null when none
}
