"""Asana's answers and limits, for the door (developers.asana.com: errors, rate limits)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connectors.http.policy import Json, Policy


@dataclass(frozen=True)
class AsanaPolicy(Policy):
    """50 reads and 15 writes in flight; a deletion may be repeated, a PUT not without looking first.

    Repeating a PUT of the same values would be harmless to Asana, but in between a person may have edited.
    """

    read_timeout: float = 60.0
    reads_in_flight: int = 50
    writes_in_flight: int = 15
    learns_from: int = 140
    """Just below the free plan's 150 a minute: the window is not exactly a minute."""

    notable_headers: ClassVar[tuple[str, ...]] = ("Asana-Change",)

    def may_repeat_write(self, method: str, path: str) -> bool:
        return method.upper() == "DELETE"

    def message(self, body: Json) -> str:
        """`{"errors": [{"message", "phrase"?}]}`; the phrase is what Asana's support asks for."""
        errors = body.get("errors") if isinstance(body, dict) else None
        if not isinstance(errors, list):
            return ""
        said = [
            " – ".join(str(e[k]) for k in ("message", "phrase") if e.get(k)) for e in errors if isinstance(e, dict)
        ]
        return "; ".join(said)
