"""The ledger and the stays on a real log, against an answer key that was computed straight from its rows."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from statistics import median_high
from typing import Any

import polars as pl
import pytest

from rules.base import Board
from rules.flow import stays
from rules.handoffs import handoffs
from tests.rules.receipt import KEY, LOG, log_board, read

pytestmark = pytest.mark.skipif(not LOG.exists(), reason="the real log is not beside the project")


@lru_cache(maxsize=1)
def real() -> tuple[Board, dict[str, Any]]:
    return log_board(read(LOG)), json.loads(KEY.read_text())


def by_pair(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    chosen = rows.filter(pl.col("by").cast(pl.String) == by)
    pair = pl.col("from").cast(pl.String) + " -> " + pl.col("to").cast(pl.String)
    wait = (pl.col("touched_at") - pl.col("given_at")).dt.total_microseconds()
    return chosen.select(pair=pair, wait=wait, elapsed=pl.col("elapsed").dt.total_microseconds(), ended="ended")


def test_owner_handoffs_by_pair() -> None:
    board, key = real()
    rows = by_pair(handoffs(board), "owner")
    assert rows.height == key["handoffs"] == 1208
    assert dict(Counter(rows["pair"])) == key["handoffs_by_pair"]


def test_every_receiver_touched_and_the_waits_agree_to_the_millisecond() -> None:
    board, key = real()
    rows = by_pair(handoffs(board), "owner")
    assert rows["wait"].null_count() == 0
    waits = rows.group_by("pair").agg(pl.col("wait").sum(), pl.col("elapsed").sum())
    assert waits["wait"].equals(waits["elapsed"])
    assert {pair: wait / 1e6 for pair, wait, _ in waits.iter_rows()} == pytest.approx(
        key["handoff_wait_seconds_by_pair"], abs=1e-6, rel=0
    )
    assert median_high(rows["wait"].to_list()) / 1e6 == key["median_handoff_wait_seconds"]
    back = rows.filter(pl.col("ended").is_in(["bounced", "slip"])).height
    assert back == key["ping_pongs_ABA"]


def test_team_handoffs_by_pair() -> None:
    board, key = real()
    rows = by_pair(handoffs(board), "team")
    assert rows.height == key["team_handoffs"] == 5440
    assert dict(Counter(rows["pair"])) == key["team_handoffs_by_pair"]


def test_moves_visits_and_time_in_stage() -> None:
    board, key = real()
    rows = stays(board)
    assert rows.height - key["tasks"] == key["section_moves"] == 7137
    assert dict(Counter(rows["name"].cast(pl.String))) == key["stage_visits"]
    last = board.events.group_by("item").agg(pl.col("at").max().alias("last"))
    until = rows.join(last, on="item").with_columns(end=pl.coalesce("left_at", "last"))
    spent = until.group_by(pl.col("name").cast(pl.String)).agg(
        (pl.col("end") - pl.col("entered_at")).sum().dt.total_microseconds()
    )
    assert {name: us / 1e6 for name, us in spent.iter_rows() if us} == pytest.approx(
        key["stage_seconds_between_rows"], abs=1e-6, rel=0
    )
