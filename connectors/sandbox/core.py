"""What both pretend vendors stand on: one clock, one set of people, one lock, and what is still to happen."""

from __future__ import annotations

import heapq
import itertools
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from connectors.sandbox.clock import Clock, to_milliseconds

Json = Any
"""A JSON value: what `json.loads` gives."""

_NAMESPACE = uuid.UUID("6f3c1a52-7d0e-5b8a-9d1f-0c6c2f1b7e55")
BOT_NAME = "Handrail"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request below a vendor's mount point. Header names in lower case; query pairs in order."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def arg(self, name: str) -> str | None:
        """The first query value of this name."""
        return next((value for key, value in self.query if key == name), None)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer. `body` is sent as JSON unless it is bytes."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook target said. `status` 0: it said nothing (refused, timed out, not a loopback address)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


class Carrier(Protocol):
    """How the pretend vendors call out: to webhook targets on this machine."""

    def call(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        """POST now and wait for the answer. Only inside `World.unlocked()`."""

    def send(
        self, url: str, headers: Mapping[str, str], body: bytes, then: Callable[[Answer], None], sender: str = ""
    ) -> None:
        """POST soon, in the order of sending; `then` is called with the answer, under the world's lock.

        `sender`: whose delivery this is (`asana`, `notion`), for faults on deliveries; "" is never struck.
        """


class Silence:
    """A carrier for a world that no server serves: nobody is reached, and nobody hears of it."""

    def call(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        return Answer(0)

    def send(
        self, url: str, headers: Mapping[str, str], body: bytes, then: Callable[[Answer], None], sender: str = ""
    ) -> None:
        return None


@dataclass(slots=True)
class Somebody:
    """A person or bot, the same in both vendors: `gid` in Asana, `uuid` in Notion."""

    gid: str
    uuid: str
    name: str
    email: str | None
    is_bot: bool = False


class People:
    """Everyone in the world. Ids follow from the order of arrival (gids) and the name (uuids)."""

    def __init__(self) -> None:
        self._gids = itertools.count(1_100_000_000_000_001)
        self.everyone: list[Somebody] = []
        self._by_name: dict[str, Somebody] = {}
        self._by_gid: dict[str, Somebody] = {}
        self._by_uuid: dict[str, Somebody] = {}
        self.bot = self.add(BOT_NAME, email=None, is_bot=True)

    def add(self, name: str, email: str | None = None, *, is_bot: bool = False) -> Somebody:
        """The person of this name, added when new."""
        if name in self._by_name:
            return self._by_name[name]
        person = Somebody(str(next(self._gids)), stable_uuid("person", name), name, email, is_bot)
        self.everyone.append(person)
        self._by_name[name] = self._by_gid[person.gid] = self._by_uuid[person.uuid] = person
        return person

    def find(self, name_or_id: str) -> Somebody | None:
        """By gid, uuid or name, in this order."""
        return self._by_gid.get(name_or_id) or self._by_uuid.get(name_or_id) or self._by_name.get(name_or_id)

    def of_token(self, token: str) -> Somebody | None:
        """`as:NAME-OR-GID` is that person (None when there is none); any other token is the bot."""
        return self.find(token[3:]) if token.startswith("as:") else self.bot


def stable_uuid(*parts: str) -> str:
    """The same uuid for the same words, in every run."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


class World:
    """One pretend world. Every read and write happens under `lock`.

    `asana` and `notion` are set by whoever builds the world (`connectors.sandbox.build`).
    """

    asana: Any
    notion: Any
    loaded: Any = None
    """What the scenario knows about it (`connectors.sandbox.loaded.Loaded`)."""

    def __init__(self, now: datetime | None = None) -> None:
        self.clock = Clock(now)
        self.people = People()
        self.lock = threading.RLock()
        self.carrier: Carrier = Silence()
        self._future: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._past: datetime | None = None
        self.afterwards: list[Callable[[], None]] = []
        """Called after each thing that was due, at its instant: what it caused is sent then."""

    def now(self) -> datetime:
        """The world's time; inside `at` the time of that act."""
        return self._past or self.clock.now()

    def tick(self) -> datetime:
        """The instant of a write."""
        return self._past or self.clock.tick()

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """Let something happen at another instant than now: a scenario's past, a scheduled act."""
        before, self._past = self._past, to_milliseconds(instant)
        try:
            yield
        finally:
            self._past = before

    def schedule(self, at: datetime, act: Callable[[], None]) -> None:
        """Let it happen at its time: at once (dated then) when that is past, else as the clock is advanced."""
        if at <= self.clock.now():
            with self.at(at):
                act()
        else:
            heapq.heappush(self._future, (at, next(self._order), act))

    def advance_to(self, instant: datetime, settle: Callable[[], None] = lambda: None) -> int:
        """Set the clock, and let everything due by then happen in order; how many things did.

        `settle` is called after each of them without the lock: it waits for answers, which then are dated rightly
        and may make more things due.
        """
        done = 0
        while True:
            with self.lock:
                if not self._future or self._future[0][0] > instant:
                    self.clock.set(instant)
                    return done
                self.clock.set(self._future[0][0])
                self._next()
            done += 1
            settle()

    def happen(self) -> int:
        """Let everything due by now happen, by a clock that runs on its own; how many things did."""
        done = 0
        with self.lock:
            while self._future and self._future[0][0] <= self.clock.now():
                self._next()
                done += 1
        return done

    def _next(self) -> None:
        at, _, act = heapq.heappop(self._future)
        with self.at(at):
            act()
            for each in self.afterwards:
                each()

    @contextmanager
    def unlocked(self) -> Iterator[None]:
        """Let go of the lock while calling out (a webhook handshake), however often this thread holds it.

        Other requests are served meanwhile: look at the world afresh afterwards.
        """
        depth, past = 0, self._past
        self._past = None
        while True:
            try:
                self.lock.release()
            except RuntimeError:
                break
            depth += 1
        try:
            yield
        finally:
            for _ in range(depth):
                self.lock.acquire()
            self._past = past
