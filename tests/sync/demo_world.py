"""The demo team's world after one run: what the page says, and the export behind it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from connectors.document import Document, to_text
from connectors.sandbox.serve import load as fill
from connectors.sandbox.server import link_here, serving
from connectors.sandbox.writeconfig import config_text
from rules.engine import Judgement
from sync.config import load
from sync.export import export
from sync.intent import TABLE
from sync.pages.friday import friday
from sync.pages.gather import matter
from sync.pages.summary import summary_of
from sync.pages.team import team_page, teams
from sync.report import rendered
from sync.run import run
from sync.wiring import open_house

NOW = datetime(2026, 9, 15, 14, 0, tzinfo=UTC)  # a Tuesday


class Lived(NamedTuple):
    judgement: Judgement
    text: str
    page: Document
    others: dict[str, Document]
    """The Friday page by `friday`, teams' pages by their teams."""
    rows: dict[str, list[dict[str, str]]]
    html: bytes
    urls: dict[str, str]
    """Where a person reads the summary (`page`), the findings (`table`) and a team's page (`team`)."""


@contextmanager
def lived(folder: Path, more: str = "") -> Iterator[Lived]:
    """The whole service once against the demo, in this folder. `more`: tables for the config."""
    world, loaded = fill("demo", now=NOW)
    with serving(world, 0) as url:
        link_here(world, url)
        config = folder / "config.toml"
        text = config_text(world, url, loaded).replace("[write]", "[write]\nteam_pages = true", 1)
        config.write_text(text + more, encoding="utf-8")
        with open_house(load(config, {"ASANA_TOKEN": "sandbox", "NOTION_TOKEN": "sandbox"})) as house:
            outcome = run(house, NOW, write=True)
            assert outcome.troubles == []
            seen = matter(house, outcome.judgement)
            page, _ = summary_of(seen)
            export(house.store, outcome.judgement.board, outcome.judgement.findings, folder)
            tables = {
                path.stem: [*csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
                for path in folder.glob("*.csv")
            }
            places = {"page": "page:notion/page/summary", "table": f"table:notion/{TABLE}",
                      "team": "page:notion/page/team/Design"}  # fmt: skip
            urls = {what: f"{url}/p/{house.store.made(target)}" for what, target in places.items()}
            html = rendered(house, outcome.judgement, "html", 100)
            others = {"friday": friday(seen)} | {team: team_page(seen, team) for team in teams(seen)}
            yield Lived(outcome.judgement, to_text(page, 5000), page, others, tables, html, urls)
