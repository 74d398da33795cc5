"""Everything a run needs, joined together: the settings, the store, the doors, the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.base import Connector, Scope
from connectors.errors import Rejected
from connectors.http import Meter
from connectors.model import Change, Receipt
from rules import promises
from rules.base import Board, Rule, Terms
from rules.calibration import in_force
from rules.engine import Judgement, judge
from rules.promises import Promise
from sync.config import Settings
from sync.decisions import Verdict, verdict
from sync.stopping import Stop
from sync.store import Store
from sync.view import SourceTerms, board


@dataclass(frozen=True)
class Progress:
    """What a run tells while it goes. Every part may be replaced; the defaults say nothing."""

    pulling: Callable[[Scope], None] = field(default=lambda scope: None)
    kept: Callable[[Scope, int, int, int | None], None] = field(default=lambda scope, items, events, ahead: None)
    waiting: Callable[[Scope, str], None] = field(default=lambda scope, why: None)
    applying: Callable[[int], None] = field(default=lambda total: None)
    applied: Callable[[str], None] = field(default=lambda target: None)
    note: Callable[[str], None] = field(default=lambda text: None)


@dataclass(frozen=True)
class Source:
    """One source of the config with its door (None: this command reaches no vendor).

    `item_fields`, `pages`, `posts`: what its vendor can hold for us. `histories`: it tells who changed a field.
    `id_of`: which item an address leads to.
    """

    id: str
    door: Connector | None
    terms: SourceTerms
    item_fields: bool
    pages: bool
    posts: bool = False
    histories: bool = False
    id_of: Callable[[str], str | None] = field(default=lambda address: None)

    @property
    def connector(self) -> Connector:
        """The door; a command that opened its house without doors must not ask for one."""
        if self.door is None:
            raise AssertionError(f"[sources.{self.id}]: this command reaches no vendor")
        return self.door


def page_source(house: House) -> str | None:
    """The source that holds our table and pages; None when the config names no place for them."""
    write = house.settings.write
    if not write.notion_parent:
        return None
    return write.notion_source or next((one.id for one in house.sources.values() if one.pages), None)


class Listening:
    """A door that can only listen: in observe mode there is no way to write at all."""

    def __init__(self, door: Connector) -> None:
        self.id = door.id
        self.scopes, self.pull, self.get = door.scopes, door.pull, door.get
        self.survey, self.begin, self.amount = door.survey, door.begin, door.amount

    def apply(self, change: Change) -> Receipt:
        """Never: the config says observe."""
        raise Rejected(f'[sources.{self.id}]: mode is "observe", nothing is written')


@dataclass(frozen=True)
class House:
    """The parts of one service, wired. `meter` counts every request to the vendors; `stop` says when to end early."""

    settings: Settings
    store: Store
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]
    terms: Terms
    meter: Meter
    progress: Progress = field(default_factory=Progress)
    stop: Stop = field(default_factory=Stop)

    def rules_at(self, now: datetime) -> tuple[Rule, ...]:
        """The rules with the limits in force at an instant: learned ones as they had been frozen by then."""
        return in_force(self.rules, self.store.calibrations(now), now)

    def promises_at(self, now: datetime) -> dict[str, Promise]:
        """By flow, how long its work is to take at most, as it had been frozen by an instant."""
        return promises.in_force(self.store.promises(now), self.terms.flows.values(), now)

    def judge(self, now: datetime) -> Judgement:
        """What the rules say of the stored facts as of an instant, less what people have decided to keep quiet."""
        quiet = {key: one.answer for key, one in self.verdicts(now).items() if one.quiet}
        return judge(self.board(now), self.rules_at(now), self.store.first_seen(), quiet)

    def verdicts(self, now: datetime) -> dict[str, Verdict]:
        """What follows at an instant from each decision of a person, by the finding's key."""
        made = self.store.decisions()
        who = {one.ref.id: one.name for one in self.store.people()} if made else {}
        zone = self.terms.hours.timezone
        return {key: verdict(one, now, zone, who) for key, one in made.items()}

    def board(self, now: datetime) -> Board:
        """The stored facts as of an instant, with the meaning the config gives them."""
        return board(self.store, self.terms, [source.terms for source in self.sources.values()], now)
