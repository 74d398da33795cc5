"""A run of the service, told to the vitals and the log whatever becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from sync.guards import TooMuch
from sync.run import Outcome
from sync.serving.vitals import Kind, Vitals
from sync.stopping import Parked
from sync.store import Busy

_log = structlog.get_logger("handrail.serve")


@dataclass(slots=True)
class Watched:
    """What became of a run: its outcome, which the block puts here; None: it failed. `refused`: a guard did it."""

    outcome: Outcome | None = None
    refused: bool = False
    trouble: str = ""

    def result(self) -> Outcome | None:
        """The outcome, asked after the block."""
        return self.outcome


@contextmanager
def watched(vitals: Vitals, kind: Kind, now: Callable[[], datetime]) -> Iterator[Watched]:
    """Around one run. Whatever it raises, but Parked, ends here and is in `trouble`."""
    one, began = Watched(), time.monotonic()
    vitals.began(kind, now())
    try:
        yield one
    except Parked:
        raise
    except Busy as busy:
        one.trouble = str(busy)
        _log.warning("another run is under way; this one waits", kind=kind, why=one.trouble)
    except TooMuch as refused:
        one.trouble, one.refused = str(refused), True
        _log.error("a guard refused to write", kind=kind, why=one.trouble)
    except Exception as error:
        one.trouble = f"{type(error).__name__}: {error}"
        _log.exception("a run failed; it is tried again later", kind=kind)
    finally:
        seconds = time.monotonic() - began
        vitals.ended(kind, now(), seconds, one.outcome, one.trouble)
    if one.outcome:
        _tell(kind, one.outcome, seconds)


def _tell(kind: Kind, outcome: Outcome, seconds: float) -> None:
    """One line a run; a look that found nothing to do only for who debugs."""
    say = _log.debug if kind == "live" and outcome.idle else _log.info
    judged = {"findings": len(outcome.judged.findings)} if outcome.judged else {}
    parked = {"parked": outcome.parked} if outcome.parked else {}
    say(
        "run", kind=kind, run=outcome.run, read=outcome.pulled.items, written=outcome.applied.written,
        seconds=round(seconds, 3), **judged, **parked,
    )  # fmt: skip
    for one in outcome.troubles:
        _log.error("trouble", kind=kind, run=outcome.run, source=one.source, where=one.where, text=one.text)
