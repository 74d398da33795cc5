"""Which instant a command judges: now, one that was given, or the sandbox's."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from sync.cli.exits import Refusal
from sync.config import Settings
from sync.config.sources import is_loopback
from sync.sandbox_time import SILENT, STRANGE, clock_at


def parse(text: str, option: str) -> datetime:
    """An ISO 8601 instant; without an offset it is UTC."""
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal(f"{option} {text}: not an instant; write it like 2026-06-01T00:00:00Z") from None


def instant_of(as_of: str | None, settings: Settings, *, only_loopback: bool = False) -> datetime:
    """The instant to judge. `only_loopback`: a run that writes may pretend another time only against a sandbox."""
    if as_of is None:
        return datetime.now(UTC)
    urls = settings.base_urls
    loopback = [urlsplit(url) for url in urls if is_loopback(url)]
    if as_of == "sandbox":
        if not loopback:
            raise Refusal("--as-of sandbox: no source of this config is a sandbox on this machine")
        return _clock_of(f"{loopback[0].scheme}://{loopback[0].netloc}")
    if only_loopback and len(loopback) < len(urls):
        raise Refusal(
            "--as-of on a run is for the sandbox only; use `handrail plan --as-of` or `handrail report --as-of`"
        )
    return parse(as_of, "--as-of")


def _clock_of(origin: str) -> datetime:
    try:
        return clock_at(origin)
    except (*SILENT, *STRANGE) as error:
        raise Refusal(
            f"--as-of sandbox: {origin} does not answer ({error}); is `handrail sandbox` running?"
        ) from None
