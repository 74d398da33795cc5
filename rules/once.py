"""Frames that several rules need are worked out once a board, and kept with it; those that only one kind of rule
needs are kept until that kind has been asked, so that a million items do not carry every kind's frames at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from rules.base import Board

Made = TypeVar("Made")
_BRIEF: set[str] = set()


def once(make: Callable[[Board], Made]) -> Callable[[Board], Made]:
    """What a function makes of a board, kept on that board: the second call costs nothing."""
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def kept(board: Board) -> Made:
        memory = board.__dict__
        if name not in memory:
            memory[name] = make(board)
        found: Made = memory[name]
        return found

    return kept


def while_asked(make: Callable[[Board], Made]) -> Callable[[Board], Made]:
    """The same, until `let_go`: for what one kind of rule needs."""
    _BRIEF.add(f"{make.__module__}.{make.__qualname__}")
    return once(make)


def let_go(board: Board) -> None:
    """Forget what was kept for one kind of rule; whoever asks again has it worked out again."""
    for name in _BRIEF & board.__dict__.keys():
        del board.__dict__[name]
