"""Web addresses in what people write. Pure."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

MOST = 100
"""Addresses kept of one text; more are a list of something else than this item's own links."""

_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]{}|\\^`\u00a0]+", re.IGNORECASE)
_AFTER = ".,;:!?*_~…"
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?/\S*", re.ASCII)


def found_in(text: str) -> tuple[str, ...]:
    """The addresses in a text, in order, each once; a text that is nothing but one may lack its scheme."""
    if _HOST.fullmatch(text.strip()):
        text = f"https://{text.strip()}"
    found = (one.rstrip(_AFTER) for one in _ADDRESS.findall(text))
    return tuple(dict.fromkeys(found))[:MOST]


def parts(address: str) -> SplitResult | None:
    """An address in its parts; None when it is none."""
    try:
        split = urlsplit(address.strip())
        return split if split.hostname and split.port != 0 else None
    except ValueError:
        return None


def is_at(split: SplitResult, base_url: str) -> bool:
    """Whether an address leads to the same server as this base URL: a sandbox's pages stand beside its API."""
    base = parts(base_url)
    return base is not None and (split.hostname, split.port) == (base.hostname, base.port)
