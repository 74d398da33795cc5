"""The edit that falls between our look at an item and our write: seen in the item's history, and given back.

No vendor offers "write only if unchanged". So what we wrote is looked at once more: where a person's change of the
same field lies right below ours, theirs is put back, and it counts as changed by hand from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from connectors.base import Page
from connectors.errors import ConnectorError
from connectors.model import Event, Receipt, Ref, SetFields, Value, WorkItem
from sync.house import House
from sync.plan import LeftAlone, Step, alike

Told = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Sent:
    """A change of an item's fields that was written."""

    step: Step
    change: SetFields
    receipt: Receipt


def give_back(house: House, run: str, sent: Sequence[Sent]) -> Iterator[LeftAlone]:
    """Look again at what was written, put back what fell in between; yields each field given back.

    Two requests an item where we wrote over something; none for fields that were empty, such as new ones, where
    nobody writes yet. A source that cannot be read is left as it is.
    """
    for source in house.sources.values():
        mine = [one for one in sent if one.step.source == source.id and _held_something(one)]
        if not (mine and source.histories):
            continue
        try:
            page = source.connector.get([one.change.ref.id for one in mine])
            for one in mine:
                theirs = _in_between(house, one, page)
                if theirs:
                    _put_back(house, run, one, theirs)
                for name, value in theirs.items():
                    ours, step = one.change.values[name], one.step
                    note = "changed while Handrail was writing; given back"
                    yield LeftAlone(step.target, step.title, step.url, name, value, ours, note)
        except ConnectorError:  # the next run reads what there is, and leaves alone what a person changed after us
            continue


def _held_something(sent: Sent) -> bool:
    return any(value not in (None, "", ()) for value in sent.change.before.values())


def _in_between(house: House, sent: Sent, page: Page) -> dict[str, Value]:
    """What a person had just set in the fields that we wrote over."""
    ref = sent.change.ref
    item = next((one for one in page.items if one.ref == ref), None)
    history = next((one for one in page.histories if one.ref == ref), None)
    if item is None or history is None:
        return {}
    kept = {event.source_id for event in house.store.events(ref)}
    news = sorted((e for e in history.events if e.source_id not in kept), key=lambda e: (e.at, e.seq))
    found: dict[str, Value] = {}
    for name, ours in sent.change.values.items():
        theirs = _below_ours([event for event in news if event.field_name == name])
        if theirs is None or not alike(_now(item, name), ours):
            continue
        value = _as_written(item, name, theirs)
        if not alike(value, ours) and not alike(value, sent.change.before.get(name)):
            found[name] = value
    return found


def _below_ours(events: Sequence[Event]) -> Event | None:
    """A person's change whose next change is our own."""
    pairs = pairwise(events)
    return next((one for one, after in pairs if one.actor_kind == "person" and after.actor_kind == "own"), None)


def _as_written(item: WorkItem, name: str, event: Event) -> Value:
    kind = next((field.type for field in item.fields if field.name == name), "")
    text = event.new_text or event.new
    return text[:10] if text and kind == "date" else text or None


def _now(item: WorkItem, name: str) -> Value:
    field = next((one for one in item.fields if one.name == name), None)
    if field is None or field.value in (None, ()):
        return None
    return str(field.value)[:10] if field.type == "date" else field.text or None


def _put_back(house: House, run: str, sent: Sent, theirs: Mapping[str, Value]) -> None:
    """Theirs again, in the ledger as any write; what counts as ours there stays what we had wanted."""
    ref: Ref = sent.change.ref
    ours = {name: sent.change.values[name] for name in theirs}
    change = SetFields(sent.change.key, ref, dict(theirs), ours)
    house.store.write_started(run, sent.step.target, change, "Given back: a person changed it at the same moment.")
    receipt = house.sources[sent.step.source].connector.apply(change)
    house.store.settle(run, sent.step.target, change, receipt)
    house.store.adopt(run, sent.step.target, ours)
