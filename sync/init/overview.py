"""A proposal as a small table and as JSON: what a person says yes to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from connectors.discovery import FoundPlace
from rules.base import StageKind
from sync.init.proposal import FlowIdea, Proposal, TableIdea, readable
from sync.init.render import config_text
from sync.init.rules_text import RULES, USUAL

KINDS: tuple[str, ...] = get_args(StageKind)
HEADERS = ("flow", *KINDS)


def rows(proposal: Proposal) -> Iterator[tuple[str, ...]]:
    """One row a flow: where it comes from, and its columns by kind. A question mark: nothing spoke for it."""
    for flow in proposal.flows:
        by_kind = {
            kind: "\n".join(f"{one.name}{'' if one.sure else ' ?'}" for one in flow.stages if one.kind == kind)
            for kind in KINDS
        }
        yield (f"{flow.id}\n{_places(flow)}", *(by_kind[kind] for kind in KINDS))


def _places(flow: FlowIdea) -> str:
    names = [readable(place.name, 24) or "no name" for place in flow.places]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def lines(proposal: Proposal) -> Iterator[str]:
    """The rest of it, a line each."""
    if any(not stage.sure for flow in proposal.flows for stage in flow.stages):
        yield "? nothing in the name says what it means: look for “check” in the file"
    if proposal.means:
        yield "Asana fields: " + ", ".join(f"{key} = “{readable(name)}”" for key, name in proposal.means.items())
    for table in proposal.ideas:
        yield f"Notion “{readable(table.place.name) or 'no name'}”: {_means(table)}"
    if proposal.tables:
        parent = proposal.tables.parent
        yield f"written under: “{readable(parent.title)}” in Notion" if parent else "written under: no page yet"
    yield f"rules on: {', '.join(_on(proposal))}"
    yield f"working time: Monday to Friday, 9 to 17, {proposal.timezone}" + (
        f", holidays of {proposal.country}" if proposal.country else ""
    )


def _means(table: TableIdea) -> str:
    if not table.role:
        return "left out, it looks like no work"
    told = ", ".join(f"{key} = “{readable(name)}”" for key, name in table.means.items())
    return f"{table.role}{f' ({told})' if told else ''}"


def _on(proposal: Proposal) -> list[str]:
    return [rule.id for rule in RULES if rule.kind in USUAL or (rule.kind == "unreviewed" and proposal.reviews)]


# ---- for scripts ---------------------------------------------------------------------------------------------


def found_json(proposal: Proposal, places: Sequence[FoundPlace], space: str) -> dict[str, Any]:
    """What was discovered. `places`: every project that was listed, in the workspace called `space`."""
    projects, tables = proposal.projects, proposal.tables
    chosen = {place.id: place for place in projects.chosen} if projects else {}
    listed = [_place(chosen.get(place.id, place)) | {"chosen": place.id in chosen} for place in places]
    asana = {"who": projects.access.who, "workspace": space, "projects": listed} if projects else None
    notion = {
        "who": tables.access.who, "data_sources": [_place(place) for place in tables.found],
        "page": tables.parent.title if tables.parent else None,
    } if tables else None  # fmt: skip
    return {"asana": asana, "notion": notion}


def _place(place: FoundPlace) -> dict[str, Any]:
    return {
        "id": place.id, "name": place.name, "url": place.url, "team": place.group or None, "private": place.private,
        "columns": [one.name for one in place.columns],
        "fields": [{"id": one.id, "name": one.name, "type": one.type} for one in place.fields],
    }  # fmt: skip


def proposed_json(proposal: Proposal) -> dict[str, Any]:
    """What the config says, and the config."""
    parent = proposal.tables.parent if proposal.tables else None
    return {
        "flows": {
            flow.id: {
                "source": flow.source, "places": [place.id for place in flow.places],
                "stages": [
                    {
                        "name": one.name, "match": list(one.match), "kind": one.kind, "sure": one.sure,
                        "owner": one.owner,
                    }
                    for one in flow.stages
                ],
            }
            for flow in proposal.flows
        },
        "fields": dict(proposal.means),
        "tables": {table.place.id: {"role": table.role, **table.means} for table in proposal.ideas},
        "teams": list(proposal.teams), "rules": _on(proposal), "timezone": proposal.timezone,
        "country": proposal.country, "notion_parent": parent.id if parent else None, "config": config_text(proposal),
    }  # fmt: skip
