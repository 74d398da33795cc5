"""The machine's time zone, and whether a zone and a country are ones that the calendar knows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import available_timezones

_CLOCK = Path("/etc/localtime")


def machine_zone(env: Mapping[str, str], clock: Path = _CLOCK) -> str:
    """The zone by its name: from TZ, else from where the system's clock file leads; UTC when neither tells."""
    named = (env.get("TZ", "").lstrip(":"), str(clock.resolve()).partition("/zoneinfo/")[2])
    return next((zone for zone in named if known_zone(zone)), "UTC")


def known_zone(zone: str) -> bool:
    """Is this a zone of the time zone database?"""
    return zone in available_timezones()


def known_country(code: str) -> bool:
    """Are the public holidays of this country (two capitals) known?"""
    import holidays

    return code in holidays.list_supported_countries()
