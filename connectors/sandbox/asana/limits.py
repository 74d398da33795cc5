"""Asana's limits on request (asana-facts §2): requests a minute, cost a minute, requests in flight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from connectors.sandbox.asana.errors import Refused
from connectors.sandbox.asana.settings import Settings
from connectors.sandbox.core import Request

MINUTE = 60.0


class Limits:
    """What each token has used. Time is the machine's, whatever the world's clock says: limits guard the server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sent: defaultdict[str, list[float]] = defaultdict(list)
        self._cost: dict[str, tuple[float, float]] = {}
        self._in_flight: defaultdict[tuple[str, bool], int] = defaultdict(int)
        self._now = 0.0

    @contextmanager
    def turn(self, token: str, request: Request, now: float) -> Iterator[None]:
        """Let a request in, or refuse it with 429 and `Retry-After`. Refused ones count too, and so does each
        action of a batch."""
        settings, self._now = self._settings, now
        if settings.requests_per_minute:
            self._window(token, settings.requests_per_minute, _weight(request))
        if settings.searches_per_minute and request.path.endswith("/tasks/search"):
            self._window(f"search {token}", settings.searches_per_minute)
        if settings.cost_per_minute and self._balance(token) <= 0:
            raise _too_many(1 + int(-self._balance(token) / settings.cost_per_minute * MINUTE))
        flight = (token, request.method == "GET")
        allowed = settings.reads_in_flight if flight[1] else settings.writes_in_flight
        if allowed and self._in_flight[flight] >= allowed:
            raise _too_many(1)
        self._in_flight[flight] += 1
        try:
            yield
        finally:
            self._in_flight[flight] -= 1

    def debit(self, token: str, body: Any) -> None:
        """Count the objects of an answer against the token's cost quota; it may go below zero."""
        if self._settings.cost_per_minute:
            self._cost[token] = (self._balance(token) - _objects(body), self._now)

    def _window(self, name: str, allowed: int, weight: int = 1) -> None:
        sent = [at for at in self._sent[name] if at > self._now - MINUTE] + [self._now] * weight
        self._sent[name] = sent
        if len(sent) > allowed:
            raise _too_many(max(1, int(sent[-allowed - 1] + MINUTE - self._now) + 1))

    def _balance(self, token: str) -> float:
        full = float(self._settings.cost_per_minute)
        balance, at = self._cost.get(token, (full, self._now))
        return min(full, balance + (self._now - at) / MINUTE * full)


def _too_many(seconds: int) -> Refused:
    message = "You have made too many requests recently. Please, be chill."
    return Refused(429, message, headers={"Retry-After": str(seconds)})


def _weight(request: Request) -> int:
    """How many requests it counts as: a batch counts as its actions."""
    if not request.path.startswith("/batch"):
        return 1
    try:
        return max(1, len(orjson.loads(request.body)["data"]["actions"]))
    except (ValueError, KeyError, TypeError):
        return 1


def _objects(body: Any) -> int:
    if isinstance(body, list):
        return sum(_objects(one) for one in body)
    if isinstance(body, dict):
        return ("gid" in body) + sum(_objects(one) for one in body.values())
    return 0
