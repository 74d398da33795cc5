"""What must never be readable in a log: known secrets wherever they stand, and whatever looks like one."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "***"
_SHORTEST = 4
"""A known secret shorter than this is no secret, and hiding it would hide half of every line."""

_NAMED = re.compile(r"authorization|cookie|password|passwd|secret|signature|token|api[-_]?key", re.IGNORECASE)
_LIKELY = (
    re.compile(r"(?i)\b(bearer)\s+[\w.~+/=:-]{6,}"),
    re.compile(r"(?i)\b(basic)\s+[\w+/=]{16,}"),
    re.compile(
        r"(?i)(authorization|cookie|x-hook-secret|x-hook-signature|x-notion-signature)(['\"]?\s*[:=]\s*)[^\r\n]+"
    ),
    re.compile(r"(/hooks/[^/\s]+/)[^/\s?#'\"]+"),
    re.compile(r"()\b(?:ntn_|secret_)\w{8,}"),
    re.compile(r"()\b[0-9]/\d{6,}(?:/\d+)?:\w{8,}"),
    re.compile(r"(://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"()\beyJ[\w-]{8,}\.[\w.-]+"),
)
_LONG = re.compile(
    r"(?<![\w-])(?:(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}|[0-9A-Fa-f]{32,})(?![\w-])", re.ASCII
)  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class Secrets:
    """Texts to hide. Thread-safe; more may be told at any time."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._known: tuple[str, ...] = ()
        self.hide(*known)

    def __repr__(self) -> str:
        return f"Secrets({len(self._known)})"

    def hide(self, *known: str | None) -> None:
        """From now on these are masked, too. None and what is too short to be a secret are left out."""
        with self._lock:
            new = {one for one in known if one and len(one) >= _SHORTEST}
            self._known = tuple(sorted({*self._known, *new}, key=lambda one: (-len(one), one)))

    def masked(self, text: str) -> str:
        """The text without them, and without what looks like one."""
        for known in self._known:
            text = text.replace(known, MASK)
        for pattern in _LIKELY:
            text = pattern.sub(_kept, text)
        return _LONG.sub(lambda found: found[0] if _UUID.fullmatch(found[0]) else MASK, text)

    def __call__(self, _logger: object, _method: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """As a processor of structlog: every key and value, however deep."""
        return {self.masked(key): self._clean(key, value, 0) for key, value in event.items()}

    def _clean(self, key: str, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if _NAMED.search(key) and key != "event":
            return MASK
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, Mapping) and depth < 6:
            return {self.masked(str(one)): self._clean(str(one), inner, depth + 1) for one, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset) and depth < 6:
            return [self._clean("", inner, depth + 1) for inner in value]
        return self.masked(value if isinstance(value, str) else str(value))


def _kept(found: re.Match[str]) -> str:
    """What tells the kind of secret stays: `Bearer ***`, `/hooks/asana/***`."""
    head = "".join(part for part in found.groups() if part)
    return f"{head}{' ' if head.lower() in ('bearer', 'basic') else ''}{MASK}"
