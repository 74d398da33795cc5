"""Who works at Halden Cold Chain's marketing, in which team, and how soon each takes a first look."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import log

from connectors.sandbox.core import Somebody, World
from connectors.sandbox.demo.worktime import END

DOMAIN = "halden.example"

TEAMS: dict[str, tuple[str, ...]] = {
    "Demand Gen": ("Priya Raman", "Tom Okafor", "Lena Fischer"),
    "Design": ("Mara Lindqvist", "Jonas Weber", "Aiko Tanabe"),
    "MOps": ("Sam Whitaker", "Nadia Haddad", "Rubén Castillo"),
    "Web": ("Inès Moreau", "Callum Reid"),
    "Sales ops": ("Grace Nwosu", "Dmitri Volkov"),
    "Legal": ("Helen Marsh",),
}

_FIRST_LOOK = {
    "Mara Lindqvist": 30.0, "Jonas Weber": 7.0, "Aiko Tanabe": 5.0, "Sam Whitaker": 24.0, "Nadia Haddad": 5.0,
    "Rubén Castillo": 4.5, "Inès Moreau": 5.0, "Callum Reid": 8.0, "Grace Nwosu": 9.0, "Dmitri Volkov": 36.0,
    "Helen Marsh": 38.0, "Priya Raman": 6.0, "Tom Okafor": 11.0, "Lena Fischer": 5.0,
}  # fmt: skip
"""Median working hours from being handed something to the first own touch."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody by name."""

    people: dict[str, Somebody]

    def __getitem__(self, name: str) -> Somebody:
        return self.people[name]


def make_cast(world: World) -> Cast:
    """Everybody joins; ids follow the order of the teams."""
    names = [name for members in TEAMS.values() for name in members]
    return Cast({name: world.people.add(name, _email(name)) for name in names})


def team_of(name: str) -> str:
    """The team of a member of the cast."""
    return next(team for team, members in TEAMS.items() if name in members)


_PILING_UP = {"Mara Lindqvist": 2.2, "Sam Whitaker": 2.6, "Helen Marsh": 1.3}
"""Whose desk fills up: how many times longer things take with them at the end than at the beginning, less one."""


def first_look(rng: random.Random, name: str, minute: float) -> float:
    """Working hours that something handed over at this working minute waits for this person's first look."""
    return min(rng.lognormvariate(log(_FIRST_LOOK[name]), 0.55) * slower(name, minute), 160.0)


def slower(name: str, minute: float) -> float:
    """How many times longer than at their best this person needs for anything, by then."""
    return 0.6 + _PILING_UP.get(name, 0.4) * min(max(minute / END, 0.0), 1.0)


def _email(name: str) -> str:
    plain = name.lower().replace("é", "e").replace("è", "e").replace(" ", ".")
    return f"{plain}@{DOMAIN}"
