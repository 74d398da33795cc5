"""The config held against what the tokens see: what is not there, or does not fit, each with its line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.discovery import Claim, FoundField, FoundPlace, NeededField
from connectors.errors import Missing
from rules.patterns import matches
from sync.config import Problem, Settings
from sync.config.cross import patterns
from sync.config.problems import nearest
from sync.config.read import Read
from sync.config.shape import FlowTable
from sync.workspace.looking import SeenSource

Seen = Mapping[str, SeenSource]


def problems(settings: Settings, read: Read, seen: Seen) -> Iterator[Problem]:
    """What keeps the config from doing what it says."""
    for source in seen.values():
        yield from _unseen(source, read)
        for claim, places in source.places.items():
            for place in places:
                yield from _fields(source, claim, place, read)
        for needed in source.claims.anywhere:
            yield from _anywhere(needed, ("sources", source.id), [source], read)
        yield from _pages(source, read)
        yield from _ours(settings, source, read)
    yield from _shared_fields(settings, seen, read)
    for id_, flow in settings.shape.flows.items():
        yield from _projects(id_, flow, seen, read)
        yield from _columns(id_, flow, seen, read)


def warnings(settings: Settings, read: Read, seen: Seen) -> Iterator[Problem]:
    """What works and may not be meant: stages that nothing is in, names of nobody."""
    for id_, flow in settings.shape.flows.items():
        columns = [column for _, column in _flow_columns(flow, seen)]
        for at, stage in enumerate(flow.stages if columns else ()):
            if not any(matches(one, column) for one in patterns(stage) for column in columns):
                message = f'no column is matched by stage "{stage.name}"'
                yield read.problem(("flows", id_, "stages", at), message, nearest(stage.name, columns))
    yield from _people(settings, read, seen)


# ---- places and fields ---------------------------------------------------------------------------------------


def _unseen(source: SeenSource, read: Read) -> Iterator[Problem]:
    for claim, why in source.unseen.items():
        what = {"place": "such project or data source"}.get(claim.kind, f"such {claim.kind}")
        hint = f"check the id; else share it with {source.who}, whose token this is"
        path = ("sources", source.id, *claim.path)
        yield read.problem(path, f'{source.vendor.title} shows {source.who} no {what} "{claim.id}": {why}', hint)


def _fields(source: SeenSource, claim: Claim, place: FoundPlace, read: Read) -> Iterator[Problem]:
    for needed in claim.fields:
        found = field_named(needed.name, place.fields)
        path = ("sources", source.id, *needed.path)
        if found is None:
            names = [one.name for one in place.fields]
            yield read.problem(
                path,
                f'"{place.name}" has no property "{needed.name}"',
                nearest(needed.name, names) or "see its columns",
            )
        elif needed.types and found.type not in needed.types:
            message = f'"{found.name}" of "{place.name}" is of type {found.type}, which cannot mean this'
            yield read.problem(path, message, f"it takes {' or '.join(sorted(needed.types))}")


def field_named(name: str, fields: Sequence[FoundField]) -> FoundField | None:
    """The field that the config calls so: by its name, else by its id."""
    return next((one for one in fields if one.name == name), None) or next(
        (one for one in fields if one.id == name), None
    )


def _anywhere(
    needed: NeededField, path: tuple[str | int, ...], sources: Sequence[SeenSource], read: Read
) -> Iterator[Problem]:  # fmt: skip
    places = [place for source in sources for place in source.all_places()]
    if not places or any(source.failed or source.unseen for source in sources):
        return
    found = [field for place in places if (field := field_named(needed.name, place.fields))]
    whole = (*path, *needed.path)
    if not found:
        names = list(dict.fromkeys(field.name for place in places for field in place.fields))
        hint = nearest(needed.name, names) or "the name is compared to the letter"
        yield read.problem(whole, f'no project or data source that is read has a field "{needed.name}"', hint)
    elif needed.types and not any(one.type in needed.types for one in found):
        message = f'"{needed.name}" is of type {found[0].type}'
        yield read.problem(whole, message, f"it takes {' or '.join(sorted(needed.types))}")


def _shared_fields(settings: Settings, seen: Seen, read: Read) -> Iterator[Problem]:
    """Fields that the config names for all sources at once."""
    money, every = settings.shape.money, list(seen.values())
    if money and money.value_field:
        types = frozenset({"number", "formula", "rollup"})
        yield from _anywhere(NeededField(("money", "value_field"), money.value_field, types), (), every, read)
    for at, name in enumerate(settings.shape.blocked.fields):
        yield from _anywhere(NeededField(("blocked", "fields", at), name), (), every, read)


# ---- what is written -----------------------------------------------------------------------------------------


def _pages(source: SeenSource, read: Read) -> Iterator[Problem]:
    for key, why in source.no_page.items():
        hint = f"open it in {source.vendor.title}, then ••• → Connections → add {source.who}"
        message = f"the page to write under is not shared with {source.who}: {why}"
        if not isinstance(why, Missing):
            hint, message = "any page that is shared with it will do", f"this page cannot be written to: {why}"
        yield read.problem(("write", key), message, hint)


def _ours(settings: Settings, source: SeenSource, read: Read) -> Iterator[Problem]:
    """A person's field that has the name of one of ours: of another type, or where a mark would tell it for ours."""
    from sync.intent import item_fields

    keys = dict(settings.write.fields)
    for claim, places in source.places.items() if settings.write.create_fields else ():
        for place in places if claim.carries else ():
            if place.shut:
                path = ("sources", source.id, *claim.path[:-1], "write_status")
                yield read.problem(path, f'"{place.name}": {place.shut}', "write_status = false")
    for ours in item_fields(settings.field_names, settings.rules()) if source.vendor.own_types else ():
        wanted = source.vendor.own_types[ours.type]
        for place in source.carrying():
            there = next((one for one in place.fields if one.name == ours.name), None)
            where = ("write", "fields", next((key for key, name in keys.items() if name == ours.name), ""))
            if there and there.type != wanted:
                message = f'"{place.name}" has a field "{ours.name}" of type {there.type}; ours needs {wanted}'
                yield read.problem(where, message, "rename one of the two")
            elif there and source.vendor.marks:
                message = f'"{place.name}" has a property "{ours.name}" that is a person\'s'
                hint = f"rename one of the two, or begin its description with: {source.vendor.marks}"
                yield read.problem(where, message, hint)


# ---- columns and people --------------------------------------------------------------------------------------


def _projects(id_: str, flow: FlowTable, seen: Seen, read: Read) -> Iterator[Problem]:
    """A flow's project that is in none of the portfolios and teams that are read."""
    source = seen.get(flow.source.partition(".")[0])
    if source is None or source.failed or source.unseen:
        return
    known = {place.id for place in source.all_places()} | {claim.id for claim in source.claims.places}
    for at, project in enumerate(flow.projects):
        if project not in known:
            message = f'[sources.{source.id}] does not read project "{project}": it is in no portfolio or team of it'
            yield read.problem(("flows", id_, "projects", at), message, "name it under projects, or take it out here")


def _columns(id_: str, flow: FlowTable, seen: Seen, read: Read) -> Iterator[Problem]:
    taken = [one for stage in flow.stages for one in patterns(stage)]
    places: dict[str, list[str]] = {}
    for place, column in _flow_columns(flow, seen):
        if not any(matches(pattern, column) for pattern in taken):
            places.setdefault(column, []).append(place)
    names = [stage.name for stage in flow.stages]
    for column, where in places.items():
        near = nearest(column, names)
        hint = (
            f"{near} Else add it to the `match` of a stage" if near.startswith("did") else "add it to a stage's match"
        )
        inside = ", ".join(f'"{one}"' for one in dict.fromkeys(where))
        yield read.problem(("flows", id_, "stages"), f'no stage matches the column "{column}" of {inside}', hint)


def _flow_columns(flow: FlowTable, seen: Seen) -> Iterator[tuple[str, str]]:
    """Place and column of all that the flow reads, as far as it was seen."""
    id_, _, role = flow.source.partition(".")
    source = seen.get(id_)
    for claim, places in source.places.items() if source else ():
        if (role and claim.role != role) or (not role and claim.role not in ("", "work")):
            continue
        if flow.projects and claim.kind == "place" and claim.id not in flow.projects:
            continue
        for place in places:
            if flow.projects and place.id not in flow.projects:
                continue
            status = field_named(claim.columns, place.fields) if claim.columns else None
            for column in status.options if status else place.columns:
                yield place.name, column.name


def _people(settings: Settings, read: Read, seen: Seen) -> Iterator[Problem]:
    """Names of nobody: told only where every source could list its people."""
    if not seen or any(source.people is None for source in seen.values()):
        return
    known = list(dict.fromkeys(one for source in seen.values() for one in source.people or ()))
    folded = {one.casefold() for one in known}
    hint = "a guest or somebody who left may not be listed"
    for path, name in _names(settings):
        if name.casefold() not in folded and ":" not in name:
            near = nearest(name, known)
            yield read.problem(path, f'nobody is called "{name}"', near if near.startswith("did") else hint)


def _names(settings: Settings) -> Iterable[tuple[tuple[str | int, ...], str]]:
    for team, table in settings.shape.teams.items():
        yield from ((("teams", team, "members", at), name) for at, name in enumerate(table.members))
    yield from ((("people", name), name) for name in settings.shape.people)
