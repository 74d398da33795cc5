"""Writes the config that fits what the sandbox has loaded: complete, valid, and with the reasons beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count

from connectors import toml
from connectors.sandbox.core import World
from connectors.sandbox.loaded import Ideas, Loaded, Meaning

MARK = "# Written by `handrail sandbox --write-config`"
"""The first line's beginning: a file that starts so is ours to write again."""


def config_text(world: World, base_url: str, loaded: Loaded | None = None) -> str:
    """A whole config file for the projects and tables in the world, served at `base_url`."""
    loaded = loaded or world.loaded or Loaded("empty")
    with world.lock:
        parts = [
            _head(loaded), _calendar(loaded), _teams(loaded), _sources(world, base_url, loaded),
            _flows(world, loaded), _rules(loaded), _write(world),
        ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _head(loaded: Loaded) -> str:
    return f"""{MARK} for what it had loaded ({_comment(loaded.name)}).
# It points at the sandbox on this machine, which takes any token. For the real thing: take the base_url lines out,
# put your tokens into ASANA_TOKEN and NOTION_TOKEN, and name your own projects and people.

schema = 1
mode = "apply"                    # observe | plan | apply; nothing is written below "apply"
"""


def _calendar(loaded: Loaded) -> str:
    days = '["mon", "tue", "wed", "thu", "fri"]'
    return f"""[calendar]                        # limits and costs count working time only
timezone = {toml.text(loaded.timezone)}
week = {{ days = {days}, hours = {toml.text(loaded.hours)} }}
"""


def _teams(loaded: Loaded) -> str:
    return "".join(
        f"[teams.{toml.key(name)}]\nmembers = {toml.value(members)}\n\n" for name, members in loaded.teams.items()
    ).rstrip("\n") + ("\n" if loaded.teams else "")


def _sources(world: World, base_url: str, loaded: Loaded) -> str:
    state = world.asana.state
    lines = []
    if state.projects:
        lines += [
            "[sources.asana]",
            'kind = "asana"',
            f"base_url = {toml.text(base_url + '/asana/api/1.0')}",
            'token_env = "ASANA_TOKEN"',
            "projects = [",
            *(f"  {toml.text(project.gid)},  # {_comment(project.name)}" for project in state.projects),
            "]",
        ]
        names = {field.name for field in state.fields}
        if loaded.team_field in names:
            lines.append(f"team_field = {toml.text(str(loaded.team_field))}")
        if loaded.priority_field in names:
            lines.append(f"priority_field = {toml.text(str(loaded.priority_field))}")
        lines += ["bots = []                         # our own user is always one", _NO_PACE, ""]
    lines += [
        "[sources.notion]",
        'kind = "notion"',
        f"base_url = {toml.text(base_url + '/notion')}",
        'token_env = "NOTION_TOKEN"',
        _NO_PACE,
    ]
    if loaded.ideas:
        lines.append(f"ideas = {toml.value(_ideas_table(loaded.ideas))}")
    return "\n".join(lines) + "\n"


_NO_PACE = "requests_per_minute = 0           # the sandbox needs no pace; real ones do"


def _ideas_table(ideas: Ideas) -> Mapping[str, toml.Value]:
    return {
        "data_source": ideas.data_source, "status": ideas.status, "priority": ideas.priority,
        "owner": ideas.owner, "reviewed": ideas.reviewed, "parked_until": ideas.parked_until,
    }  # fmt: skip


def _flows(world: World, loaded: Loaded) -> str:
    taken: set[str] = {"ideas"}
    parts = []
    for project in world.asana.state.projects:
        names = dict.fromkeys(section.name for section in project.sections)
        stages = list(_stages((name, loaded.meaning(project.name, name)) for name in names))
        head = [
            f"[flows.{_slug(project.name, taken)}]",
            'source = "asana"',
            f"projects = [{toml.text(project.gid)}]",
        ]
        parts.append("\n".join([*head, "stages = [", *stages, "]", ""]))
    if loaded.ideas:
        stages = list(_stages(loaded.ideas.statuses.items()))
        parts.append("\n".join(["[flows.ideas]", 'source = "notion.ideas"', "stages = [", *stages, "]", ""]))
    return "\n".join(parts)


def _stages(columns: Iterable[tuple[str, Meaning]]) -> Iterator[str]:
    """One stage a column; two columns of one name are one stage. One is always done: a flow needs an end."""
    taken: set[str] = set()
    ended = False
    for name, meaning in columns:
        stage: dict[str, toml.Value] = {
            "name": _unique(name.strip() or "(blank)", taken), "match": [pattern(name)], "kind": meaning.kind,
        }  # fmt: skip
        if meaning.owner:
            stage["owner"] = meaning.owner
        ended = ended or meaning.kind == "done"
        yield f"  {toml.value(stage)},"
    if not ended:
        end = _unique("Done", taken)
        yield "  # nothing here was said to complete a task (--done); a completed task is finished in any column"
        yield f"  {toml.value({'name': end, 'match': [pattern(end)], 'kind': 'done'})},"


def _unique(name: str, taken: set[str]) -> str:
    """The name, with a number behind it when it is taken."""
    free = next(one for one in chain((name,), (f"{name} ({number})" for number in count(2))) if one not in taken)
    taken.add(free)
    return free


def _rules(loaded: Loaded) -> str:
    rules = """[rules.handoff-stall]              # handed over, and nobody has taken a first look
kind = "handoff_stall"
warn = "2wd"                      # wd: working days; wh: working hours; d: elapsed days
breach = "5wd"
next_step = "Ask {waiting_on} for a first look today, or for a date."

[rules.overload]                  # more open work with one person than anybody can move
kind = "overload"
warn = 8
breach = 12
next_step = "Finish or hand back the oldest {excess} before taking new work."
"""
    if loaded.ideas:
        rules += """
[rules.ideas-not-reviewed]        # ideas that nobody has decided about for a long time
kind = "unreviewed"
source = "notion.ideas"
review_every = { high = "60d", medium = "90d", default = "180d" }
next_step = "Decide: try it, park it with a date, or decline it."
"""
    return rules


def _write(world: World) -> str:
    return f"""[write]                           # no caps here: max_writes and max_percent are for real workspaces
first_run_max = 0                 # nor on the first run, which has everything to say
create_fields = true              # the first apply makes our fields, our table and our page
notion_parent = {toml.text(world.notion.shared_page_id)}
"""


def pattern(name: str) -> str:
    """The pattern that matches exactly this column name: `*` is a wildcard, so stars and backslashes are escaped."""
    return name.replace("\\", "\\\\").replace("*", "\\*")


def _slug(name: str, taken: set[str]) -> str:
    """A short id of letters, digits and hyphens that is not taken yet."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "flow"
    slug = next(one for one in chain((base,), (f"{base}-{number}" for number in count(2))) if one not in taken)
    taken.add(slug)
    return slug


def _comment(name: str) -> str:
    """A name on one line of a comment, without what TOML forbids there."""
    return "".join(sign if sign.isprintable() else " " for sign in name)
