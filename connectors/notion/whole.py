"""Rows with what Notion leaves out of a listing: references beyond the 25th, and the content of the page.

Only where the config asks for it. The version of an item stays that of the listed row, so that a row which has not
changed costs no request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from connectors.addresses import found_in
from connectors.model import Field, WorkItem
from connectors.notion.mapping import Row, work_item
from connectors.notion.schema import Binding
from connectors.notion.sdk import Notion
from connectors.notion.values import REFERENCES_SHOWN

Json = Any
CUT = "(Notion shows no more of this page.)"
BODY = Field("body", "Body", "markdown")


def whole_item(source: str, binding: Binding, row: Row, notion: Notion) -> WorkItem:
    """A row in the model's words: one request for each cut property that is to be complete, one for the body."""
    listed = work_item(source, binding, row)
    if not (binding.complete or binding.body) or listed.presence != "present":
        return listed
    full = work_item(source, binding, _completed(binding, row, notion))
    fields = full.fields
    if binding.body:
        text, whole = notion.shown(row["id"])
        text += "" if whole else f"\n{CUT}"
        fields += (replace(BODY, value=text or None, text=text),)
        full = replace(full, links=tuple(dict.fromkeys((*full.links, *found_in(text)))))
    return replace(full, fields=fields, version=listed.version)


def _completed(binding: Binding, row: Row, notion: Notion) -> Row:
    wanted = {prop.id for prop in binding.complete}
    properties = {
        name: _all_of(row["id"], body, notion) if unquote(body["id"]) in wanted and _is_cut(body) else body
        for name, body in row["properties"].items()
    }
    return {**row, "properties": properties}


def _is_cut(body: Mapping[str, Json]) -> bool:
    """Relations say so; of people and mentions Notion shows as many as it shows at most."""
    listed: Sequence[Json] = body.get(body["type"]) or ()
    if body["type"] in ("rich_text", "title"):
        return len([part for part in listed if part.get("type") == "mention"]) >= REFERENCES_SHOWN
    return bool(body.get("has_more")) or len(listed) >= REFERENCES_SHOWN


def _all_of(page: str, body: Mapping[str, Json], notion: Notion) -> Mapping[str, Json]:
    kind = body["type"]
    found = [one[kind] for one in notion.property_values(page, unquote(body["id"]))]
    return {**body, kind: found, "has_more": False} if kind == "relation" else {**body, kind: found}
