"""`handrail init`: look around, propose, ask once, write the config and check it."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.errors import ConnectorError, Denied
from connectors.http import Meter
from sync.check import check
from sync.cli import show
from sync.cli.asking import Nobody, Person
from sync.cli.exits import BAD_INPUT, CREDENTIALS, DONE, SURVIVED, Refusal
from sync.init import overview
from sync.init.looking import SeenProjects, Unanswered, Wanted, look_at_projects, look_at_tables
from sync.init.proposal import Projects, Proposal, Tables, propose
from sync.init.render import config_text
from sync.init.vendor import Asker, SignedIn, sign_in
from sync.init.when import known_country, known_zone, machine_zone
from sync.wiring import VENDORS

_UNCHANGED = "Nothing was written."


@dataclass(frozen=True)
class Asked:
    """The command line."""

    yes: bool
    urls: dict[str, str | None]
    wanted: Wanted
    timezone: str | None
    country: str | None
    out: Path
    force: bool
    json: bool


@dataclass(frozen=True)
class Seen:
    """What was found, and the tokens that were typed, by the file that is to hold each."""

    projects: SeenProjects | None
    tables: Tables | None
    tokens: dict[str, str]
    unsaved: tuple[str, ...]


def init(
    yes: bool, asana_url: str | None, notion_url: str | None, project: tuple[str, ...], workspace: str | None,
    timezone: str | None, country: str | None, out: Path, force: bool, json: bool,
) -> int:  # fmt: skip
    """The whole command."""
    show.logging(verbose=False)
    asked = Asked(
        yes,
        {"asana": asana_url, "notion": notion_url},
        Wanted(project, workspace),
        timezone,
        country,
        out,
        force,
        json,
    )
    _sound(asked)
    try:
        return _init(asked, Nobody(quiet=json) if yes or json else Person())
    except KeyboardInterrupt:
        raise Refusal(f"\nStopped. {_UNCHANGED}", 130) from None
    except Unanswered as error:
        raise Refusal(f"{error}\n{_UNCHANGED}") from None
    except Denied as error:
        raise Refusal(f"{error}\n{_UNCHANGED}", CREDENTIALS) from None
    except ConnectorError as error:
        raise Refusal(f"{error}\n{_UNCHANGED} Run `handrail init` again later.", SURVIVED) from None


def _sound(asked: Asked) -> None:
    """What can be refused before anybody is asked anything."""
    writes = asked.yes or not asked.json
    if writes and asked.out.exists() and not asked.force:
        raise Refusal(f"{asked.out} exists already and was left as it is; name another with --out, or give --force")
    if writes and not asked.out.parent.is_dir():
        raise Refusal(f"{asked.out}: there is no folder {asked.out.parent}")
    if not (asked.yes or asked.json) and not sys.stdin.isatty():
        raise Refusal(
            "This is no terminal, so nothing can be asked. Give --yes to take every proposal (tokens come from "
            "ASANA_TOKEN and NOTION_TOKEN), or --json to see what would be proposed."
        )
    if asked.timezone is not None and not known_zone(asked.timezone):
        raise Refusal(f"--timezone {asked.timezone}: no such time zone; they look like Europe/Berlin")
    if asked.country is not None and not known_country(asked.country):
        raise Refusal(f"--country {asked.country}: no holidays are known for it; give two capitals, like US or DE")


def _init(asked: Asked, ask: Asker) -> int:
    meter = Meter()
    seen = _look(asked, ask, meter)
    projects, tables = seen.projects.projects if seen.projects else None, seen.tables
    _something(seen, projects, tables)
    timezone, country = _when(asked, ask)
    proposal = propose(projects, tables if tables and (tables.found or tables.parent) else None, timezone, country)
    told = _told(seen, proposal, meter)
    if asked.json and not asked.yes:
        show.data(told)
        return DONE
    if not asked.json:
        show.table(overview.HEADERS, overview.rows(proposal))
        show.text(overview.lines(proposal))
    if not ask.agrees(f"\nWrite {asked.out}?"):
        ask.say(_UNCHANGED)
        return DONE
    _write(asked.out, config_text(proposal), 0o644)
    for name, token in seen.tokens.items():
        _write(asked.out.parent / name, f"{token}\n", 0o600)
    return _ending(asked, seen, told)


def _ending(asked: Asked, seen: Seen, told: dict[str, Any]) -> int:
    """The check on what was written, and what to do next."""
    result = check(asked.out, os.environ)
    if asked.json:
        show.data(told | {"written": str(asked.out), "problems": result.to_json()["problems"]})
        return DONE if result.ok else BAD_INPUT
    show.text(["", f"Wrote {asked.out}.", *(f"Wrote {name}, readable by you alone." for name in seen.tokens)])
    show.text(result.lines() if not result.ok else [str(line) for line in result.lines()[:1]])
    show.text(["", "Next:", *(f"  export {name}=…" for name in seen.unsaved)])
    config = "" if asked.out == Path("config.toml") else f" --config {asked.out}"
    show.text([
        f"  handrail check{config}     # what it switches on; look for “check” in the file first",
        f"  handrail plan{config}      # what it would write; nothing is written yet",
    ])  # fmt: skip
    return DONE if result.ok else BAD_INPUT


# ---- looking around ------------------------------------------------------------------------------------------


def _look(asked: Asked, ask: Asker, meter: Meter) -> Seen:
    projects, tables = None, None
    tokens: dict[str, str] = {}
    unsaved: list[str] = []
    with ExitStack() as stack:
        for kind, vendor in VENDORS.items():
            at = sign_in(vendor, asked.urls[kind], os.environ, ask, meter)
            if at is None:
                ask.say(f"{vendor.title}: left out, there is no token for it ({vendor.token_env} is not set).")
                continue
            stack.callback(at.discovery.close)
            ask.say(f"{vendor.title}: signed in as {at.who}.")
            file = _token_file(kind, at, asked.out, ask)
            if file and at.typed:
                tokens[file] = at.typed
            elif at.typed:
                unsaved.append(vendor.token_env)
            if kind == "asana":
                projects = look_at_projects(at, file, asked.wanted, ask)
            else:
                tables = look_at_tables(at, file, ask)
    return Seen(projects, tables, tokens, tuple(unsaved))


def _token_file(kind: str, at: SignedIn, out: Path, ask: Asker) -> str | None:
    """Where a typed token is kept: in a file beside the config, or nowhere."""
    if not at.typed:
        return None
    name = f"{kind}-token.txt"
    there = " (it replaces the one there)" if (out.parent / name).exists() else ""
    keep = ask.agrees(f"Keep the token in {out.parent / name}, readable by you alone{there}?")
    return name if keep else None


def _something(seen: Seen, projects: Projects | None, tables: Tables | None) -> None:
    """Refusal when there is nothing to look at, with the way out for each vendor."""
    if projects or (tables and tables.found):
        return
    if seen.projects is None and tables is None:
        raise Refusal(
            f"There is no token: set ASANA_TOKEN or NOTION_TOKEN, or both, and try again. {_UNCHANGED}", CREDENTIALS
        )
    said = []
    if seen.projects is not None:
        what = "no project was chosen" if seen.projects.found else "this user sees no project; add it to some"
        said.append(f"Asana: {what}.")
    if tables is not None:
        said.append("Notion: no database is shared with the connection; open one, then ••• → Connections → add it.")
    raise Refusal("\n".join([*said, f"There is nothing to look at yet. {_UNCHANGED}"]))


def _when(asked: Asked, ask: Asker) -> tuple[str, str | None]:
    """Time zone and country: from the options, else asked for."""
    zone = asked.timezone or machine_zone(os.environ)
    while asked.timezone is None and ask.present:
        zone = ask.line(f"\nTime zone [{zone}]: ", zone)
        if known_zone(zone):
            break
        ask.say("There is no such time zone; they look like Europe/Berlin.")
        zone = machine_zone(os.environ)
    country = asked.country
    while asked.country is None and ask.present:
        country = ask.line("Country whose public holidays are off, like US or DE (Enter for none): ").upper() or None
        if country is None or known_country(country):
            break
        ask.say("No holidays are known for it; give two capitals, like US or DE.")
    return zone, country


def _told(seen: Seen, proposal: Proposal, meter: Meter) -> dict[str, Any]:
    tally = meter.read()
    places, space = (seen.projects.found, seen.projects.space) if seen.projects else ((), "")
    return {
        "found": overview.found_json(proposal, places, space),
        "proposed": overview.proposed_json(proposal),
        "requests": {kind: tally.total(kind) for kind in VENDORS},
        "written": None,
        "problems": [],
    }


def _write(path: Path, content: str, mode: int) -> None:
    """The whole file or nothing, for these eyes only from its first moment. Refusal when it cannot be written."""
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror}. {_UNCHANGED}") from None
