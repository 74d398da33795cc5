"""Every number on the demo team's page is counted again from `handrail export`; one that is not fails the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator

import pytest

from connectors.document import Bullets, Callout, Heading, Line, Paragraph, Table, Toggle, plain
from tests.sync.counting import Export, at, flow_name, limits, number, share
from tests.sync.counting_costs import costs
from tests.sync.demo_world import NOW, Lived, lived

_PRICED = """
[money]
currency = "EUR"
default_rate = 80
friction_minutes = { chaser = 15, bounce = 30, reopen = 60 }
"""


@pytest.fixture(scope="module", params=["", _PRICED], ids=["without rates", "priced"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with lived(tmp_path_factory.mktemp("numbers"), request.param) as one:
        yield one


@pytest.fixture(scope="module")
def export(demo: Lived) -> Export:
    terms = demo.judgement.board.terms
    teams = {member: team for team, members in terms.teams.items() for member in members}
    return Export(demo.rows, NOW, terms.hours.timezone, teams)


def _unlinked(words: Line) -> str:
    """What a line says itself: titles of items, which lead to them, hold figures of their own."""
    return "".join(span.text for span in words if not span.link)


def _told(demo: Lived) -> Iterator[tuple[str, str, str]]:
    """Every line of words with the two headings above it."""
    above = under = ""
    for block in demo.page.blocks:
        match block:
            case Heading(words, 2):
                above, under = plain(words), ""
            case Heading(words, _):
                under = plain(words)
            case Paragraph(words) | Callout(words):
                yield above, under, _unlinked(words)
            case Bullets(items):
                yield from ((above, under, _unlinked(item)) for item in items)
            case Toggle(_, inner):
                for part in inner:
                    assert isinstance(part, Bullets)
                    yield from ((above, under, plain(item)) for item in part.items)


def _sentences(
    export: Export, under: str, done: Container[tuple[str, str]]
) -> dict[str, Callable[[re.Match[str]], object]]:
    """Patterns of sentences, and what must stand there."""
    mine = [one for one in export.findings if flow_name(one["rule"]) == under]
    going = [one for one in export.items if one["state"] in ("open", "backlog")]
    events = export.events
    late = sum(one["level"] == "breach" for one in mine)
    days = sum(export.whole_days(at(one["since"])) for one in mine if one["cost_hours"])
    dated = [one for one in export.finished() if one["due"]]
    vague = [one for one in events if one["approximate"] == "true"]
    return {
        # the one big thing
        r"The one big thing. In the last four weeks (\d+) of (\d+) handoffs from (.+) to (.+) waited more than 2 "
        r"working days; that is ([\d,]+) working days of waiting\.": lambda m: (
            (int(m[1]), int(m[2]), int(m[5].replace(",", ""))) == export.late(m[3], m[4], 28, 2)
        ),
        # cards
        r"What and where: .* and (\d+) more stages?\.": lambda m: int(m[1]) == len(_stages(export, mine)) - 4,
        r"Since when, how many: ([\d,]+) (items|people), the oldest since (.+?)\. (.*)": lambda m: (
            (int(m[1].replace(",", "")), m[3]) == (len(mine), export.said(min(at(one["since"]) for one in mine)))
            and m[4]
            in (
                f"First limit: {limits(mine, 'warn')}. {late} of them passed the second: {limits(mine, 'breach')}.",
                f"Limit: {limits(mine, 'breach')}.",
                f"Limit: {limits(mine, 'warn')}.",
            )
        ),
        **costs(export, days),
        r"Who can end it: .*? and (\d+) more teams?\. .* and (\d+) more\.": lambda m: int(m[2]) == len(mine) - 3,
        r"Who can end it: [^\d]* and (\d+) more\.": lambda m: int(m[1]) == len(mine) - 3,
        r"Who can end it: .*Look at: (\d+) people with (\d+) items in hand; no names here\.": lambda m: (
            (int(m[1]), int(m[2])) == (len(mine), len({ref for one in mine for ref in one["items"].split()}))
        ),
        # what is in hand
        r"In the four weeks up to yesterday ([\d,]+) came and ([\d,]+) w\w+ finished\. "
        r"Begun and not finished: ([\d,]+) before that, ([\d,]+) this morning\. (.*)": lambda m: (
            tuple(int(m[n].replace(",", "")) for n in range(1, 5)) == export.came_and_went(under)
            and _age(m[5], export.older(under))
        ),
        # the promise
        r"In the last four weeks (\d+) of (\d+) finished items with a due date were on time, (\d+ %)\.": lambda m: (
            (int(m[1]), int(m[2])) == (export.on_time(dated), len(dated)) and m[3] == share(int(m[1]), int(m[2]))
        ),
        r"(\d+) open items are past the due date\.": lambda m: int(m[1]) == export.overdue(),
        r"(.+): (\d+) of (\d+) items finished in the last four weeks took no longer than ([\d.,]+) days"
        r"(?:, (\d+ %))?\. Of (\d+) items before, 85 of 100 did; not frozen\.": lambda m: (
            (int(m[2]), int(m[3]), m[4], int(m[6])) == _learned(export, m[1])
            and m[5] in (None, share(int(m[2]), int(m[3])))
        ),
        # what is new; what to look at
        r"Handrail first looked on (.+): what it found then counts as new\.": lambda m: m[1] == export.said(NOW),
        r"(\d+) more ideas past the review date\.": lambda m: (
            int(m[1]) == len([one for one in export.findings if one["rule"] == "ideas-not-reviewed"]) - 8
        ),
        # how sure this is
        r"Seen: ([\d,]+) items with ([\d,]+) dated facts\. .*": lambda m: (
            (m[1], m[2]) == (f"{len(export.items):,}", f"{len(events):,}")
        ),
        r"Of (\d+) open items, (\d+) have an owner and (\d+) are in a stage that the config names\. .*": lambda m: (
            [int(m[n]) for n in (1, 2, 3)]
            == [len(going), sum(bool(one["owner"]) for one in going), sum(bool(one["stage"]) for one in going)]
        ),
        r"What the figures rest on: ([\d,]+) handoffs of every sort, ([\d,]+) of them looked at; ([\d,]+) finished "
        r"items\.": lambda m: (
            (m[1], m[2], m[3])
            == (
                f"{len(export.given(None)):,}",
                f"{sum(bool(one['touched_at']) for one in export.given(None)):,}",
                f"{sum(one['state'] == 'done' for one in export.items):,}",
            )
        ),
        r"([\d,]+) facts without an exact time: .*": lambda m: m[1] == f"{len(vague):,}",
        r"Snapshots of notion began on (.+): what changed there before is not known\.": lambda m: (
            m[1] == export.said(NOW)
        ),
        r"([\d,]+) of ([\d,]+) items still go on: .*": lambda m: (
            (m[1], m[2]) == (f"{len(going):,}", f"{len(export.items):,}")
        ),
        r"(\d+) of (\d+) open items have no owner that is known\.": lambda m: (
            (int(m[1]), int(m[2])) == (sum(not one["owner"] for one in going), len(going))
        ),
        r"([\d,]+) of ([\d,]+) events have no exact time: .*": lambda m: (
            (m[1], m[2]) == (f"{len(vague):,}", f"{len(events):,}")
        ),
        r"([\d,]+) of ([\d,]+) approximate events fall between the same two looks as another: .*": lambda m: (
            (m[1], m[2]) == (f"{_alike(vague):,}", f"{len(vague):,}")
        ),
        r"([\d,]+) of ([\d,]+) events name nobody: they touch nothing\.": lambda m: (
            (m[1], m[2]) == (f"{sum(not one['actor'] for one in events):,}", f"{len(events):,}")
        ),
        r"(\d+) of (\d+) items are finished in one way and not in the other: .*": lambda m: (
            (int(m[1]), int(m[2])) == export.two_ways(done)
        ),
        r"([\d,]+) of ([\d,]+) waits have no cause that the facts show\.": lambda m: (
            (m[1], m[2])
            == (f"{sum(one['cause'] == 'not known' for one in export.given(None)):,}", f"{len(export.given(None)):,}")
        ),
        # figures of the config and of the method, which no row can tell
        r"All handoffs so far\. Half of them \(85 of 100\) .* fewer than 20 first looks, .*": lambda _: True,
        r"Working time follows one calendar: America/New_York, 0 days off known\. A working day is 8 hours\. "
        r".*": lambda _: True,
    }


def _stages(export: Export, findings: list[dict[str, str]]) -> set[str]:
    refs = {one["ref"] for one in findings}
    return {one["stage"] for one in export.items if one["ref"] in refs and one["stage"]}


def _age(said: str, known: tuple[int, int]) -> bool:
    if not known[1]:
        return said == "Too little has left these stages before (fewer than 20 items each) to say what is old."
    found = re.match(
        r"(\d+) of (\d+) open items? (?:is|are) older than 85 of 100 were on leaving the same stage\.", said
    )
    return bool(found) and (int(found[1]), int(found[2])) == known


def _learned(export: Export, flow: str) -> tuple[int, int, str, int]:
    kept, lately, limit, sample = export.learned(flow)
    return kept, lately, number(limit), sample


def _alike(events: list[dict[str, str]]) -> int:
    keys = [(one["ref"], one["at"], one["not_before"]) for one in events]
    return sum(keys.count(key) > 1 for key in keys)


def test_every_number_in_words(demo: Lived, export: Export) -> None:
    used: set[str] = set()
    flows = demo.judgement.board.terms.flows.values()
    done = {(flow.id, stage.name) for flow in flows for stage in flow.stages if stage.kind == "done"}
    for above, under, said in _told(demo):
        if not re.search(r"\d", said):
            continue
        checks = _sentences(export, under, done)
        fitting = [pattern for pattern in checks if re.fullmatch(pattern, said)]
        assert fitting, f"nobody counts this again: {said}"
        for pattern in fitting:
            match = re.fullmatch(pattern, said)
            assert match
            assert checks[pattern](match), f"{above} / {under}: {said}"
        used.update(fitting)
    assert len(used) >= 20


def test_every_number_in_a_table(demo: Lived, export: Export) -> None:
    above, seen = "", set()
    for block in demo.page.blocks:
        if isinstance(block, Heading):
            above = plain(block.words)
        if not isinstance(block, Table):
            continue
        head = plain(block.header[0])
        seen.add(head)
        for cells in block.full_rows():
            name, *figures = map(plain, cells)
            assert figures == _row(export, head, above, name), f"{above}: {head}: {name}"
    assert seen == {"From → to", "Waiting on", "Stage", "Flow", "In the last seven days", "Idea"}


def _row(export: Export, head: str, above: str, name: str) -> list[str]:
    match head:
        case "From → to":
            giver, to = name.split(" → ")
            return list(export.pair(giver, to))
        case "Waiting on":
            return list(export.turns()[name])
        case "Stage":
            return list(export.stage(above, name.partition(" (")[0]))
        case "Flow":
            dated = [one for one in export.of(name, export.finished()) if one["due"]]
            return [f"{len(dated):,}", f"{export.on_time(dated):,}"]
        case "In the last seven days":
            found = sum(flow_name(one["rule"]) == name for one in export.findings)
            return [f"{found}", "0", "0", "0"]
        case "Idea":
            refs = {one["title"]: one["ref"] for one in export.items}
            return [export.said(at(one["since"])) for one in export.findings if one["ref"] == refs[name]]
    raise AssertionError(f"a table of {head} is counted again by nobody")
