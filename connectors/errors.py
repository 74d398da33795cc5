"""How talking to a vendor can fail. An error's type says what to do next.

* ConnectorError
  - Transient     try again later; the run goes on without this part
  - Rejected      this request will never work; skip it and report
    - Missing     what was asked for is gone or not shared with us; the vendors do not tell these apart
    - NotGranted  the plan or the permissions do not include it; say so once
    - Unreached   nobody answered at the address that the vendor was given
  - Denied        the credentials are wrong; stop this source
  - Garbled       the answer was not what the vendor's contract promises; report with the request
"""

from __future__ import annotations

from typing import Any


class ConnectorError(Exception):
    """Talking to a vendor failed. `status` is the HTTP status, 0 when there was no answer.

    `answer` is the vendor's error body as JSON, None when there was none.
    """

    def __init__(self, message: str, *, status: int = 0, request: str = "", answer: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.request = request
        self.answer = answer


class Transient(ConnectorError):
    """The vendor is busy or away; the same call may work later. `uncertain`: a write that may have landed."""

    def __init__(
        self, message: str, *, status: int = 0, request: str = "", uncertain: bool = False,
        retry_after: float | None = None, answer: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(message, status=status, request=request, answer=answer)
        self.uncertain = uncertain
        self.retry_after = retry_after


class Rejected(ConnectorError):
    """The vendor understood and said no; repeating it changes nothing."""


class Missing(Rejected):
    """Gone, or not shared with us: the vendors do not tell these apart."""


class NotGranted(Rejected):
    """The vendor's plan or this token's permissions do not include this."""


class Unreached(Rejected):
    """Nobody answered as the vendor wants it at the address that it was given."""


class Denied(ConnectorError):
    """The credentials are wrong or missing."""


class Garbled(ConnectorError):
    """The answer is not what the vendor's contract promises (not JSON, cut off, a missing key)."""
