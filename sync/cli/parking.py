"""SIGTERM and Ctrl-C park the work: it ends at its next safe place, at the latest in ten seconds."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from sync.cli.exits import DONE, say
from sync.stopping import Stop

_PATIENCE = 8.0
"""Seconds in which the work parks by itself; only an answer that a vendor owes us can take longer."""


@contextmanager
def parking(stop: Stop) -> Iterator[None]:
    """Within the block both signals ask for the end; a second Ctrl-C ends it at once, as usual.

    If an answer does not come in time, the process ends as if it had been killed, which costs no more than the page
    or the change in hand; the exit code is that of a parked run.
    """
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield
        return
    over = threading.Event()
    before: dict[signal.Signals, Callable[..., Any] | int | None] = {}

    def park(number: int, _frame: FrameType | None) -> None:
        stop.ask(f"{signal.Signals(number).name} came")
        signal.signal(signal.SIGINT, before.get(signal.SIGINT) or signal.SIG_DFL)
        threading.Thread(target=_end, args=(over,), daemon=True).start()

    for one in (signal.SIGTERM, signal.SIGINT):
        before[one] = signal.signal(one, park)
    try:
        yield
    finally:
        over.set()
        for one, handler in before.items():
            signal.signal(one, handler)


def _end(over: threading.Event) -> None:
    if over.wait(_PATIENCE):
        return
    say("A vendor owes an answer and the time is up: stopped without it. The next run goes on.")
    sys.stdout.write('{"finished": false, "stopped": "stopped while a request was under way"}\n')
    sys.stdout.flush()
    os._exit(DONE)
