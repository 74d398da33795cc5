"""Notion's ids, out of whatever a person copied: a bare id, an old or a new address. Pure."""

from __future__ import annotations

import re
import uuid

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
