"""The demo team's page: whom findings wait on, and both renderings looked at in a real browser."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sync.demo_world import Lived, lived


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with lived(tmp_path_factory.mktemp("demo")) as one:
        yield one


def test_no_finding_waits_on_a_word_of_the_config_or_on_nobody_knows_whom(demo: Lived) -> None:
    findings = demo.rows["findings"]
    assert findings
    assert not [one["sentence"] for one in findings if "requester" in one["sentence"]]
    loads = [one for one in demo.judgement.findings if one.subject.kind == "person"]
    assert loads
    assert all(one.team for one in loads), "each of the demo's people is in a team"


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


_FAINT = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255];
  };
  const said = element => [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  return [...document.querySelectorAll('body *')].filter(e => !e.closest('svg') && said(e)).map(e => {
    const [ink, paper] = [light(rgba(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    return [ratio, `${e.tagName} ${e.className}: ${e.textContent.trim().slice(0, 30)}`];
  }).filter(([ratio]) => ratio < 4.5);
}"""
"""Words whose contrast with what is behind them is less than WCAG 2 asks for, as they are drawn."""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["report", "page", "team", "table"])
def test_each_rendering_can_be_read_on_a_phone_and_a_desk(
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
        assert tab.goto(demo.urls[which]).status == 200
    look = tab.evaluate(_LOOK)
    faint = tab.evaluate(_FAINT)
    assert tab.screenshot(path=str(tmp_path / f"{which}-{scheme}-{width}.png"), full_page=True)
    context.close()
    assert failed == []
    assert look["wide"] <= 0, "nothing is wider than the screen"
    assert look["text"] > (1000 if which == "team" else 3000)
    assert look["mute"] == 0
    assert look["cut"] == [], "every label and legend of a plot is whole"
    assert faint == []
    assert look["headings"][0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(look["headings"]))
    light = sum(map(int, re.findall(r"\d+", look["ground"])[:3])) > 380
    assert light is (scheme == "light")
