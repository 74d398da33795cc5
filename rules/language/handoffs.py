"""Given, looked at, chased: sentences about handoffs."""

from __future__ import annotations

from rules.language.words import counted, quoted, whole_working


def stalled(title: str, to: str, waited: str, limit: str) -> str:
    """One item that waits for a first look."""
    return f"{quoted(title)} has waited {waited} for a first look from {to}; the limit is {limit}."


def given(giver: str, to: str, at: str) -> str:
    """The fact that a wait begins with."""
    return f"Given by {giver} to {to} on {at}."


def chased(times: int, giver: str) -> str:
    """What the giver did meanwhile; it does not end the wait."""
    return f"{giver} came back to it {counted(times, 'time')} since."


def not_touched(to: str) -> str:
    """The fact that a wait goes on with."""
    return f"No event by {to} since."


def pair_waits(over: int, count: int, giver: str, to: str, limit: str, wait_us: int, day: int, span: str) -> str:
    """How one pair's handoffs went in a span (`the last four weeks`): how many were late, how long all waited."""
    were = "waited" if over != 1 else "had to wait"
    return (
        f"In {span} {over} of {counted(count, 'handoff')} from {giver} to {to} {were} more than {limit}; "
        f"that is {whole_working(wait_us, day)} of waiting."
    )
