"""What only shows when two places of the config are held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from pydantic import BaseModel

from rules.base import Rule
from rules.patterns import can_meet, exactly
from sync.config import calendars, cross_rules, cross_terms, named_lists
from sync.config.problems import Problem
from sync.config.read import Read
from sync.config.shape import FlowTable, Shape, StageTable
from sync.config.sources import SourceKind

REQUESTER = "requester"


def problems(
    shape: Shape, sources: Mapping[str, BaseModel], rules: Sequence[Rule], read: Read, kinds: Mapping[str, SourceKind]
) -> Iterator[Problem]:
    """Everything of this sort. Names are looked up in the file as it stands, so one mistake is told once."""
    yield from calendars.problems(shape.calendar, ("calendar",), read)
    for id_, table in shape.calendars.items():
        yield from calendars.problems(table, ("calendars", id_), read)
    yield from cross_terms.problems(shape, read)
    yield from _money(shape, read)
    yield from _teams(shape, read)
    for id_, flow in shape.flows.items():
        yield from _flow(id_, flow, sources, read)
    yield from _claimed_twice(shape, read)
    yield from named_lists.problems(read)
    for rule in rules:
        yield from cross_rules.problems(rule, read)
    yield from _writes(shape, read, kinds)
    yield from _publish(shape, sources, read)


def _money(shape: Shape, read: Read) -> Iterator[Problem]:
    for team in shape.money.rates if shape.money else ():
        if team not in read.names("teams"):
            yield read.unknown(("money", "rates", team), team, "team", read.names("teams"))


def _teams(shape: Shape, read: Read) -> Iterator[Problem]:
    homes: dict[str, str] = {}
    for name, team in shape.teams.items():
        if not name.strip():
            yield read.problem(("teams", name), "a team needs a name")
        if name.casefold() == REQUESTER:
            yield read.problem(
                ("teams", name), "is taken: it stands for whoever asked for the work", "call it otherwise"
            )
        for member in team.members:
            home = homes.setdefault(member.casefold(), name)
            if home != name:
                yield read.problem(("teams", name), f'"{member}" is in team "{home}" too', "one person, one team")
            elif [one.casefold() for one in team.members].count(member.casefold()) > 1:
                yield read.problem(("teams", name), f'names "{member}" twice', "once is enough")


# ---- flows ---------------------------------------------------------------------------------------------------


def _flow(id_: str, flow: FlowTable, sources: Mapping[str, BaseModel], read: Read) -> Iterator[Problem]:
    path = ("flows", id_)
    source, _, role = flow.source.partition(".")
    if source not in read.names("sources"):
        yield read.unknown((*path, "source"), source, "source", read.names("sources"))
    elif role and source in sources and not getattr(sources[source], role, None):
        yield read.unknown((*path, "source"), flow.source, "source", _roles(source, sources[source]))
    if flow.calendar is not None and flow.calendar not in read.names("calendars"):
        yield read.unknown((*path, "calendar"), flow.calendar, "[calendars] table", read.names("calendars"))
    options = sources.get(source)
    pulled = getattr(options, "projects", None)
    if any(getattr(options, group, ()) for group in ("portfolios", "teams")):
        pulled = None  # what is in these only the vendor knows: the live check looks
    for index, project in enumerate(flow.projects):
        if pulled is not None and project not in pulled:
            message = f'[sources.{source}] does not read project "{project}"'
            hint = f"add it to [sources.{source}] projects, or take it out here"
            yield read.problem((*path, "projects", index), message, hint)
        if flow.projects.index(project) < index:
            yield read.problem((*path, "projects", index), "names a project twice", "once is enough")
    yield from _stages(id_, flow.stages, read)


def _roles(source: str, options: BaseModel) -> list[str]:
    """The names a flow may give as its source, beside the source's own."""
    found = [source]
    for name in type(options).model_fields:
        value = getattr(options, name)
        first = value[0] if isinstance(value, tuple) and value else value
        if isinstance(first, BaseModel):
            found.append(f"{source}.{name}")
    return found


def _stages(flow: str, stages: Sequence[StageTable], read: Read) -> Iterator[Problem]:
    teams = (*read.names("teams"), REQUESTER)
    path = ("flows", flow, "stages")
    for index, stage in enumerate(stages):
        if stage.owner is not None and stage.owner not in teams:
            yield read.unknown((*path, index, "owner"), stage.owner, "team", teams)
    for (_, one), (index, other) in combinations(enumerate(stages), 2):
        if one.name == other.name:
            yield read.problem(
                (*path, index, "name"), f'two stages are called "{other.name}"', "rename one, or join them"
            )
            continue
        both = [(a, b) for a in patterns(one) for b in patterns(other) if can_meet(a, b)]
        if both:
            (a, b), key = both[0], "match" if other.match else "name"
            message = f'"{b}" and "{a}" of stage "{one.name}" can match the same column'
            yield read.problem((*path, index, key), message, "each column belongs to one stage")


def patterns(stage: StageTable) -> tuple[str, ...]:
    """What columns the stage matches: its own name, to the letter, where nothing is said."""
    return stage.match or (exactly(stage.name),)


def _claimed_twice(shape: Shape, read: Read) -> Iterator[Problem]:
    for (first, one), (second, other) in combinations(shape.flows.items(), 2):
        if one.source.removesuffix(".work") != other.source.removesuffix(".work"):
            continue
        shared = set(one.projects) & set(other.projects)
        if shared or not one.projects or not other.projects:
            what = f"project {min(shared)}" if shared else f"everything in {one.source}"
            path = ("flows", second, "projects" if other.projects else "source")
            yield read.problem(path, f"[flows.{first}] claims {what} already", "give each flow its own projects")


# ---- what is written -----------------------------------------------------------------------------------------


def _writes(shape: Shape, read: Read, kinds: Mapping[str, SourceKind]) -> Iterator[Problem]:
    write = shape.write
    ours = [name for name in (write.fields.status, write.fields.since, write.fields.on) if name]
    if len({name.casefold() for name in ours}) < len(ours):
        yield read.problem(("write", "fields"), "two of our fields have the same name", "rename one")
    able = [id_ for id_ in read.names("sources") if _holds_pages(read, id_, kinds)]
    if write.notion_source is not None and write.notion_source not in able:
        yield read.unknown(("write", "notion_source"), write.notion_source, "source that holds pages", able)
    if write.notion_page is not None and write.notion_parent is None:
        hint = "add notion_parent: the table of findings goes under it"
        yield read.problem(("write", "notion_page"), "needs notion_parent, too", hint)
    if write.notion_parent is None:
        return
    if not able:
        hint = "add a source that holds pages, or leave notion_parent out"
        yield read.problem(("write", "notion_parent"), "no source of the config can hold a page", hint)
    elif write.notion_source is None and len(able) > 1:
        message = f"which source is it a page of: {' or '.join(able)}?"
        yield read.problem(("write", "notion_parent"), message, f'set notion_source = "{able[0]}"')


def _publish(shape: Shape, sources: Mapping[str, BaseModel], read: Read) -> Iterator[Problem]:
    """Only what is read can be published or kept back; a slip of the pen here would show what nobody should see."""
    known = [*read.names("sources"), *(id_ for one in sources.values() for id_ in _containers(one.model_dump()))]
    for key in shape.publish:
        if key not in known and "publish" in read.values:
            yield read.unknown(("publish", key), key, "source, project or data source that is read", known)


def _containers(options: object) -> Iterator[str]:
    """Ids of projects and data sources that a source's options name."""
    if isinstance(options, Mapping):
        for key, value in options.items():
            if key == "projects":
                yield from value or ()
            elif key == "data_source":
                yield str(value)
            else:
                yield from _containers(value)
    elif isinstance(options, (list, tuple)):
        for one in options:
            yield from _containers(one)


def _holds_pages(read: Read, source: str, kinds: Mapping[str, SourceKind]) -> bool:
    kind = read.at(("sources", source, "kind"))
    return isinstance(kind, str) and kind in kinds and kinds[kind].pages
