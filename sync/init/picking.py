"""Choosing from a numbered list: by numbers, by part of a name, or all. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.discovery import FoundPlace
from sync.init.proposal import readable

SHOWN = 40
"""Lines of a list at a time; typing part of a name shows fewer."""

_NUMBERS = re.compile(r"\d[\d\s,-]*")


@dataclass(frozen=True, slots=True)
class Picked:
    """What an answer means. `places` None: nothing is chosen yet; `shown`: what to list then, `said`: why."""

    places: tuple[FoundPlace, ...] | None
    shown: tuple[FoundPlace, ...] = ()
    said: str = ""


def pick(answer: str, places: Sequence[FoundPlace], shown: Sequence[FoundPlace]) -> Picked:
    """Numbers count in the whole list, so that a filter does not change them; `all` means all that is shown."""
    text = answer.strip()
    if text.casefold() in ("all", "*"):
        return Picked(tuple(shown))
    if text.casefold() == "none":
        return Picked(())
    if _NUMBERS.fullmatch(text):
        return _by_numbers(text, places, shown)
    if not text:
        return Picked(None, tuple(places), "" if len(shown) < len(places) else "Choose at least one, or type none.")
    found = tuple(one for one in places if text.casefold() in f"{one.name} {one.group}".casefold())
    if not found:
        return Picked(None, tuple(places), f"No name has “{readable(text)}” in it; these are all:")
    return Picked(None, found)


def _by_numbers(text: str, places: Sequence[FoundPlace], shown: Sequence[FoundPlace]) -> Picked:
    chosen: dict[int, None] = {}
    for first, last in re.findall(r"(\d+)(?:\s*-\s*(\d+))?", text):
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= len(places):
            wrong = f"{first}-{last}" if last else first
            return Picked(None, tuple(shown), f"There is no {wrong} in the list: numbers go from 1 to {len(places)}.")
        chosen.update(dict.fromkeys(range(low, high + 1)))
    return Picked(tuple(places[number - 1] for number in chosen))


def listed(places: Sequence[FoundPlace], shown: Sequence[FoundPlace]) -> list[str]:
    """The list as lines, with each place's number."""
    numbers = {one.id: number for number, one in enumerate(places, 1)}
    lines = [f"{numbers[one.id]:>4}  {_line(one)}" for one in shown[:SHOWN]]
    if len(shown) > SHOWN:
        lines.append(f"      … and {len(shown) - SHOWN} more: type part of a name to see fewer")
    return lines


def _line(place: FoundPlace) -> str:
    more = [readable(place.group)] if place.group else []
    more += ["private"] if place.private else []
    return (readable(place.name) or "no name") + (f"  ({', '.join(more)})" if more else "")
