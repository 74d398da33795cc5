"""A proposal as a config file: complete, valid whatever the names, and with the reasons beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors import toml
from connectors.discovery import FoundPlace
from sync.init.proposal import Access, FlowIdea, Proposal, StageIdea, TableIdea, readable
from sync.init.rules_text import RULES, USUAL

_CHECK = "# check: nothing in its name says what it means"
_TOKENS = {"asana": "ASANA_TOKEN", "notion": "NOTION_TOKEN"}


def config_text(proposal: Proposal) -> str:
    """The whole file."""
    parts = (_head(), _calendar(proposal), _teams(proposal), _sources(proposal), _flows(proposal), _rules(proposal),
             _write(proposal))  # fmt: skip
    return "\n".join(line for part in parts for line in part)


def _head() -> Iterator[str]:
    yield from (
        "# A first config, written by `handrail init` from what it found. Read it through once: what carries the",
        '# word "check" is a guess. `handrail check` names every mistake with its line; config.example.toml has',
        "# every key with its meaning.",
        "",
        "schema = 1",
        'mode = "observe"                  # observe: read · plan: also say what would be written · apply: write it',
        "",
    )


def _calendar(proposal: Proposal) -> Iterator[str]:
    yield "[calendar]                        # waits are counted in working time, so that a weekend is nobody's fault"
    yield f"timezone = {toml.text(proposal.timezone)}"
    yield 'week = { days = ["mon", "tue", "wed", "thu", "fri"], hours = "09:00-17:00" }'
    if proposal.country:
        yield f"country = {toml.text(proposal.country)}                    # its public holidays are off, too"
    else:
        yield '# country = "US"                  # public holidays of this country are off, too'
    yield ""


def _teams(proposal: Proposal) -> Iterator[str]:
    yield "[teams]                           # who works together, by the names or e-mail addresses shown there"
    if not proposal.teams:
        yield '# design = ["Ana Ruiz", "bo@example.com"]'
    yield from (f"{toml.key(team)} = []" for team in proposal.teams)
    yield ""


# ---- sources -------------------------------------------------------------------------------------------------


def _sources(proposal: Proposal) -> Iterator[str]:
    if proposal.projects:
        yield "[sources.asana]"
        yield from _access("asana", proposal.projects.access)
        yield "projects = ["
        yield from (f"  {toml.text(place.id)},  # {_about(place)}" for place in proposal.projects.chosen)
        yield "]"
        for key in ("team", "priority"):
            if key in proposal.means:
                yield f"{key}_field = {toml.text(proposal.means[key])}"
            else:
                yield f'# {key}_field = "{key.capitalize()}"'
        if "effort" in proposal.means:
            yield f"fields = {toml.value([proposal.means['effort']])}"
        yield ""
    if proposal.tables:
        yield "[sources.notion]"
        yield from _access("notion", proposal.tables.access)
        yield from _plain_tables(proposal.ideas)
        yield ""
        for table in proposal.ideas:
            if table.role:
                yield from _table(table)


def _access(kind: str, access: Access) -> Iterator[str]:
    yield f"kind = {toml.text(kind)}{' ' * (25 - len(kind))}# as {readable(access.who)}"
    if access.base_url:
        yield f"base_url = {toml.text(access.base_url)}"
    if access.token_file:
        yield f"token_file = {toml.text(access.token_file)}  # holds the token; keep it out of version control"
    else:
        yield f"token_env = {toml.text(_TOKENS[kind])}  # the variable that holds the token"


def _about(place: FoundPlace) -> str:
    group = f", team {readable(place.group)}" if place.group else ""
    private = ", private: pages show counts of it, no titles" if place.private else ""
    return f"{readable(place.name) or 'no name'}{group}{private}"


def _plain_tables(tables: Sequence[TableIdea]) -> Iterator[str]:
    left = [table for table in tables if not table.role]
    if left:
        yield "# Shared, but no work by the look of it; [[sources.notion.work]] would read one of them:"
        yield from (f"#   {table.place.id}  {readable(table.place.name)}" for table in left)


def _table(table: TableIdea) -> Iterator[str]:
    """A table of the config; which of its properties mean what."""
    head = "[[sources.notion.work]]" if table.role == "work" else f"[sources.notion.{table.role}]"
    yield f"{head:33} # {readable(table.place.name) or 'no name'}"
    yield f"data_source = {toml.text(table.place.id)}"
    for key, name in table.means.items():
        yield f"{key} = {toml.text(name)}" if key != "effort" else f"fields = {toml.value([name])}"
    yield ""


# ---- flows ---------------------------------------------------------------------------------------------------


def _flows(proposal: Proposal) -> Iterator[str]:
    if not proposal.flows:
        return
    yield "# What your columns mean: a stage gathers columns by name, in order; `*` stands for anything."
    yield "#   kind   backlog: not started · active: being worked on · waiting: for somebody else · done"
    yield '#   owner  the team whose turn it is there, or "requester" for whoever asked'
    yield ""
    for flow in proposal.flows:
        yield from _flow(flow)


def _flow(flow: FlowIdea) -> Iterator[str]:
    yield f"[flows.{toml.key(flow.id)}]"
    yield f"source = {toml.text(flow.source)}"
    if flow.source in ("asana", "notion.work"):
        yield "projects = ["
        yield from (f"  {toml.text(place.id)},  # {readable(place.name) or 'no name'}" for place in flow.places)
        yield "]"
    yield "stages = ["
    yield from (_stage(stage) for stage in flow.stages)
    yield "]"
    yield ""


def _stage(stage: StageIdea) -> str:
    keys: dict[str, toml.Value] = {"name": stage.name, "match": list(stage.match), "kind": stage.kind}
    if stage.owner:
        keys["owner"] = stage.owner
    return f"  {toml.value(keys)},{'' if stage.sure else '  ' + _CHECK}"


# ---- rules and writing ---------------------------------------------------------------------------------------


def _rules(proposal: Proposal) -> Iterator[str]:
    on = USUAL | ({"unreviewed"} if proposal.reviews else set())
    yield "# What should never go unnoticed: all sixteen kinds, a few of them on. Limits: 3wd working days · 16wh"
    yield "# working hours · 30d, 4h, 2w on the clock. Two levels: warn to look at it, breach to act."
    yield ""
    for rule in sorted(RULES, key=lambda rule: rule.kind not in on):
        yield from rule.lines(on=rule.kind in on)


def _write(proposal: Proposal) -> Iterator[str]:
    parent = proposal.tables.parent if proposal.tables else None
    yield '[write]                           # nothing of this happens until mode is "apply"'
    yield "create_fields = true              # the first apply makes our fields, with notifications off"
    if parent:
        name = readable(parent.title) or "no title"
        yield f"notion_parent = {toml.text(parent.id)}  # {name}: the page to write under"
    elif proposal.tables:
        yield '# notion_parent = "…"              # the page to write under: share one, put its address here'
    yield "max_writes = 200                  # a run that wants to write more is refused before its first write"
    yield "first_run_max = 200               # the same for the first run, which has everything to say"
    yield ""
