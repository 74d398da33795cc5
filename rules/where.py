"""Which items a rule is about: typed lists of stages, tags, projects, owners, teams, types and priorities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import polars as pl

from rules.base import Board, Condition
from rules.now import standing
from rules.patterns import matches

Names = tuple[str, ...]


@dataclass(frozen=True)
class Where:
    """Lists of names; within a list any of them, between lists all of them; `*` in a name is any run of characters.
    `project`: a container's id, with or without its source; `owner`: a name or a vendor id; `type`: task, milestone,
    approval, page, idea, experiment; `field`: any mapped field as "name=text", like "Channel=Email"."""

    flow: Names = ()
    source: Names = ()
    stage: Names = ()
    tag: Names = ()
    project: Names = ()
    owner: Names = ()
    team: Names = ()
    type: Names = ()
    priority: Names = ()
    field: Names = ()

    def __post_init__(self) -> None:
        for key, names in self.named():
            if any(not name.strip() for name in names):
                raise ValueError(f"{key} holds a blank, which would match nothing or everything; leave it out")

    def named(self) -> Iterator[tuple[str, Names]]:
        """The lists that say anything."""
        for one in fields(self):
            if names := getattr(self, one.name):
                yield one.name, names


ANY = Where()


def within(where: Where, flow: str | None = None, source: str | None = None) -> Where:
    """The same conditions, in one flow only, and in one source only (`notion` or `notion.ideas`)."""
    return replace(where, flow=(flow,) if flow else where.flow, source=(source,) if source else where.source)


@dataclass(frozen=True, slots=True)
class _Told:
    """One value (or list of values) per item, in item order. `ids`: they are "source:id", and go by the id alone too.
    Names stay small numbers: a board has a million items and a few hundred names."""

    values: pl.Series
    ids: bool = False

    def fits(self, value: str, names: Names) -> bool:
        spelled = [value, value.partition(":")[2] or value] if self.ids else [value]
        return any(name == one or matches(name, one) for one in spelled for name in names)


def _told(board: Board, key: str) -> list[_Told]:
    """What a list of this key is held against; any of them counts."""
    items, now = board.items, standing(board)
    if key == "owner":
        return [_Told(now["owner_name"]), _Told(_owner_keys(board), ids=True)]
    if key == "source":
        return [_Told(items["source"]), _Told(_roles(board))]
    if key == "project":
        return [_Told(items["container"], ids=True)]
    if key in ("stage", "team"):
        return [_Told(now[key])]
    return [_Told(items[{"tag": "tags", "field": "fields", "type": "kind"}.get(key, key)])]


def _owner_keys(board: Board) -> pl.Series:
    return board.people["key"].cast(pl.Categorical).gather(standing(board)["owner"])


def _roles(board: Board) -> pl.Series:
    """What the item's flow gives as its source: `notion.ideas`."""
    sources = {flow.id: flow.source for flow in board.terms.flows.values()}
    roles = board.items["flow"].cast(pl.String).replace_strict(sources, default=None, return_dtype=pl.String)
    return roles.cast(pl.Categorical)


def matching(board: Board, where: Where, where_not: Where) -> pl.Series:
    """For each item whether it is asked for: every list of `where`, and no list of `where_not`."""
    wanted = pl.repeat(True, board.items.height, dtype=pl.Boolean, eager=True)
    for key, names in where.named():
        wanted = wanted & _any_of(board, key, names)
    for key, names in where_not.named():
        wanted = wanted & ~_any_of(board, key, names)
    return wanted


def _any_of(board: Board, key: str, names: Names) -> pl.Series:
    hit = pl.repeat(False, board.items.height, dtype=pl.Boolean, eager=True)
    for told in _told(board, key):
        column, listed = told.values, told.values.dtype == pl.List
        values = (column.explode() if listed else column).unique().drop_nulls().cast(pl.String)
        chosen = [value for value in values if told.fits(value, names)]
        if listed:
            found = column.list.eval(pl.element().is_in(chosen)).list.any()
        else:
            found = column.is_in(pl.Series(chosen, dtype=pl.Categorical).implode())
        hit = hit | found.fill_null(False)
    return hit


def conditions(board: Board, item: int, where: Where, where_not: Where) -> Iterator[Condition]:
    """Each list as a condition on one item."""
    for said, lists, wanted in (("is one of where", where, True), ("is none of where_not", where_not, False)):
        for key, names in lists.named():
            has = [(told, one) for told in _told(board, key) for one in _each(told.values[item])]
            fits = any(told.fits(one, names) for told, one in has)
            value = _said(key, [one for _, one in has])
            yield Condition(f"its {key} {said}", fits == wanted, value, " or ".join(names))


def _each(value: Any) -> list[str]:
    """The names in one item's value."""
    return [str(one) for one in (value if isinstance(value, pl.Series) else [value]) if one]


def _said(key: str, names: list[str]) -> str:
    """An item can have many tags and fields; of everything else it has one, by one or more names."""
    return ", ".join(names if key in ("tag", "field") else names[:1]) or "none"
