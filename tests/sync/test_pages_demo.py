"""The demo team's page: figures counted again from the export, and both renderings looked at in a real browser."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from connectors.document import to_text
from connectors.sandbox.serve import load as fill
from connectors.sandbox.server import link_here, serving
from connectors.sandbox.writeconfig import config_text
from rules.engine import Judgement
from sync.config import load
from sync.export import export
from sync.pages.gather import matter
from sync.pages.summary import summary_of
from sync.planning import page_source
from sync.report import rendered
from sync.run import run
from sync.wiring import open_house

NOW = datetime(2026, 9, 15, 14, 0, tzinfo=UTC)  # a Tuesday


class Lived(NamedTuple):
    judgement: Judgement
    text: str
    rows: dict[str, list[dict[str, str]]]
    html: bytes
    page_url: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder: Path = tmp_path_factory.mktemp("demo")
    world, loaded = fill("demo", now=NOW)
    with serving(world, 0) as url:
        link_here(world, url)
        config = folder / "config.toml"
        config.write_text(config_text(world, url, loaded), encoding="utf-8")
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
            made = house.store.made(f"page:{page_source(house)}/page/summary")
            html = rendered(house, outcome.judgement, "html", 100)
            yield Lived(outcome.judgement, to_text(page, 5000), tables, html, f"{url}/notion/page/{made}")


def _day(demo: Lived, text: str) -> date:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(demo.judgement.board.terms.hours.timezone)).date()


def test_what_came_and_went_is_counted_again_from_the_items(demo: Lived) -> None:
    told = re.findall(r"up to yesterday (\d+) came and (\d+) w\w+ finished", demo.text)
    yesterday = _day(demo, NOW.isoformat()) - timedelta(days=1)
    first = yesterday - timedelta(days=27)
    counted = []
    for flow in demo.judgement.board.terms.flows:
        mine = [one for one in demo.rows["items"] if one["flow"] == flow]
        came = [one for one in mine if first <= _day(demo, one["created_at"]) <= yesterday]
        done = [one for one in mine if one["finished_at"] and first <= _day(demo, one["finished_at"]) <= yesterday]
        counted.append((str(len(came)), str(len(done))))
    assert told
    assert set(told) <= set(counted)


def test_the_learned_promise_is_counted_again_from_the_items(demo: Lived) -> None:
    told = re.findall(r"^- ([A-Z][\w ]+): (\d+) of (\d+) items finished in .* than ([\d.]+) days", demo.text, re.M)
    assert told
    today = _day(demo, NOW.isoformat())
    begin = today - timedelta(days=28)
    for name, kept, lately, limit in told:
        mine = [
            (_day(demo, one["finished_at"]), _took(one))
            for one in demo.rows["items"]
            if one["flow"].replace("_", " ").replace("-", " ").capitalize() == name
            and one["finished_at"]
            and one["started_at"]
        ]
        before = sorted(took for day, took in mine if begin - timedelta(days=84) <= day < begin)
        after = [took for day, took in mine if day >= begin]
        held = before[(len(before) * 85 + 99) // 100 - 1]
        said = timedelta(days=float(limit))
        assert timedelta() <= said - held < timedelta(days=0.1), "rounded up to a tenth of a day"
        assert (len(before) >= 20, len(after), sum(one <= said for one in after)) == (True, int(lately), int(kept))


def _took(item: dict[str, str]) -> timedelta:
    return datetime.fromisoformat(item["finished_at"]) - datetime.fromisoformat(item["started_at"])


def test_no_finding_waits_on_a_word_of_the_config_or_on_nobody_knows_whom(demo: Lived) -> None:
    findings = demo.rows["findings"]
    assert findings
    assert not [one["sentence"] for one in findings if "requester" in one["sentence"]]
    loads = [one for one in demo.judgement.findings if one.subject.kind == "person"]
    assert loads
    assert all(one.team for one in loads), "each of the demo's people is in a team"


def test_turns_stages_and_dates_are_counted_again(demo: Lived) -> None:
    items = demo.rows["items"]
    going = [one for one in items if one["state"] in ("open", "backlog")]
    assert f"Of {len(going)} open items" in demo.text
    assert f"Seen: {len(items)} items with {len(demo.rows['events']):,} dated facts" in demo.text
    for rule in {one["rule"] for one in demo.rows["findings"]}:
        assert re.search(rf"many: {sum(one['rule'] == rule for one in demo.rows['findings'])} ", demo.text), rule


# ---- in a browser --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = next((p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if p.exists()), None)
    if chromium is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield opened
        opened.close()


_LOOK = """() => ({
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  headings: [...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1]),
  mute: [...document.querySelectorAll('svg[role=img],img')].filter(
    s => !(s.getAttribute('aria-label') || s.getAttribute('alt'))).length,
  cut: [...document.querySelectorAll('svg.pygal-chart')].flatMap(s => [...s.querySelectorAll('text')].filter(
    t => t.getBoundingClientRect().bottom > s.getBoundingClientRect().bottom + 1).map(t => t.textContent)),
  ground: getComputedStyle(document.body).backgroundColor,
  text: document.body.innerText.length,
})"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["report", "page"])
def test_both_renderings_can_be_read_on_a_phone_and_a_desk(
    demo: Lived, browser: Any, tmp_path: Path, which: str, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    tab = context.new_page()
    failed: list[str] = []
    tab.on("pageerror", lambda error: failed.append(str(error)))
    if which == "report":
        (tmp_path / "report.html").write_bytes(demo.html)
        tab.goto((tmp_path / "report.html").as_uri())
    else:
        assert tab.goto(demo.page_url).status == 200
    look = tab.evaluate(_LOOK)
    assert tab.screenshot(path=str(tmp_path / f"{which}-{scheme}-{width}.png"), full_page=True)
    context.close()
    assert failed == []
    assert look["wide"] <= 0, "nothing is wider than the screen"
    assert look["text"] > 3000
    assert look["mute"] == 0
    assert look["cut"] == [], "every label and legend of a plot is whole"
    assert look["headings"][0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(look["headings"]))
    light = sum(map(int, re.findall(r"\d+", look["ground"])[:3])) > 380
    assert which == "page" or light is (scheme == "light")
