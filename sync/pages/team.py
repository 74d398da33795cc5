"""A page for one team: what you asked for, where it is, what we need from you. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from connectors.document import Block, Document, Heading, Paragraph, Table, line
from rules.language import counted
from rules.now import standing
from sync.pages import leaks
from sync.pages.days import said_day
from sync.pages.flow import header, party, waiting_now
from sync.pages.listed import item_line
from sync.pages.matter import Matter

_LISTED = 15


def teams(matter: Matter) -> list[str]:
    """The teams of the config that have asked for something or are waited for, in its order."""
    asked, waited = _asked(matter), waiting_now(matter.morning)["to"].to_list()
    return [team for team in matter.board.terms.teams if team in waited or team in asked["team"].to_list()]


def team_page(matter: Matter, team: str) -> Document:
    """The two halves of a team's page: theirs to expect, theirs to do."""
    return Document((*_needed(matter, team), *_where(matter, team), *leaks.findings(matter)))


def _asked(matter: Matter) -> pl.DataFrame:
    """Open items by the team of whoever made them: `item`, `team`, `stage`, `entered_at`, `owner_team`."""
    board = matter.board
    team = board.people["team"].cast(pl.String)
    now = standing(board).select(
        "item", "entered_at", pl.col("stage").cast(pl.String), state=pl.col("state").cast(pl.String),
        owner_team=pl.col("team").cast(pl.String),
    )  # fmt: skip
    rows = now.with_columns(team=team.gather(board.items["created_by"]))
    return rows.filter(pl.col("state").is_in(["open", "backlog"]) & pl.col("team").is_not_null())


def _where(matter: Matter, team: str) -> Iterator[Block]:
    mine = _asked(matter).filter(pl.col("team") == team).sort("entered_at", "item", nulls_last=True)
    yield Heading(line("What you asked for, and where it is"))
    if mine.is_empty():
        yield Paragraph(line("Nothing is open."))
        return
    yield Paragraph(line(f"{counted(mine.height, 'open item')}; first what has been in its place longest."))
    cells = [
        (item_line(matter, row["item"]), line(row["stage"] or "in no stage"),
         line(said_day(row["entered_at"], matter.board) if row["entered_at"] else ""))
        for row in mine.head(_LISTED).iter_rows(named=True)
    ]  # fmt: skip
    yield Table(header("Item", "Where it is", "There since"), tuple(cells))
    if mine.height > _LISTED:
        yield Paragraph(line(f"{mine.height - _LISTED:,} more that came to their places later."))


def _needed(matter: Matter, team: str) -> Iterator[Block]:
    open_ = waiting_now(matter.morning).filter(pl.col("to") == team).sort("given_at", "item")
    yield Heading(line("What we need from you"))
    if open_.is_empty():
        yield Paragraph(line("Nothing waits for a first look by you."))
        return
    yield Paragraph(line(f"A first look, a yes, a no or a date for {counted(open_.height, 'item')}:"))
    cells = [
        (item_line(matter, row["item"]), line(party(row["from"])), line(said_day(row["given_at"], matter.board)))
        for row in open_.head(_LISTED).iter_rows(named=True)
    ]
    yield Table(header("Item", "From", "Since"), tuple(cells))
    if open_.height > _LISTED:
        yield Paragraph(line(f"{open_.height - _LISTED:,} more since then."))
