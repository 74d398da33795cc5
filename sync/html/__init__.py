"""The report as one HTML file that needs nothing else: style inline, no scripts, light and dark, good on paper."""

from __future__ import annotations

from importlib.resources import files

from connectors.document import Document
from sync.html.figures import figures
from sync.html.render import blocks, escape
from sync.pages.matter import Matter


def report_html(title: str, as_of: str, page: Document, matter: Matter) -> str:
    """A whole HTML document: the page's blocks in their order, with a plot where it says more than words."""
    return page_html(title, as_of, blocks(page, figures(matter)))


def page_html(title: str, as_of: str, body: str, head: str = "") -> str:
    """A whole HTML document in this style. `body` and `head` are HTML, the rest is plain text."""
    style = files("sync.html").joinpath("report.css").read_text(encoding="utf-8")
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"{head}<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f'<header>\n<h1>{escape(title)}</h1>\n<p class="as-of">{escape(as_of)}</p>\n</header>\n'
        f"{body}</main>\n</body>\n</html>\n"
    )
