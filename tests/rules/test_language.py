"""What the rules say: words that age once a day at most, numbers with their units, no blame."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import language
from rules.base import Money
from rules.durations import US, Duration
from rules.engine import judge, kinds
from tests.rules.test_cases import board_of, cases, rule_of

HOUR, DAY = 3600 * US, 8 * 3600 * US
FOLDER = Path(inspect.getfile(language)).parent


@pytest.mark.parametrize(
    ("us", "said"),
    [(0, "less than a working day"), (DAY - 1, "less than a working day"), (DAY, "1 working day"),
     (2 * DAY - 1, "1 working day"), (2 * DAY, "2 working days"), (1234 * DAY, "1,234 working days")],
)  # fmt: skip
def test_whole_working_days(us: int, said: str) -> None:
    assert language.whole_working(us, DAY) == said


@pytest.mark.parametrize(
    ("us", "said"), [(23 * HOUR, "less than a day"), (24 * HOUR, "1 day"), (71 * HOUR, "2 days")]
)
def test_whole_days(us: int, said: str) -> None:
    assert language.whole_elapsed(us) == said


@pytest.mark.parametrize(
    ("hours", "limit", "said"),
    [(24.5, "3wd", "more than 3 working days"), (32, "3wd", "4 working days"),
     (21, "2.5wd", "more than 2.5 working days"), (24, "2.5wd", "3 working days"), (9, "4wh", "1 working day"),
     (5, "4wh", "more than 4 working hours"), (30, "1d", "more than 1 day"), (49, "1d", "2 days"),
     (3, "45m", "more than 45 minutes")],
)  # fmt: skip
def test_beyond_a_limit(hours: float, limit: str, said: str) -> None:
    assert language.beyond(int(hours * HOUR), Duration.parse(limit), DAY) == said


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.integers(1, 60 * 24 * HOUR), st.sampled_from(["wd", "wh", "d", "h", "m", "w"]), st.integers(1, 90))
def test_what_is_said_is_never_more_than_was(us: int, unit: Any, amount: int) -> None:
    """In whole days that have passed, longer than the limit, and the same until a day is over."""
    limit = Duration(Decimal(amount), unit)
    if us <= limit.microseconds(DAY):
        return
    said = language.beyond(us, limit, DAY)
    step = DAY if limit.working else 24 * HOUR
    if said.startswith("more than "):
        assert said == f"more than {limit.words}"
        assert us // step * step <= limit.microseconds(DAY)
    else:
        days = int(re.sub(r"\D", "", said))
        assert days * step <= us < (days + 1) * step
        assert limit.microseconds(DAY) < days * step
    assert language.beyond(us // step * step + step - 1, limit, DAY) == said


def test_chances_in_words() -> None:
    assert [language.chance(share) for share in (0.01, 0.31, 0.775, 0.95, 0.97, 1.0)] == [
        "fewer than 1 in 20", "about 3 in 10", "about 8 in 10", "about 10 in 10", "more than 19 in 20",
        "more than 19 in 20",
    ]  # fmt: skip


def test_costs_carry_their_formula_and_no_money_without_a_rate() -> None:
    assert language.cost(12.5, None, "Design").money is None
    priced = language.cost(12.5, Money("EUR", 50.0, {"Design": 80.0}), "Design")
    assert priced.money == 1000.0
    assert priced.formula == (
        "12.5 working hours of waiting × 80 EUR an hour (the rate of Design) = 1,000 EUR; waiting is not pay"
    )


def loud() -> list[Any]:
    """The first case of each kind that has a finding."""
    found: dict[str, Any] = {}
    for one in cases():
        kind, case = one.values
        if case["expect"]:
            found.setdefault(kind, pytest.param(kind, case, id=kind))
    return list(found.values())


@pytest.mark.parametrize(("kind", "case"), loud())
def test_no_sentence_ages_by_the_hour(kind: str, case: dict[str, Any]) -> None:
    """Through a day in which nothing happens, what a finding says changes once at most (and with its level)."""
    start, rule = board_of(case), rule_of(kind, case)
    told: dict[str, list[tuple[str, str, str]]] = {}
    for hour in (0, 0.3, 4.5, 9, 17, 21, 23.9):
        later = replace(start, now=start.now + timedelta(hours=hour))
        for one in judge(later, [rule]).findings:
            told.setdefault(one.key, []).append((one.sentence, one.next_step, one.level))
    assert told
    for said in told.values():
        levels = len({one[2] for one in said}) - 1
        for part in (0, 1):
            assert sum(one[part] != other[part] for one, other in pairwise(said)) <= 1 + levels, said


@pytest.mark.parametrize(("kind", "case"), loud())
def test_sentences_end_with_one_stop_and_hold_no_double_blanks(kind: str, case: dict[str, Any]) -> None:
    for one in judge(board_of(case), [rule_of(kind, case)]).findings:
        assert re.fullmatch(r"[^\n]*[^.\s]\.", one.sentence), one.sentence
        assert "  " not in one.sentence
        assert "None" not in one.sentence + one.next_step + one.limit


BLAME = re.compile(r"\b(fail\w*|fault|guilty|lazy|slow\w*|worst|forgot\w*|neglect\w*|ignor\w*|bad|poor\w*)\b", re.I)


def texts(path: Path) -> list[str]:
    """The words in a module's templates, docstrings apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    homes = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module))
    docs = {id(home.body[0].value) for home in homes if isinstance(home.body[0], ast.Expr)}
    return [node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs]  # fmt: skip


def test_verbs_of_state_not_of_blame() -> None:
    for path in FOLDER.glob("*.py"):
        assert not BLAME.search(" ".join(texts(path))), path.name
    for kind, shape in kinds().items():
        for word in shape.words.values():
            assert not BLAME.search(word), kind
            assert len(word) <= 30


def test_status_words_tell_the_kinds_apart() -> None:
    words = [word for shape in kinds().values() for word in shape.words.values()]
    assert len(words) == len(set(words))
