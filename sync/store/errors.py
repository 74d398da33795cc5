"""How the store can fail: each message names the place, what is wrong and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class StoreError(Exception):
    """The database cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: machine, process and since when. Empty where it is not known."""

    host: str = ""
    pid: int = 0
    since: datetime | None = None

    def __str__(self) -> str:
        if not self.host:
            return "another process"
        since = f" since {self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else ""
        return f"process {self.pid} on {self.host}{since}"


class Busy(StoreError):
    """Another run holds the lock."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(
            f"another run is working on this database: {holder}. "
            "Wait until it ends; a killed run frees the lock itself."
        )
        self.holder = holder
