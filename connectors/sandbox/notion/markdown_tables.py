"""Tables in markdown: Notion's `<table>` and the pipes of GFM, both into table blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.sandbox.core import Json
from connectors.sandbox.notion.blocks import Draft
from connectors.sandbox.notion.inline import read
from connectors.sandbox.notion.names import Names

_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh][^>]*?(?:/>|>(.*?)</t[dh]>)", re.DOTALL)
_PIPE = re.compile(r"(?<!\\)\|")
_DASHES = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$")


def tag_table(source: str, given: dict[str, str], names: Names) -> Draft | None:
    """`<table header-row="true">…</table>`; None when it has no row."""
    rows = [[(cell or "").strip() for cell in _CELL.findall(row)] for row in _ROW.findall(source)]
    header, column = given.get("header-row") == "true", given.get("header-column") == "true"
    return table(rows, names, header=header, column=column) if rows else None


def pipe_table(lines: Sequence[str], names: Names) -> Draft | None:
    """Lines that begin with a pipe; None when the second is no line of dashes (then it is text)."""
    if len(lines) < 2 or not _DASHES.match(lines[1]):
        return None
    rows = [_cells(line) for at, line in enumerate(lines) if at != 1]
    return table(rows, names, header=True, column=False)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip() for cell in _PIPE.split(inner)]


def table(rows: Sequence[Sequence[str]], names: Names, *, header: bool, column: bool) -> Draft:
    """A table block; short rows are filled up."""
    width = max(len(row) for row in rows)
    made = Draft("table", {"table_width": width, "has_column_header": header, "has_row_header": column})
    for row in rows:
        cells: list[Json] = [read(cell.replace("\n", "<br>"), names) for cell in row]
        made.children.append(Draft("table_row", {"cells": cells + [[] for _ in range(width - len(row))]}))
    return made
