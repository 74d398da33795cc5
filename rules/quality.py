"""How good the data is: how much of it is open, cut off, inexact or without a meaning. Counts, never a guess."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rules.base import Board
from rules.blocked import blocked
from rules.flow import columns_in, stays
from rules.handoffs import handoffs
from rules.now import standing
from rules.once import once


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the report: `count` of `of`; `key` names it for programs, `text` says what is done about it."""

    key: str
    count: int
    of: int
    text: str

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.count / self.of if self.of else 0.0


_TEXTS = {
    "open": "items still go on: their age is at least this, and counts as such in what is learned from the past",
    "unseen": "items are out of sight: their clocks are not read as finished",
    "before_history": "items were in a column before the first event about it: taken from their creation on",
    "unstaged": "stays were in a column that no stage matches: in no figure by stage",
    "flowless": "items are in no flow of the config: in no figure by stage",
    "unowned": "open items have no owner that is known",
    "approximate": "events have no exact time: taken as of the latest it can have been",
    "unordered": "approximate events fall between the same two looks as another: their order is not known",
    "handoffs_approximate": "handoffs were given at an inexact time: they waited at least this long",
    "nameless": "events name nobody: they touch nothing",
    "two_ways": "items are finished in one way and not in the other: the first of the two ends the clock",
    "untold_completions": "items are completed without an event that says when",
    "blocked_untold": "blocked spells have no event that tells when they began",
    "cause_unknown": "waits have no cause that the facts show",
}


@once
def quality(board: Board) -> tuple[Part, ...]:
    """The whole report, always in the same order, parts of nothing included."""
    counted = {**_items(board), **_events(board), **_derived(board)}
    return tuple(Part(key, *counted[key], text) for key, text in _TEXTS.items())


Counts = dict[str, tuple[int, int]]


def _items(board: Board) -> Counts:
    now, items = standing(board), board.items
    many, going = items.height, now["state"].cast(pl.String).is_in(["open", "backlog"])
    done_stage = (now["stage_kind"].cast(pl.String) == "done").fill_null(False)
    vendor = items["completed_at"].is_not_null()
    told = board.events.filter(pl.col("kind").is_in(["completed", "approval"]))["item"].unique()
    silent = items.filter(vendor & ~items["item"].is_in(told.implode())).height
    staged = now["stage"].is_not_null()
    begun = columns_in(board).filter(pl.col("pos") < 0)["item"].n_unique()
    return {
        "open": (int(going.sum()), many),
        "unseen": (int((items["presence"].cast(pl.String) == "unseen").sum()), many),
        "before_history": (begun, many),
        "flowless": (int(items["flow"].is_null().sum()), many),
        "unowned": (int((going & now["owner_name"].is_null()).sum()), int(going.sum())),
        "two_ways": (int((staged & (done_stage != vendor)).sum()), int((done_stage | vendor).sum())),
        "untold_completions": (silent, int(vendor.sum())),
    }


def _events(board: Board) -> Counts:
    events = board.events
    about = events.lazy().filter("approximate").select("item", "at", "not_before")
    alike = about.group_by("item", "at", "not_before").len().filter(pl.col("len") > 1).select(pl.col("len").sum())
    return {
        "approximate": (int(events["approximate"].sum()), events.height),
        "unordered": (int(alike.collect().item() or 0), int(events["approximate"].sum())),
        "nameless": (int(events["actor"].is_null().sum()), events.height),
    }


def _derived(board: Board) -> Counts:
    rows, given, stops = stays(board), handoffs(board), blocked(board)
    waits = given.filter((pl.col("ended") != "slip") & ~pl.col("return_of_slip"))
    in_flow = rows.filter(pl.col("flow").is_not_null())
    return {
        "unstaged": (int(in_flow["stage"].is_null().sum()), in_flow.height),
        "handoffs_approximate": (int(given["approximate"].sum()), given.height),
        "blocked_untold": (int((~stops["known"]).sum()), stops.height),
        "cause_unknown": (int((waits["cause"] == "not known").sum()), waits.height),
    }
