"""Where else a reader may go: our other pages, the findings table, the boards that the work is on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from connectors.model import Container
from rules.base import Board
from sync.house import House, page_source
from sync.intent import TABLE
from sync.links import own
from sync.pages.friday import its_day
from sync.pages.matter import Place
from sync.pages.publish import Publish
from sync.pages.targets import FRIDAY, TEAM


def links(house: House, board: Board) -> dict[str, str]:
    """By `findings`, `friday` and the name of each team, without what is neither there nor made in this run."""
    source, write = page_source(house), house.settings.write
    if source is None:
        return {}
    week = f"page:{source}/{FRIDAY}"
    found = {"findings": own(f"table:{source}/{TABLE}")}
    if write.friday_page and (its_day(board) or house.store.made(week)):
        found["friday"] = own(week)
    teams = board.terms.teams if write.team_pages else ()
    return found | {team: own(f"page:{source}/{TEAM}{team}") for team in teams}


def boards(
    board: Board, containers: Iterable[Container], level: Mapping[str, Publish]
) -> dict[str, tuple[Place, ...]]:
    """The boards of each flow that has items, by name; those whose names readers may not see are left out."""
    known = {str(one.ref): one for one in containers if level.get(str(one.ref), "names") == "names" and one.url}
    pairs = board.items.select(pl.col("flow", "container").cast(pl.String)).drop_nulls().unique().rows()
    found: dict[str, list[Place]] = {}
    for flow, ref in pairs:
        if ref in known:
            found.setdefault(flow, []).append(Place(" ".join(known[ref].name.split()) or "untitled", known[ref].url))
    return {flow: tuple(sorted(some)) for flow, some in found.items()}
