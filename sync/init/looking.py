"""Looking around: which workspace, which projects, which tables, which page to write under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.discovery import FoundPage, FoundPlace, Space
from sync.init import words
from sync.init.picking import listed, pick
from sync.init.proposal import Access, Projects, Tables, readable
from sync.init.vendor import Asker, SignedIn

MOST = 40
"""So many projects are taken unasked; each costs a request here and many at the first pull."""
_PAGES = 20


class Unanswered(Exception):
    """There is something to choose, and nobody to choose it. The text says which option does."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says already: projects (ids or addresses) and a workspace (id or name)."""

    projects: tuple[str, ...] = ()
    workspace: str | None = None


@dataclass(frozen=True, slots=True)
class SeenProjects:
    """All projects that were listed, in which workspace, and those chosen, with their sections. None chosen: no
    source of this kind."""

    space: str
    found: tuple[FoundPlace, ...]
    projects: Projects | None


def look_at_projects(at: SignedIn, token_file: str | None, wanted: Wanted, ask: Asker) -> SeenProjects:
    """One request for the workspaces, one a hundred projects, one a chosen project, one for the names of teams."""
    spaces = at.discovery.spaces()
    within = spaces if wanted.projects and not wanted.workspace else _space(spaces, wanted.workspace, ask)
    found = tuple(place for space in within for place in at.discovery.places(space))
    where = ", ".join(readable(space.name) for space in within)
    chosen = _named(at, wanted.projects, found) if wanted.projects else _choose(found, where, ask)
    if not chosen:
        return SeenProjects(where, found, None)
    if len(chosen) > 5:
        ask.say(f"Reading the sections of {len(chosen)} projects …")
    whole = tuple(at.discovery.with_columns(place) for place in chosen)
    fields = list(dict.fromkeys(field for place in whole for field in place.fields))
    team = words.meanings(fields, ("team",)).get("team")
    teams = at.discovery.choices(team) if team else ()
    return SeenProjects(where, found, Projects(Access(at.who, at.base_url, token_file), whole, teams))


def _space(spaces: Sequence[Space], wanted: str | None, ask: Asker) -> Sequence[Space]:
    if wanted is not None:
        named = [one for one in spaces if wanted in (one.id, one.name)]
        if not named:
            raise Unanswered(f"--workspace {wanted}: this token reaches {_names(spaces) or 'no workspace'}")
        return named[:1]
    if len(spaces) < 2:
        return spaces
    if not ask.present:
        raise Unanswered(f"This token reaches several workspaces: choose with --workspace: {_names(spaces)}")
    ask.say("", "Workspaces:", *(f"{number:>4}  {readable(one.name)}" for number, one in enumerate(spaces, 1)))
    while True:
        answer = ask.line("Which one? ")
        if answer.isdecimal() and 1 <= int(answer) <= len(spaces):
            return [spaces[int(answer) - 1]]
        ask.say(f"A number from 1 to {len(spaces)}, please.")


def _names(spaces: Sequence[Space]) -> str:
    return ", ".join(f"{one.id} ({readable(one.name)})" for one in spaces)


def _named(at: SignedIn, wanted: Sequence[str], found: Sequence[FoundPlace]) -> tuple[FoundPlace, ...]:
    """The projects named on the command line; everything wrong with them at once."""
    by_id = {place.id: place for place in found}
    chosen: dict[str, FoundPlace] = {}
    wrong: list[str] = []
    for text in wanted:
        try:
            id_ = at.discovery.id_of(text.strip())
        except ValueError as error:
            wrong.append(f"--project {text}: {error}")
            continue
        if id_ in by_id:
            chosen[id_] = by_id[id_]
        else:
            wrong.append(f"--project {text}: {at.who} sees no such project that is not archived")
    if wrong:
        raise Unanswered("\n".join(wrong))
    return tuple(chosen.values())


def _choose(found: tuple[FoundPlace, ...], where: str, ask: Asker) -> tuple[FoundPlace, ...]:
    if not found:
        return ()
    if not ask.present:
        if len(found) > MOST:
            raise Unanswered(
                f"There are {len(found)} projects in {where}: name those that matter, each with --project GID"
            )
        return found
    shown: tuple[FoundPlace, ...] = found
    ask.say("", f"Projects in {where} (archived ones left out):", *listed(found, shown))
    while True:
        picked = pick(
            ask.line("Which ones? Numbers like 1,3-5, part of a name to search, all, or none: "), found, shown
        )
        if picked.places is not None:
            return picked.places
        shown = picked.shown or found
        ask.say("", *([picked.said] if picked.said else []), *listed(found, shown))


# ---- tables --------------------------------------------------------------------------------------------------


def look_at_tables(at: SignedIn, token_file: str | None, ask: Asker) -> Tables:
    """One request a hundred data sources, and at most four for pages."""
    found = tuple(place for space in at.discovery.spaces() for place in at.discovery.places(space))
    return Tables(Access(at.who, at.base_url, token_file), found, _parent(at, ask))


def _parent(at: SignedIn, ask: Asker) -> FoundPage | None:
    """The page to write under: the likeliest one where nobody is asked, or there is only one."""
    pages = at.discovery.pages()
    if not pages:
        ask.say(
            "", "No page is shared with this connection. For a summary and a table of findings in Notion, share one:",
            "open a page, then ••• → Connections → add it. You can put its address into the config later.",
        )  # fmt: skip
        return None
    if len(pages) == 1 or not ask.present:
        return pages[0]
    lines = [f"{number:>4}  {readable(page.title) or 'no title'}" for number, page in enumerate(pages[:_PAGES], 1)]
    ask.say("", "Pages to write under (the summary and the findings go below it):", *lines)
    while True:
        answer = ask.line("Which one? A number, the page's address, or none [1]: ", "1")
        if answer.casefold() == "none":
            return None
        if answer.isdecimal() and 1 <= int(answer) <= len(lines):
            return pages[int(answer) - 1]
        try:
            id_ = at.discovery.id_of(answer)
        except ValueError:
            ask.say(f"A number from 1 to {len(lines)}, an address (in Notion: Share, Copy link), or none.")
            continue
        return next((page for page in pages if page.id == id_), FoundPage(id_, "as given", answer))
