"""It listens: what people decide on a finding's row is heard, kept, honoured, answered and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import OwnRow
from connectors.document import Document, to_text
from rules.base import Rule
from sync.decisions import Decision, heard, read, unknown, verdict
from sync.store import Store
from tests.run.worlds import NOW, Rig, rig

MADE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ONE = Decision("first-look/a", "notion", "first-look", "snooze", None, "", "u1", MADE, MADE)
WHO = {"u1": "Lena"}
DAY = timedelta(days=1)


def _row(**values: object) -> OwnRow:
    return OwnRow("first-look/a", "r1", "", {"Rule": "first-look", **values}, MADE, "u1")


@pytest.mark.parametrize(
    ("change", "after", "quiet", "words"),
    [
        ({}, 6 * DAY, True, "Snoozed until 9 Mar 2026, decided by Lena, about 2 Mar 2026."),
        ({}, 7 * DAY, False, "The snooze ended on 9 Mar 2026"),
        ({"until": date(2026, 4, 1)}, 29 * DAY, True, "Snoozed until 1 Apr 2026"),
        ({"until": date(2026, 4, 1)}, 30 * DAY, False, "ended"),
        ({"word": "fixed"}, DAY, True, "Taken as fixed, decided by Lena"),
        ({"word": "fixed"}, 2 * DAY, False, "but it still holds"),
        ({"word": "not a leak"}, 400 * DAY, True, "Not a leak"),
        ({"word": "not a leak", "by": None}, DAY, True, "by somebody"),
    ],
)
def test_what_a_decision_means(change: dict[str, Any], after: timedelta, quiet: bool, words: str) -> None:
    found = verdict(replace(ONE, **change), MADE + after, "UTC", WHO)
    assert found.quiet is quiet
    assert words in found.answer


def test_reading_a_row() -> None:
    assert read("notion", _row(), (), MADE) is None
    assert read("notion", replace(_row(Decision="snooze"), trashed=True), (), MADE) is None
    assert read("notion", _row(Decision="wontfix"), (), MADE) is None
    assert unknown(_row(Decision="wontfix")) == "Handrail knows snooze, not a leak, fixed, not wontfix."
    assert unknown(_row(Decision="fixed")) == unknown(_row()) == ""
    found = read("notion", _row(Decision="Not a leak", Because=" it is fine "), (), MADE)
    assert found is not None
    assert (found.word, found.because, found.by, found.at) == ("not a leak", "it is fine", "u1", MADE)
    ours = read("notion", _row(Decision="snooze", Until="2026-04-01T10:00:00Z"), ("u1",), MADE)
    assert ours is not None
    assert (ours.by, ours.until) == (None, date(2026, 4, 1))


def test_the_page_counts_by_rule_and_says_which_rule_is_too_eager() -> None:
    made = [replace(ONE, key=f"review-stall/{n}", rule="review-stall", word="not a leak") for n in range(12)]
    last = replace(ONE, at=MADE + DAY)
    verdicts = {one.key: verdict(one, MADE, "UTC", WHO) for one in [last, *made]}
    text = to_text(Document(tuple(heard([last, *made], verdicts, (), {ONE.key: "Spring launch"}))), 200)
    assert "review-stall: 12 judged not a leak. It is too eager" in text
    assert "first-look: 1 snoozed." in text
    assert "Spring launch: Snoozed until" in text
    assert list(heard([], {}, list[Rule](), {})) == []


def test_decisions_are_kept_and_forgotten(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "d.db")) as store:
        store.note_decisions([ONE], [])
        store.note_decisions([replace(ONE, word="fixed", until=date(2026, 4, 1))], [])
        assert store.decisions() == {ONE.key: replace(ONE, word="fixed", until=date(2026, 4, 1))}
        store.note_decisions([], [ONE.key])
        assert store.decisions() == {}


# ---- on a row, over real HTTP --------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as one:
        one.run()
        yield one


def _decide(one: Rig, **columns: Any) -> str:
    """Lena fills in the columns of the first row about an item; the finding's key."""
    rows = [row for row in one.raw_rows() if "/asana:" in _text(row, "Key")]
    row = min(rows, key=lambda row: _text(row, "Key"))
    one.send("PATCH", f"/notion/v1/pages/{row['id']}", {"properties": columns}, "as:Lena")
    return _text(row, "Key")


def _text(row: dict[str, Any], column: str) -> str:
    body = row["properties"][column]
    return "".join(piece["plain_text"] for piece in body[body["type"]])


def _word(word: str | None) -> dict[str, Any]:
    return {"select": {"name": word} if word else None}


def _because(words: str) -> dict[str, Any]:
    return {"rich_text": [{"type": "text", "text": {"content": words}}]}


def _shown(one: Rig, key: str) -> dict[str, Any]:
    return next(row for row in one.rows() if row["Key"] == key)


def _marks(one: Rig) -> int:
    return sum(bool(task.get("Flow status")) for task in one.tasks().values())


def test_a_snooze_keeps_a_finding_quiet_until_it_ends(small: Rig) -> None:
    marks = _marks(small)
    key = _decide(small, Decision=_word("snooze"), Until={"date": {"start": "2026-03-05"}}, Because=_because("away"))
    later = small.run()
    assert key not in {finding.key for finding in later.judgement.said}
    assert key in {finding.key for finding in later.judgement.findings}
    row = _shown(small, key)
    assert (row["State"], row["Decision"], row["Because"]) == ("Snoozed", "snooze", "away")
    assert row["Answer"] == "Snoozed until 5 Mar 2026, decided by Lena, about 2 Mar 2026."
    assert _marks(small) == marks - 1
    assert "decided by Lena" in small.page()
    assert "away" in small.page()
    small.clear_log()
    assert small.run().plan.steps == ()
    assert small.writes() == 0
    small.run(now=NOW + 3 * DAY)
    row = _shown(small, key)
    assert (row["State"], row["Decision"]) == ("Open", "snooze")
    assert "The snooze ended" in row["Answer"]
    assert _marks(small) >= marks


def test_not_a_leak_closes_this_finding_and_is_counted(small: Rig) -> None:
    key = _decide(small, Decision=_word("not a leak"))
    small.run()
    assert _shown(small, key)["State"] == "Closed"
    assert "Not a leak, decided by Lena" in _shown(small, key)["Answer"]
    assert "1 judged not a leak" in small.page()
    assert small.run(now=NOW + 30 * DAY).applied.troubles == []
    assert _shown(small, key)["State"] == "Closed"


def test_fixed_is_believed_for_two_days_and_then_doubted(small: Rig) -> None:
    key = _decide(small, Decision=_word("fixed"))
    small.run()
    assert (_shown(small, key)["State"], "Taken as fixed" in _shown(small, key)["Answer"]) == ("Closed", True)
    small.run(now=NOW + 2 * DAY)
    row = _shown(small, key)
    assert (row["State"], "but it still holds" in row["Answer"]) == ("Open", True)


def test_a_decision_taken_back_is_forgotten(small: Rig) -> None:
    marks = _marks(small)
    key = _decide(small, Decision=_word("snooze"))
    small.run()
    _decide(small, Decision=_word(None))
    small.run()
    row = _shown(small, key)
    assert (row["State"], row["Answer"]) == ("Open", "")
    assert _marks(small) == marks
    assert "What you decided" not in small.page()


def test_with_the_database_lost_decisions_are_heard_again(small: Rig) -> None:
    key = _decide(small, Decision=_word("snooze"), Until={"date": {"start": "2026-03-20"}})
    small.run()
    marks = _marks(small)
    small.forget()
    small.run()
    row = _shown(small, key)
    assert (row["State"], row["Decision"], _marks(small)) == ("Snoozed", "snooze", marks)
    assert "20 Mar 2026" in row["Answer"], "whose it was is lost: the row's last editor is Handrail by now"
    assert small.run().plan.steps == ()


def test_an_unknown_word_is_answered_and_changes_nothing_else(small: Rig) -> None:
    key = _decide(small, Decision=_word("wontfix"))
    small.run()
    row = _shown(small, key)
    assert (row["State"], row["Decision"]) == ("Open", "wontfix")
    assert row["Answer"] == "Handrail knows snooze, not a leak, fixed, not wontfix."
