"""What a first config should say, from what was found: flows, stages, what tables and fields mean. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

from connectors.discovery import FoundColumn, FoundPage, FoundPlace
from rules.base import StageKind
from rules.patterns import exactly
from sync.init import words

ROLES = ("work", "ideas", "experiments")
_OF_A_PROJECT = ("team", "priority", "effort")
_OF_A_TABLE = ("status", "owner", "team", "priority", "parked_until", "reviewed", "due", "link", "effort")


@dataclass(frozen=True, slots=True)
class Access:
    """How a source is reached. `base_url`: None for the vendor's own; `token_file`: None when a variable holds it."""

    who: str
    base_url: str | None = None
    token_file: str | None = None


@dataclass(frozen=True, slots=True)
class Projects:
    """The chosen projects, with the teams that their team field knows."""

    access: Access
    chosen: tuple[FoundPlace, ...]
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tables:
    """The data sources that were found, and the page to write under."""

    access: Access
    found: tuple[FoundPlace, ...]
    parent: FoundPage | None = None


@dataclass(frozen=True, slots=True)
class StageIdea:
    """A stage with the patterns of its columns. `sure`: something spoke for its kind."""

    name: str
    match: tuple[str, ...]
    kind: StageKind
    sure: bool
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class FlowIdea:
    """Stages that some places share."""

    id: str
    source: str
    places: tuple[FoundPlace, ...]
    stages: tuple[StageIdea, ...]


@dataclass(frozen=True, slots=True)
class TableIdea:
    """A data source with its role; `means`: config key → property name."""

    place: FoundPlace
    role: str | None
    means: dict[str, str]
    columns: tuple[FoundColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A first config, not yet written down. `means` are the custom fields' names by config key."""

    projects: Projects | None
    tables: Tables | None
    means: dict[str, str]
    ideas: tuple[TableIdea, ...]
    flows: tuple[FlowIdea, ...]
    teams: tuple[str, ...]
    timezone: str = "UTC"
    country: str | None = None

    @property
    def reviews(self) -> bool:
        """Is there a table of ideas in which something can wait for a review?"""
        return any(
            flow.source == "notion.ideas" and any(stage.kind == "backlog" for stage in flow.stages)
            for flow in self.flows
        )


def propose(
    projects: Projects | None, tables: Tables | None, timezone: str = "UTC", country: str | None = None
) -> Proposal:
    """Everything that a first config says."""
    chosen = projects.chosen if projects else ()
    fields = list(dict.fromkeys(field for place in chosen for field in place.fields))
    means = {key: sayable(one.name) for key, one in words.meanings(fields, _OF_A_PROJECT).items()}
    teams = team_names(projects.teams if projects else ())
    ideas = tuple(_tables(tables.found if tables else ()))
    taken = {*ROLES}
    flows = [
        *_flows("asana", ((place, place.columns) for place in chosen), teams, taken),
        *chain.from_iterable(_table_flows(ideas, role, teams, taken) for role in ROLES),
    ]
    return Proposal(projects, tables, means, ideas, tuple(flows), teams, timezone, country)


def team_names(options: Iterable[str]) -> tuple[str, ...]:
    """Names that can be teams of a config: said once, not blank, not the word that stands for whoever asked."""
    named = dict.fromkeys(sayable(one).strip() for one in options)
    return tuple(one for one in named if one and one.casefold() != "requester")


def sayable(name: str) -> str:
    """A name as TOML can hold it: a lone surrogate becomes U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", name)


def readable(name: str, most: int = 60) -> str:
    """A name for one line of text: nothing unprintable in it, and no longer than that."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    return line if len(line) <= most else line[: most - 1] + "…"


# ---- tables --------------------------------------------------------------------------------------------------


def _tables(found: Iterable[FoundPlace]) -> Iterator[TableIdea]:
    """Each with its role. There is one table of ideas and one of experiments; a further one is work, or nothing."""
    taken: set[str] = set()
    for place in found:
        fields = words.meanings(place.fields, _OF_A_TABLE)
        role = words.role(place.name, fields)
        if role in taken:
            role = "work" if "status" in fields else None
        if role in ("ideas", "experiments"):
            taken.add(role)
        columns = fields["status"].options if "status" in fields else ()
        yield TableIdea(place, role, {key: sayable(one.name) for key, one in fields.items()}, columns)


def _table_flows(ideas: Sequence[TableIdea], role: str, teams: Sequence[str], taken: set[str]) -> Iterator[FlowIdea]:
    of_role = ((one.place, one.columns) for one in ideas if one.role == role)
    yield from _flows(f"notion.{role}", of_role, teams, taken, None if role == "work" else role)


# ---- flows ---------------------------------------------------------------------------------------------------


def _flows(
    source: str, places: Iterable[tuple[FoundPlace, tuple[FoundColumn, ...]]], teams: Sequence[str],
    taken: set[str], id_: str | None = None,
) -> Iterator[FlowIdea]:  # fmt: skip
    """Places with the same columns share a flow; a place without any has none."""
    alike: dict[tuple[FoundColumn, ...], list[FoundPlace]] = {}
    for place, columns in places:
        alike.setdefault(tuple(FoundColumn(sayable(one.name), one.hint) for one in columns), []).append(place)
    for columns, sharing in alike.items():
        stages = stages_of(columns, teams)
        if stages:
            yield FlowIdea(id_ or _slug(sharing[0].name, taken), source, tuple(sharing), stages)


def stages_of(columns: Sequence[FoundColumn], teams: Sequence[str] = ()) -> tuple[StageIdea, ...]:
    """A stage a column, in order. Columns of one name are one stage; a column without a name has none."""
    named = list({one.name: one for one in columns if one.name}.values())
    taken: set[str] = set()
    stages = []
    for column, guess in zip(named, words.kinds(named), strict=True):
        name = _unique(readable(column.name) or "(blank)", taken)
        owner = words.owner(column.name, teams) if guess.kind == "waiting" else None
        stages.append(StageIdea(name, (exactly(column.name),), guess.kind, guess.sure, owner))
    return tuple(stages)


def _unique(name: str, taken: set[str]) -> str:
    free = next(one for one in chain((name,), (f"{name} ({number})" for number in count(2))) if one not in taken)
    taken.add(free)
    return free


def _slug(name: str, taken: set[str]) -> str:
    """A short id of letters, digits and hyphens that is not taken yet."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].strip("-") or "flow"
    slug = next(one for one in chain((base,), (f"{base}-{number}" for number in count(2))) if one not in taken)
    taken.add(slug)
    return slug
