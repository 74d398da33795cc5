"""One request budget for everyone who uses a token: threads, processes and machines, through one row."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select, text, update

from sync.store.bulk import put
from sync.store.opening import writing
from sync.store.schema import PACE


def pace_key(token: str) -> str:
    """What names a token in the database: its hash, never the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


class SharedPace:
    """`connectors.pace.Pace`, evenly spaced (GCRA) with a burst or by windows, in turns given out by the database.

    Each caller takes the next turn in one short transaction and then sleeps until it comes: first come, first
    served. `per_minute` 0: no limit, and the database is asked nothing. Time is PostgreSQL's own, or on SQLite,
    whose users share a machine, this process's clock. `window` in seconds: the vendor counts in fixed windows, whose
    whole budget may be spent at once; so many requests go out without a wait, and the next ones as the next window
    opens. Our windows begin on the full minute, and the vendor's perhaps elsewhere: then its `Retry-After` decides.
    """

    def __init__(
        self, engine: Engine, key: str, per_minute: int, burst: int = 10,
        clock: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep, window: float = 0.0,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._key, self._per_minute, self._burst, self._window = key, per_minute, burst, window
        self._clock, self._sleep = clock, sleep
        self._closed = 0.0  # for `per_minute` 0: what this process was told itself
        self._lock = threading.Lock()
        row = {"key": key, "turn": 0.0, "closed": 0.0, "learned": None}
        with writing(self._engine).begin() as connection:
            put(connection, PACE, [row], replace=False)
            found = connection.execute(select(PACE.c.closed).where(PACE.c.key == key)).scalar_one()
            self._closed = self._clock() + max(0.0, found - self._now(connection))

    def wait_for_turn(self) -> float:
        """Block until the next request may be sent; the seconds waited."""
        if not self._per_minute:
            return self._wait_here()
        waited = 0.0
        while True:
            turn, delay = self._take_turn()
            if delay <= 0:
                return waited
            self._sleep(delay)
            waited += delay
            if not self._closed_since(turn):
                return waited

    def pause(self, seconds: float) -> None:
        """Nobody on this token sends anything for so long. Turns already given out for that time are void."""
        with self._lock:
            self._closed = max(self._closed, self._clock() + seconds)
        with writing(self._engine).begin() as connection:
            until = self._now(connection) + seconds
            row = connection.execute(select(PACE).where(PACE.c.key == self._key).with_for_update()).one()
            turn = min(row.turn, until) if row.closed < until else row.turn
            values = {"closed": max(row.closed, until), "turn": max(turn, until)}
            connection.execute(update(PACE).where(PACE.c.key == self._key).values(**values))

    def learn(self, per_minute: int | None) -> None:
        """The vendor's real limit, kept for everybody where it is stricter than the config; None forgets it."""
        with writing(self._engine).begin() as connection:
            connection.execute(update(PACE).where(PACE.c.key == self._key).values(learned=per_minute))

    def _wait_here(self) -> float:
        waited = 0.0
        while (delay := self._closed - self._clock()) > 0:
            self._sleep(delay)
            waited += delay
        return waited

    def _take_turn(self) -> tuple[float, float]:
        """The instant of our turn, and the seconds until then."""
        with writing(self._engine).begin() as connection:
            now = self._now(connection)
            row = connection.execute(select(PACE).where(PACE.c.key == self._key).with_for_update()).one()
            interval = 60.0 / min(self._per_minute, row.learned or self._per_minute)
            start, turn = self._start(row, now, interval)
            done = update(PACE).where(PACE.c.key == self._key).values(turn=start + interval)
            connection.execute(done)
            return turn, turn - now

    def _start(self, row: Row[Any], now: float, interval: float) -> tuple[float, float]:
        """The place in the order, and the instant at which it may go out."""
        if self._window:
            opened = now - now % self._window
            start = max(row.turn, opened, row.closed)
            middle = start + interval / 2  # sums of thirds must not slip one more into a window
            return start, max(middle - middle % self._window, row.closed)
        slack = interval * max(self._burst - 1, 0)
        # After a pause turns come one by one: a burst right after Retry-After would only earn the next one.
        start = max(row.turn, now - slack, row.closed)
        return start, start

    def _closed_since(self, turn: float) -> bool:
        with self._engine.connect() as connection:
            closed = connection.execute(select(PACE.c.closed).where(PACE.c.key == self._key)).scalar_one()
        return bool(closed > turn)

    def _now(self, connection: Connection) -> float:
        if connection.dialect.name == "postgresql":
            seconds = func.extract("epoch", text("clock_timestamp()"))
            return float(connection.execute(select(seconds)).scalar_one())
        return self._clock()
