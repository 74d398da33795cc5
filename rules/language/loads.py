"""How much an owner, a team or a stage has in hand."""

from __future__ import annotations

from rules.language.words import counted, number, quoted


def loaded(name: str, per: str, what: str, value: str, limit: str) -> str:
    """One owner, team or stage with more in hand than its limit. Says a state, ranks nobody."""
    holder = {"owner": name, "team": f"Team {name}", "stage": f"Stage {name}"}[per]
    return f"{holder} has {value} {what}; the limit is {limit}."


def arriving(name: str, per: str, arrived: int, finished: int, limit: float, span: str) -> str:
    """More comes in than goes out."""
    holder = {"owner": name, "team": f"Team {name}", "stage": f"Stage {name}"}[per]
    return (
        f"In the last {span} {counted(arrived, 'item')} came to {holder} and {number(finished)} "
        f"{'was' if finished == 1 else 'were'} finished; the limit is {number(limit)} arrivals for each finish."
    )


def in_hand_since(title: str) -> str:
    """One of the items that make up a load."""
    return f"{quoted(title)} is in hand since then."
