"""The live loop: scheduled runs when they are due, and between them a look at what somebody said has changed.

One thread, one thing at a time. Whatever goes wrong is told and tried again later; nothing ends the loop but a stop.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from connectors.model import PutPage
from sync.config.times import length
from sync.house import House
from sync.pulling import Pulled
from sync.run import Outcome, run
from sync.serving.agenda import Agenda, Due
from sync.serving.patience import Patience
from sync.serving.upkeep import Upkeep
from sync.serving.vitals import Vitals
from sync.serving.watching import watched
from sync.stopping import Parked, Stop
from sync.store import Hint, Store

LOOK_AT_MOST = 500
"""Hints of one pass: what more there is waits for the next, so that no pass is endless."""

TRIES = 10
"""How often a scheduled run that could not read everything is tried again; after half an hour the next one counts."""

_IDLE = 1.0  # seconds between two looks at the clock when nobody knocks
_GLANCE = 0.05  # and at least, so that a storm of knocks is not a storm of looks
_SCHEDULED, _LIVE = "scheduled runs", "live passes"
_log = structlog.get_logger("handrail.serve")


def wall() -> datetime:
    """The clock on the wall: what the inbox goes by."""
    return datetime.now(UTC)


@dataclass
class Worker:
    """`house()` opens the house with fresh doors, anew for each scheduled run: what doors have learned goes stale.

    `now`: the time that is judged by; `upkeep` is called with the house before and after each scheduled run.
    """

    store: Store
    house: Callable[[], AbstractContextManager[House]]
    agenda: Agenda
    vitals: Vitals
    stop: Stop
    now: Callable[[], datetime] = wall
    upkeep: Upkeep | None = None
    _open: House | None = None
    _doors: ExitStack = field(default_factory=ExitStack)
    _knock: threading.Event = field(default_factory=threading.Event)
    _patience: Patience = field(default_factory=Patience)
    _tries: int = 0
    _pages_at: datetime | None = None  # when pages were written last
    _pages_owed: bool = False  # a pass left them out
    _own: dict[str, frozenset[str]] = field(default_factory=dict)

    def knock(self) -> None:
        """Something is in the inbox. From any thread."""
        self._knock.set()

    def me(self, source: str) -> Collection[str]:
        """The ids of our own user there, as far as they are known."""
        return self._own.get(source, ())

    def work(self) -> None:
        """Until it is to stop."""
        with self._doors:
            while not self.stop.why:
                try:
                    seconds = self.turn()
                except Parked:
                    return
                except Exception:  # a loop that ends is worse than one that complains
                    _log.exception("the worker's turn failed; it goes on")
                    self._patience.lost([_SCHEDULED, _LIVE], wall())
                    self._close()
                    seconds = _IDLE
                self._rest(seconds)

    def turn(self) -> float:
        """Do what is due, at most one thing. Seconds until it is worth another turn, if nobody knocks."""
        now, clock = self.now(), wall()
        self.vitals.loop_turn(now)
        self.vitals.next_run(self.agenda.next(now))
        waiting = self._patience.waiting(clock)
        if _SCHEDULED not in waiting and (due := self.agenda.due(now)):
            self._close()  # fresh doors
            self._scheduled(self._opened(), due, now)
            return 0.0
        if _LIVE in waiting:
            return _IDLE
        house = self._opened()
        debounce = timedelta(seconds=house.settings.shape.serve.debounce_seconds)
        hints = self.store.due_hints(clock, debounce, LOOK_AT_MOST, waiting)
        if hints or (self._pages_owed and self._pages_are_due(house, now)):
            self._live(house, hints, now)
            return 0.0
        oldest = self.store.inbox().oldest
        left = (oldest + debounce - clock).total_seconds() if oldest else _IDLE
        return min(left, _IDLE) if left > 0 else _IDLE

    # ---- the two kinds of work -------------------------------------------------------------------------------

    def _scheduled(self, house: House, due: Due, now: datetime) -> None:
        self._look_after(house, None)
        with watched(self.vitals, "caught_up" if due.late else "scheduled", self.now) as one:
            one.outcome = run(house, now, write=_writes(house), pages=due.pages)
        self._own, outcome = _own_users(house), one.result()
        through = outcome is not None and not outcome.parked
        if outcome and through:
            self._note_pages(outcome, due.pages, now)
            self._look_after(house, outcome.pulled)
        self._tries += 1
        heard = outcome is not None and through and not outcome.pulled.unheard
        if not (heard or one.refused or self._tries > TRIES):
            self._patience.lost([_SCHEDULED], wall())
            return
        if not (heard or one.refused):
            _log.warning(
                "a scheduled run could not read everything; it is given up, the next one counts", tries=TRIES
            )
        self.agenda.done(due)
        self._tries = 0
        self._patience.won([_SCHEDULED, _LIVE, *(house.sources if heard else ())])
        if one.refused:  # and would be again, until a person or the next run says otherwise
            self._patience.lost([_LIVE], wall())

    def _look_after(self, house: House, pulled: Pulled | None) -> None:
        """Whatever becomes of the webhooks, the run goes on."""
        if self.upkeep is None:
            return
        try:
            self.upkeep.before(house) if pulled is None else self.upkeep.after(house, pulled)
        except Parked:
            raise
        except Exception:
            _log.exception("looking after the webhooks failed; the service goes on")

    def _live(self, house: House, hints: Sequence[Hint], now: datetime) -> None:
        pages = self._pages_are_due(house, now)
        with watched(self.vitals, "live", self.now) as one:
            one.outcome = run(house, now, write=_writes(house), hints=[hint.ref for hint in hints], pages=pages)
        outcome = one.result()
        if outcome is None:
            self._patience.lost([_LIVE], wall())  # the hints stay, and are looked at again
            return
        if outcome.parked:
            return
        looked = outcome.pulled.looked
        failed = {hint.ref.source for hint in hints if hint.ref not in looked}
        self._patience.lost(failed, wall())
        self._patience.won({_LIVE, *(hint.ref.source for hint in hints)} - failed)
        self.store.settle_hints([hint for hint in hints if hint.ref in looked])
        self._note_pages(outcome, pages, now)

    # ---- pages -----------------------------------------------------------------------------------------------

    def _pages_are_due(self, house: House, now: datetime) -> bool:
        if self.agenda.pages_apart:
            return False
        every = length(house.settings.shape.serve.pages_every)
        return self._pages_at is None or not timedelta(0) <= now - self._pages_at < every

    def _note_pages(self, outcome: Outcome, pages: bool, now: datetime) -> None:
        self._pages_owed = not pages and not self.agenda.pages_apart
        if pages and any(isinstance(step.change, PutPage) for step in outcome.plan.steps):
            self._pages_at = now

    # ---- doors and rest --------------------------------------------------------------------------------------

    def _opened(self) -> House:
        if self._open is None:
            self._open = self._doors.enter_context(self.house())
            self._own = _own_users(self._open)
        return self._open

    def _close(self) -> None:
        self._open = None
        self._doors.close()

    def _rest(self, seconds: float) -> None:
        """Until somebody knocks, and at most so long."""
        until = time.monotonic() + seconds
        while not self.stop.why and not self._knock.is_set() and time.monotonic() < until:
            self._knock.wait(min(_GLANCE, seconds))
        self._knock.clear()
        time.sleep(min(_GLANCE, seconds))


def _writes(house: House) -> bool:
    return house.settings.mode == "apply"


def _own_users(house: House) -> dict[str, frozenset[str]]:
    own = [one.ref for one in house.store.people() if one.kind == "own"]
    return {source: frozenset(ref.id for ref in own if ref.source == source) for source in house.sources}
