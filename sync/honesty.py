"""The honesty box: how much was seen, and how sure it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from connectors.document import Block, Bullets, Heading, line
from rules.base import Board
from rules.language import counted
from rules.now import standing


def coverage(board: Board) -> dict[str, int]:
    """Counts behind the box: `items`, `open`, `owned` (open ones with an owner), `staged` (open ones in a stage),
    `events`, `approximate` (events whose time is only known between two bounds)."""
    now = standing(board)
    open_ = now.filter(pl.col("state").cast(pl.String).is_in(["open", "backlog"]))
    return {
        "items": board.items.height,
        "open": open_.height,
        "owned": int(open_["owner_name"].is_not_null().sum()),
        "staged": int(open_["stage"].is_not_null().sum()),
        "events": board.events.height,
        "approximate": int(board.events["approximate"].sum() or 0),
    }


def box(board: Board, unheard: Sequence[str]) -> Iterator[Block]:
    """What a reader should know before believing the page."""
    seen = coverage(board)
    lines = [
        line(f"Seen: {counted(seen['items'], 'item')} with {counted(seen['events'], 'dated fact')}; only what this "
             "token may see."),
        line(f"Of {counted(seen['open'], 'open item')}, {seen['owned']:,} have an owner and {seen['staged']:,} are "
             "in a stage that the config names. The others are in no figure by owner or stage."),
    ]  # fmt: skip
    if seen["approximate"]:
        lines.append(
            line(f"{counted(seen['approximate'], 'fact')} without an exact time: the vendor keeps no history of "
                 "them, or it begins later. They are taken as of the latest they can have been.")
        )  # fmt: skip
    if unheard:
        lines.append(line(f"Not read this time: {', '.join(unheard)}. What is said about it is from before."))
    yield Heading(line("How sure this is"))
    yield Bullets(tuple(lines))
