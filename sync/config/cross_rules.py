"""A rule held against the rest of the config: its flow, its stages, its levels, what it says."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.base import Rule
from rules.checks.hygiene import OF_TEXT
from rules.durations import US, Duration
from rules.patterns import matches
from sync.config import named_lists
from sync.config.lines import Path
from sync.config.problems import Problem, nearest
from sync.config.read import Read

NOTES = "notes"
"""How a source's `fields` ask for the text of tasks."""
_DAY = 8 * 3600 * US
"""To compare two lengths of working time any usual day will do."""
PLACEHOLDERS = ("waiting_on", "item", "team", "stage", "flow", "waited", "limit", "count", "excess", "days")


def problems(rule: Rule, read: Read) -> Iterator[Problem]:
    """What is wrong with a rule that its own types cannot tell."""
    path = ("rules", rule.id)
    if not rule.next_step.strip():
        yield read.problem((*path, "next_step"), "is blank", "say what the reader should do")
    yield from _placeholders(rule, read)
    if rule.limit is not None and rule.limit < 1:
        yield read.problem((*path, "limit"), "must be at least 1", "leave it out to say everything")
    flow = getattr(rule, "flow", None)
    if flow and flow not in read.names("flows"):
        yield read.unknown((*path, "flow"), flow, "flow", read.names("flows"))
    source = getattr(rule, "source", None)
    if source and source.partition(".")[0] not in read.names("sources"):
        yield read.unknown((*path, "source"), source, "source", read.names("sources"))
    yield from _levels(rule, read)
    for key in ("where", "where_not"):
        yield from _where(rule, key, flow, read)
    yield from _by_stage(rule, flow, read)
    yield from _exempt(rule, read)
    yield from _fields(rule, read)
    yield from _texts(rule, flow, source, read)


def _fields(rule: Rule, read: Read) -> Iterator[Problem]:
    """A field that a rule asks for is one that some source reads."""
    wanted = getattr(rule, "fields", ())
    known = sorted(_read_fields(read.values.get("sources", {}))) if wanted else []
    for index, name in enumerate(wanted):
        if name == NOTES:
            path = ("rules", rule.id, "fields", index)
            yield read.problem(path, f'"{name}" is no field but the item\'s text', 'ask with look_for = ["brief"]')
        elif name not in known:
            hint = f"{nearest(name, known) or 'none is read'}; a source lists what it reads under fields"
            path = ("rules", rule.id, "fields", index)
            yield read.problem(path, f'no source reads a field "{name}"', hint)


def _texts(rule: Rule, flow: str | None, source: str | None, read: Read) -> Iterator[Problem]:
    """Who asks what an item's text says needs a source that reads it."""
    asked = [(at, gap) for at, gap in enumerate(getattr(rule, "look_for", ())) if gap in OF_TEXT]
    if not asked:
        return
    of_flow = read.at(("flows", flow, "source")) if flow else None
    id_ = str(source or of_flow or "").partition(".")[0]
    if not _reads_text(read.at(("sources", id_)) if id_ else read.values.get("sources", {})):
        whose = f"source {id_} reads" if id_ else "the sources read"
        hint = 'add "notes" to the fields of an Asana source, or body = true to a table of a Notion one'
        for at, gap in asked:
            yield read.problem(("rules", rule.id, "look_for", at), f'"{gap}": {whose} no text of items', hint)


def _reads_text(table: Any) -> bool:
    """Whether a source, or a table of it, keeps what its items say."""
    if isinstance(table, list):
        return any(map(_reads_text, table))
    if not isinstance(table, dict):
        return False
    listed = table.get("fields")
    here = table.get("body") is True or (isinstance(listed, list) and NOTES in listed)
    return here or any(map(_reads_text, table.values()))


def _field_value(path: Path, value: str, read: Read) -> Iterator[Problem]:
    name, equals, _ = value.partition("=")
    known = sorted(_read_fields(read.values.get("sources", {})))
    if not equals:
        yield read.problem(path, f'"{value}" names a field and no value', f'like "{name}=Email"')
    elif name not in known:
        yield read.unknown(path, name, "field that a source reads", known)


def _read_fields(table: Any) -> set[str]:
    """Every name under a `fields`, `team_field` or `priority_field`, however deep in the sources."""
    if isinstance(table, list):
        return {name for one in table for name in _read_fields(one)}
    if not isinstance(table, dict):
        return set()
    named = {str(table[key]) for key in ("team_field", "priority_field") if key in table}
    listed = table.get("fields")
    named |= {str(one) for one in listed} if isinstance(listed, list) else set()
    return named.union(*(_read_fields(below) for below in table.values()))


def _exempt(rule: Rule, read: Read) -> Iterator[Problem]:
    """A ref in an exemption names a source of this config; a name with a slash or an arrow is another subject's."""
    for index, one in enumerate(rule.exempt):
        source, colon, _ = one.ref.partition(":")
        if colon and source not in read.names("sources"):
            yield read.unknown(("rules", rule.id, "exempt", index, "ref"), source, "source", read.names("sources"))


def _levels(rule: Rule, read: Read) -> Iterator[Problem]:
    """A breach lies beyond its warning."""
    path = ("rules", rule.id)
    warn, breach = getattr(rule, "warn", None), getattr(rule, "breach", None)
    if isinstance(warn, Duration) and isinstance(breach, Duration) and warn.working == breach.working:
        near = breach.microseconds(_DAY) <= warn.microseconds(_DAY)
    else:
        near = isinstance(warn, (int, float)) and isinstance(breach, (int, float)) and breach <= warn
    if near:
        yield read.problem((*path, "breach"), f"{breach} is not beyond warn, which is {warn}", "warn comes first")


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
        "stage": _stage_names(read, flow), "team": read.names("teams"), "flow": read.names("flows"),
    }  # fmt: skip
    for field, values in table.items():
        for path, value in named_lists.written(read, ("rules", rule.id, key, field), values):
            if not isinstance(value, str) or (not value.strip() and path[0] == "patterns"):
                continue  # told by its type, and with the list
            if not value.strip():
                yield read.problem(path, "is blank", "give a value, or leave the key out")
            elif lost := named_lists.unknown(read, path, value):
                yield lost
            elif field == "field":
                yield from _field_value(path, value, read)
            elif known.get(field) and not any(value == one or matches(value, one) for one in known[field]):
                yield read.unknown(path, value, field, known[field])


def _by_stage(rule: Rule, flow: str | None, read: Read) -> Iterator[Problem]:
    """Limits of single stages are for stages that there are, or for a kind of stage that can be asked about."""
    known = (*_stage_names(read, flow), "active", "waiting")
    for name in getattr(rule, "by_stage", ()):
        if name not in known:
            yield read.unknown(("rules", rule.id, "by_stage", name), name, "stage", known)


def _stage_names(read: Read, flow: str | None) -> tuple[str, ...]:
    """Stage names as the file has them, of one flow or of all."""
    found: list[str] = []
    for id_ in [flow] if flow else read.names("flows"):
        stages: Any = read.at(("flows", id_, "stages"))
        tables = [stage for stage in stages if isinstance(stage, dict)] if isinstance(stages, list) else []
        found.extend(stage["name"] for stage in tables if isinstance(stage.get("name"), str))
    return tuple(found)
