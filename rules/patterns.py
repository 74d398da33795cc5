r"""Patterns of column names: `*` stands for any run of characters, `\*` for a star, all else for itself exactly."""

from __future__ import annotations

import re
from functools import lru_cache

ANY = ""
"""In a pattern taken apart: any run of characters."""


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[str, ...]:
    """One character each, ANY for a star. A backslash takes the next character as it is."""
    found = re.findall(r"\\(.)|(\*)|(.)", pattern, re.DOTALL)
    return tuple(ANY if star else taken or plain for taken, star, plain in found)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(".*" if part == ANY else re.escape(part) for part in _parts(pattern)), re.DOTALL)


def matches(pattern: str, name: str) -> bool:
    """Does a column of this name match? Case, accents and spaces count."""
    return _compiled(pattern).fullmatch(name) is not None


def can_meet(one: str, other: str) -> bool:
    """Is there a name that both patterns match?

    Walks along `one`, keeping the places in `other` that some name could have reached by then.
    """
    here, there = _parts(one), _parts(other)
    places = _past_stars(there, {0})
    for part in here:
        if part == ANY:
            places = {end for start in places for end in range(start, len(there) + 1)}
            continue
        after = {start if there[start] == ANY else start + 1 for start in places if _takes(there, start, part)}
        places = _past_stars(there, after)
    return len(there) in places


def _takes(parts: tuple[str, ...], place: int, letter: str) -> bool:
    return place < len(parts) and parts[place] in (ANY, letter)


def _past_stars(parts: tuple[str, ...], places: set[int]) -> set[int]:
    """These places and those behind stars that begin there: a star may stand for nothing."""
    found = set(places)
    for place in places:
        while place < len(parts) and parts[place] == ANY:
            place += 1
            found.add(place)
    return found
