"""Why something that is found is not said."""

from __future__ import annotations

from datetime import date

from rules.language.words import MONTHS


def kept_quiet(until: date, by: str, because: str) -> str:
    """Who keeps a finding from being said, until when, and why."""
    reason = f": {because.strip()}" if because.strip() else ""
    return f"kept quiet until {until.day} {MONTHS[until.month - 1]} {until.year} by {by}{reason}"
