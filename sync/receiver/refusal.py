"""Why a delivery is not taken. The sender hears the status alone; the reason is for our own counters."""

from __future__ import annotations

from starlette.responses import Response

RETRY_AFTER = 10
"""Seconds after which a sender may try again; both vendors repeat on their own for about a day."""


class Refused(Exception):
    """Not taken. `unread`: the body, or a part of it, was not read, so the connection ends with the answer."""

    def __init__(self, status: int, reason: str, *, unread: bool = False) -> None:
        super().__init__(reason)
        self.status, self.reason, self.unread = status, reason, unread

    def answer(self) -> Response:
        """The status, and nothing that would help somebody who guesses."""
        headers = {"connection": "close"} if self.unread else {}
        if self.status == 503:
            headers["retry-after"] = str(RETRY_AFTER)
        return Response(status_code=self.status, headers=headers)
