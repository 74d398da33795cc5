"""Frames that several rules need are worked out once a board, and kept with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from rules.base import Board

Made = TypeVar("Made")


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
