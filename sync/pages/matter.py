"""What a page is made of: a judgement, the rules, what was left alone, what was before; whether people are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import polars as pl

from connectors.document import Block
from rules.base import Board, Finding, Rule
from rules.engine import Judgement
from rules.promises import Promise
from sync.pages.days import day_start, whole_days
from sync.pages.past import Past
from sync.plan import LeftAlone
from sync.staleness import Stale

NO_TEAM = "people in no team"
FEWEST = 4
"""Teams with fewer people stay whole in every figure, whatever the config allows."""


class Place(NamedTuple):
    """A project or data source, as a reader knows it."""

    name: str
    url: str


@dataclass(frozen=True)
class Matter:
    """`unheard`: sources that could not be read; `left`: what people changed by hand; `heard`: what they decided.

    `written`: what Handrail wrote in the seven days before today, by sort. `secret`: refs whose titles readers may
    not see. `links`: where our other places are, by `findings`, `friday` and the names of teams. `boards`: where a
    flow's items are, by its id, as far as readers may know. `promises`: what `calibrate` froze, by flow. `stale`:
    sources not read whole for too long. `name_people` false: a person is called by their team, and a finding about a
    person is a count.
    """

    judgement: Judgement
    rules: Sequence[Rule]
    unheard: tuple[str, ...] = ()
    left: Sequence[LeftAlone] = ()
    past: Past = field(default_factory=Past)
    heard: Sequence[Block] = ()
    secret: frozenset[str] = frozenset()
    name_people: bool = False
    written: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    boards: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    promises: Mapping[str, Promise] = field(default_factory=dict)
    stale: tuple[Stale, ...] = ()

    @cached_property
    def board(self) -> Board:
        """The facts as of now, without people's names unless they may stand on a page."""
        return faceless(self.judgement.board, split=self.name_people)

    @cached_property
    def morning(self) -> Board:
        """The same facts, with waits that go on counted up to the start of the day."""
        return replace(self.board, now=day_start(self.board))

    @cached_property
    def loud(self) -> list[Finding]:
        """The findings that nobody keeps quiet."""
        return [one for one in self.judgement.findings if not one.exempt]

    @cached_property
    def groups(self) -> list[tuple[Rule, list[Finding]]]:
        """Those by rule, the most waiting first, ties in the config's order."""
        known = {rule.id: (number, rule) for number, rule in enumerate(self.rules)}
        ordered = sorted(self.loud, key=lambda one: known[one.rule][0])
        found = [(known[id_][1], list(some)) for id_, some in groupby(ordered, key=lambda one: one.rule)]
        return sorted(found, key=lambda group: -whole_days(group[1], self.judgement.board))


def faceless(board: Board, *, split: bool = False) -> Board:
    """The board with every person called by their team: figures of pairs and turns add up over teams.

    `split`: only the people of small teams are: where there are fewer than FEWEST, a figure of one would be compared
    with that of the other.
    """
    person, team = pl.col("kind").cast(pl.String) != "group", pl.col("team").cast(pl.String)
    small = person.sum().over(team) < FEWEST
    hidden = person & team.is_not_null() & small if split else person
    name = pl.when(hidden).then(team.fill_null(NO_TEAM)).otherwise("name")
    return replace(board, people=board.people.with_columns(name=name))
