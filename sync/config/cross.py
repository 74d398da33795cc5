"""What only shows when two places of the config are held against each other."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from pydantic import BaseModel

from rules.base import Rule
from sync.config import calendars
from sync.config.patterns import can_meet
from sync.config.problems import Problem, nearest
from sync.config.read import Read
from sync.config.shape import FlowTable, Shape, StageTable
from sync.config.sources import SourceKind

REQUESTER = "requester"
PLACEHOLDERS = ("waiting_on", "item", "team", "stage", "flow", "waited", "limit", "count", "excess", "days")


def problems(
    shape: Shape, sources: Mapping[str, BaseModel], rules: Sequence[Rule], read: Read, kinds: Mapping[str, SourceKind]
) -> Iterator[Problem]:
    """Everything of this sort. Names are looked up in the file as it stands, so one mistake is told once."""
    yield from calendars.problems(shape.calendar, ("calendar",), read)
    for id_, table in shape.calendars.items():
        yield from calendars.problems(table, ("calendars", id_), read)
    yield from _money(shape, read)
    yield from _teams(shape, read)
    for id_, flow in shape.flows.items():
        yield from _flow(id_, flow, sources, read)
    yield from _claimed_twice(shape, read)
    for rule in rules:
        yield from _rule(rule, read)
    yield from _writes(shape, read, kinds)


def names(read: Read, section: str) -> tuple[str, ...]:
    """The ids in a section of the file, sound or not."""
    tables = read.values.get(section)
    return tuple(tables) if isinstance(tables, dict) else ()


def _unknown(read: Read, path: tuple[str | int, ...], word: str, what: str, known: Sequence[str]) -> Problem:
    hint = nearest(word, known) or f"the config has no {what} yet"
    return read.problem(path, f'there is no {what} "{word}"', hint)


def _money(shape: Shape, read: Read) -> Iterator[Problem]:
    for team in shape.money.rates if shape.money else ():
        if team not in names(read, "teams"):
            yield _unknown(read, ("money", "rates", team), team, "team", names(read, "teams"))


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
    if source not in names(read, "sources"):
        yield _unknown(read, (*path, "source"), source, "source", names(read, "sources"))
    elif role and source in sources and not getattr(sources[source], role, None):
        yield _unknown(read, (*path, "source"), flow.source, "source", _roles(source, sources[source]))
    if flow.calendar is not None and flow.calendar not in names(read, "calendars"):
        yield _unknown(read, (*path, "calendar"), flow.calendar, "[calendars] table", names(read, "calendars"))
    pulled = getattr(sources.get(source), "projects", None)
    for index, project in enumerate(flow.projects):
        if pulled is not None and project not in pulled:
            message = f'[sources.{source}] does not read project "{project}"'
            yield read.problem((*path, "projects", index), message, nearest(project, pulled))
        if flow.projects.index(project) < index:
            yield read.problem((*path, "projects", index), "names a project twice", "once is enough")
    yield from _stages(id_, flow.stages, read)


def _roles(source: str, options: BaseModel) -> list[str]:
    """The names a flow may give as its source, beside the source's own."""
    set_ = {name: getattr(options, name) for name in type(options).model_fields}
    roles = [
        n
        for n, v in set_.items()
        if isinstance(v, BaseModel) or (isinstance(v, tuple) and v and isinstance(v[0], BaseModel))
    ]
    return [source, *(f"{source}.{role}" for role in roles)]


def _stages(flow: str, stages: Sequence[StageTable], read: Read) -> Iterator[Problem]:
    teams = (*names(read, "teams"), REQUESTER)
    path = ("flows", flow, "stages")
    for index, stage in enumerate(stages):
        if stage.owner is not None and stage.owner not in teams:
            yield _unknown(read, (*path, index, "owner"), stage.owner, "team", teams)
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
    kinds = [stage.kind for stage in stages]
    if "done" not in kinds:
        yield read.problem(path, "no stage is done, so nothing would ever finish", 'give the last one kind = "done"')


def patterns(stage: StageTable) -> tuple[str, ...]:
    """What columns the stage matches: its own name, to the letter, where nothing is said."""
    return stage.match or (stage.name.replace("\\", "\\\\").replace("*", "\\*"),)


def _claimed_twice(shape: Shape, read: Read) -> Iterator[Problem]:
    for (first, one), (second, other) in combinations(shape.flows.items(), 2):
        if one.source.removesuffix(".work") != other.source.removesuffix(".work"):
            continue
        shared = set(one.projects) & set(other.projects)
        if shared or not one.projects or not other.projects:
            what = f"project {min(shared)}" if shared else f"everything in {one.source}"
            path = ("flows", second, "projects" if other.projects else "source")
            yield read.problem(path, f"[flows.{first}] claims {what} already", "give each flow its own projects")


# ---- rules ---------------------------------------------------------------------------------------------------


def _rule(rule: Rule, read: Read) -> Iterator[Problem]:
    path = ("rules", rule.id)
    if not rule.next_step.strip():
        yield read.problem((*path, "next_step"), "is blank", "say what the reader should do")
    yield from _placeholders(rule, read)
    if rule.limit is not None and rule.limit < 1:
        yield read.problem((*path, "limit"), "must be at least 1", "leave it out to say everything")
    flow = getattr(rule, "flow", None)
    if flow and flow not in names(read, "flows"):
        yield _unknown(read, (*path, "flow"), flow, "flow", names(read, "flows"))
    source = getattr(rule, "source", None)
    if source and source.partition(".")[0] not in names(read, "sources"):
        yield _unknown(read, (*path, "source"), source, "source", names(read, "sources"))
    for key in ("where", "where_not"):
        yield from _where(rule, key, flow, read)


def _placeholders(rule: Rule, read: Read) -> Iterator[Problem]:
    path = ("rules", rule.id, "next_step")
    try:
        used = [field for _, field, _, _ in string.Formatter().parse(rule.next_step) if field is not None]
    except ValueError:
        yield read.problem(path, "has a brace without its partner", "a plain brace is written twice: {{")
        return
    known = getattr(type(rule), "placeholders", PLACEHOLDERS)
    for field in used:
        if field not in known:
            yield read.problem(path, f"knows no {{{field}}}", nearest(field, known))


def _where(rule: Rule, key: str, flow: str | None, read: Read) -> Iterator[Problem]:
    """Stage and team names in a condition must be names of this config."""
    table = read.at(("rules", rule.id, key))
    if not isinstance(table, dict):
        return
    known: Mapping[str, Sequence[str]] = {
        "stage": _stage_names(read, flow), "team": names(read, "teams"), "flow": names(read, "flows"),
    }  # fmt: skip
    for field, values in table.items():
        if not isinstance(values, (str, list)):
            continue
        for index, value in enumerate([values] if isinstance(values, str) else values):
            path = ("rules", rule.id, key, field, *((index,) if isinstance(values, list) else ()))
            if isinstance(value, str) and not value.strip():
                yield read.problem(path, "is blank", "give a value, or leave the key out")
            elif field in known and isinstance(value, str) and known[field] and value not in known[field]:
                yield _unknown(read, path, value, field, known[field])


def _stage_names(read: Read, flow: str | None) -> tuple[str, ...]:
    """Stage names as the file has them, of one flow or of all."""
    found: list[str] = []
    for id_ in [flow] if flow else names(read, "flows"):
        stages: Any = read.at(("flows", id_, "stages"))
        tables = [stage for stage in stages if isinstance(stage, dict)] if isinstance(stages, list) else []
        found.extend(stage["name"] for stage in tables if isinstance(stage.get("name"), str))
    return tuple(found)


# ---- what is written -----------------------------------------------------------------------------------------


def _writes(shape: Shape, read: Read, kinds: Mapping[str, SourceKind]) -> Iterator[Problem]:
    write = shape.write
    ours = [name for name in (write.fields.status, write.fields.since, write.fields.on) if name]
    if len({name.casefold() for name in ours}) < len(ours):
        yield read.problem(("write", "fields"), "two of our fields have the same name", "rename one")
    able = [id_ for id_ in names(read, "sources") if _holds_pages(read, id_, kinds)]
    if write.notion_source is not None and write.notion_source not in able:
        yield _unknown(read, ("write", "notion_source"), write.notion_source, "source that holds pages", able)
    if write.notion_parent is None:
        return
    if not able:
        hint = "add a source that holds pages, or leave notion_parent out"
        yield read.problem(("write", "notion_parent"), "no source of the config can hold a page", hint)
    elif write.notion_source is None and len(able) > 1:
        message = f"which source is it a page of: {' or '.join(able)}?"
        yield read.problem(("write", "notion_parent"), message, f'set notion_source = "{able[0]}"')


def _holds_pages(read: Read, source: str, kinds: Mapping[str, SourceKind]) -> bool:
    kind = read.at(("sources", source, "kind"))
    return isinstance(kind, str) and kind in kinds and kinds[kind].pages
