"""Ideas and their review clocks."""

from __future__ import annotations

from rules.language.words import quoted


def unreviewed(title: str, ago: str, limit: str, priority: str | None) -> str:
    """An idea whose review clock ran out."""
    kind = f"{priority}-priority ideas" if priority else "ideas"
    return f"{quoted(title)} was last looked at {ago} ago; {kind} are looked at every {limit}."


def last_looked_at(ago: str) -> str:
    """When an idea was last looked at."""
    return f"Last looked at {ago} ago."
