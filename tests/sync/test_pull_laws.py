"""Laws of history: two pulls are as good as one, and looking back equals having looked then."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import History, Page
from connectors.model import Column, Container, Event, Person, Ref
from rules.base import Flow, Hours, Stage, Terms, Week
from rules.checks.handoff_stall import HandoffStall
from rules.checks.overload import Overload
from rules.durations import Duration
from rules.engine import Judgement, judge
from rules.handoffs import handoff_table
from sync.store import Store
from sync.view import SourceTerms, board
from tests.rules.boards import OFFICE
from tests.sync.store.facts import REF, SCOPE, at, event, item

STAGES = (Stage("Build", "active", ("Build",), "Web"), Stage("Review", "waiting", ("Review",), "requester"))
TERMS = Terms(
    Hours("UTC", Week(OFFICE.week.spans)), {"f": Flow("f", "asana", STAGES)}, {"Web": ("8",)}, blocked_tags=("stuck",)
)
RULES = (
    HandoffStall("stall", "Ask {waiting_on}.", warn=Duration.parse("1wh"), breach=Duration.parse("2wd")),
    Overload("load", "Finish {excess}.", warn=1),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["owner", "owner", "transition", "comment", "completed", "reopened", "tag"]),
        st.sampled_from(["7", "8", "9"]), st.sampled_from(["7", "8", "9"]), st.integers(0, 40),
    ),
    min_size=1, max_size=10,
)  # fmt: skip


def story(steps: list[tuple[Any, ...]]) -> list[Event]:
    """An append-only history of the item, an event a step, none at the instant of another."""
    told, owner, column, hours = [], None, None, 0.0
    for n, (kind, who, to, later) in enumerate(steps):
        hours += later + 0.01
        facts: dict[str, Any] = {"actor": who, "actor_kind": "person"}
        if kind == "owner":
            facts |= {"old": owner, "new": to}
            owner = to
        elif kind == "transition":
            place = "c1" if to == "7" else "c2"
            facts |= {"old": column, "new": place, "container": "p"}
            column = place
        elif kind == "tag":
            facts |= {"new": "99", "new_text": "stuck"}
        told.append(event(f"e{n}", hours, kind, **facts))
    return told


def opened(folder: str, name: str) -> Store:
    store = Store.open(f"sqlite:///{Path(folder) / name}.db")
    columns = (Column("c1", "Build"), Column("c2", "Review"))
    people = tuple(Person(Ref("asana", one), f"P{one}") for one in ("7", "8", "9"))
    store.keep(Page(SCOPE, "1", people=people, containers=(Container(Ref("asana", "p"), "P", columns=columns),)))
    return store


def pulled(store: Store, *parts: list[Event]) -> None:
    for n, events in enumerate(parts):
        store.keep(Page(SCOPE, str(n), (item(version=f"v{n}", created_by="9"),), (History(REF, tuple(events)),)))


def found(store: Store, hours: float) -> tuple[Judgement, list[Any]]:
    seen = board(store, TERMS, [SourceTerms("asana")], at(hours))
    return judge(seen, RULES), handoff_table(seen).rows()


@settings(derandomize=True, max_examples=12, deadline=None)
@given(STEPS, st.data())
def test_two_pulls_are_one_and_looking_back_is_having_looked(steps: list[Any], data: Any) -> None:
    told = story(steps)
    cut = data.draw(st.integers(0, len(told)))
    end = (told[-1].at - at(0)).total_seconds() / 3600 + 60
    then = (told[cut - 1].at - at(0)).total_seconds() / 3600 + 0.001 if cut else 0.0
    with tempfile.TemporaryDirectory() as folder, opened(folder, "one") as one, opened(folder, "two") as two:
        pulled(two, told[:cut])
        judged_then, ledger_then = found(two, then)
        pulled(two, told)
        pulled(one, told)
        (whole, ledger), (halves, same) = found(one, end), found(two, end)
        assert (halves.findings, same) == (whole.findings, ledger)
        replayed, again = found(one, then)
        assert (replayed.findings, again) == (judged_then.findings, ledger_then)
