"""The handoff ledger: every direct change of a responsible party between two known ones, and how it ended.

A handoff is open until the next change of the same responsibility. The receiver touches it with his first own event
in that window, in story order, of whatever kind; the event that passes it on counts when it is the receiver's own.
Only persons touch. The ledger keeps everything; what counts in rules and waits is decided there.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from rules.base import INSTANT, Board
from rules.causes import causes
from rules.finish import finishes
from rules.flow import timed
from rules.once import once
from rules.owners import place
from rules.parties import changes
from rules.touches import touches

ENDS = pl.Enum(["slip", "bounced", "passed_on", "picked_up", "closed", "waiting"])
_COLUMNS = (
    "item", "flow", "by", "from", "to", "from_person", "to_person", "to_team", "given_at", "touched_at", "ended",
    "ended_at", "elapsed", "working", "chasers", "return_of_slip", "cause", "approximate",
)  # fmt: skip
_SETTLED = tuple(name for name in _COLUMNS if name not in ("flow", "elapsed", "working", "cause", "approximate"))


@once
def handoffs(board: Board) -> pl.DataFrame:
    """One row per handoff, by item, time and `by`.

    `item`, `flow`, `by` (owner, team, stage, approval), `from`, `to` (display names), `from_person`, `to_person`,
    `to_team`, `given_at`, `touched_at`, `ended` (slip, bounced, passed_on, picked_up, closed, waiting), `ended_at`
    (null while waiting), `elapsed` and `working` (from given to touched, else to the end, else to the board's
    instant), `chasers` (events by the giver in between), `return_of_slip` (the way back of a slip), `cause` (of the
    wait, see `rules.causes`), `approximate` (given at the
    latest then: the vendor keeps no history). Working time is the receiver's, where a person with own hours received
    it, else the flow's.
    """
    order = pl.col("by").replace_strict({"owner": 0, "team": 1, "stage": 2, "approval": 3}, return_dtype=pl.UInt8)
    rows = pl.concat(_settled(changed, board) for changed in changes(board)).sort("item", "pos", order,
                                                                                  maintain_order=True)  # fmt: skip
    end = pl.coalesce("touched_at", "ended_at").fill_null(board.now)
    rows = timed(rows.with_columns(wait_end=end), board, "given_at", "wait_end", "to_person")
    return rows.with_columns(
        flow=board.items["flow"].gather(rows["item"]), cause=causes(board, rows),
        approximate=board.events["approximate"].gather(rows["pos"]),
    ).select(_COLUMNS)  # fmt: skip


def handoff_table(board: Board) -> pl.DataFrame:
    """The ledger in the columns of the export, sorted by ref, time and `by`; lengths in seconds."""
    rows = handoffs(board)
    return rows.select(
        board.items["ref"].gather(rows["item"]).alias("ref"), "flow", "by", "from", "to", "given_at", "touched_at",
        "ended", (pl.col("elapsed").dt.total_microseconds() / 1e6).alias("elapsed_seconds"),
        (pl.col("working").dt.total_microseconds() / 1e6).alias("working_seconds"), "cause",
    ).sort("ref", "given_at", pl.col("by").cast(pl.String), maintain_order=True)  # fmt: skip


def _settled(changed: pl.DataFrame, board: Board) -> pl.DataFrame:
    """The handoffs of one responsibility, each with its touch, its end and the giver's events in between."""
    found = touches(board, changed["item"], pl.concat([changed["giver"], changed["receiver"]]))
    last = found.last_row(changed["item"])
    until = changed["next_pos"].fill_null(last)
    touch = found.first(changed["receiver"], changed["pos"], until)
    stop = touch.fill_null(changed["next_pos"]).fill_null(last + 1)
    rows = changed.with_columns(
        until=until,
        touched_at=found.at(touch),
        chasers=found.count(changed["giver"], changed["pos"], stop),
        slip=_slips(changed, board),
    ).with_columns(return_of_slip=(pl.col("slip").shift() & (pl.col("next_pos").shift() == pl.col("pos"))))
    rows = rows.with_columns(pl.col("return_of_slip").fill_null(False), closed_at=_closed(rows, board))
    return rows.with_columns(ended=_ended()).with_columns(ended_at=_ended_at()).select(*_SETTLED, "pos", "receiver")


def _ended() -> pl.Expr:
    """The first that holds."""
    return (
        pl.when("slip").then(pl.lit("slip"))
        .when("back").then(pl.lit("bounced"))
        .when(pl.col("next_pos").is_not_null() & pl.col("touched_at").is_null()).then(pl.lit("passed_on"))
        .when(pl.col("touched_at").is_not_null()).then(pl.lit("picked_up"))
        .when(pl.col("closed_at").is_not_null()).then(pl.lit("closed"))
        .otherwise(pl.lit("waiting")).cast(ENDS)
    )  # fmt: skip


def _ended_at() -> pl.Expr:
    return (
        pl.when(pl.col("ended") == "picked_up").then("touched_at")
        .when(pl.col("ended") == "closed").then("closed_at")
        .when(pl.col("ended") != "waiting").then("next_at")
    )  # fmt: skip


def _slips(changed: pl.DataFrame, board: Board) -> pl.Series:
    """Given and given back within the terms' minutes, with nothing by anybody in between.

    What bots, rules and we ourselves did in between does not count, else our own writes would hide a slip.
    """
    brief = pl.col("next_at") - pl.col("given_at") <= timedelta(minutes=board.terms.slip_minutes)
    maybe = changed.select(maybe=pl.col("back") & brief.fill_null(False))["maybe"]
    if not maybe.any():
        return maybe
    hands = (~board.events["actor_kind"].is_in(["own", "bot", "rule"])).cast(pl.UInt32).cum_sum()
    before_next = hands.gather((changed["next_pos"].fill_null(1) - 1).clip(lower_bound=0))
    return maybe & (before_next <= hands.gather(changed["pos"]))


def _closed(rows: pl.DataFrame, board: Board) -> pl.Series:
    """When the item was finished, where it is finished at the end of the handoff's window."""
    done = finishes(board).with_columns(key=place(pl.col("item"), pl.col("pos") + 1))
    if not done.height:
        return pl.repeat(None, rows.height, dtype=INSTANT, eager=True)
    wanted = place(rows["item"], rows["until"] + 1)
    index = done["key"].search_sorted(wanted, side="right").cast(pl.Int64) - 1
    spell = done.select("item", "finished_at", "reopened_pos")[index.clip(lower_bound=0)]
    still = spell["reopened_pos"].is_null() | (spell["reopened_pos"] > rows["until"])
    holds = (index >= 0) & (spell["item"] == rows["item"]) & still
    return pl.select(pl.when(holds).then(pl.max_horizontal(spell["finished_at"], rows["given_at"]))).to_series()
