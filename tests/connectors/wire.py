"""A door to a pretend vendor with its pace, meter and sleeps laid open, for the door's own tests."""

from __future__ import annotations

from typing import Any

import httpx

from connectors.http import Meter, Policy, open_door

BASE = "https://vendor.test/api"
TOKEN = "secret-token-1f3a"


class Paced:
    """A pace that notes what it is told."""

    def __init__(self) -> None:
        self.turns = 0
        self.paused: list[float] = []
        self.learned: list[int | None] = []

    def wait_for_turn(self) -> float:
        self.turns += 1
        return 0.25

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)

    def learn(self, per_minute: int | None) -> None:
        self.learned.append(per_minute)


class Wire:
    """A door with its pace, meter and sleeps laid open."""

    def __init__(self, policy: Policy | None = None, transport: httpx.BaseTransport | None = None) -> None:
        self.pace, self.meter, self.slept = Paced(), Meter(), list[float]()
        self.door = open_door(
            BASE, TOKEN, self.pace, policy or Policy(), source="v", meter=self.meter, sleep=self.slept.append,
            transport=transport,
        )  # fmt: skip


def ok(body: Any = None) -> httpx.Response:
    return httpx.Response(200, json=body or {"data": 1})
