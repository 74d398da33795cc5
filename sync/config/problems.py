"""What is wrong with a config, said so that the reader can mend it: the place, what is wrong, the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.config.lines import Path

_NAMED_TABLES = ("sources", "flows", "rules", "teams", "calendars")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `where` is a file name or an environment variable; `line` counts from 1."""

    where: str
    line: int | None
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}:{self.line}"
        subject = f"{self.key}: " if self.key else ""
        return f"{place}: {subject}{self.message}" + (f" ({self.hint})" if self.hint else "")


class ConfigProblems(Exception):
    """The config cannot be used. Carries every problem found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            sorted(dict.fromkeys(problems), key=lambda p: (p.line is None, p.line or 0))
        )
        super().__init__("\n".join(map(str, self.problems)))


class MissingToken(Exception):
    """A source's token is not there. Names the variable or file, never a value.

    `elsewhere`: it may well be there where the service runs; else it is wrong here, and would be wrong there.
    """

    def __init__(self, message: str, *, elsewhere: bool = False) -> None:
        super().__init__(message)
        self.elsewhere = elsewhere


def named(path: Path) -> str:
    """A path as it is spoken of: `[rules.late] breach`, `[flows.brief] stages.2.kind` (elements count from 1)."""
    if len(path) <= 1:
        return f"[{path[0]}]" if path and path[0] in _NAMED_TABLES else ".".join(map(str, path))
    head = 2 if path[0] in _NAMED_TABLES else 1
    table = ".".join(str(part) for part in path[:head])
    rest = ".".join(str(part + 1) if isinstance(part, int) else part for part in path[head:])
    return f"[{table}] {rest}".rstrip()


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint: what may have been meant, else what there is (at most a dozen names)."""
    names = list(known)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.65)
    if close:
        return f'did you mean "{folded[close[0]]}"?'
    return f"known: {_listed(names)}" if names and len(names) <= 12 else ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
