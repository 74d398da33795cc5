"""One run in seven hops. This page is the whole story; everything else is a part of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from rules.engine import Judgement
from sync.applying import Applied, carry_out
from sync.guarding import pass_guards
from sync.house import House
from sync.listening import note_decisions
from sync.plan import Plan
from sync.planning import make_plan
from sync.pulling import Pulled, Trouble, find_own, pull


@dataclass(slots=True)
class Outcome:
    """What one run read, found, planned and wrote."""

    run: str
    as_of: datetime
    pulled: Pulled
    judgement: Judgement
    plan: Plan
    applied: Applied = field(default_factory=Applied)

    @property
    def troubles(self) -> list[Trouble]:
        refused = [Trouble("plan", "refused", text) for text in self.plan.refused]
        return [*self.pulled.troubles, *refused, *self.applied.troubles]


def run(house: House, now: datetime, *, write: bool, past_guards: Collection[str] = ()) -> Outcome:
    """Bring what is readable at the vendors into agreement with how work is, as of `now`.

    Without `write` it stops before the first write. Raises TooMuch when a guard refuses, Busy when another run
    is under way; what single sources or changes could not do is in `troubles`. `past_guards`: guards overridden.
    """
    with house.store.run_lock():
        number = house.store.begin_run("run", "apply" if write else "plan", now, house.settings.hash)
        pulled = pull(house)  # 1 pull, 2 keep
        note_decisions(house, now)
        judgement = house.judge(now)  # 3 view, 4 judge
        plan = make_plan(house, judgement, frozenset(pulled.unheard))  # 5 plan
        outcome = Outcome(number, now, pulled, judgement, plan)
        if write:
            pass_guards(house, plan, past_guards)
            outcome.applied = carry_out(house, number, plan)  # 6 apply, 7 settle
            heard = house.sources.keys() - pulled.unheard
            house.store.note_findings(number, now, judgement.findings, heard, house.settings.hash)
            if outcome.applied.sources:
                pull(house, only=outcome.applied.sources)  # our own echo: it moves the cursors behind our writes
        house.store.end_run(number, summary_of(outcome, house))
    return outcome


def apply_plan(house: House, plan: Plan, past_guards: Collection[str] = ()) -> Applied:
    """Carry out a reviewed plan, exactly; what has moved on since is left alone and counted."""
    with house.store.run_lock():
        number = house.store.begin_run("apply", "apply", plan.as_of, house.settings.hash)
        for source in house.sources.values():
            find_own(house, source)
        pass_guards(house, plan, past_guards)
        applied = carry_out(house, number, plan)
        if applied.sources:
            pull(house, only=applied.sources)
        house.store.end_run(number, {"written": applied.written, "errors": len(applied.troubles)})
    return applied


def summary_of(outcome: Outcome, house: House) -> dict[str, object]:
    """A run in one object: what `--json` prints and what the store keeps."""
    tally = house.meter.read()
    return {
        "run": outcome.run,
        "finished": True,
        "as_of": outcome.as_of.isoformat(),
        "items": outcome.judgement.board.items.height,
        "pulled": {"items": outcome.pulled.items, "events": outcome.pulled.events},
        "findings": len(outcome.judgement.findings),
        "said": len(outcome.judgement.said),
        "planned": len(outcome.plan.steps),
        "written": outcome.applied.written,
        "outcomes": dict(outcome.applied.outcomes),
        "left_alone": len(outcome.plan.left_alone),
        "moved_on": len(outcome.applied.moved_on),
        "given_back": len(outcome.applied.given_back),
        "errors": [f"{one.source}: {one.where}: {one.text}" for one in outcome.troubles],
        "requests": {source: tally.total(source) for source in house.sources},
    }
