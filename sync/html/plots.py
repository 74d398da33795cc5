"""SVG by pygal: colours are the page's own CSS variables, so one drawing is right in light and dark. No scripts."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence

import pygal
from pygal.style import Style

from sync.html.render import escape

# pygal leaves an old-style finder for its plug-ins behind, which breaks every later import that finds nothing
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]

WIDTH = 460
"""Drawn for a phone, so that letters stay readable there; wider screens show it larger."""
_LABEL = 24
"""The longest label. pygal never comes back from one that is wider than the drawing."""

_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="var(--soft)",
    foreground_strong="var(--ink)",
    foreground_subtle="var(--grid)",
    guide_stroke_color="var(--grid)",
    major_guide_stroke_color="var(--grid)",
    guide_stroke_dasharray="1,0",
    major_guide_stroke_dasharray="1,0",
    font_family="inherit",
    label_font_size=12,
    major_label_font_size=12,
    legend_font_size=12,
    title_font_size=12,
    opacity=".85",
    stroke_opacity="1",
    stroke_width="1.5",
    transition="0s",
    colors=tuple(f"var(--hue-{number})" for number in (1, 2, 3, 4)),
    value_colors=("var(--ink)",) * 4,
)
_PLAIN = {
    "style": _STYLE, "js": (), "width": WIDTH, "legend_at_bottom": True, "legend_box_size": 10, "margin": 4,
    "margin_right": 22, "disable_xml_declaration": True, "spacing": 8, "truncate_legend": -1, "truncate_label": -1,
}  # fmt: skip
_SCRIPT = re.compile(r"<script\b.*?</script>|<!--.*?-->|<desc\b.*?</desc>| id=\"activate-serie-\d+\"", re.DOTALL)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)


def ageing(
    id_: str, alt: str, stages: Sequence[str], ages: Sequence[Sequence[float]], lines: Mapping[str, float]
) -> str:
    """A dot an open item: its stage from top to bottom, its age in days to the right. `lines`: percentiles.

    The margin below is for the legend's last line, which pygal forgets when the legend is one column.
    """
    rows = len(stages)
    chart = pygal.XY(
        **_PLAIN, height=188 + 30 * rows, margin_bottom=16, stroke=False, dots_size=4, show_y_guides=False,
        show_x_guides=True, range=(-0.6, rows - 0.4), include_x_axis=True, legend_at_bottom_columns=1,
        x_title="days since it was begun",
    )  # fmt: skip
    chart.x_value_formatter = "{:.0f}".format
    chart.y_labels = [{"label": _short(name), "value": rows - 1 - row} for row, name in enumerate(stages)]
    dots = [
        (age, rows - 1 - row + (number % 5 - 2) * 0.1)
        for row, some in enumerate(ages)
        for number, age in enumerate(some)
    ]
    chart.add("an open item", dots)
    for name, days in lines.items():
        chart.add(name, [(days, -0.6), (days, rows - 0.4)], stroke=True, show_dots=False, stroke_style={"width": 2})
    return _svg(chart, id_, alt)


def cumulative(id_: str, alt: str, days: Sequence[str], counts: Mapping[str, Sequence[int]]) -> str:
    """Cumulative flow: how many items were in each kind of stage on each day, one band upon the other."""
    chart = pygal.StackedLine(
        **_PLAIN, height=300, fill=True, show_dots=False, x_labels_major_every=3, show_minor_x_labels=False,
        legend_at_bottom_columns=2, include_x_axis=True, show_x_guides=False,
    )  # fmt: skip
    chart.value_formatter = "{:.0f}".format
    chart.x_labels = list(days)
    for name, values in counts.items():
        chart.add(name, list(values))
    return _svg(chart, id_, alt)


def _short(label: str) -> str:
    """A label on one line; the figures below the drawing have it whole."""
    label = " ".join(label.split())
    return label if len(label) <= _LABEL else label[: _LABEL - 1].rstrip() + "…"


def _svg(chart: pygal.Graph, id_: str, alt: str) -> str:
    """The drawing with its words for those who do not see it; the same data gives the same bytes."""
    chart.uuid = id_
    drawn = _SCRIPT.sub("", chart.render(is_unicode=True))
    drawn = _TITLE.sub("", drawn)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
