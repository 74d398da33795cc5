"""The contract of a connector: it translates and carries, it never decides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from connectors.model import Change, Container, Event, Person, Presence, PutAway, Receipt, Ref, WorkItem

Known = Callable[[Ref], str | None]
"""The version of an item whose history is already kept, or None. Equal version: no need to read its history."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing that is pulled with a cursor of its own: a project, a data source. `id` is unique in the source."""

    source: str
    id: str
    name: str


Stored = Callable[[Scope], Iterable[Ref]]
"""The items of a scope that are kept as present: homed in its container, or homeless and come through it."""


@dataclass(frozen=True, slots=True)
class History:
    """An item's events from `since` on (None: from the beginning).

    Stored events of the item at or after `since` that are not listed here have been withdrawn by the vendor.
    """

    ref: Ref
    events: tuple[Event, ...]
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """What a first pull of a scope costs: items in it, and requests. None: not told; `why` says why."""

    items: int | None
    requests: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One checkpoint's worth of facts: kept together with its cursor in one transaction.

    `histories` covers items whose vendor keeps history; for the others (`observed_at` set) the keeper compares
    each item with its last snapshot. `rows`: our own table's rows, values by field name, as they are now. `absent`:
    items that are known to be no longer present, and how; those that are not kept are ignored. `stale`: keys of the
    changes that made rows and pages of ours which no longer hold what we wrote, though no person changed them.
    `ahead`: how many items this pull still has to tell after this page; None: that is not known.
    """

    scope: Scope
    cursor: str
    items: tuple[WorkItem, ...] = ()
    histories: tuple[History, ...] = ()
    people: tuple[Person, ...] = ()
    containers: tuple[Container, ...] = ()
    rows: tuple[OwnRow, ...] = ()
    observed_at: datetime | None = None
    last: bool = False
    absent: Mapping[Ref, Presence] = field(default_factory=dict)
    stale: tuple[str, ...] = ()
    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row of our findings table as the vendor holds it now: its key, its id, its values by field name."""

    key: str
    remote: str
    url: str
    values: Mapping[str, object]
    edited_at: datetime
    edited_by: str | None = None
    trashed: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """What of ours exists at the vendor, found by our marks: by key of the Ensure/Put change that would make it.

    `fields`: container id → names of our fields that exist and are attached there.
    `tables` and `pages`: key → remote id. `refused`: key → why nothing can be written there.
    """

    fields: Mapping[str, frozenset[str]]
    tables: Mapping[str, str]
    pages: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)


class Connector(Protocol):
    """One vendor, for one source of the config."""

    id: str

    def scopes(self) -> Sequence[Scope]:
        """What is to be pulled, from the config alone where it names it; no request where that is possible."""

    def pull(self, scope: Scope, cursor: str | None, known: Known) -> Iterator[Page]:
        """Everything changed in the scope since the cursor; everything, when there is none. Ends with `last`."""

    def begin(self, since: datetime) -> str:
        """A cursor for a scope that was never pulled, with which only what changed at or after `since` is told."""

    def amount(self, scope: Scope, kept: int) -> Amount:
        """What a first pull of the scope would cost, when so many of its items are kept with their history."""

    def get(self, ids: Sequence[str]) -> Page:
        """These items with their history, fresh, whatever scope they are in; in none of ours: `presence` is outside.

        Vanished ones are told as absent. The page belongs to no scope: its scope's id and its cursor are empty.
        """

    def survey(self, wanted: Sequence[Change]) -> Own:
        """Which of the fields, tables and pages that these changes would make exist already, by our marks."""

    def apply(self, change: Change) -> Receipt:
        """Carry one change out; applying it again changes nothing more.

        Raises Transient with `uncertain` when a write may have landed without an answer.
        """


# ---- webhooks ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Handshake:
    """A vendor's first knock at an address of ours: the secret that signs from now on, and the answer it wants."""

    secret: str
    answer: Mapping[str, str] = field(default_factory=dict)


class Ear(Protocol):
    """What hears a source's webhooks: pure, without a connection. Header names come in lower case.

    `kind` stands in the address: `/hooks/{kind}/…`. `hidden`: each address ends in a secret of ours; else there is
    one address a source. `heartbeat`: how often the vendor delivers something even when nothing happens; None: never.
    """

    source: str
    kind: str
    hidden: bool
    heartbeat: timedelta | None

    def signed(self, headers: Mapping[str, str]) -> bool:
        """Whether a signature of the right form is there at all; no body need be read without one."""

    def knocks(self, headers: Mapping[str, str]) -> bool:
        """Whether this may be a handshake, from its headers alone."""

    def handshake(self, headers: Mapping[str, str], body: bytes) -> Handshake | None:
        """The handshake that this is; None when it is none. Only asked where one is awaited."""

    def hints(self, headers: Mapping[str, str], body: bytes, secret: str, me: Collection[str]) -> Sequence[str]:
        """Verify a delivery, then read it: the ids worth getting again, each once, without our own echoes.

        `me`: the ids of our own user. Denied when the signature is wrong, before anything is parsed; Garbled when
        what was signed cannot be understood.
        """


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook as its vendor tells of it. `as_wanted`: its filters are ours of today.

    `deleted_at`: when the vendor will delete it if deliveries go on failing.
    """

    remote: str
    scope: str
    target: str
    as_wanted: bool
    active: bool
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_failure: str = ""
    retries: int = 0
    next_attempt_after: datetime | None = None
    deleted_at: datetime | None = None


@runtime_checkable
class Subscribes(Protocol):
    """A connector whose vendor lets webhooks be managed through its API: one a scope."""

    def subscriptions(self) -> Sequence[Subscription]:
        """All webhooks of this token in the workspaces of its scopes, other programs' too, with their health."""

    def subscribe(self, scope: Scope, target: str) -> tuple[Subscription, str]:
        """Make one for a scope; the vendor knocks at `target` meanwhile. With it, the secret that signs; "" when it
        turned out to be there already, since the secret is told once only.

        Unreached when nobody answered at the target. Transient with `uncertain` when it may have been made: look
        before it is repeated.
        """

    def mend(self, remote: str) -> None:
        """Set the filters that we want; the secret stays."""

    def unsubscribe(self, remote: str) -> None:
        """Take one away; one that is gone already is no error."""


@runtime_checkable
class FindsDoubles(Protocol):
    """A connector whose vendor may make a thing of ours twice."""

    def doubles(self) -> Sequence[PutAway]:
        """What takes away the doubles that the last sweep found; no request."""


class Memory(Protocol):
    """A connector's own small notes that outlive a run: who we are, ids of what we made. Safe to lose."""

    def get(self, key: str) -> str | None:
        """What was noted under this key."""

    def set(self, key: str, value: str) -> None:
        """Note it, replacing what was there."""
