"""Every number on the demo team's Friday page and on each team's page is counted again from `handrail export`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from connectors.document import Bullets, Callout, Document, Paragraph, Table, plain
from tests.sync.counting import Export, Row, at, flow_name, share
from tests.sync.demo_world import NOW, Lived, lived

MONDAY = NOW.weekday()
Check = Callable[[re.Match[str]], object]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with lived(tmp_path_factory.mktemp("others")) as one:
        yield one


@pytest.fixture(scope="module")
def export(demo: Lived) -> Export:
    terms = demo.judgement.board.terms
    teams = {member: team for team, members in terms.teams.items() for member in members}
    return Export(demo.rows, NOW, terms.hours.timezone, teams)


def _lines(page: Document) -> Iterator[str]:
    for block in page.blocks:
        match block:
            case Paragraph(words) | Callout(words):
                yield plain(words)
            case Bullets(items):
                yield from (plain(item) for item in items if not any(span.link for span in item))


def _all_told(page: Document, checks: dict[str, Check]) -> None:
    for said in _lines(page):
        if re.search(r"\d", said):
            fitting = [pattern for pattern in checks if re.fullmatch(pattern, said)]
            assert fitting, f"nobody counts this again: {said}"
            for pattern in fitting:
                match = re.fullmatch(pattern, said)
                assert match
                assert checks[pattern](match), said


def _tables(page: Document) -> Iterator[tuple[str, list[list[str]]]]:
    for block in page.blocks:
        if isinstance(block, Table):
            yield plain(block.header[0]), [[plain(cell) for cell in row] for row in block.full_rows()]


def _going(export: Export) -> list[Row]:
    return [one for one in export.items if one["state"] in ("open", "backlog")]


# ---- the week in one look ------------------------------------------------------------------------------------


def test_friday_s_words(demo: Lived, export: Export) -> None:
    done, dated = export.finished(MONDAY), [one for one in export.finished() if one["due"]]
    risk = _at_risk(export)
    _all_told(demo.others["friday"], {
        r"The one big thing. In the last four weeks (\d+) of (\d+) handoffs from (.+) to (.+) waited more than 2 "
        r"working days; that is ([\d,]+) working days of waiting\.": lambda m: (
            (int(m[1]), int(m[2]), int(m[5].replace(",", ""))) == export.late(m[3], m[4], 28, 2)
        ),
        r"(\d+) items?\.": lambda m: int(m[1]) == len(done),
        r"and (\d+) more": lambda m: int(m[1]) == len(done) - 10,
        r"In the last four weeks (\d+) of (\d+) finished items with a due date were on time, (\d+ %)\.": lambda m: (
            (int(m[1]), int(m[2])) == (export.on_time(dated), len(dated)) and m[3] == share(int(m[1]), int(m[2]))
        ),
        r"(\d+) open items are past the due date\.": lambda m: int(m[1]) == export.overdue(),
        r"Handrail first looked on (.+): what it found then counts as new\.": lambda m: m[1] == export.said(NOW),
        r"What is stuck now has waited ([\d,]+) working days? this week\. Waiting is not pay\.": lambda m: (
            m[1] == f"{_this_week(export):,}"
        ),
        r"(\d+) more with later dates\.": lambda m: int(m[1]) == len(risk) - 10,
    })  # fmt: skip


def _this_week(export: Export) -> int:
    begin, end = export.midnight(MONDAY), export.midnight()
    waits = [at(one["since"]) for one in export.findings if one["cost_hours"] and at(one["since"]) < end]
    return sum(int(export.worked(max(since, begin), end) // (8 * 3600)) for since in waits)


def _at_risk(export: Export) -> list[tuple[str, date, str]]:
    """Open items due by the end of next week that are stuck or not begun: title, date and why."""
    stuck = {one["ref"]: flow_name(one["rule"]) for one in export.findings if one["ref"]}
    until = NOW.date() - timedelta(days=MONDAY) + timedelta(days=14)
    rows = [
        (one["title"], date.fromisoformat(one["due"]), stuck.get(one["ref"], "not begun"))
        for one in _going(export)
        if one["due"] and date.fromisoformat(one["due"]) < until
        if one["ref"] in stuck or one["state"] == "backlog"
    ]
    return sorted(rows, key=lambda row: row[1])


def test_friday_s_tables(demo: Lived, export: Export) -> None:
    risk = {(title, f"{due.day} {due:%b}", why) for title, due, why in _at_risk(export)}
    for head, rows in _tables(demo.others["friday"]):
        assert rows
        for name, *figures in rows:
            if head == "Item":
                assert (name, *figures) in risk
            elif head == "Flow":
                dated = [one for one in export.of(name, export.finished()) if one["due"]]
                assert figures == [f"{len(dated)}", f"{export.on_time(dated)}"]
            elif head == "Waiting on":
                assert figures == list(export.turns()[name])
            else:
                assert head == f"Since {export.said(export.midnight(MONDAY))}"
                assert figures == [f"{sum(flow_name(one['rule']) == name for one in export.findings)}", "0", "0", "0"]


# ---- a team's page -------------------------------------------------------------------------------------------


def test_what_each_team_asked_for_and_what_is_needed_from_it(demo: Lived, export: Export) -> None:
    made = {one["ref"]: export.teams.get(one["actor"]) for one in export.events if one["kind"] == "created"}
    pages = {team: page for team, page in demo.others.items() if team != "friday"}
    assert len(pages) >= 5
    for team, page in pages.items():
        asked = [one for one in _going(export) if made.get(one["ref"]) == team]
        _of_team(export, page, asked, _waits_on(export, team))


def _of_team(export: Export, page: Document, asked: list[Row], waits: set[tuple[str, str, str]]) -> None:
    _all_told(page, {
        r"A first look, a yes, a no or a date for (\d+) items?:": lambda m: int(m[1]) == len(waits),
        r"(\d+) more since then\.": lambda m: int(m[1]) == len(waits) - 15,
        r"(\d+) open items?; first what has been in its place longest\.": lambda m: int(m[1]) == len(asked),
        r"(\d+) more that came to their places later\.": lambda m: int(m[1]) == len(asked) - 15,
    })  # fmt: skip
    there = {one["ref"]: one["entered_at"] for one in export.intervals if not one["left_at"]}
    places = {(one["title"], one["stage"], export.said(at(there[one["ref"]]))) for one in asked}
    shown = dict(zip([*(["waits"] if waits else []), *(["asked"] if asked else [])], _tables(page), strict=True))
    for what, known in (("waits", waits), ("asked", places)):
        if what in shown:
            assert shown[what][1]
            assert {tuple(row) for row in shown[what][1]} <= known


def _waits_on(export: Export, team: str) -> set[tuple[str, str, str]]:
    """What this team was given and has not looked at: title, from whom, since when; the earliest of each item."""
    titles = {one["ref"]: one["title"] for one in _going(export)}
    found: dict[str, Row] = {}
    for one in sorted(export.given(None), key=lambda row: row["given_at"]):
        if one["ended"] == "waiting" and export.party(one["to"]) == team and one["ref"] in titles:
            found.setdefault(one["ref"], one)
    return {(titles[ref], export.party(one["from"]), export.said(at(one["given_at"]))) for ref, one in found.items()}
