"""How the pretend Asana says no: a status, a message, and Asana's error body (asana-facts §2, §10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HELP = (
    "For more information on API status codes and how to handle them, read the docs on errors: "
    "https://developers.asana.com/docs/errors"
)


class Refused(Exception):
    """A request, or an act, that Asana refuses. `extra` goes beside `errors` in the body."""

    def __init__(
        self, status: int, message: str, *, extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        # The one body with something beside `errors`, that of a stale sync token, carries no help.
        error = {"message": message} if extra else {"message": message, "help": HELP}
        self.body = {"errors": [error], **(extra or {})}


def bad(message: str) -> Refused:
    """400: the input is wrong."""
    return Refused(400, message)


def unknown(kind: str, gid: str) -> Refused:
    """404: no such object, or one that this person does not see."""
    return Refused(404, f"{kind}: Not a recognized ID: {gid}")


def forbidden(message: str) -> Refused:
    """403: known, and not allowed."""
    return Refused(403, message)
