"""What was asked of the sandbox: every vendor request in order, and how often each kind was made."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_ID = re.compile(
    r"(?<=/)(?:\d{4,}|[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12})(?=/|$)"
)


@dataclass(frozen=True, slots=True)
class Served:
    """One request and how it ended. `at`: the machine's time; `status` 0: the connection was dropped.

    `milliseconds`: from its last byte to our answer; `fault`: the kind of the fault that struck it.
    """

    at: datetime
    method: str
    path: str
    query: str
    status: int
    milliseconds: float
    fault: str = ""

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "method": self.method, "path": self.path, "query": self.query, "status": self.status,
            "time": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "milliseconds": round(self.milliseconds, 3),
        }  # fmt: skip
        return told | ({"fault": self.fault} if self.fault else {})


class RequestLog:
    """Every vendor request since the last `clear`. Requests to `/_sandbox` and to the pages are not in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._served: list[Served] = []

    def note(self, method: str, path: str, query: str, status: int, milliseconds: float, fault: str = "") -> None:
        """Add one at the end."""
        served = Served(datetime.now(UTC), method, path, query, status, milliseconds, fault)
        with self._lock:
            self._served.append(served)

    def clear(self) -> int:
        """Forget all; how many there were."""
        with self._lock:
            count = len(self._served)
            self._served = []
        return count

    def all(self) -> list[Served]:
        """In the order in which they were answered."""
        with self._lock:
            return list(self._served)

    def as_json(self) -> dict[str, Any]:
        """`count`, `counts` by method and path with ids as `{id}`, `statuses`, and the `requests` themselves."""
        served = self.all()
        counts = Counter(f"{one.method} {template(one.path)}" for one in served)
        statuses = Counter(str(one.status) for one in served)
        return {
            "count": len(served),
            "counts": dict(sorted(counts.items())),
            "statuses": dict(sorted(statuses.items())),
            "requests": [one.as_json() for one in served],
        }


def template(path: str) -> str:
    """The path with every vendor id in it as `{id}`."""
    return _ID.sub("{id}", path)
