"""What Notion lets us repeat, and what its refusals mean (Notion's reference: request limits, status codes)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.errors import ConnectorError, Rejected, Transient
from connectors.http import Failure, Policy
from connectors.http.policy import Json

_READS_BY_POST = re.compile(r"/v1/(data_sources/[^/]+/query|search)$")
CONFLICT = "conflict_error"
BLOCKED = "public_api_request_blocked"


@dataclass(frozen=True)
class NotionPolicy(Policy):
    """429 and 529 are repeated unless we are blocked; 5xx only for reads, of which query and search are two.

    Notion gives up after 60 s (its longest request time), so a read waits a little longer than that.
    """

    read_timeout: float = 65.0

    def is_write(self, method: str, path: str) -> bool:
        return super().is_write(method, path) and not _READS_BY_POST.search(path)

    def repeats(self, failure: Failure) -> bool:
        return super().repeats(failure) and extra(failure.body).get("rate_limit_reason") != BLOCKED

    def error(self, failure: Failure) -> ConnectorError:
        code = failure.body.get("code") if isinstance(failure.body, dict) else None
        if extra(failure.body).get("rate_limit_reason") == BLOCKED:
            words = f"{failure.message}: Notion has blocked this connection; only Notion's support can lift that"
            return Rejected(words, status=failure.status, request=failure.request, answer=failure.body)
        if code == CONFLICT:  # nothing was saved; whoever wrote must read again first
            return Transient(failure.message, status=failure.status, request=failure.request, answer=failure.body)
        return super().error(failure)

    def message(self, body: Json) -> str:
        if not isinstance(body, dict):
            return ""
        return " ".join(str(body[key]) for key in ("code", "message") if body.get(key))

    def retry_after(self, headers: Mapping[str, str], body: Json) -> float | None:
        told = super().retry_after(headers, body)
        if told is None:
            text = str(extra(body).get("retry_after", ""))
            told = float(text) if text.isdigit() else None
        return told


def extra(body: Json) -> Mapping[str, Json]:
    """The `additional_data` of an error body; empty when there is none."""
    data = body.get("additional_data") if isinstance(body, dict) else None
    return data if isinstance(data, dict) else {}


_SAVED = re.compile(r"\b(saved|not repeat)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a write has saved although it was answered by an error: the object's id, when Notion names it."""

    id: str | None


def saved(error: ConnectorError) -> Saved | None:
    """None unless the error itself says that the write was saved (Notion's reference: request limits).

    It says so by the ids of what was committed, or in its `retry_guidance`; a query's guidance is about other things.
    """
    told = extra(error.answer)
    guidance = told.get("retry_guidance")
    words = " ".join(map(str, guidance)) if isinstance(guidance, list) else str(guidance or "")
    id_ = told.get("committed_resource_id")
    if not (id_ or told.get("committed_child_ids") or _SAVED.search(words)):
        return None
    return Saved(str(id_) if id_ else None)


def has_conflict(error: ConnectorError) -> bool:
    """Whether a write lost against another one at the same moment: read again, then decide again."""
    return isinstance(error.answer, dict) and error.answer.get("code") == CONFLICT
