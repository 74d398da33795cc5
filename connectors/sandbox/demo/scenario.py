"""The whole demo: the team, its three projects, fourteen weeks of work, and its ideas in Notion."""

from __future__ import annotations

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.records import CustomField, Section, Tag
from connectors.sandbox.core import World
from connectors.sandbox.demo import campaigns, creative, leads
from connectors.sandbox.demo.cast import TEAMS, Cast, make_cast
from connectors.sandbox.demo.ideas import tell_ideas
from connectors.sandbox.demo.relations import tell_relations
from connectors.sandbox.demo.script import Script, Set
from connectors.sandbox.demo.worktime import DAY, TIMEZONE, WorkLine
from connectors.sandbox.loaded import Loaded, Meaning

SEED = "halden-1"
BEFORE = -30 * DAY
"""When the team set its projects up: six weeks before the story begins."""

_PROJECTS: dict[str, tuple[dict[str, Meaning], str, str]] = {
    campaigns.PROJECT: (campaigns.COLUMNS, "Nadia Haddad", "Emails, pages, lists, reports: ask MOps here."),
    creative.PROJECT: (creative.COLUMNS, "Mara Lindqvist", "From brief to published, one task a piece."),
    leads.PROJECT: (leads.COLUMNS, "Rubén Castillo", "Every list of leads, from upload to first call."),
}


def play_demo(world: World) -> Loaded:
    """Fill the world; the story ends with the last working day before the world's today."""
    line = WorkLine(world.clock.now())
    cast = make_cast(world)
    with world.at(line.instant(BEFORE)):
        stage = _set_up(world, cast)
    script = Script(world, line)
    campaigns.tell_campaigns(script, stage, SEED)
    creative.tell_creative(script, stage, SEED)
    leads.tell_leads(script, stage, SEED)
    tell_relations(script, stage, SEED)
    ideas = tell_ideas(script, cast, SEED)
    script.play()
    return Loaded(
        "demo", timezone=TIMEZONE, teams=TEAMS, columns={name: told[0] for name, told in _PROJECTS.items()},
        team_field="Team", priority_field="Priority", ideas=ideas(),
    )  # fmt: skip


def _set_up(world: World, cast: Cast) -> Set:
    state, nadia = world.asana.state, cast["Nadia Haddad"]
    team = acts.create_field(state, nadia, "Team", "enum", options=tuple(TEAMS))
    priority = acts.create_field(state, nadia, "Priority", "enum", options=("High", "Medium", "Low"))
    kinds = ("Email", "Landing page", "Nurture", "Event", "Report", "Paid", "List pull")
    kind = acts.create_field(state, nadia, "Request type", "enum", options=kinds)
    tags: dict[str, Tag] = {
        name: acts.create_tag(state, nadia, name) for name in ("launch", "events", "pharma", "frozen")
    }
    sections: dict[str, dict[str, Section]] = {}
    for name, (columns, owner, notes) in _PROJECTS.items():
        project = acts.create_project(state, cast[owner], name, sections=tuple(columns), notes=notes)
        fields: tuple[CustomField, ...] = (team, priority, kind) if name == campaigns.PROJECT else (team, priority)
        for field in fields:
            acts.attach_field(state, cast[owner], project, field, is_important=True)
        acts.add_members(state, cast[owner], project, list(cast.people.values()))
        sections[name] = {section.name: section for section in project.sections}
    return Set(state, cast, team, priority, kind, tags, sections)
