"""What people wrote on a page of ours stays there: our blocks are told from theirs, and only ours are replaced. Pure.

A page's text is taken apart into its top-level blocks. Those that we sent are ours; every other one is a person's,
and a block of ours that somebody changed is theirs from then on. The new content goes where ours stood, and each of
theirs keeps its place behind the block of ours that it followed.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_OPEN = re.compile(r"<(table|callout|details|columns|synced_block|tabs)\b[^>]*>")
_FENCES = ("```", "$$")
_DELICATE = re.compile(r"<(?:unknown|synced_block|tabs|image|video|pdf|file|audio|page|database|mention-)\b|!\[|\$\$")
"""What markdown does not tell whole, so that writing it back might lose something: such a block is never sent."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A top-level block of a page as text. `held`: ours, and not to be touched, since a comment hangs on it."""

    text: str
    theirs: bool = False
    held: bool = False

    @property
    def stays(self) -> bool:
        """Whether it is left where and as it is."""
        return self.theirs or self.held


def chunks(markdown: str) -> list[str]:
    """A page's text by top-level block; joined with newlines they are the text again."""
    found: list[list[str]] = []
    closing = ""
    for row in markdown.split("\n") if markdown.strip() else ():
        if found and (closing or not row.strip() or row.startswith("\t")):
            found[-1].append(row)
            closing = "" if closing and row.strip() == closing else closing
            continue
        found.append([row])
        closing = _closing(row)
    return ["\n".join(rows) for rows in found]


def _closing(row: str) -> str:
    """The line that ends a block of several lines; empty for a block of one."""
    fence = next((one for one in _FENCES if row.startswith(one)), "")
    if fence:
        return fence
    opened = _OPEN.match(row)
    close = f"</{opened[1]}>" if opened else ""
    return "" if close and row.rstrip().endswith(close) else close


def gist(markdown: str) -> str:
    """What a text says, without what Notion writes its own way: blanks, escapes, attributes of tags."""
    bare = re.sub(r"<(\w+)\s[^>]*>", r"<\1>", markdown)
    return re.sub(r"[\\\s]|<empty-block/>|<br>", "", bare)


def marks(texts: Iterable[str]) -> tuple[str, ...]:
    """A short hash for each block, by what it says."""
    return tuple(hashlib.sha256(gist(text).encode()).hexdigest()[:10] for text in texts)


def told_apart(shown: Sequence[str], known: Iterable[Iterable[str]], strange: Sequence[bool] = ()) -> list[Chunk]:
    """Which blocks are a person's. `known`: marks of what we sent, a version each. `strange`: in doubt, whether
    Notion says that somebody else wrote them; one that is not strange is ours."""
    left: Counter[str] = Counter()
    for version in known:
        left |= Counter(version)
    found = []
    for number, (text, mark) in enumerate(zip(shown, marks(shown), strict=True)):
        ours = left[mark] > 0 or (bool(strange) and not strange[number])
        left[mark] -= ours
        found.append(Chunk(text, not ours))
    return found


def merged(shown: Sequence[Chunk], new: Sequence[str]) -> list[Chunk]:
    """The new content, with each block that stays behind the one that it followed; one that says what is wanted again
    is not said twice."""
    new = _without(new, [gist(one.text) for one in shown if one.held])
    old = [gist(one.text) for one in shown if not one.stays]
    steps = SequenceMatcher(None, old, [gist(text) for text in new], autojunk=False).get_opcodes()
    places: dict[int, list[Chunk]] = {}
    before = 0
    for one in shown:
        if one.stays:
            places.setdefault(_place(before, len(old), len(new), steps), []).append(one)
        else:
            before += 1
    return [
        one
        for number in range(len(new) + 1)
        for one in (*places.get(number, ()), *(Chunk(text) for text in new[number : number + 1]))
    ]


def _without(new: Sequence[str], held: Sequence[str]) -> list[str]:
    left = Counter(held)
    kept = []
    for text in new:
        mark = gist(text)
        if left[mark] > 0:
            left[mark] -= 1
        else:
            kept.append(text)
    return kept


def _place(before: int, old: int, new: int, steps: Sequence[tuple[str, int, int, int, int]]) -> int:
    """Before how many of the new blocks something goes that stood behind so many of the old ones."""
    if before in (0, old):
        return new if before == old else 0
    last = before - 1
    begin, start, end = next((i1, j1, j2) for _, i1, i2, j1, j2 in steps if i1 <= last < i2)
    return min(start + last - begin + 1, end)


def changes(shown: Sequence[Chunk], wanted: Sequence[Chunk]) -> tuple[list[tuple[str, str]], list[str]]:
    """What to replace by what, each there exactly once when its turn comes; and blocks for the page's end.

    No block of people's is among what is replaced, unless runs of ours between them could not be told apart; blocks
    that markdown does not tell whole never are.
    """
    whole = "\n".join(one.text for one in shown)
    pieces, rest = _pieces(whole, _runs(shown), _runs(wanted))
    if rest or not _fits(whole, pieces):
        pieces, rest = _pieces(whole, _runs(shown, tight=True), _runs(wanted, tight=True))
    return pieces, rest


def _runs(blocks: Sequence[Chunk], *, tight: bool = False) -> list[list[str]]:
    """The texts between the blocks that must not be sent: all that stay; when `tight`, held and delicate ones."""
    runs: list[list[str]] = [[]]
    for one in blocks:
        if one.stays and (not tight or one.held or _DELICATE.search(one.text)):
            runs.append([])
        else:
            runs[-1].append(one.text)
    return runs


def _pieces(whole: str, old: list[list[str]], new: list[list[str]]) -> tuple[list[tuple[str, str]], list[str]]:
    pieces: list[tuple[str, str]] = []
    rest: list[str] = []
    for before, after in zip(old, new, strict=True):
        text = "\n".join(before)
        if gist(text) == gist("\n".join(after)) and not rest:
            continue
        if text.strip() and _fits(whole, [*pieces, (text, "\n".join([*rest, *after]))]):
            pieces.append((text, "\n".join([*rest, *after])))
            rest = []
        else:
            rest += after
    return pieces, rest


def _fits(whole: str, pieces: Iterable[tuple[str, str]]) -> bool:
    """Whether each is there exactly once when its turn comes."""
    for old, new in pieces:
        if whole.count(old) != 1:
            return False
        whole = whole.replace(old, new)
    return True


def ours_of(shown: Sequence[str], sent: Sequence[Chunk]) -> Iterator[str]:
    """Our blocks as Notion shows them; as we sent them where the two cannot be matched."""
    if len(shown) == len(sent):
        yield from (text for text, one in zip(shown, sent, strict=True) if not one.theirs)
    else:
        yield from (one.text for one in sent if not one.theirs)
