"""Rules about single items: the order of rows and the presence of other items change nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import Board
from rules.checks.bounce import Bounce
from rules.checks.overdue import Overdue
from rules.checks.quiet import Quiet
from rules.checks.reopened import Reopened
from rules.checks.stage_age import StageAge
from rules.checks.unowned import Unowned
from rules.durations import Duration
from rules.engine import judge, why_not
from tests.rules.boards import board
from tests.rules.test_handoffs import STEPS, story

START = datetime(2026, 2, 2, 9, tzinfo=UTC)
HOUR = Duration.parse("1h")
RULES = [
    StageAge("stage", "Look.", warn=HOUR), Quiet("quiet", "Look.", warn=HOUR), Bounce("bounce", "Look.", warn=1),
    Unowned("unowned", "Look.", warn=HOUR), Overdue("overdue", "Look."), Reopened("reopened", "Look.", warn=1),
]  # fmt: skip
COLUMNS = [
    {"column": "a", "name": "A", "stage": "A", "stage_kind": "active"},
    {"column": "b", "name": "B", "stage": "B", "stage_kind": "done"},
    {"column": "c", "name": "C", "stage": "C", "stage_kind": "waiting"},
]


def of(refs: list[str], events: list[dict[str, Any]]) -> Board:
    items = [{"ref": ref, "created_at": START, "due": date(2026, 2, 3)} for ref in refs]
    return board(items, events, columns=COLUMNS, now=START + timedelta(days=20))


@settings(derandomize=True, max_examples=10, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=3), st.randoms(use_true_random=False))
def test_order_and_strangers_change_nothing(drawn: list[Any], shuffle: Any) -> None:
    stories = {f"s:{number}": story(f"s:{number}", steps) for number, steps in enumerate(drawn)}
    for number, (ref, told) in enumerate(stories.items()):
        told.insert(0, {"ref": ref, "at": START, "seq": -1, "kind": "transition", "new": "ac"[number % 2]})
    events = [event for told in stories.values() for event in told]
    whole = judge(of(list(stories), events), RULES).findings
    shuffle.shuffle(events)
    mixed = of(list(stories), events)
    assert judge(mixed, RULES[::-1]).findings == whole
    for ref, told in stories.items():
        alone = judge(of([ref], told), RULES).findings
        assert alone == tuple(one for one in whole if one.subject.id == ref)
        for rule in RULES:
            speaks = any(one.rule == rule.id and one.subject.id == ref for one in whole)
            assert (why_not(mixed, rule, ref).failed is None) == speaks
