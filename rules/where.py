"""Which items a rule is about: typed lists of stages, tags, projects, owners, teams, types and priorities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import polars as pl

from rules.base import Board, Condition
from rules.now import standing
from rules.once import once

Names = tuple[str, ...]


@dataclass(frozen=True)
class Where:
    """Lists of names; within a list any of them, between lists all of them. `project`: a container's id, with or
    without its source; `owner`: a name or a vendor id; `type`: task, milestone, approval, page, idea, experiment;
    `field`: any mapped field as "name=text", like "Channel=Email"."""

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


@once
def traits(board: Board) -> pl.DataFrame:
    """One row per item, in item order: what conditions can ask about, each a list of the names that would match."""
    items, now = board.items, standing(board)
    people = board.people.select("person", "key")
    key = now.select("owner").join(people, left_on="owner", right_on="person", how="left", maintain_order="left")[
        "key"
    ]
    text = pl.String

    def either(*names: pl.Series) -> pl.Series:
        return pl.select(pl.concat_list([name.cast(text) for name in names])).to_series()

    def without_source(names: pl.Series) -> pl.Series:
        return names.cast(text).str.replace(r"^[^:]*:", "")

    return pl.DataFrame({
        "flow": either(items["flow"]), "source": either(items["source"], _roles(board)),
        "stage": either(now["stage"]), "tag": items["tags"],
        "project": either(items["container"], without_source(items["container"])),
        "owner": either(now["owner_name"], key, without_source(key)), "team": either(now["team"]),
        "type": either(items["kind"]), "priority": either(items["priority"]), "field": items["fields"],
    })  # fmt: skip


def _roles(board: Board) -> pl.Series:
    """What the item's flow gives as its source: `notion.ideas`."""
    sources = {flow.id: flow.source for flow in board.terms.flows.values()}
    return board.items["flow"].cast(pl.String).replace_strict(sources, default=None, return_dtype=pl.String)


def matching(board: Board, where: Where, where_not: Where) -> pl.Series:
    """For each item whether it is asked for: every list of `where`, and no list of `where_not`."""
    wanted = pl.repeat(True, board.items.height, dtype=pl.Boolean, eager=True)
    for key, names in where.named():
        wanted = wanted & _any_of(board, key, names)
    for key, names in where_not.named():
        wanted = wanted & ~_any_of(board, key, names)
    return wanted


def _any_of(board: Board, key: str, names: Names) -> pl.Series:
    hit = traits(board).select(pl.col(key).list.eval(pl.element().is_in(names)).list.any())
    return hit.to_series().fill_null(False)


def conditions(board: Board, item: int, where: Where, where_not: Where) -> Iterator[Condition]:
    """Each list as a condition on one item."""
    of = traits(board).row(item, named=True)
    for key, names in where.named():
        has = [name for name in of[key] or () if name]
        yield Condition(
            f"its {key} is one of where", bool(set(has) & set(names)), _said(key, has), " or ".join(names)
        )
    for key, names in where_not.named():
        has = [name for name in of[key] or () if name]
        yield Condition(
            f"its {key} is none of where_not", not set(has) & set(names), _said(key, has), " or ".join(names)
        )


def _said(key: str, names: list[str]) -> str:
    """An item can have many tags and fields; of everything else it has one, by one or more names."""
    return ", ".join(names if key in ("tag", "field") else names[:1]) or "none"
