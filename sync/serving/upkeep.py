"""Our webhooks, looked after while the service runs: at its start, and then once an hour, around a scheduled run.

Before it, so that what is read then includes what a webhook that was lost did not tell. After it, since what was read
shows whether a webhook that looks good has told of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from connectors.base import Ear
from sync.house import House
from sync.pulling import Pulled
from sync.store import Busy
from sync.webhooks import sync_hooks
from sync.webhooks.silence import note_silence

EVERY = 3600.0
"""Seconds between two looks; one that met trouble is repeated with the next run."""

_log = structlog.get_logger("handrail.serve")


class Upkeep:
    """Called with the house before and after each scheduled run; does something only when it is time.

    `now`: the vendors' time; `wall`: the time that deliveries are noted with.
    """

    def __init__(self, ears: Mapping[str, Ear], now: Callable[[], datetime], wall: Callable[[], datetime]) -> None:
        self._ears, self._now, self._wall = ears, now, wall
        self._listening_since = wall()
        self._good_until = 0.0

    def before(self, house: House) -> None:
        """Bring them into order."""
        if not house.settings.shape.serve.public_url or time.monotonic() < self._good_until:
            return
        try:
            done = sync_hooks(house, self._ears, self._now())
        except Busy:
            return
        for one in done.steps:
            say = _log.debug if one.what == "kept" else _log.info
            say(
                "webhook",
                what=one.what,
                source=one.source,
                project=one.name or one.scope,
                **({"why": one.why} if one.why else {}),
            )
        for note in done.notes:
            _log.info("webhooks", note=note)
        for trouble in done.troubles:
            _log.error("webhooks", source=trouble.source, where=trouble.where, text=trouble.text)
        if not done.troubles:
            self._good_until = time.monotonic() + EVERY

    def after(self, house: House, pulled: Pulled) -> None:
        """Note which of them are too quiet, from what was read."""
        if house.settings.shape.serve.public_url:
            for news in note_silence(house.store, self._ears, pulled.changed_at, self._listening_since, self._wall()):
                _log.warning("webhook", why=news)
