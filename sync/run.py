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
from sync.stopping import Parked


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
    is under way, Parked when it had to stop before everything was read; what single sources or changes could not
    do is in `troubles`. `past_guards`: guards overridden.
    """
    with house.store.run_lock():
        number = house.store.begin_run("run", "apply" if write else "plan", now, house.settings.hash)
        pulled = _whole(house, number, now, pull(house))  # 1 pull, 2 keep
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


def backfill(
    house: House, now: datetime, sources: Collection[str] | None = None, scopes: Collection[str] | None = None
) -> Pulled:  # fmt: skip
    """Hops 1 and 2 from the beginning, for everything in scope or only these sources and scope ids; writes nothing
    to a vendor. What an earlier one kept is listed again, but its history is not read again. Raises Busy."""
    with house.store.run_lock():
        number = house.store.begin_run("backfill", "observe", now, house.settings.hash)
        pulled = pull(house, sources, scopes, anew=True)
        house.store.end_run(number, reading_summary(house, number, now, pulled))
    return pulled


def _whole(house: House, number: str, now: datetime, pulled: Pulled) -> Pulled:
    """What was read, if that is all of it: nothing is concluded from half a look."""
    if not pulled.parked:
        return pulled
    summary = reading_summary(house, number, now, pulled)
    house.store.end_run(number, summary)
    raise Parked(pulled.parked, summary)


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
        "finished": not outcome.applied.parked,
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


def reading_summary(house: House, number: str, now: datetime, pulled: Pulled) -> dict[str, object]:
    """The same for a run that only read: a backfill, or one that had to stop before it had read everything."""
    tally = house.meter.read()
    return {
        "run": number,
        "finished": not pulled.parked,
        **({"stopped": pulled.parked} if pulled.parked else {}),
        "as_of": now.isoformat(),
        "pulled": {"items": pulled.items, "events": pulled.events, "scopes": pulled.scopes},
        "written": 0,
        "errors": [f"{one.source}: {one.where}: {one.text}" for one in pulled.troubles],
        "requests": {source: tally.total(source) for source in house.sources},
    }
