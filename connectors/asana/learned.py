"""The limit that Asana showed, remembered for a week: plans change, and a refusal may have other reasons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.base import Memory
from connectors.pace import Pace

_HOLDS = timedelta(days=7)


class RememberedPace:
    """A pace that notes when it learned something, and forgets it in time."""

    def __init__(self, pace: Pace, memory: Memory, key: str, clock: Callable[[], datetime]) -> None:
        self._pace, self._memory, self._key, self._clock = pace, memory, key, clock
        noted = memory.get(key)
        if noted and clock() - datetime.fromisoformat(noted) >= _HOLDS:
            self.learn(None)

    def wait_for_turn(self) -> float:
        return self._pace.wait_for_turn()

    def pause(self, seconds: float) -> None:
        self._pace.pause(seconds)

    def learn(self, per_minute: int | None) -> None:
        """Learn or forget, and note when."""
        self._memory.set(self._key, self._clock().isoformat() if per_minute else "")
        self._pace.learn(per_minute)
