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

SILENT = (OSError, HTTPException)
STRANGE = (ValueError, KeyError, TypeError)
"""What `clock_at` raises: where nobody answers, and where somebody answers who is no sandbox."""


def clock_at(origin: str) -> datetime:
    """What the clock of the sandbox at `http://HOST:PORT` says, in UTC. Raises SILENT, STRANGE.

    A bare connection: it is asked for every page that is kept, and httpx would load its certificates each time.
    """
    url = urlsplit(origin)
    connection = HTTPConnection(url.hostname or "", url.port or 80, timeout=_PATIENCE)
    try:
        connection.request("GET", "/_sandbox/clock")
        return datetime.fromisoformat(orjson.loads(connection.getresponse().read())["now"]).astimezone(UTC)
    finally:
        connection.close()


def observing(base_url: str) -> Callable[[], datetime]:
    """The clock for what is observed at this address: the sandbox's own where one is there, else the machine's.

    A row of Notion has no history, so a look's own time is all that dates a change; with the machine's clock a change
    in a sandbox that stands in the past would lie in its future.
    """
    url = urlsplit(base_url)
    if not (url.scheme == "http" and is_loopback(base_url) and url.path.startswith("/notion")):
        return _machine
    return _Sandbox(f"http://{url.netloc}").now


def _machine() -> datetime:
    return datetime.now(UTC)


class _Sandbox:
    """Asked anew each time; whoever is there and is no sandbox is asked once. One that is too busy to answer is where
    it was: the machine's clock would be another time altogether."""

    def __init__(self, origin: str) -> None:
        self._origin, self._there = origin, True
        self._last: datetime | None = None

    def now(self) -> datetime:
        for _ in range(_TRIES if self._there else 0):
            try:
                self._last = clock_at(self._origin)
            except SILENT:
                continue
            except STRANGE:
                break
            return self._last
        self._there = self._last is not None
        return self._last or _machine()
