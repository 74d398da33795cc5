"""Our webhooks, looked after while the service runs: at its start, and then once an hour, before a scheduled run.

Before, so that what is read then includes what a webhook that was lost did not tell.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog

from connectors.base import Ear
from sync.house import House
from sync.store import Busy
from sync.webhooks import sync_hooks

EVERY = 3600.0
"""Seconds between two looks; one that met trouble is repeated with the next run."""

_log = structlog.get_logger("handrail.serve")


class Upkeep:
    """Called with the house before each scheduled run; does something only when it is time."""

    def __init__(self, ears: Mapping[str, Ear]) -> None:
        self._ears = ears
        self._good_until = 0.0

    def __call__(self, house: House) -> None:
        if not house.settings.shape.serve.public_url or time.monotonic() < self._good_until:
            return
        try:
            done = sync_hooks(house, self._ears, datetime.now(UTC))
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
