"""When something was seen in a sandbox: by the sandbox's clock, which may stand still or be moved on by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import orjson

from sync.config.sources import is_loopback

_PATIENCE = 10.0
_TRIES = 3


def observing(base_url: str) -> Callable[[], datetime]:
    """The clock for what is observed at this address: the sandbox's own where one is there, else the machine's.

    A row of Notion has no history, so a look's own time is all that dates a change; with the machine's clock a change
    in a sandbox that stands in the past would lie in its future.
    """
    url = urlsplit(base_url)
    if not (url.scheme == "http" and is_loopback(base_url) and url.path.startswith("/notion")):
        return _machine
    return _Sandbox(url.hostname or "", url.port or 80).now


def _machine() -> datetime:
    return datetime.now(UTC)


class _Sandbox:
    """Asked anew each time; whoever is there and is no sandbox is asked once. One that is too busy to answer is where
    it was: the machine's clock would be another time altogether."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port, self._there = host, port, True
        self._last: datetime | None = None

    def now(self) -> datetime:
        for _ in range(_TRIES if self._there else 0):
            try:
                self._last = self._told()
            except (OSError, HTTPException):
                continue
            except (ValueError, KeyError, TypeError):
                break
            return self._last
        self._there = self._last is not None
        return self._last or _machine()

    def _told(self) -> datetime:
        connection = HTTPConnection(self._host, self._port, timeout=_PATIENCE)
        try:
            connection.request("GET", "/_sandbox/clock")
            return datetime.fromisoformat(orjson.loads(connection.getresponse().read())["now"]).astimezone(UTC)
        finally:
            connection.close()
