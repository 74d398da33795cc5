"""Sentences about single items: long in a stage, silent, nobody's, late, sent back, reopened, blocked, at risk."""

from __future__ import annotations

from datetime import date

from rules.language.words import MONTHS, counted, quoted


def whoever_asked() -> str:
    """Said where it is the turn of whoever made an item, and that is not known."""
    return "whoever asked"


def whoever() -> str:
    """Said where nobody is named who could act."""
    return "whoever answers for it"


def day_of(day: date) -> str:
    """`27 Feb 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def long_in_stage(title: str, stage: str, waited: str, limit: str, in_all: bool) -> str:
    """An item over the limit of its stage. `in_all`: it has been there before, and every visit counts."""
    together = " in all" if in_all else ""
    return f"{quoted(title)} has been in {stage} for {waited}{together}; the limit is {limit}."


def came_into(stage: str, at: str) -> str:
    """The fact that a stay begins with."""
    return f"Came into {stage} on {at}."


def quiet(title: str, waited: str, limit: str) -> str:
    """An open item that nobody has touched."""
    return f"Nobody has touched {quoted(title)} for {waited}; the limit is {limit}."


def last_touched(who: str, at: str) -> str:
    """The last sign of life. `who` empty: nobody since it was created."""
    return f"Last touched by {who} on {at}." if who else f"Created on {at}; nobody has touched it since."


def asked_about(times: int) -> str:
    """Chasing by those who wait for it; it ends no silence."""
    return f"Those who wait for it asked about it {counted(times, 'time')} since."


def unowned(title: str, waited: str, limit: str) -> str:
    """Work in hand that has no owner."""
    return f"{quoted(title)} has had no owner for {waited}; the limit is {limit}."


def owner_left(title: str, owner: str) -> str:
    """Work in hand whose owner's account is deactivated, or not listed any more."""
    return f"{quoted(title)} is still with {owner}, whose account is not active any more."


def unowned_since(at: str) -> str:
    """The fact that an ownerless time begins with."""
    return f"Without an owner, and in hand, since {at}."


def last_seen(owner: str, at: str) -> str:
    """When an account that is gone was last known to be there."""
    return f"The last sign of {owner} is from {at}."


def overdue(title: str, due: date, late: str) -> str:
    """Past its date and not finished. `late` empty: less than a whole day late."""
    by = f" and is {late} late" if late else " and is not finished"
    return f"{quoted(title)} was due on {day_of(due)}{by}."


def due_on(due: date) -> str:
    """The fact behind it."""
    return f"Its date, {day_of(due)}, passed."


def after_its_date(limit: str) -> str:
    """A limit that counts from the due date."""
    return f"{limit} after its date"


def reopened(title: str, times: int) -> str:
    """Work that was finished and is open again."""
    return f"{quoted(title)} was finished and is open again; that happened {counted(times, 'time')}."


def finished_then(at: str, again: str) -> str:
    """The fact behind it."""
    return f"Finished on {at}, reopened on {again}."


def bounced(title: str, times: int) -> str:
    """Work that was sent back."""
    return f"{quoted(title)} was sent back {counted(times, 'time')}."


def sent_back(giver: str, to: str, at: str) -> str:
    """One time that it was."""
    return f"Sent back from {giver} to {to} on {at}."


def blocked(title: str, what: str, waited: str, limit: str) -> str:
    """An item that something else holds up."""
    return f"{quoted(title)} has been blocked by {what} for {waited}; the limit is {limit}."


def what_blocks(reason: str, what: str, title: str) -> str:
    """What holds an item up: another item, a tag, or what a field says."""
    if reason == "dependency":
        return quoted(title) if title.strip() else what
    return f"the tag {quoted(what)}" if reason == "tag" else f"its field, which says {quoted(what)}"


def blocked_since(what: str, at: str) -> str:
    """The fact that a block begins with."""
    return f"Blocked by {what} since {at}."


def more_blocks(count: int) -> str:
    """What holds it up besides."""
    return f"{counted(count, 'more thing')} {'blocks' if count == 1 else 'block'} it, too."


def chance(share: float) -> str:
    """A probability in words: `about 8 in 10`; never surer than `more than 19 in 20`."""
    if share > 0.95:
        return "more than 19 in 20"
    if share < 0.05:
        return "fewer than 1 in 20"
    return f"about {round(share * 10)} in 10"


def at_risk(title: str, promise: str, due: str, reached: int, age: str, place: str, past: int) -> str:
    """An item that may miss its promise, or its date (`due`, else empty), by what happened to others of its age.

    `age` empty: it was begun less than a day ago. `place`: a stage, or empty.
    """
    there = f"came into {place}" if place else "were begun"
    stayed = f"reached {age} in {place}" if place else f"reached {age}"
    others = f"of {counted(reached, 'item')} that {stayed if age else there}, {past:,} took longer"
    if due:
        return f"{quoted(title)} may miss its date, {due}: {others} than the {promise} it has."
    return f"{quoted(title)} may miss its promise of {promise}: {others}."


def the_chance(share: float, still: int) -> str:
    """The estimate behind it, and how many it counts that are not over."""
    more = f", counting also {counted(still, 'item')} not over yet" if still else ""
    return f"That makes the chance {chance(share)}{more}."


def begun_on(at: str) -> str:
    """When its clock began."""
    return f"Its clock began on {at}."
