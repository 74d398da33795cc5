"""How work is handled over time, and what is written on it: one pair of hands, sittings, repeats, gaps, matches."""

from __future__ import annotations

from collections.abc import Sequence

from rules.language.words import counted, money, number, quoted


def one_pair_of_hands(stage: str, moves: int, span: str, people: int, team: str) -> str:
    """A stage that only one person keeps moving. A risk to the work; nobody is named."""
    whose = f"team {team} has" if team else "the flow has"
    return (
        f"Only one person has moved items through {stage} in the last {span}, {counted(moves, 'time')}; "
        f"{whose} {counted(people, 'person', 'people')}."
    )


def share_of_moves(moves: int, stage: str) -> str:
    """The fact behind it."""
    return f"All {number(moves)} moves out of {stage} since then were made by one person."


def in_sittings(who: str, items: int, sittings: int, size: int, waited: str, span: str) -> str:
    """Several waiting items picked up at once, again and again."""
    were = "was" if items == 1 else "were"
    return (
        f"In the last {span} {counted(items, 'item')} for {who} {were} first looked at in "
        f"{counted(sittings, 'sitting')} of {number(size)} or more; half of them had waited {waited} or longer."
    )


def one_sitting(items: int) -> str:
    """The fact behind it."""
    return f"{counted(items, 'waiting item')} first looked at in one sitting that began then."


def asked_again(title: str, times: int, people: int, span: str, effort: str) -> str:
    """Requests that are much alike."""
    by = f" by {counted(people, 'person', 'people')}" if people else ""
    took = f"; that is {effort}" if effort else ""
    return f"In the last {span} {counted(times, 'request')}{by} were much like {quoted(title)}{took}."


def effort_of(times: int, each: str, hours: float) -> str:
    """What so many requests take, as the config prices one."""
    return f"{counted(hours, 'hour')} at {each} each ({number(times)} × {each})"


def priced(effort: str, rate: float, currency: str, price: float) -> str:
    """The same in money, with its formula."""
    return f"{effort} × {money(rate, currency)} an hour (the default rate) = {money(price, currency)}"


def asked_then(title: str) -> str:
    """One of them."""
    return f"{quoted(title)} was asked for."


NO_OWNER, NO_DATE = "no owner", "no due date"


def thin_brief(words: int) -> str:
    """A description that is not there, or hardly."""
    return f"a brief of {counted(words, 'word')}" if words else "no brief"


def not_said(phrase: str) -> str:
    """What the work is for, in the words that should say it."""
    return f"no “{phrase}”"


def nothing_in(field: str) -> str:
    """A field that should be filled in."""
    return f"nothing in “{field}”"


def lacking(title: str, what: Sequence[str]) -> str:
    """What is missing on an item."""
    return f"{quoted(title)} has {_and(what)}."


def stray(title: str, column: str) -> str:
    """In a column that the config gives no meaning."""
    return f"{quoted(title)} is in {column}, which is in no stage of the config."


def ticked_off_in(title: str, stage: str) -> str:
    """Done for the vendor, not done on the board."""
    return f"{quoted(title)} is completed and still in {stage}."


def done_not_ticked(title: str, stage: str) -> str:
    """Done on the board, not done for the vendor."""
    return f"{quoted(title)} is in {stage} and not marked complete."


def matched(title: str, what: str, waited: str, limit: str) -> str:
    """An item that fits what a rule looks for."""
    since = f", for {waited} by now; the limit is {limit}" if limit else ""
    return f"{quoted(title)} {what}{since}."


def fits(what: Sequence[str]) -> str:
    """What a rule looks for, in the words of its conditions."""
    return f"fits {'; '.join(what)}"


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
