"""Findings and what is there now → what should be written. Pure: a dry run is simply stopping here.

For every field that Handrail owns there are three values: what is there now, what we last wrote, and what we
want. The rule is in `_verdict`:

    now == want                    nothing to do
    now == what we last wrote      ours: change it
    otherwise                      a person changed it: left alone, and said
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.model import (
    Change,
    EnsureFields,
    EnsureTable,
    PostComment,
    PostStatus,
    PutAway,
    PutBrief,
    PutPage,
    PutRow,
    Ref,
    SetFields,
    Value,
)
from sync.links import leads_to_pages
from sync.plan.page_moves import PageLine

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change is wanted: the rule, the finding, and a sentence for a person."""

    text: str
    rule: str = ""
    finding: str = ""
    cost_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a plan, with what a reviewer wants to know. `target` names the place, whatever is written.

    `moves`: of a page that is rewritten, the lines that go and come.
    """

    change: Change
    target: str
    title: str
    url: str
    reason: Reason
    moves: tuple[PageLine, ...] = ()

    @property
    def source(self) -> str:
        """The source that carries it out."""
        match self.change:
            case EnsureFields(container=ref) | PostStatus(container=ref) | PutBrief(container=ref):
                return ref.source
            case SetFields(ref=ref) | PostComment(ref=ref):
                return ref.source
            case EnsureTable(source=source) | PutRow(source=source) | PutPage(source=source) | PutAway(source=source):
                return source


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A field of ours that a person changed by hand: their value stays. `note`: why, where that is not the reason."""

    target: str
    title: str
    url: str
    field: str
    theirs: Value
    ours: Value
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """An ordered set of changes, nothing done yet.

    `adopted`: targets where what is there is already what we want, though we did not write it.
    `items`: how many items of each source were in view (for `max_percent`). `refused`: what cannot be written at
    all, where and why, and the way out.
    """

    as_of: datetime
    steps: tuple[Step, ...]
    left_alone: tuple[LeftAlone, ...] = ()
    adopted: Mapping[str, Values] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What one of our targets holds now and what we last wrote there.

    `written` None: no record of ours (a first write, or a lost database). `pending`: what a write wanted whose
    answer never came. `by_person`: fields whose last change in the item's own history was a person's.
    """

    now: Values
    written: Values | None = None
    pending: Values = field(default_factory=dict)
    by_person: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What we want one target to hold, and how to write it there."""

    target: str
    title: str
    url: str
    values: Values
    reason: Reason


def _verdict(field_: str, want: Value, held: Held) -> str:
    """`same`, `ours` or `theirs`: may we change this field?"""
    now = held.now.get(field_)
    if alike(now, want):
        return "same"
    if held.written is None:
        return "theirs" if not alike(now, None) and field_ in held.by_person else "ours"
    ours = (held.written.get(field_), held.pending.get(field_, held.written.get(field_)))
    return "ours" if any(alike(now, one) for one in ours) else "theirs"


def alike(one: Value, other: Value) -> bool:
    """Equal to a person: empty text is no value, outer blanks do not count, nor does what nobody sees, 3 is 3.0."""
    return _plain(one) == _plain(other)


_BREAK = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")
"""Vendors keep one kind of line break and no control characters."""


def _plain(value: Value) -> Value:
    if isinstance(value, str):
        value = value if value.isprintable() else _UNSEEN.sub("", _BREAK.sub("\n", value))
        value = value.strip()
    if value in ("", ()):
        return None
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def compare(wanted: Wanted, held: Held) -> tuple[dict[str, Value], list[LeftAlone]]:
    """The values to write at one target, and the fields that a person has taken over there."""
    write: dict[str, Value] = {}
    left: list[LeftAlone] = []
    for name, want in wanted.values.items():
        match _verdict(name, want, held):
            case "ours":
                write[name] = want
            case "theirs":
                now = held.now.get(name)
                left.append(LeftAlone(wanted.target, wanted.title, wanted.url, name, now, want))
    return write, left


def field_steps(wanted: Sequence[tuple[Ref, Wanted]], held: Mapping[str, Held]) -> Iterator[Step | LeftAlone]:
    """The status fields on items: one change an item, with only the fields that differ."""
    for ref, want in wanted:
        have = held.get(want.target, Held({}))
        write, left = compare(want, have)
        yield from left
        if write:
            before = {name: have.now.get(name) for name in write}
            change = SetFields(f"fields/{ref}", ref, write, before)
            yield Step(change, want.target, want.title, want.url, want.reason)


def row_steps(
    source: str,
    table: str,
    wanted: Sequence[tuple[str, Wanted]],
    held: Mapping[str, Held],
    remotes: Mapping[str, str],
) -> Iterator[Step | LeftAlone]:
    """The rows of our findings table: one change a row, created when it is new."""
    for key, want in wanted:
        have = held.get(want.target, Held({}))
        write, left = compare(want, have)
        yield from left
        if write:
            before = {name: have.now.get(name) for name in write}
            change = PutRow(f"row/{key}", source, table, key, want.title, write, before, remotes.get(key))
            yield Step(change, want.target, want.title, want.url, want.reason)


def adopted(wanted: Sequence[Wanted], held: Mapping[str, Held]) -> dict[str, Values]:
    """Targets that hold what we want although our record says otherwise (somebody got there first)."""
    same: dict[str, Values] = {}
    for want in wanted:
        have = held.get(want.target)
        if have is None or have.written is None:
            continue
        agreed = {
            name: value
            for name, value in want.values.items()
            if alike(have.now.get(name), value) and not alike(have.written.get(name), value)
        }
        if agreed:
            same[want.target] = agreed
    return same


_ORDER = {
    EnsureFields: 0, EnsureTable: 1, SetFields: 2, PutRow: 3, PutPage: 4, PutAway: 5, PutBrief: 6, PostStatus: 7,
    PostComment: 8,
}  # fmt: skip


def _last(change: Change) -> bool:
    """Whether a page names others by their addresses, and so is written after them."""
    return isinstance(change, PutPage) and leads_to_pages(change.document)


def assemble(
    as_of: datetime, parts: Sequence[Step | LeftAlone], same: Mapping[str, Values], items: Mapping[str, int],
    unheard: frozenset[str] = frozenset(),
) -> Plan:  # fmt: skip
    """Put a plan in order: what must exist first, then items, rows and the page; ties by target.

    A source in `unheard` could not be read in this run: nothing is written there on yesterday's knowledge.
    """
    steps = [part for part in parts if isinstance(part, Step) and part.source not in unheard]
    steps.sort(key=lambda step: (_ORDER[type(step.change)], _last(step.change), step.target))
    left = sorted((part for part in parts if isinstance(part, LeftAlone)), key=lambda one: (one.target, one.field))
    return Plan(as_of, tuple(steps), tuple(left), dict(same), dict(items))
