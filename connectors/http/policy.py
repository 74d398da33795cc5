"""What may be repeated, and what a failure means: the table that each vendor fills in for the door."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from connectors.errors import ConnectorError, Denied, Garbled, Missing, NotGranted, Rejected, Transient

Json = Any

READ_VERBS = frozenset({"GET", "HEAD", "OPTIONS"})
_ID_SEGMENT = re.compile(r"^(\d+|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", re.IGNORECASE)
_TAGS = re.compile(r"<(script|style|head)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt that brought no usable answer.

    `status` 0: no answer came. `sent`: the vendor may have seen the request. `broken`: an answer came that is no
    complete JSON. `body`: the answer as JSON, None where it is none. `retry_after` in seconds.
    """

    method: str
    path: str
    write: bool
    status: int
    sent: bool
    message: str
    broken: bool = False
    body: Json = None
    retry_after: float | None = None

    @property
    def request(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Policy:
    """Limits in seconds and counts, and the vendor's meaning of a failure. Vendors override the methods.

    `attempts` and `total_seconds` bound one call with all its repetitions; `longest_pause` bounds how long one
    `Retry-After` may hold up everybody on the token. `learns_from`: after so many answers within a minute, being
    turned away tells how many a minute the vendor gives; 0: nothing is ever learned from it.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 65.0
    attempts: int = 6
    total_seconds: float = 300.0
    longest_pause: float = 300.0
    backoff_first: float = 1.0
    backoff_most: float = 60.0
    reads_in_flight: int = 50
    writes_in_flight: int = 15
    learns_from: int = 0

    busy: ClassVar[frozenset[int]] = frozenset({429, 529})
    """Turned away before anything was done: any verb may be repeated."""
    notable_headers: ClassVar[tuple[str, ...]] = ()
    """Response headers worth a log line, such as announced changes."""

    def is_write(self, method: str, path: str) -> bool:
        """Whether this request changes anything at the vendor; some vendors read by POST."""
        return method.upper() not in READ_VERBS

    def may_repeat_write(self, method: str, path: str) -> bool:
        """Whether sending this write twice does no more than sending it once, whoever else writes meanwhile."""
        return False

    def repeats(self, failure: Failure) -> bool:
        """Whether the door may send this request again by itself."""
        if not failure.sent or failure.status in self.busy:
            return True
        if failure.write and not self.may_repeat_write(failure.method, failure.path):
            return False
        return failure.status == 0 or failure.broken or is_away(failure.status)

    def error(self, failure: Failure) -> ConnectorError:
        """What the caller gets when it is not, or no longer, repeated."""
        message, status, request = failure.message, failure.status, failure.request
        if failure.broken and not failure.write:
            return Garbled(message, status=status, request=request)
        if failure.broken or status == 0 or is_away(status) or status in self.busy:
            return Transient(
                message, status=status, request=request, retry_after=failure.retry_after, answer=failure.body,
                uncertain=failure.write and failure.sent and status not in self.busy,
            )  # fmt: skip
        if status < 400:
            return Garbled(message, status=status, request=request)
        return _REFUSALS.get(status, Rejected)(message, status=status, request=request, answer=failure.body)

    def message(self, body: Json) -> str:
        """The vendor's own words out of an error body; empty when there are none."""
        return ""

    def retry_after(self, headers: Mapping[str, str], body: Json) -> float | None:
        """Seconds the vendor asks us to wait; a date counts from the answer's own `Date`."""
        text = headers.get("retry-after", "").strip()
        if not text:
            return None
        try:
            seconds = float(text)
        except ValueError:
            seconds = _seconds_until(text, headers.get("date", ""))
        return max(seconds, 0.0) if math.isfinite(seconds) else None

    def route(self, path: str) -> str:
        """The path with ids replaced, so that metrics stay few."""
        return "/".join("{id}" if _ID_SEGMENT.match(part) else part for part in path.split("/"))


def is_away(status: int) -> bool:
    """Something went wrong on the vendor's side or on the way: a write may have landed."""
    return status == 408 or (status >= 500 and status != 501)


_REFUSALS: dict[int, type[Rejected] | type[Denied]] = {
    401: Denied, 402: NotGranted, 403: NotGranted, 451: NotGranted, 404: Missing, 410: Missing,
}  # fmt: skip


def _seconds_until(date: str, now: str) -> float:
    try:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return math.nan


def plain_words(text: str, most: int = 200) -> str:
    """A readable line out of whatever came instead of JSON, an HTML page say."""
    line = " ".join(_TAGS.sub(" ", text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
