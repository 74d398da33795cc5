"""Exit codes, and the one place where a user's mistake becomes a message instead of a traceback.

0 done · 1 errors that the run survived · 2 bad usage, config or input · 3 refused by a guard · 4 credentials ·
5 another run holds the lock.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

DONE, SURVIVED, BAD_INPUT, REFUSED, CREDENTIALS, LOCKED = range(6)


class Refusal(Exception):
    """A command cannot go on because of what it was given; the text says what and the way out."""

    def __init__(self, text: str, code: int = BAD_INPUT) -> None:
        super().__init__(text)
        self.code = code


def say(text: str) -> None:
    """One message to a person, on standard error."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def guarded(command: Callable[[], int]) -> int:
    """Run a command; the errors it may end with become a message and an exit code."""
    try:
        return command()
    except KeyboardInterrupt:
        say("Stopped. What was kept stays; the next run goes on from there.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        code = _code(error)
        if code is None:
            raise
        say(str(error))
        return code


def _code(error: Exception) -> int | None:
    """The exit code of an expected error; None for a defect of ours, which keeps its traceback."""
    if isinstance(error, Refusal):
        return error.code
    from connectors.errors import ConnectorError, Denied
    from connectors.sandbox.serve import SandboxError
    from sync.config import ConfigProblems, MissingToken
    from sync.guards import TooMuch
    from sync.plan.file import BadPlan
    from sync.store import Busy, StoreError
    from sync.undoing import NothingToUndo

    codes: tuple[tuple[type[Exception], int], ...] = (
        (ConfigProblems, BAD_INPUT), (MissingToken, CREDENTIALS), (Denied, CREDENTIALS), (TooMuch, REFUSED),
        (Busy, LOCKED), (StoreError, BAD_INPUT), (BadPlan, BAD_INPUT), (NothingToUndo, BAD_INPUT),
        (SandboxError, BAD_INPUT),
        (ConnectorError, SURVIVED),
    )  # fmt: skip
    return next((code for kind, code in codes if isinstance(error, kind)), None)
