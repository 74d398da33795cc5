"""`handrail report`: the summary page from the store, as text, Markdown, HTML or data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from connectors.document import Document, plain, to_data, to_markdown_gfm, to_text
from rules.base import Finding
from rules.engine import Judgement
from sync.evidence import traced
from sync.honesty import coverage
from sync.house import House
from sync.links import settled
from sync.pages.gather import matter
from sync.pages.matter import Matter
from sync.pages.summary import summary_of


def rendered(house: House, judgement: Judgement, form: str, width: int, *, links: bool = False) -> bytes:
    """The page in one of the forms text, md, html, json; UTF-8. `width` and `links` are for text."""
    seen = matter(house, judgement)
    page, as_of = summary_of(seen)
    page = settled(page, house.store.address)
    whole = Document((as_of, *page.blocks))
    match form:
        case "json":
            found = traced(house.store, seen.judgement.findings)
            data: bytes = orjson.dumps(report_data(seen, page, found), default=str)
            return data + b"\n"
        case "md":
            return to_markdown_gfm(whole).encode()
        case "html":
            from sync.html import report_html  # here, because its plotting library is for this form only

            return report_html(house.settings.write.page_title, plain(as_of.words), page, seen).encode()
        case _:
            return to_text(whole, width, links=links).encode()


def report_data(seen: Matter, page: Document, found: Sequence[Finding]) -> dict[str, Any]:
    """The as-of instant, sources not read whole for too long, the coverage, every finding with its evidence, and the
    page; instants in ISO 8601."""
    judgement = seen.judgement
    said = {finding.key for finding in judgement.said}
    return {
        "as_of": judgement.board.now.isoformat(),
        "stale": [{"key": f"stale/{id_}", "source": id_, "read_whole_at": last} for id_, last in seen.stale],
        "coverage": coverage(judgement.board),
        "findings": [asdict(finding) | {"said": finding.key in said} for finding in found],
        "page": to_data(page),
    }
