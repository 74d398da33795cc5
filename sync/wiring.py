"""The one place that names a vendor: which kinds of source there are, and how each is built."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.asana.options import AsanaOptions
from connectors.notion.options import NotionOptions
from sync.config import SourceKind

SOURCE_KINDS: Mapping[str, SourceKind] = {
    "asana": SourceKind(AsanaOptions, item_fields=True),
    "notion": SourceKind(NotionOptions, pages=True),
}
