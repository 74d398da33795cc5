"""The honesty box: how much was seen, and how sure it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from connectors.document import Block, Bullets, Heading, Toggle, line
from rules.base import Board
from rules.handoff_map import counting
from rules.language import counted
from rules.now import standing
from rules.quality import quality
from sync.pages.days import said_day
from sync.pages.matter import Matter


def coverage(board: Board) -> dict[str, int]:
    """Counts behind the box: `items`, `open`, `owned` (open ones with an owner), `staged` (open ones in a stage),
    `events`, `approximate` (events whose time is only known between two bounds), `gone` (items no longer seen),
    `handoffs` and `looks` (those that got a first look), `finished`."""
    now = standing(board)
    open_ = now.filter(pl.col("state").cast(pl.String).is_in(["open", "backlog"]))
    handoffs = counting(board)
    return {
        "items": board.items.height,
        "open": open_.height,
        "owned": int(open_["owner_name"].is_not_null().sum()),
        "staged": int(open_["stage"].is_not_null().sum()),
        "events": board.events.height,
        "approximate": int(board.events["approximate"].sum() or 0),
        "gone": int((now["state"].cast(pl.String) == "gone").sum()),
        "handoffs": handoffs.height,
        "looks": int(handoffs["touched_at"].is_not_null().sum()),
        "finished": int((now["state"].cast(pl.String) == "done").sum()),
    }


def box(matter: Matter) -> Iterator[Block]:
    """What a reader should know before believing the page."""
    board = matter.board
    seen = coverage(board)
    lines = [
        line(f"Seen: {counted(seen['items'], 'item')} with {counted(seen['events'], 'dated fact')}. What the token "
             "of this service may not see is in no figure, and nobody can tell how much that is."),
        line(f"Of {counted(seen['open'], 'open item')}, {seen['owned']:,} have an owner and {seen['staged']:,} are "
             "in a stage that the config names. The others are in no figure by owner or stage."),
        line(f"What the figures rest on: {counted(seen['handoffs'], 'handoff')} of every sort, {seen['looks']:,} of "
             f"them looked at; {counted(seen['finished'], 'finished item')}."),
    ]  # fmt: skip
    if seen["gone"]:
        lines.append(line(f"{counted(seen['gone'], 'item')} can no longer be seen: deleted, moved or made private. "
                          "Their clocks have stopped; they count as neither open nor finished."))  # fmt: skip
    if seen["approximate"]:
        lines.append(
            line(f"{counted(seen['approximate'], 'fact')} without an exact time: the vendor keeps no history of "
                 "them, or it begins later. They are taken as of the latest they can have been.")
        )  # fmt: skip
    for source, began in matter.past.snapshots.items():
        day = said_day(began, board)
        lines.append(line(f"Snapshots of {source} began on {day}: what changed there before is not known."))
    if matter.unheard:
        lines.append(line(f"Not read this time: {', '.join(matter.unheard)}. What is said about it is from before."))
    yield Heading(line("How sure this is"))
    yield Bullets(tuple(lines))
    unsure = [line(f"{part.count:,} of {part.of:,} {part.text}.") for part in quality(board) if part.count]
    if unsure:
        yield Toggle(line("What is open, cut off, inexact or not known, in figures"), (Bullets(tuple(unsure)),))
