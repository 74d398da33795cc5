"""Hops 6 and 7: carry a plan out, change by change, and settle each receipt in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from dataclasses import replace as with_

from connectors.errors import ConnectorError, Denied, Missing, Rejected
from connectors.model import Change, EnsureTable, PostComment, PostStatus, PutPage, PutRow, Receipt, Ref, SetFields
from sync.giving_back import Sent, give_back
from sync.house import House
from sync.links import settled, where
from sync.plan import LeftAlone, Plan, Step
from sync.planning.rows import columns_note
from sync.pulling import Trouble
from sync.stopping import Stop


@dataclass(slots=True)
class Applied:
    """What became of the changes: counts by outcome, what moved on meanwhile, and what failed.

    `items`: those whose fields were written; `whole`: the sources where anything else was; `gone`: the items that
    were not there any more when their turn came.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    moved_on: list[Step] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)
    items: set[Ref] = field(default_factory=set)
    gone: set[Ref] = field(default_factory=set)
    given_back: list[LeftAlone] = field(default_factory=list)

    @property
    def written(self) -> int:
        return self.outcomes["written"]


def carry_out(house: House, run: str, plan: Plan, applied: Applied, stop: Stop) -> Applied:
    """Apply every step in order. A change that fails stays wanted and is tried by the next run. Parked."""
    denied: set[str] = set()
    sent: list[Sent] = []
    house.progress.applying(len(plan.steps))
    for target, values in plan.adopted.items():
        house.store.adopt(run, target, values)
    for step in plan.steps:
        stop.check()
        if step.source in denied:
            continue
        try:
            sent.extend(_one(house, run, step, applied))
        except ConnectorError as error:
            _note_failure(house, run, step, error, applied)
            if isinstance(error, Denied):
                denied.add(step.source)
        house.progress.applied(step.title)
    applied.given_back.extend(give_back(house, run, sent))
    return applied


def _one(house: House, run: str, step: Step, applied: Applied) -> Iterator[Sent]:
    change = _with_addresses(house, _with_known_place(house, step))
    stale = _rewritten_since(house, step)
    house.store.write_started(run, step.target, change, step.reason.text)
    receipt = stale or house.sources[step.source].connector.apply(change)
    house.store.settle(run, step.target, change, receipt)
    _spare_the_echo(house, change, receipt)
    if isinstance(change, EnsureTable):
        house.store.note_made(columns_note(step.source, change), receipt.remote)
    applied.outcomes[receipt.outcome] += 1
    applied.items.add(change.ref) if isinstance(change, SetFields) else applied.whole.add(step.source)
    if receipt.outcome == "moved_on":
        applied.moved_on.append(step)
    elif receipt.outcome == "written" and isinstance(change, SetFields):
        yield Sent(step, change, receipt)


def _rewritten_since(house: House, step: Step) -> Receipt | None:
    """A plan file's page that another run has written since: what this plan would say is no longer news."""
    change = step.change
    if not isinstance(change, PutPage) or change.before is None:
        return None
    written = house.store.last_written(step.target)
    now = str(written.values.get("digest") or "") if written else ""
    if now in (change.before, change.digest):
        return None
    return Receipt(change.key, "moved_on", note="the page has been written anew since this plan was made")


def _with_known_place(house: House, step: Step) -> Change:
    """A plan file may be older than the page or row it writes to: look up what was made since."""
    change = step.change
    if isinstance(change, PutRow | PutPage) and change.remote is None:
        return with_(change, remote=house.store.made(step.target))
    return change


def _with_addresses(house: House, change: Change) -> Change:
    """Links to what is ours lead there from now on; what is not made yet is not linked."""
    if isinstance(change, PutPage):
        return with_(change, document=settled(change.document, house.store.address))
    if isinstance(change, PostStatus | PostComment):
        return with_(change, link=where(change.link, house.store.address))
    return change


def _spare_the_echo(house: House, change: Change, receipt: Receipt) -> None:
    """Our own write made a new version: when the one before was kept, there is nothing new to read in it."""
    if not isinstance(change, SetFields) or not receipt.version:
        return
    if house.store.known(change.ref) == receipt.seen_version:
        house.store.set_version(change.ref, receipt.version, receipt.fields)


def _note_failure(house: House, run: str, step: Step, error: ConnectorError, applied: Applied) -> None:
    house.store.failed(run, step.target, str(error))
    if isinstance(error, Missing) and isinstance(step.change, SetFields):  # deleted since it was read, and no trouble
        applied.gone.add(step.change.ref)
        applied.moved_on.append(step)
        applied.outcomes["moved_on"] += 1
        return
    applied.troubles.append(Trouble(step.source, step.title, str(error), isinstance(error, Denied)))
    if isinstance(error, Rejected) and isinstance(step.change, SetFields):
        house.store.forget_made(f"own fields/{step.source}:")  # a field may be gone: the next plan looks again
