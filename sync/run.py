"""One run in seven hops. This page is the whole story; everything else is a part of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from structlog.contextvars import bound_contextvars

from connectors.model import Ref
from rules.engine import Judgement
from sync.applying import Applied, carry_out
from sync.guarding import pass_guards
from sync.guards import TooMuch
from sync.house import House
from sync.listening import note_decisions
from sync.plan import Plan
from sync.planning import make_plan
from sync.pulling import Pulled, Trouble, find_own, look, pull, read_echo
from sync.stopping import Parked, Stop


@dataclass(slots=True)
class Outcome:
    """What one run read, found, planned and wrote. `parked`: why it ended before it was through; empty: it was."""

    run: str
    as_of: datetime
    plan: Plan
    pulled: Pulled = field(default_factory=Pulled)
    judged: Judgement | None = None
    applied: Applied = field(default_factory=Applied)
    parked: str = ""

    @property
    def judgement(self) -> Judgement:
        """What was found; a run that was parked before it judged must not be asked."""
        if self.judged is None:
            raise AssertionError(f"run {self.run} was parked before it judged")
        return self.judged

    @property
    def idle(self) -> bool:
        """It wrote nothing, and nothing went wrong."""
        return not self.parked and not self.troubles and not self.applied.outcomes

    @property
    def troubles(self) -> list[Trouble]:
        refused = [Trouble("plan", "refused", text) for text in self.plan.refused]
        return [*self.pulled.troubles, *refused, *self.applied.troubles]


def run(
    house: House, now: datetime, *, write: bool, past_guards: Collection[str] = (), stop: Stop | None = None,
    hints: Collection[Ref] | None = None, pages: bool = True,
) -> Outcome:  # fmt: skip
    """Bring what is readable at the vendors into agreement with how work is, as of `now`.

    Without `write` it stops before the first write. With `hints` only these items are read again; without `pages`
    these wait. `stop` (the house's own, if none is given) ends it early: what is kept stays, nothing is concluded
    from a half, and the next run goes on. Raises TooMuch when a guard refuses, Busy when another run is under way;
    what single sources or changes could not do is in `troubles`. `past_guards`: guards overridden.
    """
    with house.store.run_lock():
        kind, mode = "run" if hints is None else "live", "apply" if write else "plan"
        number = house.store.begin_run(kind, mode, now, house.settings.hash)
        outcome = Outcome(number, now, Plan(now, ()))
        try:
            with bound_contextvars(run=number):
                _hops(house, outcome, write, past_guards, stop or house.stop, hints, pages)
        except Parked as parked:
            outcome.parked = str(parked)
        except TooMuch as refused:
            house.store.end_run(number, {**summary_of(outcome, house), "refused": str(refused)})
            raise
        house.store.end_run(number, summary_of(outcome, house))
        if kind == "live" and outcome.idle:
            house.store.forget_run(number)
    return outcome


def _hops(
    house: House, outcome: Outcome, write: bool, past_guards: Collection[str], stop: Stop,
    hints: Collection[Ref] | None, pages: bool,
) -> None:  # fmt: skip
    number, now, pulled = outcome.run, outcome.as_of, outcome.pulled
    pull(house, pulled, stop) if hints is None else look(house, hints, pulled, stop)  # 1 pull, 2 keep
    if hints is None:
        house.store.note_read_whole(house.sources.keys() - pulled.unheard, now)
    note_decisions(house, now)
    outcome.judged = house.judge(now)  # 3 view, 4 judge
    outcome.plan = make_plan(  # 5 plan
        house, outcome.judged, frozenset(pulled.unheard), pages=pages, refused=pulled.refused
    )
    if write:
        pass_guards(house, outcome.plan, past_guards)
        carry_out(house, number, outcome.plan, outcome.applied, stop)  # 6 apply, 7 settle
        heard = house.sources.keys() - pulled.unheard
        house.store.note_findings(number, now, outcome.judged.findings, heard, house.settings.hash)
        read_echo(house, outcome.applied.whole, outcome.applied.items, stop)
        look(house, outcome.applied.gone, Pulled(), stop)


def apply_plan(house: House, plan: Plan, past_guards: Collection[str] = ()) -> Applied:
    """Carry out a reviewed plan, exactly; what has moved on since is left alone and counted."""
    with house.store.run_lock():
        number = house.store.begin_run("apply", "apply", plan.as_of, house.settings.hash)
        for source in house.sources.values():
            find_own(house, source)
        pass_guards(house, plan, past_guards)
        applied = carry_out(house, number, plan, Applied(), house.stop)
        read_echo(house, applied.whole, applied.items, house.stop)
        house.store.end_run(number, {"written": applied.written, "errors": len(applied.troubles)})
    return applied


def summary_of(outcome: Outcome, house: House) -> dict[str, object]:
    """A run in one object: what `--json` prints and what the store keeps."""
    tally, judged = house.meter.read(), outcome.judged
    return {
        "run": outcome.run,
        "finished": not outcome.parked,
        **({"stopped": outcome.parked} if outcome.parked else {}),
        "as_of": outcome.as_of.isoformat(),
        "items": judged.board.items.height if judged else None,
        "pulled": {"items": outcome.pulled.items, "events": outcome.pulled.events},
        "findings": len(judged.findings) if judged else None,
        "said": len(judged.said) if judged else None,
        "planned": len(outcome.plan.steps),
        "written": outcome.applied.written,
        "outcomes": dict(outcome.applied.outcomes),
        "left_alone": len(outcome.plan.left_alone),
        "moved_on": len(outcome.applied.moved_on),
        "given_back": len(outcome.applied.given_back),
        "left_to_others": list(outcome.pulled.left_to_others),
        "errors": [f"{one.source}: {one.where}: {one.text}" for one in outcome.troubles],
        "requests": {source: tally.total(source) for source in house.sources},
    }
