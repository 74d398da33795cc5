"""HTML that escapes what it is given, and the frame around every page."""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from importlib.resources import files


class Html(str):
    """Text that is markup already. Everything else is escaped."""

    __slots__ = ()


Piece = str | Html | None | Iterable["Piece"]
_CSS = files("connectors.sandbox.web").joinpath("style.css").read_text("utf-8")
_VOID = frozenset({"br", "hr", "img", "meta", "link"})


def join(piece: Piece) -> Html:
    """Pieces as one piece of markup, escaping what is none."""
    if piece is None:
        return Html("")
    if isinstance(piece, Html):
        return piece
    if isinstance(piece, str):
        return Html(html.escape(piece))
    return Html("".join(join(one) for one in piece))


def tag(name: str, /, *pieces: Piece, **attributes: str | None) -> Html:
    """An element. `class_` is the class; an attribute that is None is left out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{told}>") if name in _VOID else Html(f"<{name}{told}>{join(pieces)}</{name}>")


def link(href: str, *pieces: Piece, class_: str | None = None) -> Html:
    """A link inside the sandbox."""
    return tag("a", *pieces, href=href, class_=class_)


def when(instant: datetime) -> Html:
    """An instant for a person, with the exact one on hover."""
    exact = instant.isoformat(timespec="milliseconds")
    return tag("time", instant.strftime("%a %d %b %Y, %H:%M"), datetime=exact, title=exact)


def initials(name: str, *, bot: bool = False) -> Html:
    """A small round sign for a person, in a colour that stays theirs."""
    words = name.split() or ["?"]
    letters = (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
    hue = int.from_bytes(sha256(name.encode("utf-8", "replace")).digest()[:2], "big") % 360
    return tag(
        "span", letters, class_="who bot" if bot else "who", style=f"--hue:{hue}", title=name, aria_hidden="true"
    )


def page(
    title: str, *pieces: Piece, trail: Iterable[tuple[str, str]] = (), note: str = "", wide: bool = False,
    heading: bool = True,
) -> str:  # fmt: skip
    """A whole page. `trail`: (address, name) of what lies above it; `note`: the small print at the top; `heading`:
    whether the title stands above the pieces."""
    crumbs = [link(href, name) for href, name in (("/", "Sandbox"), *trail)]
    return "<!doctype html>" + tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("title", f"{title} · Handrail sandbox"),
            tag("link", rel="icon", href="data:,"),
            tag("style", Html(_CSS)),
        ),
        tag(
            "body",
            tag("header", tag("nav", [[crumb, tag("i", "/")] for crumb in crumbs], aria_label="Where you are"),
                tag("span", note, class_="note"), class_="top"),
            tag("main", tag("h1", title) if heading else None, *pieces, class_="wide" if wide else None),
        ),
        lang="en",
    )  # fmt: skip
