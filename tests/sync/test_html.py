"""The HTML report: one file that needs nothing, headings in order, words for every plot, colours that can be read."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from sync.config import load
from sync.html import plots
from sync.html.figures import _slug
from sync.report import rendered
from sync.wiring import open_house
from tests.run.worlds import NOW, rig, stalled_log

VOID = {"meta", "br", "hr", "link", "img", "input"}


class Reader(HTMLParser):
    """Tags in order with their attributes; complains about what is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("html")
    with rig(folder, stalled_log(12)) as small:
        small.run()
        with open_house(load(small.config, {}), doors=False) as house:
            judgement = house.judge(NOW)
            first, again = (rendered(house, judgement, "html", 100) for _ in range(2))
            assert first == again
            yield first.decode()


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


def test_it_is_well_formed_and_needs_nothing_else(report: str) -> None:
    tags = read(report).tags
    assert not {"script", "link", "iframe", "img"} & {tag for tag, _ in tags}
    assert "url(" not in report
    assert "@import" not in report
    assert dict(tags)["html"]["lang"] == "en"
    ids = [attrs["id"] for _, attrs in tags if attrs.get("id")]
    assert len(ids) == len({*ids})


def test_headings_are_in_order(report: str) -> None:
    levels = [int(tag[1]) for tag, _ in read(report).tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_plot_has_words_and_a_table(report: str) -> None:
    tags = read(report).tags
    plots = [attrs for tag, attrs in tags if tag == "svg" and "pygal-chart" in (attrs.get("class") or "")]
    assert plots
    assert all(one["role"] == "img" and len(one["aria-label"] or "") > 40 for one in plots)
    assert report.count("<figcaption>") == report.count("<figure")
    assert report.count("<summary>The figures</summary>") >= len(plots)
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in tags if tag == "th")


def test_a_label_wider_than_the_drawing_is_cut_and_ids_differ_in_any_script() -> None:
    long = "Waiting for the agency's second round of corrections " * 3
    drawn = plots.ageing("age", "words", [long, "Review"], [[3.0], [1.0]], {})
    assert "Waiting for the agency'…" in html.unescape(drawn)
    assert len({_slug(name) for name in ("日本", "中国", "a-b", "a_b", "a")}) == 5


def colours(css: str) -> list[dict[str, str]]:
    """The colours of light, dark and paper; what a later one does not name stays as in light."""
    found = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", css, re.S)]
    return [found[0], found[0] | found[1], found[0] | found[2]]


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_colours_can_be_read() -> None:
    css = files("sync.html").joinpath("report.css").read_text(encoding="utf-8")
    for look in colours(css):
        for ink in ("ink", "soft", "link"):
            for ground in ("paper", "card"):
                assert contrast(look[ink], look[ground]) >= 4.5, (ink, ground, look)
        for kind in ("alarm", "calm"):
            assert contrast(look[f"{kind}-ink"], look[kind]) >= 4.5
        for hue in range(1, 5):
            assert contrast(look[f"hue-{hue}"], look["card"]) >= 3, (hue, look)
    for ground, ink in re.findall(r"\.w\d \{ background: (#\w{6}); color: (#\w{6})", css):
        assert contrast(ground, ink) >= 4.5
