"""Which pages there are under this config, each by its key and title. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from connectors.document import Document, Paragraph
from sync.config.shape import WriteTable
from sync.pages.friday import friday
from sync.pages.matter import Matter
from sync.pages.room import fitted
from sync.pages.summary import as_of_line, summary_of
from sync.pages.team import team_page, teams
from sync.staleness import alarm

PAGE, FRIDAY, TEAM = "page/summary", "page/friday", "page/team/"


class Target(NamedTuple):
    """A page as it should be. `document` is without the as-of line."""

    key: str
    title: str
    document: Document
    as_of: Paragraph


def targets(matter: Matter, write: WriteTable) -> Iterator[Target]:
    """The summary, and what the config switches on beside it; each short enough to be read and written."""
    table = matter.links.get("findings")
    for one in _whole(matter, write):
        yield one._replace(document=fitted(one.document, table))


def _whole(matter: Matter, write: WriteTable) -> Iterator[Target]:
    page, as_of = summary_of(matter)
    yield Target(PAGE, write.page_title, page, as_of)
    as_of = as_of_line(matter.board)
    if write.friday_page:
        yield Target(FRIDAY, write.friday_title, _warned(friday(matter), matter), as_of)
    if write.team_pages:
        for team in teams(matter):
            yield Target(TEAM + team, _team_title(team), _warned(team_page(matter, team), matter), as_of)


def _warned(page: Document, matter: Matter) -> Document:
    """The page under what the summary says of sources that were not read for too long."""
    return Document((*alarm(matter.stale, matter.board.terms.hours.timezone), *page.blocks))


def places(write: WriteTable, known_teams: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Key and title of every page that there may be."""
    yield PAGE, write.page_title
    if write.friday_page:
        yield FRIDAY, write.friday_title
    if write.team_pages:
        yield from ((TEAM + team, _team_title(team)) for team in known_teams)


def _team_title(team: str) -> str:
    return f"{team}: what you asked for"
