"""What is missing, so that nobody can see or plan the work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import polars as pl

from rules import briefs, language, limits
from rules.base import Board, Condition, Evidence, Finding, Level
from rules.durations import Duration
from rules.flow import timed
from rules.item_rule import ItemRule, Said, about, days
from rules.language import habits
from rules.now import standing
from rules.waits import Wait

Gap = Literal["owner", "due", "stage", "done", "brief", "so_that"]
_TICKED = ("task", "milestone", "approval")
"""What the vendors let people mark complete; pages have only their status."""
GAPS: tuple[Gap, ...] = ("owner", "due", "stage", "done")
OF_TEXT: tuple[Gap, ...] = ("brief", "so_that")
"""What can be told only of items whose description or content is read."""


@dataclass(frozen=True)
class Hygiene(ItemRule):
    """An item lacks what others need to see or plan it, for longer than `warn` or `breach`.

    `look_for` says what: `owner` and `due` (an open item has none), `stage` (it is in a column that no stage of its
    flow matches, so that no clock runs), `done` (it is done two ways that disagree: completed and still in a working
    stage, or in a done stage and not completed), `brief` (the description or page has fewer than `brief_words`
    words), `so_that` (it says what the work is for in none of these words). The last two ask of the backlog, too, and
    need a source that reads that text: an Asana source with "notes" among its `fields`, a Notion table with
    `body = true`; of other items they say nothing. `fields` names further fields that must not be empty, like an
    audience or a budget code; the source's `fields` must list them. Time counts from the creation, for `done` from
    the first of the two ends. An item has one finding, which names everything it lacks, and none any more when
    nothing is missing. Placeholders of `next_step`: {waiting_on} whose turn it is, {excess} how far beyond the limit
    it is, {title}, {limit}, {waited}.
    """

    kind: ClassVar[str] = "hygiene"
    words: ClassVar[dict[Level, str]] = {"warn": "Something is missing", "breach": "Missing for long"}
    placeholders: ClassVar[tuple[str, ...]] = ("waiting_on", "excess", "title", "limit", "waited")
    look_for: tuple[Gap, ...] = GAPS
    fields: tuple[str, ...] = ()
    brief_words: int = 5
    so_that: tuple[str, ...] = ("so that", "in order to")
    warn: Duration | None = field(default_factory=lambda: Duration.parse("1wd"))
    breach: Duration | None = None

    def __post_init__(self) -> None:
        limits.in_order(self.warn, self.breach)
        if not self.look_for and not self.fields:
            raise ValueError("look_for names nothing; leave it out for all four, or give fields")
        for key, names in (("fields", self.fields), ("so_that", self.so_that)):
            if any(not name.strip() for name in names):
                raise ValueError(f"{key} holds a blank; say what it should be, or leave it out")
        if not self.so_that:
            raise ValueError('so_that names no words; give some, like "so that", or leave it out')
        if self.brief_words < 1:
            raise ValueError('brief_words must be at least 1; leave "brief" out of look_for to ask for none')

    def check(self, board: Board) -> Iterator[Finding]:
        """One finding per item that lacks something."""
        rows = self._gaps(board, self.asked(board))
        rows = rows.with_columns(level=limits.level_of(self.warn, self.breach, days(board, rows["item"])))
        for row in about(board, rows.filter(pl.col("level").is_not_null())).iter_rows(named=True):
            yield self.finding(row, self._said(board, row))

    def conditions(self, board: Board, item: int) -> Iterator[Condition]:
        """Asked for; something is missing; for longer than the limit."""
        yield from self.asked_of(board, item)
        mine = self._gaps(board, board.items["item"] == item)
        missing = ", ".join(mine["lacks"][0]) if mine.height else "nothing"
        yield Condition("something is missing", mine.height > 0, missing, " or ".join(self._names()))
        limit = self.warn or self.breach
        if limit is not None:
            wait = Wait.of(board, mine.row(0, named=True), limit)
            yield wait.condition("it has been missing for longer than the limit")

    def _names(self) -> list[str]:
        return [*self.look_for, *self.fields]

    def _gaps(self, board: Board, among: pl.Series) -> pl.DataFrame:
        """One row per item of these (by item, true or false) that lacks anything: `lacks` (names of what is missing),
        `column`, `since`, and how long."""
        now, items = standing(board), board.items
        rows = now.select(
            "item", "state", "stage", "stage_kind", "owner_name", "finished_at", "column"
        ).with_columns(
            items["due"], items["flow"], items["completed_at"], items["created_at"],
            filled=items["fields"], text=items["text"], present=(items["presence"].cast(pl.String) == "present"),
            ticks=items["kind"].cast(pl.String).is_in(_TICKED),
            ends=items["flow"].cast(pl.String).is_in(_with_done_stage(board)),
        ).filter(among)  # fmt: skip
        rows = rows.with_columns(words=briefs.words_in(pl.col("text")))
        known = {**_tests(), **self._of_text(), **{name: _empty(name) for name in self.fields}}
        tests = {name: known[name].fill_null(False) for name in self._names()}
        rows = rows.filter(pl.any_horizontal(tests.values()))
        lacks = pl.concat_list(pl.when(test).then(pl.lit(name)) for name, test in tests.items()).list.drop_nulls()
        over = (pl.col("state") == "done") & pl.col("finished_at").is_not_null()
        rows = rows.with_columns(
            lacks=lacks, since=pl.when(over).then("finished_at").otherwise("created_at"),
            none=pl.lit(None, items["created_at"].dtype),
        )  # fmt: skip
        return timed(rows, board, "since", "none").select(
            "item",
            "lacks",
            pl.col("column").cast(pl.String),
            "since",
            "elapsed",
            "working",
            "words",
            vendor_done=pl.col("completed_at").is_not_null(),
        )

    def _of_text(self) -> dict[str, pl.Expr]:
        """What is missing in the text of unfinished work; null, so not missing, where no text is read."""
        unfinished = pl.col("state").is_in(["open", "backlog"]) & pl.col("present")
        return {
            "brief": unfinished & (pl.col("words") < self.brief_words),
            "so_that": unfinished & ~briefs.says(pl.col("text"), self.so_that),
        }

    def _said(self, board: Board, row: dict[str, Any]) -> Said:
        limit = limits.the_limit(row["level"], self.warn, self.breach)
        wait, lacks = Wait.of(board, row, limit), row["lacks"]
        said = list(self._sentences(row, lacks))
        facts = tuple(Evidence(row["since"], one, row["ref"]) for one in said)
        return Said(" ".join(said), limit.words, row["since"], wait.said, wait.excess, facts, mark="lacks")

    def _sentences(self, row: dict[str, Any], lacks: Sequence[str]) -> Iterator[str]:
        title, words = row["title"], {"owner": habits.NO_OWNER, "due": habits.NO_DATE}
        words |= {"brief": habits.thin_brief(row["words"] or 0), "so_that": habits.not_said(self.so_that[0])}
        missing = [words.get(name) or habits.nothing_in(name) for name in lacks if name not in ("stage", "done")]
        if missing:
            yield habits.lacking(title, missing)
        if "stage" in lacks:
            yield habits.stray(title, language.quoted(row["column"] or ""))
        if "done" in lacks:
            tell = (
                habits.ticked_off_in if row["vendor_done"] and row["stage_kind"] != "done" else habits.done_not_ticked
            )
            yield tell(title, row["stage"] or "")


def _tests() -> dict[str, pl.Expr]:
    """What each gap is."""
    open_ = (pl.col("state") == "open") & pl.col("present")
    in_done = (pl.col("stage_kind").cast(pl.String) == "done").fill_null(False)
    twice = (pl.col("state") == "done") & pl.col("present") & pl.col("ends")
    ticked = pl.col("completed_at").is_not_null()
    disagree = pl.when(in_done).then(~ticked & pl.col("ticks")).otherwise(ticked)
    return {
        "owner": open_ & pl.col("owner_name").is_null(),
        "due": open_ & pl.col("due").is_null(),
        "stage": open_ & pl.col("flow").is_not_null() & pl.col("column").is_not_null() & pl.col("stage").is_null(),
        "done": twice & disagree & pl.col("stage").is_not_null(),
    }


def _empty(name: str) -> pl.Expr:
    """An open item's field that holds nothing."""
    held = pl.col("filled").list.eval(pl.element().str.starts_with(f"{name}=")).list.any().fill_null(False)
    return (pl.col("state") == "open") & pl.col("present") & ~held


def _with_done_stage(board: Board) -> list[str]:
    """Flows that have a stage in which work is done."""
    rows = board.columns.filter(pl.col("stage_kind").cast(pl.String) == "done")
    return [one for one in rows["flow"].cast(pl.String).unique().sort() if one]
