"""Notion's ids, out of whatever a person copied: a bare id, an old or a new address. Pure."""

from __future__ import annotations

import re
import uuid
from urllib.parse import parse_qs

from connectors.addresses import is_at, parts
from connectors.errors import Rejected

_AT_THE_END = re.compile(r"(?:^|[^0-9a-fA-F])([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$")


def normal_id(text: str) -> str:
    """The id as Notion writes it, with hyphens: from a bare id or an address (`notion.so`, `app.notion.com/p/…`).

    An address names the page or database before its `?`; the view after it is ignored. Raises Rejected.
    """
    path = re.split(r"[?#]", text.strip(), maxsplit=1)[0].rstrip("/")
    found = _AT_THE_END.search(path)
    if not found:
        raise Rejected(
            f"{text!r} is no Notion id: give the 32 characters at the end of the page's or database's address, "
            "or the whole address (in Notion: Share, Copy link)"
        )
    return str(uuid.UUID(found[1]))


def page_id(address: str, base_url: str) -> str | None:
    """The id of the page that an address leads to; None when it leads elsewhere.

    Old and new hosts, published pages, with a title before the id or without, and a row that stands open over its
    table (`?p=`). A table's own address gives the table's id, which is no item's.
    """
    split = parts(address)
    if split is None or not (_HOSTS.fullmatch(split.hostname or "") or is_at(split, base_url)):
        return None
    shown = parse_qs(split.query).get("p", [])
    for text in (*shown, split.path):
        try:
            return normal_id(text)
        except Rejected:
            continue
    return None


_HOSTS = re.compile(r"(?:www\.|app\.)?notion\.(?:so|com)|[\w-]+\.notion\.site")


def hint_of(page: str, block: str | None) -> str:
    """What a new comment makes worth looking at: the page, and the block on it."""
    return f"{page}#{block}" if block else page
